"""Reads the letter, or letters, an answer chooses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sandbox.graders.rule.committed import Span
from sandbox.graders.rule.plain import plain

LETTERS = r"[A-J](?:\s*(?:[,、，/&+]|and|和|与|及|,\s*and)?\s*[A-J])*"
# a letter that is a word of its own: not the A of "A good answer", not the I of "I think"
ALONE = re.compile(rf"(?<![A-Za-z'’\-])(?P<letters>{LETTERS})(?![A-Za-z'’]|\s+[a-z])")
BRACKETED = re.compile(rf"[(\[（【]\s*(?P<letters>{LETTERS})\s*[)\]）】]")
AT_START = re.compile(
    rf"^\W*(?:option|choice|选项|选择|选)?\W*(?P<letters>{LETTERS})(?![A-Za-z'’])"
    r"(?!(?<=[AI])\s+(?!is\b|and\b|or\b|because\b|since\b)[a-z])"
)
CHOSEN = re.compile(
    rf"(?:option|choice|选项|选择|选)\s*[(（]?(?P<before>{LETTERS})(?![A-Za-z])"
    rf"|[(（]?(?<![A-Za-z])(?P<after>{LETTERS})[)）]?\s*(?:is|are|选项)?\s*(?:the\s+)?(?:correct|right|正确)",
)
NONE_OF_THEM = re.compile(r"无法|没有正确|无正确|都不|none of|cannot|can't|unknown|undetermined", re.IGNORECASE)


def committed_letters(span: Span) -> str | None:
    """The letters in alphabetic order, "" where the span declines to choose, None where it says nothing of choices."""
    text = plain(span.sentence).strip().strip("\"'")
    if span.where in {"tail", "whole"}:
        found = [match["before"] or match["after"] for match in CHOSEN.finditer(text)]
        found += [match["letters"] for match in re.finditer(rf"^\W*(?P<letters>{LETTERS})\W*$", text, re.MULTILINE)]
        return sorted_letters(found[-1]) if found else None
    for letters in candidates(text):
        return sorted_letters(letters)
    return "" if NONE_OF_THEM.search(text) else None


def candidates(text: str) -> Iterator[str]:
    if match := AT_START.match(text):
        yield match["letters"]
    for pattern in (BRACKETED, ALONE):
        yield from (match["letters"] for match in pattern.finditer(text))


def sorted_letters(letters: str) -> str:
    return "".join(sorted({c for c in letters if c.isupper()}))
