"""Writes what a brief asks for as well as a talent allows: scenes or set phrases, facts kept or lost, limits."""

from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random
from typing import Any

from sandbox.simulators.models import Talent
from sandbox.simulators.writing.brief import Brief, size
from sandbox.simulators.writing.interface import write_interface
from sandbox.simulators.writing.words import read_words, tongue

# Kinds of text that are not about a thing one could praise.
_NOT_OF_THINGS = {"apology", "notice", "fundraising", "greeting", "job", "interface"}
_USUAL = {True: 170, False: 120}  # the length of a text whose brief names none


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence and how much the text would lose without it (0-9)."""

    text: str
    worth: int


def themes_of(text: str) -> list[dict[str, Any]]:
    """The themes whose words occur in ``text``, the one with most of them first."""
    lowered = text.lower()
    themes = read_words("scenes")
    counts = {name: sum(lowered.count(word.lower()) for word in held["words"]) for name, held in themes.items()}
    found = sorted((name for name in counts if counts[name]), key=lambda name: -counts[name])
    return [themes[name] for name in found or ["any"]]


def write_creative(talent: Talent, brief: Brief, rng: Random) -> str:
    skill = talent.chinese if brief.chinese else talent.english
    lines = _lines(talent, brief, rng)
    lines = [_clumsy(line, brief, rng) if rng.random() > skill + 0.25 else line for line in lines]
    if rng.random() < talent.obedience:
        lines = [line for line in lines if not any(word in line.text for word in brief.banned)]
    most = _most(talent, brief, rng)
    return _laid_out(_fitted(lines, most, chinese=brief.chinese), talent, brief)


def _most(talent: Talent, brief: Brief, rng: Random) -> int:
    """The length that this writer will keep to; the careless overshoot."""
    usual = int(_USUAL[brief.chinese] * talent.length)
    if brief.most is None:
        return usual
    if rng.random() < talent.obedience:
        least = brief.least or 0
        return max(min(brief.most, max(usual, least + (brief.most - least) // 2)), 12) * 24 // 25
    return int(brief.most * rng.uniform(1.15, 1.9))


def _lines(talent: Talent, brief: Brief, rng: Random) -> list[Line]:
    """The text sentence by sentence, in order."""
    scenes, turns = _seen(brief, rng)
    seen = round(talent.writing * 4 - 0.8) if talent.style != "terse" else 1
    lines = [Line(scene, 8 - at * 2) for at, scene in enumerate(scenes[: max(seen, 0)])]
    if talent.writing > 0.55 and turns:
        lines.append(Line(turns[0], 7))
    lines += _facts(talent, brief, rng)
    if brief.kind in {"apology", "notice"} and talent.writing > 0.4:
        lines.append(Line(_words("owned", brief), 8))
    lines += _filler(talent, brief, rng)
    if talent.writing > 0.75 and turns:
        lines.append(Line(turns[1], 3))
    return lines + _closing(talent, brief)


def _seen(brief: Brief, rng: Random) -> tuple[list[str], list[str]]:
    """(scenes, sentences that lead from them to the subject); the latter only where there is something to sell."""
    themes = themes_of(brief.text)
    scenes = [rng.sample(theme[tongue(brief.chinese)], 4) for theme in themes]
    mixed = [*scenes[0][:3], *(scenes[1][:1] if len(scenes) > 1 else scenes[0][3:])]
    turns = themes[0][f"{tongue(brief.chinese)}_turn"] if brief.subject and brief.kind not in _NOT_OF_THINGS else []
    return mixed, [_named(turn, brief) for turn in rng.sample(turns, len(turns))]


def _words(name: str, brief: Brief) -> Any:
    return read_words("phrases")[name][tongue(brief.chinese)]


def _named(text: str, brief: Brief) -> str:
    subject = brief.subject or ("这件事" if brief.chinese else "offer")
    return text.replace("{s}", subject)


def _facts(talent: Talent, brief: Brief, rng: Random) -> list[Line]:
    """The brief's own facts as sentences: all of them from the best, hardly any from the worst."""
    kept = [fact for fact in brief.facts if rng.random() < talent.obedience * 1.1]
    ends = "。" if brief.chinese else "."
    return [Line(fact[0].upper() + fact[1:].rstrip(".。，,") + ends, 7) for fact in kept]


def _filler(talent: Talent, brief: Brief, rng: Random) -> list[Line]:
    """What fills the page: plain sentences, sales talk, set phrases, or whatever comes to mind."""
    count = {"vivid": 0, "terse": 0, "plain": 2, "salesy": 1, "generic": 5, "rambling": 3}[talent.style]
    pool = (
        _words("cliches", brief)
        if talent.style in {"generic", "rambling"} or rng.random() > talent.writing + 0.3
        else _words("plain", brief)
    )
    lines = [
        Line(_named(rng.choice(pool) if talent.writing < 0.3 else text, brief), 4) for text in rng.sample(pool, count)
    ]
    if talent.style == "salesy":
        lines += [Line(_named(text, brief), 5) for text in rng.sample(_words("salesy", brief), 2)]
    if talent.style == "rambling":
        lines += [Line(text, 4) for text in _words("drift", brief)]
    if talent.writing < 0.45 and talent.style != "rambling":
        lines += [Line(_named(text, brief), 3) for text in rng.sample(_words("cliches", brief), 2)]
    return lines


def _closing(talent: Talent, brief: Brief) -> list[Line]:
    """The step the reader is to take; weaker writers forget it."""
    if talent.writing < 0.38:
        return []
    asks = read_words("phrases")["asks"]
    ask = asks.get(brief.kind, asks["advert"])[tongue(brief.chinese)]
    if brief.step and talent.obedience > 0.6:
        return [Line(brief.step + "。", 9)]
    return [Line(ask, 9)] if brief.sells or brief.kind == "greeting" else []


def _clumsy(line: Line, brief: Brief, rng: Random) -> Line:
    return Line(_named(rng.choice(_words("clumsy", brief)), brief), line.worth)


def _fitted(lines: list[Line], most: int, *, chinese: bool) -> list[Line]:
    """The lines of most worth that fit into ``most``, in their order; the first always stays."""
    kept: set[int] = set()
    room = most
    for at in sorted(range(len(lines)), key=lambda i: (-lines[i].worth, i)):
        need = size(lines[at].text, chinese=chinese)
        if need <= room or not kept:
            kept.add(at)
            room -= need
    return [line for at, line in enumerate(lines) if at in kept]


def _laid_out(lines: list[Line], talent: Talent, brief: Brief) -> str:
    """Paragraphs, or the form that the kind asks for where the writer minds it."""
    texts = [line.text for line in lines]
    if talent.obedience >= 0.6:
        if brief.kind == "script":
            return _script(texts, brief)
        if brief.kind == "slogans":
            return _numbered(texts, brief)
        if brief.kind == "interface":
            return write_interface(brief, full=talent.writing > 0.6)
        if brief.kind in {"mail", "landing"}:
            return _headed(texts, brief)
    gap = "" if brief.chinese else " "
    body = gap.join(texts[:-1]) + ("\n\n" if len(texts) > 2 else gap) + texts[-1] if len(texts) > 1 else "".join(texts)
    openings = read_words("phrases")["openings"] if talent.obedience > 0.5 else {}
    opening = openings.get(brief.kind, {}).get(tongue(brief.chinese))
    return f"{opening}\n\n{body}" if opening else body


def _script(texts: list[str], brief: Brief) -> str:
    shot = (
        "镜头 {n}｜画面：{t}｜声音：环境声渐近，无旁白"
        if brief.chinese
        else "[{n}. Sound, close and then far away.] {t}"
    )
    *shots, last = texts
    lines = [shot.format(n=at, t=text) for at, text in enumerate(shots[: max(brief.items - 1, 2)], 1)]
    return "\n".join([*lines, last])


def _numbered(texts: list[str], brief: Brief) -> str:
    """Entries of a few words each, with whom each wins and loses, and the one that is chosen."""
    why = (
        "——打动在意细节的人，可能让赶时间的人觉得慢。"
        if brief.chinese
        else " (wins the careful; may annoy the hurried)"
    )
    lines = [f"{at}. {_short(text, brief)}{why}" for at, text in enumerate(texts[: brief.items], 1)]
    chosen = (
        "我会选第 1 个：它不解释，却让人看见。"
        if brief.chinese
        else "I would pick number 1: it explains nothing and shows something."
    )
    return "\n".join([*lines, chosen])


def _short(text: str, brief: Brief) -> str:
    first = re.split(r"[，。：；、,:;]|\. ", text)[0].rstrip(".")
    return first[:10] if brief.chinese else " ".join(first.split()[:7])


def _headed(texts: list[str], brief: Brief) -> str:
    title = _short(texts[0], brief)
    label = "标题：" if brief.chinese else "Subject: "
    gap = "" if brief.chinese else " "
    return f"{label}{title}\n\n{gap.join(texts[:-1])}\n\n{texts[-1]}"
