"""Comparing what a model wrote with what it was asked to write, as kindly as a person would."""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher

PUNCTUATION = re.compile(r"[\s\"'`“”‘’「」『』*_.,;:!?。，；：！？、·-]+")
NUMBERS = re.compile(r"\d+")
LONGEST = 4_000
# Comparing costs the square of this, on the loop that other people's answers stream through.
LONGEST_COMPARED = 1_000


def bare(text: str) -> str:
    """Lower case, without blanks, quotes, stars and punctuation."""
    return PUNCTUATION.sub("", unicodedata.normalize("NFKC", text)).casefold()


def says(text: str, word: str) -> bool:
    return bare(word) in bare(text)


def likeness(one: str, other: str) -> float:
    """From 0 to 1, of the texts without blanks and punctuation."""
    return SequenceMatcher(None, comparable(one), comparable(other), autojunk=False).ratio()


def comparable(text: str) -> str:
    return bare(text[:LONGEST])[:LONGEST_COMPARED]


def numbers(text: str) -> list[int]:
    return [int(number) for number in NUMBERS.findall(text[:LONGEST]) if len(number) < 6]
