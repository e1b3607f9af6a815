"""Whether a number that was read is the amount that was expected, whatever unit either is written in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from sandbox.graders.rule.expressions import Value, evaluate
from sandbox.graders.rule.numbers import Number
from sandbox.graders.rule.plain import plain
from sandbox.graders.rule.units import PERCENT, Unit, multiplier_at, unit_at

ROUNDING = Fraction(1, 10**9)
THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")


class Amount(NamedTuple):
    """An expected value with its tolerance, both in the unit that the check names."""

    value: Value
    tolerance: Value
    factor: int = 1
    unit: Unit | None = None
    is_percent: bool = False
    spelled: Value | None = None  # the digits alone, where the value is written with its base: 1021_3

    @property
    def scale(self) -> Value:
        """One of the check's unit in base units: 万元 is 10000 (元), km is 1000 (m)."""
        size: Value = self.unit.size if self.unit else Fraction(1)
        return self.factor * size

    def is_met_by(self, number: Number) -> bool:
        reach: Value = self.tolerance + size_of(self.value) * ROUNDING
        return any(size_of(value - self.value) <= reach for value in self.worth(number)) or number.value == self.spelled

    def worth(self, number: Number) -> Iterator[Value]:
        """What ``number`` may mean in the check's unit; nothing where it measures something else."""
        if self.is_percent or number.is_percent:
            yield from self.in_percent(number)
        elif self.unit is None or number.unit is None:
            yield number.value * number.multiplier / self.factor
            if number.multiplier == 1:
                yield number.value
        elif self.unit.of == number.unit.of:
            yield number.size / self.scale

    def in_percent(self, number: Number) -> Iterator[Value]:
        """78 %, 78 and 0.78 are 78 %; where no percentage was expected, 78 % is 0.78, or 78 of a hundred."""
        yield number.value
        if not number.is_percent and size_of(number.value) <= 1:
            yield number.value * 100
        if number.is_percent and not self.is_percent:
            yield number.value / 100


def size_of(value: Value) -> Value:
    """abs, which the type checker cannot follow through a union."""
    return value if value >= 0 else -value


def expected_amount(value: str, *, tolerance: str = "", unit: str = "") -> Amount:
    """From a check's texts; ``tolerance`` is "0.01" absolute or "1%" relative. Raises ValueError for no number."""
    worth = evaluate(THOUSANDS.sub("", plain(str(value))))
    if worth is None:
        raise ValueError(value)
    share = Fraction(tolerance[:-1]) / 100 if tolerance.endswith("%") else None
    allowed: Value = size_of(worth) * share if share is not None else Fraction(tolerance or 0)
    if unit in PERCENT:
        return Amount(worth, allowed, is_percent=True)
    factor, length = multiplier_at(unit)
    digits, _, base = str(value).partition("_")
    spelled = evaluate(digits) if base else None
    return Amount(worth, allowed, factor, unit_at(unit[length:].strip())[0], spelled=spelled)
