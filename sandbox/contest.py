"""The leader against every other channel: what was beaten, what is equal, what is open. Pure numpy.

One error per trial. A rival is *beaten* when its own paired interval at ``CLEAR`` lies below the leader, and the leader
is clearly the best only when all rivals are beaten. Where no channel is truly the best, at least two share the
top, and the worst case for us is exactly two: whoever leads must still beat the other, which happens with probability
``1 - CLEAR`` at most. More equal channels only crowd the leader (Berger's intersection-union argument; for the best of
many: Hsu, Multiple Comparisons, 1996).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sandbox import stats
from sandbox.stats import Cells, Difference
from sandbox.value import Evidence, value_cells

CLEAR = 0.96  # the promise is 0.95; what is spared covers scores that are far from normal
ENOUGH_PROMPTS = 6
MARGIN = 0.5


@dataclass(frozen=True)
class Contest:
    """A leader and its paired differences to the channels it can be compared with, by their place in ``evidence``."""

    evidence: Evidence
    weights: dict[str, float]
    cells: Cells
    values: Cells
    leader: int
    gaps: dict[int, Difference]

    @property
    def runner_up(self) -> int | None:
        return min(self.gaps, key=lambda rival: self.gaps[rival].value, default=None)

    @property
    def equals(self) -> list[int]:
        """Rivals that surely differ from the leader by less than ``MARGIN``."""
        return [rival for rival, gap in self.gaps.items() if is_equal(gap)]

    @property
    def rivals_left(self) -> list[int]:
        """Rivals neither beaten nor surely equal: they keep the verdict open."""
        return [rival for rival, gap in self.gaps.items() if not is_equal(gap) and not is_beaten(gap)]


def hold(evidence: Evidence, weights: dict[str, float]) -> Contest | None:
    """Find the leader and compare it with every other channel; None when nothing was scored."""
    cells = value_cells(evidence, weights)
    values = stats.levels(cells)
    if np.isnan(values).all():
        return None
    leader = int(np.nanargmax(values))
    gaps = {
        rival: gap
        for rival in range(len(values))
        if rival != leader and (gap := stats.compare(cells[leader], cells[rival])) is not None
    }
    return Contest(evidence, weights, cells, values, leader, gaps)


def is_beaten(gap: Difference) -> bool:
    return gap.n >= ENOUGH_PROMPTS and gap.within(CLEAR).low > 0


def is_equal(gap: Difference) -> bool:
    span = gap.within(stats.LEVEL)
    return gap.n >= ENOUGH_PROMPTS and max(-span.low, span.high) < MARGIN
