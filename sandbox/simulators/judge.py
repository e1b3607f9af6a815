"""The simulated judge: grades by what can be counted in an answer, the same each time, and obeys nothing in it.

It reads the blocks of the judge prompt (question, reference, one answer or two, each a JSON string behind a fence) and
gives every dimension a score from its own features, or names the better of two answers. It is no reader: it only tells
careful texts from careless ones.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.simulators.reading import Reading

BLOCK = re.compile(r"<<<(QUESTION|REFERENCE|ANSWER|LEFT|RIGHT) ([0-9a-f]+)>>>\n(.*)\n<<<END \2>>>")
DIMENSION = re.compile(r"^- ([a-z0-9-]+):", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Measure:
    """How one dimension is counted (0-1), and what was looked at, for the reason."""

    count: Callable[[Reading], float]
    en: str
    zh: str


def novelty(r: Reading) -> float:
    return (0.4 * r.scenes + 0.35 * r.freshness + 0.15 * r.substance + 0.1 * r.facts) * (0.4 + 0.6 * r.correctness)


def resonance(r: Reading) -> float:
    return (0.4 * r.scenes + 0.25 * r.feeling + 0.25 * r.freshness + 0.1 * r.substance) * (0.4 + 0.6 * r.correctness)


def selling(r: Reading) -> float:
    kept = 0.35 * r.obedience + 0.25 * r.facts + 0.2 * r.step + 0.2 * r.freshness
    return kept * (0.5 + 0.5 * r.substance) * (0.4 + 0.6 * r.correctness)


def accuracy(r: Reading) -> float:
    return 0.75 * r.right + 0.15 * r.steps + 0.1 * r.thinking


def depth(r: Reading) -> float:
    return 0.5 * r.thinking + 0.3 * r.steps + 0.2 * r.freshness * r.substance


def advice(r: Reading) -> float:
    return 0.9 * r.charting + 0.1 * r.thinking


def recognition(r: Reading) -> float:
    return 0.8 * r.grounded + 0.1 * r.steps + 0.1 * r.substance


def use(r: Reading) -> float:
    return (0.35 * r.obedience + 0.25 * r.freshness + 0.2 * r.thinking + 0.2 * r.step) * (0.4 + 0.6 * r.grounded)


def general(r: Reading) -> float:
    return 0.3 * r.freshness + 0.3 * r.obedience + 0.25 * r.substance + 0.15 * r.thinking


MEASURES = {
    "creative-novelty": Measure(novelty, "scenes of its own instead of set phrases", "自己的场景，而不是套话"),
    "emotional-resonance": Measure(resonance, "feeling shown in particular moments", "从具体的时刻里生出的情绪"),
    "commercial-potential": Measure(selling, "limits kept, facts used, a next step", "守住要求、用上事实、给出下一步"),
    "logical-accuracy": Measure(accuracy, "the committed answer beside the reference", "最终答案与参考的符合程度"),
    "analysis-depth": Measure(depth, "reasons, checks and named mistakes", "理由、检验与指出的误区"),
    "visualization-advice": Measure(
        advice, "chart, axes, emphasis, what to avoid", "图表类型、坐标、重点与应避免的画法"
    ),
    "recognition-accuracy": Measure(recognition, "figures that the reference bears out", "读数与参考的符合程度"),
    "picture-reasoning": Measure(accuracy, "the committed answer beside the reference", "最终答案与参考的符合程度"),
    "trade-usefulness": Measure(use, "limits kept, a next step, facts borne out", "守住要求、给出下一步、事实有据"),
}
ANY = Measure(general, "care taken with the text", "文字的用心程度")
# Two answers whose parts differ by less than this are equal to it.
TIE_WITHIN = 0.02


def answer(text: str, *, system: str) -> str:
    """The judge's whole reply to a judge prompt: one JSON object with a score per dimension, or with a winner."""
    blocks = {name: unquote(body) for name, _fence, body in BLOCK.findall(text)}
    slugs = DIMENSION.findall(system)
    if "LEFT" in blocks:
        left, right = (overall(read_block(blocks, name), slugs) for name in ("LEFT", "RIGHT"))
        winner = "tie" if abs(left - right) < TIE_WITHIN else "left" if left > right else "right"
        return json.dumps({"reason": f"{left:.0%} : {right:.0%}", "verdict": {"winner": winner}})
    scores = {slug: grade(slug, read_block(blocks, "ANSWER")) for slug in slugs}
    return json.dumps({"scores": scores}, ensure_ascii=False)


def read_block(blocks: dict[str, str], name: str) -> Reading:
    return Reading(*(blocks.get(each, "") for each in ("QUESTION", "REFERENCE", name)))


def overall(reading: Reading, slugs: list[str]) -> float:
    """0-1 over the named dimensions, or in general, less for an answer off the topic, over a limit, or wrong."""
    if reading.is_floor:
        return 0.0
    measures = [MEASURES.get(slug, ANY).count for slug in slugs] or [ANY.count]
    if not reading.asks_for_chart:
        measures = [count for count in measures if count is not advice] or [ANY.count]
    mean = sum(max(0.0, min(1.0, count(reading))) for count in measures) / len(measures)
    mean *= 0.6 + 0.2 * reading.topic + 0.2 * reading.obedience
    return mean * (0.5 + 0.5 * reading.right) if reading.reference else mean


def unquote(body: str) -> str:
    try:
        return str(json.loads(body))
    except ValueError:
        return ""


def grade(slug: str, reading: Reading) -> dict[str, object]:
    """Half points from 1 to 10, with what was looked at; None where the dimension does not apply."""
    measure = MEASURES.get(slug, ANY)
    if measure.count is advice and not reading.asks_for_chart:
        return {"score": None, "reason": "题目没有要求图表。" if reading.chinese else "No chart was asked for."}
    part = 0.0 if reading.is_floor else max(0.0, min(1.0, measure.count(reading)))
    looked_at = f"{measure.zh}：{part:.0%}。" if reading.chinese else f"{measure.en.capitalize()}: {part:.0%}."
    return {"score": round(2 * (1 + 9 * part)) / 2, "reason": looked_at}
