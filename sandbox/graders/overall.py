"""The dimension of a grade that names none: how good an answer is, taken as a whole."""

from __future__ import annotations

from typing import NamedTuple


class Whole(NamedTuple):
    """A dimension as a judge is told of it, without a rubric's row."""

    slug: str
    title_zh: str
    title_en: str
    guide_zh: str
    guide_en: str
    anchors_zh: dict[str, str]
    anchors_en: dict[str, str]


OVERALL = Whole(
    slug="overall",
    title_zh="总体质量",
    title_en="Overall quality",
    guide_zh="这个回答为提问的人做到了多少：对不对、全不全、切不切题、好不好用，合在一起看。",
    guide_en="How much the answer does for the person who asked: right, complete, to the point, usable; all together.",
    anchors_zh={
        "1": "没有回答，或者错得会害人照着做。",
        "4": "答到了一部分，有明显的错误或缺漏，得自己重做不少。",
        "7": "基本正确、完整、切题，有小毛病，改几处就能用。",
        "10": "正确、完整、切题，拿来就能用，内行也挑不出毛病。",
    },
    anchors_en={
        "1": "No answer, or so wrong that acting on it would do harm.",
        "4": "Part of an answer, with plain mistakes or gaps: much would have to be done again.",
        "7": "Right, complete and to the point in the main; usable after a few repairs.",
        "10": "Right, complete, to the point and usable as it is; an expert would find nothing to add.",
    },
)
