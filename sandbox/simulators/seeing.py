"""What a simulated model makes of pictures. It knows the house's own by their bytes, and says so of all others.

Whoever sees well reads what is there; whoever does not misreads it by a little, as eyes do. No picture is decoded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from functools import cache
from random import Random
from typing import Any

from sandbox.seed import pictures
from sandbox.seed.written import SCENARIOS, Written, read_prompts
from sandbox.simulators.asked import Asked
from sandbox.simulators.models import Talent
from sandbox.wire.types import Image

_SENTENCES = re.compile(r"(?<=[。；;])|(?<=\.) ")
_READING, _ANSWER = {"zh": "读数", "en": "Reading"}, {"zh": "答案", "en": "Answer"}
_GAP = {"zh": "", "en": " "}
_UNKNOWN = {
    "zh": "收到 {count} 张图片（{kinds}）。这是一个模拟模型，只认得本站自带的图片，读不了这一张，因此无法根据它回答。",
    "en": "{count} picture(s) arrived ({kinds}). This is a simulated model: it knows the pictures that come with this"
    " site, and cannot read this one, so it has no answer from it.",
}
_OTHER = {
    "zh": "这是本站自带的一张图：{alt}。模拟模型只会回答这张图自己的题目，换一个问题就答不了。",
    "en": "This is one of the site's own pictures: {alt}. A simulated model answers that picture's own question and no"
    " other.",
}
_USE = {
    "zh": (
        "因此建议先按以上读数核对原始记录，再决定下一步；图上没有的信息（如原因与时间），需要另行确认，不能凭图断定。",
        "可以把这一结果写进记录，请负责人复核后执行；如果原始数据与图不一致，应以原始数据为准。",
    ),
    "en": (
        "So check the source record against these readings first, then act; what the picture does not show, such as the"
        " cause, must be confirmed before anyone decides on it.",
        "This can go into the record as it stands; if the source and the picture disagree, the source decides.",
    ),
}
_IDLE = {
    "zh": "总而言之，这些数据非常重要，值得注意，需要结合多方面的情况综合考虑。",
    "en": "In conclusion, these data are very important and many aspects should be considered.",
}
_THOUGHTS = {
    "zh": "先看图的类型、标题和图例，再找题目要的那一处，最后核对单位。\n",
    "en": "First the kind of picture, its title and legend; then the place that is asked for; then the units.\n",
}


def fingerprint(image: Image) -> str:
    return pictures.fingerprint(image.data)


def look(talent: Talent, asked: Asked, rng: Random) -> tuple[str, str]:
    """(thoughts, answer) about the last known picture; thoughts are empty when the model does not think."""
    known = [prompt for image in asked.images if (prompt := house().get(fingerprint(image)))]
    tongue = "zh" if re.search(r"[㐀-鿿]", asked.text) else "en"
    if not known:
        kinds = ", ".join(f"{image.media_type} {image.width} × {image.height}" for image in asked.images)
        return "", _UNKNOWN[tongue].format(count=len(asked.images), kinds=kinds)
    prompt = known[-1]
    if prompt.text not in asked.text:
        return "", _OTHER[tongue].format(alt=(prompt.picture or {})[f"alt_{tongue}"])
    thoughts = _THOUGHTS[tongue] if talent.thinks and asked.thinking != 0 else ""
    return thoughts, _answer(talent, prompt, rng)


@cache
def house() -> dict[str, Written]:
    """The house's prompts with a picture, by their picture's fingerprint."""
    prompts = (prompt for scenario in SCENARIOS for prompt in read_prompts(scenario) if prompt.picture)
    return {fingerprint(pictures.picture_of(prompt.slug)): prompt for prompt in prompts}


def _answer(talent: Talent, prompt: Written, rng: Random) -> str:
    reading, result = prompt.checks
    reads = rng.random() < talent.sees
    reasons = rng.random() < 0.5 * talent.sees + 0.5 * talent.logic
    read = _told(reading) if reads else _misread(reading, prompt, rng)
    found = _told(result) if reasons else _misread(result, prompt, rng)
    tongue = prompt.language
    body = [
        f"1. {_READING[tongue]} {read}" + ("。" if tongue == "zh" else "."),
        f"2. {_working(talent, prompt, reasons=reasons, found=found)}",
        f"3. {_use(talent, tongue, rng)}",
    ]
    return "\n\n".join([*body, "\n".join([f"{_line(_READING, tongue)}{read}", f"{_line(_ANSWER, tongue)}{found}"])])


def _line(names: dict[str, str], tongue: str) -> str:
    return names[tongue] + ("：" if tongue == "zh" else ": ")


def _working(talent: Talent, prompt: Written, *, reasons: bool, found: str) -> str:
    """As much of the way there as the model would show; where it went wrong, only where it ended."""
    steps = [step.strip() for step in _SENTENCES.split(prompt.reference) if step.strip()]
    if not reasons or talent.style == "generic":
        return f"由图可得 {found}。" if prompt.language == "zh" else f"From the picture it comes to {found}."
    kept = steps[: max(1, round(len(steps) * (0.4 + 0.6 * talent.logic)))]
    return _GAP[prompt.language].join(kept)


def _use(talent: Talent, tongue: str, rng: Random) -> str:
    if talent.obedience < 0.6 or talent.style in {"generic", "rambling"}:
        return _IDLE[tongue]
    first = rng.choice(_USE[tongue])
    return _GAP[tongue].join(_USE[tongue]) if talent.obedience > 0.85 else first


def _told(check: dict[str, Any]) -> str:
    value, unit = str(check["value"]), str(check.get("unit", ""))
    return f"{value}{'' if unit == '%' or not unit else ' '}{unit}"


def _misread(check: dict[str, Any], prompt: Written, rng: Random) -> str:
    """Something near: a neighbouring figure, or another name from the same picture."""
    value = str(check["value"])
    try:
        sign, digits, exponent = Decimal(value).normalize().as_tuple()
    except InvalidOperation:
        others = [name for name in _names((prompt.picture or {})["data"]) if name != value and len(name) == len(value)]
        return rng.choice(others) if others else rng.choice([letter for letter in "ABCDEFGH" if letter not in value])
    near = int("".join(map(str, digits))) + rng.choice((3, 4, -3) if len(digits) > 1 else (1, 2))
    wrong = Decimal((sign, tuple(map(int, str(near))), int(exponent)))
    return _told({**check, "value": f"{wrong:f}"})


def _names(data: Any) -> Iterator[str]:
    """Every text in what a picture was drawn from."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict | list):
        for each in data.values() if isinstance(data, dict) else data:
            yield from _names(each)
