"""Reads a writing brief: language, kind of text, subject, facts, words to avoid, lengths, the step it asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass

_KINDS = {
    "apology": r"致歉|(?<!不)道歉|an apology|apologis|we apologise|charged .* twice",
    "script": r"脚本|分镜|radio spot|script",
    "interface": r"界面文案|interface copy|error messages",
    "slogans": r"句口号|给出\s*\d+\s*句|\d+ names|\d+ taglines|\d+ slogans",
    "landing": r"landing page|headline \(|落地页",
    "mail": r"邮件|标题（|备选标题|announcement email|subject line",
    "job": r"招聘|job ad",
    "notice": r"公告|告示|通知|notice|recall|closes on",
    "fundraising": r"捐|fundrais|donat",
    "greeting": r"祝福|贺卡|greeting|New Year message|birthday",
    "note": r"笔记|weekly note|newsletter|review",
    "spoken": r"口播|直播|spoken",
    "story": r"故事|story|product page",
    "advert": r"文案|广告|朋友圈|\bad\b|advert|slogan|promo",
}
_BANNED_ZH = re.compile(r"(?:不用|不要出现|不出现|不写|不要用|避免)((?:[^。；\n]{0,6}[“\"][^”\"]{1,12}[”\"])+)")
_BANNED_EN = re.compile(
    r"(?:do not use|avoid|without|\bno|from the list)((?:[^.\n]{0,30}?[\"“][^\"”]{1,80}[\"”])+)", re.IGNORECASE
)
_NAMED_EN = re.compile(
    r"\b(?:for|of|about|from|to|in|at) (?:an?|the|our|its) (?!page|product|moment|middle|landing)([a-z][a-z' -]{2,40}?)"
    r"(?=[.,;:(]|\n|$| (?:to|who|that|with|on|whose|and|in|by|from|at|for|can|between) )"
)
_OPENED_EN = re.compile(r"^(?:An?|The|Our) ([a-z][a-z' -]{2,30}?)(?= (?:now|has|that|closes|can|with) )")
_NAMED_ZH = re.compile(
    r"(?:(?<!你是)一[家台款支个项]|[^“]卖)([^，。：]{2,28}?)(?:写|想|因|今天|现在|月底|，|。|的口吻|的“|上线|：)"
)
_LISTED = re.compile(r"(?:已知事实|事实|Facts|优点|说清(?:[两三四]件事)?)\s*[:：]\s*([^\n。]+)")
_NUMBERED = re.compile(r"^\s*\d+[.、)]\s*")
_CUTS_ZH = re.compile(r"[；。;]\s*|，|\n")
_CUTS_EN = re.compile(r";\s*|(?<=[A-Za-z0-9%])\.\s+|(?<=[a-z0-9]), (?=[a-z]+ )|: |\n")
_QUOTED = re.compile(r"[“\"「]([^”\"」]{1,80})[”\"」]")
# Clauses that tell the writer what to do; none of them is a fact.
_ORDERS = re.compile(
    r"写|要求|请|不要|不得|不用|不连用|风格|第一人称|最后|说明|每镜|标题|字以内|不超过|\d+\s*[–-]\s*\d+\s*字|给出|至少|读者|开头|让|只讲|口吻|投放|带出|介绍|想换|[“”]"
    r"|write|words|at most|use at least|invent|recommend|number \d|for each|may be|propose|characters|end with|do not"
    r"|say what|reader|should|it is|keep them|give them|tell them|blame|card that|attract|not an experiment|so word|^an? \w+$|^one \w+$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Brief:
    """``most``/``least`` count characters in Chinese and words in English; None is unsaid."""

    text: str
    chinese: bool
    kind: str
    subject: str
    facts: tuple[str, ...]
    banned: tuple[str, ...]
    most: int | None
    least: int | None
    items: int
    step: str
    sells: bool


def is_chinese(text: str) -> bool:
    return len(re.findall(r"[㐀-鿿]", text)) * 3 > len(re.findall(r"[A-Za-z]+", text))


def size(text: str, *, chinese: bool) -> int:
    """Characters without blanks, or words."""
    return len(re.sub(r"\s", "", text)) if chinese else len(re.findall(r"[A-Za-z0-9][\w'’.,:%-]*", text))


def read_brief(text: str) -> Brief:
    chinese = is_chinese(text)
    kind = next((kind for kind, shape in _KINDS.items() if re.search(shape, text, re.IGNORECASE)), "advert")
    # Where the parts have lengths of their own, none of them is the whole text's.
    least, most = (None, None) if kind in {"interface", "landing", "slogans"} else _length(text, chinese=chinese)
    banned = _banned(text)
    return Brief(
        text=text,
        chinese=chinese,
        kind=kind,
        subject=_subject(text, banned, chinese=chinese),
        facts=_facts(text, chinese=chinese),
        banned=banned,
        most=most,
        least=least,
        items=_items(text),
        step=_step(text),
        sells=not re.search(r"不推销|不要推销|do not sell|don't sell|不挽留", text, re.IGNORECASE),
    )


def _length(text: str, *, chinese: bool) -> tuple[int | None, int | None]:
    """(least, most) of the whole text: a span, or the largest length that is named."""
    unit = r"\s*字" if chinese else r"[ -](?:spoken )?words?"
    if between := re.search(rf"(\d+)\s*[–\-~至到]\s*(\d+){unit}", text):
        return int(between[1]), int(between[2])
    if about := re.search(rf"(?:about|around|约|左右)\s*(\d+){unit}", text):
        return int(int(about[1]) * 0.8), int(int(about[1]) * 1.2)
    named = [int(most) for most in re.findall(rf"(\d+){unit}", text)]
    return None, max(named, default=None)


def _banned(text: str) -> tuple[str, ...]:
    found = [match[1] for shape in (_BANNED_ZH, _BANNED_EN) for match in shape.finditer(text)]
    quoted = [word for part in found for word in _QUOTED.findall(part)]
    return tuple(one.strip() for word in quoted for one in word.split(",") if one.strip())


def _subject(text: str, banned: tuple[str, ...], *, chinese: bool) -> str:
    """What the text is about, in a few words; empty when the brief does not give it away."""
    if not chinese:
        named = _OPENED_EN.search(text) or _NAMED_EN.search(text)
        words = re.sub(r"^(?:new|small|three-chair) ", "", named[1]).split() if named else []
        return " ".join(words[-3:])
    quoted = [word for word in _QUOTED.findall(text.split("。")[0]) if word not in banned and 2 <= len(word) <= 10]
    if quoted:
        return str(quoted[0])
    named = _NAMED_ZH.search(text)
    last = named[1].split("的")[-1].strip() if named else ""
    return last if 2 <= len(last) <= 10 else ""


def _facts(text: str, *, chinese: bool) -> tuple[str, ...]:
    """Clauses that state something: those under a heading such as "Facts:", else those with a figure, else any."""
    listed = _LISTED.search(text)
    clauses = [
        _NUMBERED.sub("", clause).strip(" -·.。：")
        for clause in (_CUTS_ZH if chinese else _CUTS_EN).split(listed[1] if listed else text)
    ]
    held = [clause for clause in clauses if 4 <= len(clause) <= 110 and not _ORDERS.search(clause)]
    figures = [clause for clause in held if re.search(r"\d", clause)]
    return tuple(dict.fromkeys(held if listed else figures or held))[:6]


def _items(text: str) -> int:
    """How many things are to be listed."""
    match = re.search(
        r"(\d+)\s*(?:句|条|个名字|names|taglines|slogans|bullets)|不超过\s*(\d+)\s*个|分镜不超过\s*(\d+)", text
    )
    found = next((int(group) for group in match.groups() if group), 0) if match else 0
    numbered = len(re.findall(r"^\s*\d[.、)]", text, re.MULTILINE))
    return min(found or numbered or 5, 8)


def _step(text: str) -> str:
    """What the last line is to bring in, where the brief spells it out."""
    match = re.search(r"(?:最后一句|结尾|最后)[^：:\n]{0,14}[:：]\s*([^\n。；;]{4,40})", text)
    return match[1].strip() if match else ""
