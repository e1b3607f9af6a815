"""The simulated judge: grades an answer by what can be counted in it, the same each time, and obeys nothing in it.

It reads the blocks of the judge prompt (question, reference, answer, each a JSON string behind a fence) and gives every
dimension a score from its own features. It is no reader: it only tells careful texts from careless ones.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

BLOCK = re.compile(r"<<<(QUESTION|REFERENCE|ANSWER) ([0-9a-f]+)>>>\n(.*)\n<<<END \2>>>")
DIMENSION = re.compile(r"^- ([a-z0-9-]+):", re.MULTILINE)
WORDS = re.compile(r"[a-z]+(?:['’][a-z]+)?|\d+(?:[.,]\d+)*|[\u4e00-\u9fff]")
SENTENCES = re.compile(r"[^.!?。！？\n]+")
FEELING = re.compile(
    r"remember|miss|afraid|sorry|thank|love|hope|proud|alone|together|tired|warm|home|mother|father|child|heart|night"
    r"|记得|想起|抱歉|对不起|谢谢|爱|希望|孤单|一起|累|温暖|回家|妈|爸|孩子|心里|夜|笑|哭|舍不得|陪"
)
ASKING = re.compile(
    r"try|order|book|reply|call|sign up|join|visit|today|now|tomorrow|before|until|free|click|come by"
    r"|试试|下单|预约|回复|联系|报名|加入|今天|现在|立即|截止|免费|点击|扫码|来店|之前"
)
THINKING = re.compile(
    r"because|therefore|so that|hence|if |unless|check|assum|first|then|means|however|instead|since|otherwise"
    r"|因为|所以|因此|如果|除非|验算|检查|假设|首先|然后|说明|但是|否则|由于|意味"
)
CHARTS = re.compile(
    r"bar|line chart|scatter|histogram|box plot|heat ?map|axis|axes|legend|baseline|sort|label|colou?r|stacked|interval"
    r"|柱状|条形|折线|散点|直方|箱线|热力|坐标|纵轴|横轴|图例|基线|排序|标注|颜色|堆叠|区间"
)
SCENE = re.compile(
    r"\d|[“\"「『]|window|door|street|rain|light|hand|table|kettle|bus|train|smell|sound|窗|门|街|雨|灯|手|桌|壶|车|气味|声"
)
ANSWERED = re.compile(r"(?:answer|答案)\s*[:：]\s*(.+)", re.IGNORECASE)
STALE = re.compile(
    r"in today's fast-paced|game.changer|unlock|seamless|very important|many aspects|it is worth noting|in conclusion"
    r"|随着时代|众所周知|总而言之|非常重要|多方面|值得注意|不容忽视|赋能"
)


@dataclass(frozen=True)
class Reading:
    """One answer beside its question; every feature is from 0 to 1."""

    question: str
    reference: str
    answer: str

    @cached_property
    def words(self) -> list[str]:
        return WORDS.findall(self.answer.lower())

    @cached_property
    def is_chinese(self) -> bool:
        return bool(re.search(r"[\u4e00-\u9fff]", self.question or self.answer))

    @cached_property
    def is_empty(self) -> bool:
        """Nothing, one thing over and over, or the question again."""
        echo = self.question.strip() and self.answer.strip() in self.question
        return len(self.words) < 3 or len(set(self.words)) < 3 or bool(echo)

    @cached_property
    def fit(self) -> float:
        """Long enough to say something, short enough to be read."""
        count = len(self.words) / (1.6 if self.is_chinese else 1)
        return min(count / 50, 1.0) * min(1.0, 420 / max(count, 1))

    @cached_property
    def variety(self) -> float:
        pairs = list(zip(self.words, self.words[1:], strict=False))
        return min(1.0, len(set(pairs)) / len(pairs) * 1.05) if pairs else 0.0

    @cached_property
    def freshness(self) -> float:
        """Sentences that are not repeated and not worn out."""
        sentences = [s.strip().lower() for s in SENTENCES.findall(self.answer) if len(s.strip()) > 4]
        if not sentences:
            return 0.0
        repeated = 1 - len(set(sentences)) / len(sentences)
        return max(0.0, 1 - 2 * repeated - 0.18 * len(STALE.findall(self.answer.lower())))

    @cached_property
    def attention(self) -> float:
        """How much of what the question speaks of comes back in the answer."""
        asked = {word for word in WORDS.findall(self.question.lower()) if self.is_chinese or len(word) > 4}
        return min(1.0, 1.7 * len(asked & set(self.words)) / len(asked)) if asked else 0.5

    @cached_property
    def order(self) -> float:
        parts = len([line for line in self.answer.splitlines() if line.strip()])
        return min(1.0, 0.3 + parts / 7)

    @cached_property
    def right(self) -> float:
        """Whether the committed answer holds the reference's figures or words; half where there is no reference."""
        if not self.reference.strip():
            return 0.5
        committed = ANSWERED.findall(self.answer)
        said = set(WORDS.findall((committed[-1] if committed else self.answer[-160:]).lower()))
        figures = re.findall(r"\d+(?:[.,]\d+)*", self.reference)
        wanted = set(figures[-1:]) or set(WORDS.findall(self.reference.lower())[:4])
        return len(wanted & said) / len(wanted) if wanted else 0.5

    def density(self, pattern: re.Pattern[str], *, enough: int) -> float:
        """How often the pattern is met; ``enough`` times is all that can be wished."""
        return min(1.0, len(pattern.findall(self.answer.lower())) / enough)


def novelty(r: Reading) -> float:
    return 0.34 * r.freshness + 0.22 * r.variety + 0.26 * r.density(SCENE, enough=6) + 0.18 * r.attention


def resonance(r: Reading) -> float:
    return 0.42 * r.density(FEELING, enough=5) + 0.24 * r.freshness + 0.2 * r.density(SCENE, enough=5) + 0.14 * r.fit


def selling(r: Reading) -> float:
    return 0.34 * r.density(ASKING, enough=4) + 0.3 * r.attention + 0.2 * r.fit + 0.16 * r.freshness


def accuracy(r: Reading) -> float:
    return 0.8 * r.right + 0.2 * r.density(THINKING, enough=5)


def depth(r: Reading) -> float:
    return 0.4 * r.density(THINKING, enough=8) + 0.22 * r.order + 0.2 * r.attention + 0.18 * r.fit


def advice(r: Reading) -> float:
    return 0.55 * r.density(CHARTS, enough=6) + 0.2 * r.attention + 0.15 * r.density(THINKING, enough=4) + 0.1 * r.order


def general(r: Reading) -> float:
    return 0.3 * r.freshness + 0.25 * r.attention + 0.25 * r.fit + 0.2 * r.variety


MEASURES: dict[str, tuple[Callable[[Reading], float], str, str]] = {
    "creative-novelty": (novelty, "fresh, concrete wording", "用语新鲜、具体的程度"),
    "emotional-resonance": (resonance, "words that touch a feeling", "触动情感的词句"),
    "commercial-potential": (selling, "a clear next step for the reader", "给读者的下一步是否清楚"),
    "logical-accuracy": (accuracy, "the committed answer against the reference", "最终答案与参考的符合程度"),
    "analysis-depth": (depth, "reasons, checks and order", "理由、检验和条理"),
    "visualization-advice": (advice, "which chart, which axes, and why", "用什么图、什么坐标、为什么"),
}


def answer(text: str, *, system: str) -> str:
    """The judge's whole reply to a judge prompt: one JSON object with a score and a reason per dimension."""
    blocks = {name: body for name, _fence, body in BLOCK.findall(text)}
    reading = Reading(*(unquote(blocks.get(name, "")) for name in ("QUESTION", "REFERENCE", "ANSWER")))
    return json.dumps(
        {"scores": {slug: grade(slug, reading) for slug in DIMENSION.findall(system)}}, ensure_ascii=False
    )


def unquote(body: str) -> str:
    try:
        return str(json.loads(body))
    except ValueError:
        return ""


def grade(slug: str, reading: Reading) -> dict[str, object]:
    """Half points from 1 to 10, with what was looked at."""
    measure, english, chinese = MEASURES.get(slug, (general, "care taken with the text", "文字的用心程度"))
    share = 0.0 if reading.is_empty else max(0.0, min(1.0, measure(reading)))
    score = round(2 * (1 + 9 * share)) / 2
    label = f"{chinese}：{round(share * 100)}%" if reading.is_chinese else f"{english}: {round(share * 100)} %"
    return {"score": score, "reason": label}
