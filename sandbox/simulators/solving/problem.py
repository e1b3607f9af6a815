"""A problem as the solvers read it, and a solution as they hand it over. Numbers are exact fractions."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

NUMBER = r"\d[\d,]*(?:\.\d+)?"
_WORDS = "zero one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905
_DIGITS = "零一二三四五六七八九十"
_CHINESE = re.compile(r"[㐀-鿿]")
_FENCE = re.compile(r"```(?:\w+)?\n(.*?)```", re.DOTALL)


def number(text: str) -> Fraction:
    """``1,800`` or ``0.85`` or ``three`` or ``三``; raises ValueError for anything else."""
    word = text.strip().lower()
    if word in _WORDS:
        return Fraction(_WORDS.index(word))
    if len(word) == 1 and word in _DIGITS:
        return Fraction(_DIGITS.index(word))
    return Fraction(word.replace(",", "").rstrip("."))


def rounded(value: Fraction, places: int) -> str:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return str(exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))


def plain(value: Fraction, places: int = 4) -> str:
    """As few digits as show the value, at most ``places`` after the point."""
    text = rounded(value, places)
    return text.rstrip("0").rstrip(".") if "." in text else text


@dataclass(frozen=True, slots=True)
class Solution:
    """A worked problem. ``slips`` are answers that a likely mistake gives; the sentences are in the problem's language.

    ``why``: what decides the result; ``trap``: the tempting mistake; ``check``: how to verify; ``flips``: what would
    change it. ``chart`` names the kind of data for the chart advice. ``json``, where asked for, is the answer itself.
    """

    answer: str
    steps: tuple[str, ...]
    slips: tuple[str, ...] = ()
    why: str = ""
    trap: str = ""
    check: str = ""
    flips: str = ""
    chart: str = "bars"
    json: Any = None


@dataclass(frozen=True)
class Problem:
    text: str

    @cached_property
    def chinese(self) -> bool:
        """Whether it is asked in Chinese: some quoted characters in an English text do not make it so."""
        return len(_CHINESE.findall(self.text)) * 4 > len(re.findall(r"[A-Za-z]+", self.text))

    def say(self, zh: str, en: str) -> str:
        return zh if self.chinese else en

    @cached_property
    def places(self) -> int | None:
        """How many decimals are asked for; None is unsaid."""
        if match := re.search(r"保留([一二三四])位小数|(one|two|three) decimals?", self.text):
            return int(number(match[1] or match[2]))
        return 0 if re.search(r"whole number|取整|保留整数", self.text) else None

    def shown(self, value: Fraction, places: int | None = None) -> str:
        """``value`` with the decimals asked for, else ``places``, else as few as it needs."""
        wanted = self.places if self.places is not None else places
        return plain(value, 2) if wanted is None else rounded(value, wanted)

    @cached_property
    def code(self) -> str:
        match = _FENCE.search(self.text)
        return match[1] if match else ""

    @cached_property
    def table(self) -> list[list[str]]:
        """The cells of the first Markdown table, header first, without the rule below it."""
        lines = [line.strip() for line in self.text.splitlines() if line.strip().startswith("|")]
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
        return [row for row in rows if not all(set(cell) <= set("-: ") for cell in row)]

    def find(self, pattern: str) -> re.Match[str] | None:
        return re.search(pattern, self.text, re.IGNORECASE)

    def numbers(self, pattern: str) -> list[Fraction]:
        """The first group of every match, as numbers."""
        return [number(match[1]) for match in re.finditer(pattern, self.text, re.IGNORECASE)]

    @cached_property
    def asks_for_json(self) -> bool:
        return bool(self.find("json"))


Solver = Callable[[Problem], Solution | None]
