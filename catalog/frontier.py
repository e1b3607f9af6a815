"""效率前沿: who gives the most quality for what it costs, and who only might. Pure: readings in, places out.

A candidate is on the front when nobody is at least as good in both directions and better in one (Pareto). Readings
have intervals, so two more things are said: one off the front is *beaten* only when somebody no dearer is better
beyond both intervals; otherwise it *may belong* there.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

# What is plotted keeps off the edges by this share of the plot, so that a mark and its label fit.
MARGIN = 0.07
TICKS_OF_A_DECADE = (1, 2, 5)
MOST_TICKS = 7


class Reading(NamedTuple):
    """A value, with its interval and sample size where it was measured."""

    value: float
    low: float | None = None
    high: float | None = None
    samples: int | None = None

    @property
    def least(self) -> float:
        return self.value if self.low is None else self.low

    @property
    def most(self) -> float:
        return self.value if self.high is None else self.high


class Candidate(NamedTuple):
    quality: Reading
    cost: Reading  # money, time or size where less is better; a speed where more is


class Place(StrEnum):
    FRONT = "front"
    OPEN = "open"
    BEATEN = "beaten"


def places(candidates: Mapping[str, Candidate], *, more_is_better: bool = False) -> dict[str, Place]:
    """Each candidate's place; ``more_is_better`` turns the cost axis round."""
    sign = -1.0 if more_is_better else 1.0
    return {name: _place(name, candidates, sign) for name in candidates}


def _place(name: str, candidates: Mapping[str, Candidate], sign: float) -> Place:
    mine, others = candidates[name], [each for other, each in candidates.items() if other != name]
    if not any(_dominates(other, mine, sign) for other in others):
        return Place.FRONT
    return Place.BEATEN if any(_beats(other, mine, sign) for other in others) else Place.OPEN


def _dominates(other: Candidate, mine: Candidate, sign: float) -> bool:
    cheaper, better = sign * (mine.cost.value - other.cost.value), other.quality.value - mine.quality.value
    return cheaper >= 0 and better >= 0 and (cheaper > 0 or better > 0)


def _beats(other: Candidate, mine: Candidate, sign: float) -> bool:
    """No dearer and better, both beyond the intervals."""
    dearest, cheapest = (other.cost.most, mine.cost.least) if sign > 0 else (mine.cost.most, other.cost.least)
    return dearest <= cheapest and other.quality.least > mine.quality.most


def front(candidates: Mapping[str, Candidate], *, more_is_better: bool = False) -> list[str]:
    """Who is on the front, the cheapest (or, where more is better, the fastest) first."""
    sign = -1.0 if more_is_better else 1.0
    found = [name for name, place in places(candidates, more_is_better=more_is_better).items() if place == Place.FRONT]
    return sorted(found, key=lambda name: (sign * candidates[name].cost.value, candidates[name].quality.value, name))


class Axis(NamedTuple):
    """From values to shares of the plot, 0 to 1."""

    low: float
    high: float
    ticks: tuple[float, ...]
    logarithmic: bool = False

    def share(self, value: float) -> float:
        start, end, at = (math.log(each) if self.logarithmic else each for each in (self.low, self.high, value))
        return min(max((at - start) / (end - start), 0.0), 1.0)


def logarithmic(values: Sequence[float]) -> Axis:
    """An axis for amounts above 0 that may differ a thousandfold, with ticks at 1, 2 and 5 of each power of ten."""
    least, most = min(values), max(values)
    if least == most:
        least, most = least / 2, most * 2
    reach = (most / least) ** MARGIN
    low, high = least / reach, most * reach
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for steps in (TICKS_OF_A_DECADE, (1,)):
        ticks = tuple(step * 10.0**decade for decade in decades for step in steps if low <= step * 10.0**decade <= high)
        if 2 <= len(ticks) <= MOST_TICKS:
            break
    return Axis(low, high, ticks[:: math.ceil(len(ticks) / MOST_TICKS)] if ticks else (least, most), logarithmic=True)


def scores(readings: Sequence[Reading], *, least: float = 1.0, most: float = 10.0) -> Axis:
    """An axis of whole scores that holds every interval; two points long at least, within ``least`` to ``most``."""
    low = max(least, math.floor(min(each.least for each in readings)))
    high = min(most, math.ceil(max(each.most for each in readings)))
    while high - low < 2:
        low, high = max(least, low - 1), min(most, high + 1)
    return Axis(low, high, tuple(float(tick) for tick in range(int(low), int(high) + 1)))
