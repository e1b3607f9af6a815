"""Where an answer commits itself: marked spans from the last to the first, then how the text ends.

What is quoted or only supposed ("if it were 12 …", 假设答案是 …) counts when there is nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Generic, NamedTuple, TypeVar

LONGEST_TEXT = 60_000  # characters, from the end: an answer commits itself near its end
LONGEST_SPAN = 400
LONGEST_WHOLE = 2_000
MOST_MARKS = 24
MOST_SENTENCES = 400


class Span(NamedTuple):
    """A piece of the answer's text; ``where`` is json, boxed, marker, tail or whole."""

    text: str
    where: str
    is_doubtful: bool = False

    @property
    def sentence(self) -> str:
        """The text; behind a mark in prose only its first sentence that says anything."""
        if self.where != "marker":
            return self.text
        return next((part for part in SENTENCE_END.split(self.text) if any(map(str.isalnum, part))), self.text)

    @property
    def is_commitment(self) -> bool:
        return self.where in {"json", "boxed", "marker"} and not self.is_doubtful


T = TypeVar("T")


class Reading(NamedTuple, Generic[T]):
    """What an answer commits to. ``others`` are different values that it committed to before."""

    value: T
    span: Span
    others: list[T]


def last_reading(text: str, read: Callable[[Span], T | None], same: Callable[[T, T], bool]) -> Reading[T] | None:
    """The last commitment in ``text`` that ``read`` can read; where nothing is marked, how the text ends."""
    found: Reading[T] | None = None
    for span in spans(text):
        if found and not span.is_commitment:
            return found
        value = read(span)
        if value is None:
            continue
        if found is None:
            found = Reading(value, span, [])
        elif not any(same(value, other) for other in [found.value, *found.others]):
            found.others.append(value)
    return found


JSON_MARK = re.compile(r"""["'](?:final[_ ]?)?answer\\{0,4}["']\s*:\s*""", re.IGNORECASE)
BOXED_MARK = re.compile(r"\\f?boxed\s*\{")
EN_MARK = re.compile(
    r"(?<![\"'\w])(?:(?:final\s+|correct\s+|right\s+|best\s+)*answers?|(?:correct|right|best)\s+(?:choice|option))"
    r"(?:\s+(?:to|for)\s+[^.:\n]{1,80}?|\s*\([^()\n]{1,20}\))?"
    r"[*_]*\s*(?::|=|：|\b(?:is|are|was|would\s+be|will\s+be|must\s+be|should\s+be)\b(?:\s+therefore|\s+thus)?)[*_]*\s*:?",
    re.IGNORECASE,
)
ZH_MARK = re.compile(
    r"(?:答案|正确选项|正确的选项)[*_\s】」\]]*"
    r"(?:应该是|应当是|应该选|应该为|就是|只能是|是|应为|应选|为|选|：|:|=|(?<=[】」\]]))[*_\s]*[:：]?"
    r"|(?:故选|应选|所以选|因此选|本题选|答案选|综上，?选|^答\s*[:：])(?:择|项|项为)?[:：]?",
    re.MULTILINE,
)
HEADING_MARK = re.compile(r"^[#*_ \t]*(?:final\s+|最终)?(?:answer|答案)[*_:： \t]*$\n", re.IGNORECASE | re.MULTILINE)
HASH_MARK = re.compile(r"^####(?!#)\s*", re.MULTILINE)
MARKS = {"json": (JSON_MARK,), "boxed": (BOXED_MARK,), "marker": (EN_MARK, ZH_MARK, HEADING_MARK, HASH_MARK)}

SUPPOSED = re.compile(
    r"\b(?:if|suppose|supposing|imagine|assuming|hypothetically|someone|somebody"
    r"|some\s+(?:people|may|might|would)|one\s+(?:may|might|could)|you\s+(?:may|might)|a\s+student|at\s+first\s+glance)\b|假设|假如|如果|倘若|若是|要是|有人|有同学|误以为|乍一看|也许会|可能会",
    re.IGNORECASE,
)
BELIED = re.compile(
    r"\b(?:wrong|incorrect|mistaken|naive|tempting|false|intuitive|initial|not\s+the|student'?s|his|her|their|other)\s*$"
    r"|(?:错误|错误的|不是正确|并非|直觉的?|原来的|他的|她的)\s*$",
    re.IGNORECASE,
)
DENIED = re.compile(r"\s*[*_]*(?:not\b|n't\b|wrong\b|incorrect\b|不是|不对|错误)", re.IGNORECASE)
SENTENCE_END = re.compile(r"(?:(?<=[.!?])(?=[\s\"'*)])|(?<=[。！？；;])|\n)")
FENCE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
QUOTED = re.compile(
    r"`[^`\n]{1,300}`|“[^”\n]{1,300}”|「[^」\n]{1,300}」|『[^』\n]{1,300}』|‘[^’\n]{1,300}’"
    r"|(?<![\w\"\\:])\"[^\"\n{}]{2,300}\"(?![\w\"])|^>[^\n]*$",
    re.MULTILINE,
)


def spans(text: str) -> Iterator[Span]:
    """Where ``text`` may have committed itself, the best first."""
    text = text[-LONGEST_TEXT:]
    hidden = quoted_places(text)
    marked = [span_at(text, mark, hidden) for mark in last_marks(text)]
    yield from (span for span in marked if not span.is_doubtful)
    yield from tail(hide_quoted(text))
    yield from (span for span in marked if span.is_doubtful)
    yield Span(text[-LONGEST_WHOLE:], "whole")


def last_marks(text: str) -> list[tuple[int, int, str]]:
    """(start, end, where) of the last marks, the last first."""
    found = [
        (match.start(), match.end(), where)
        for where, patterns in MARKS.items()
        for pattern in patterns
        for match in pattern.finditer(text)
    ]
    return sorted(found, reverse=True)[:MOST_MARKS]


def span_at(text: str, mark: tuple[int, int, str], hidden: bytearray) -> Span:
    start, end, where = mark
    if where == "json":
        return Span(json_value(text, end), where)
    if where == "boxed":
        return Span(in_braces(text, end), where, bool(SUPPOSED.search(sentence_before(text, start))))
    return Span(after_mark(text, end), where, bool(hidden[start]) or is_doubtful(text, start, end))


def is_doubtful(text: str, start: int, end: int) -> bool:
    before = sentence_before(text, start)
    return bool(SUPPOSED.search(before) or BELIED.search(before) or DENIED.match(text, end))


def sentence_before(text: str, start: int) -> str:
    """From the beginning of the sentence to ``start``."""
    lead = text[max(0, start - 200) : start]
    return SENTENCE_END.split(lead)[-1]


def quoted_places(text: str) -> bytearray:
    """1 at each character that stands in a quotation or in code."""
    places = bytearray(len(text) + 1)
    for pattern in (FENCE, QUOTED):
        for match in pattern.finditer(text):
            places[match.start() : match.end()] = b"\x01" * (match.end() - match.start())
    return places


def hide_quoted(text: str) -> str:
    for pattern in (FENCE, QUOTED):
        text = pattern.sub(lambda match: "\n" * match[0].count("\n") or " ", text)
    return text


def after_mark(text: str, start: int) -> str:
    """The rest of the line; the next line with something on it when the mark ends its line."""
    rest = text[start : start + 2 * LONGEST_SPAN].lstrip(" \t*_:：")
    lines = [line for line in rest.split("\n") if line.strip(" \t*_$\\[]()`")]
    return lines[0][:LONGEST_SPAN] if lines else ""


def in_braces(text: str, start: int) -> str:
    """From ``start`` to the brace that closes the one before it."""
    depth = 1
    for at in range(start, min(len(text), start + LONGEST_SPAN)):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if depth == 0:
            return text[start:at]
    return text[start : start + LONGEST_SPAN]


STRING_END = re.compile(r"""(?<!\\)"\s*(?=\.?\s*(?:\}|\n|$)|,\s*")""")
BARE_END = re.compile(r"\s*(?:\n\s*\}|\}\s*(?:$|\n|```)|\n|,\s*\"|$)")
BRACKETED = re.compile(r"""(\\?["'`]?)([\[{(])""")
AFTER_BRACKETED = re.compile(r"\s*(?:[,}\n.]|$)")
CLOSING = {"[": "]", "{": "}", "(": ")"}


def json_value(text: str, start: int) -> str:
    """The value of a JSON member as it is written, quotes and escapes included, however broken the object is."""
    window = text[start : start + 5 * LONGEST_SPAN]
    if (whole := bracketed(window)) is not None:
        return whole
    end = (STRING_END if window.startswith('"') else BARE_END).search(window, 1)
    if end is None:
        return window
    return window[: end.start() + window.startswith('"')]


def bracketed(window: str) -> str | None:
    """A list, object or tuple at the beginning, perhaps in quotes; None where it is only the beginning of something."""
    opening = BRACKETED.match(window)
    end = closing(window, opening.start(2)) if opening else None
    if opening is None or end is None or not window.startswith(opening[1], end):
        return None
    end += len(opening[1])
    return window[:end] if AFTER_BRACKETED.match(window, end) else None


def closing(text: str, start: int) -> int | None:
    """Where the bracket that opens at ``start`` has closed."""
    pair = {text[start]: 1, CLOSING[text[start]]: -1}
    depth = 0
    for at in range(start, len(text)):
        depth += pair.get(text[at], 0)
        if depth == 0:
            return at + 1
    return None


def tail(text: str) -> Iterator[Span]:
    """Sentences from the last to the first that suppose nothing."""
    for sentence in reversed(SENTENCE_END.split(text)[-MOST_SENTENCES:]):
        if sentence.strip() and not SUPPOSED.search(sentence):
            yield Span(sentence.strip()[-LONGEST_SPAN:], "tail")
