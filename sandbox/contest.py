"""The leader against every other channel: what was beaten, what is equal, what is open. Pure numpy.

One error per trial. A rival is *beaten* when its own paired interval at ``CLEAR`` lies below the leader, and the leader
is clearly the best only when all rivals are beaten. Where no channel is truly the best, at least two share the
top, and the worst case for us is exactly two: whoever leads must still beat the other, which happens with probability
``1 - CLEAR`` at most. More equal channels only crowd the leader (Berger's intersection-union argument; for the best of
many: Hsu, Multiple Comparisons, 1996). An adaptive trial looks after every round, and luck has as many chances as there
are looks: it needs ``CLEAR_LOOKING``, calibrated by simulation of all its looks (``benchmarks.verdicts``).

A win stands only if it does not hang on what was lost: it must hold, too, had every score that we or a judge lost been
the lowest for the leader and the highest for the rival.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sandbox import stats
from sandbox.stats import Cells, Difference
from sandbox.value import Evidence, judge_bias, value_cells, worst_and_best

CLEAR = 0.96  # the promise is 0.95; what is spared covers scores that are far from normal
CLEAR_LOOKING = 0.975
ENOUGH_PROMPTS = 6
MARGIN = 0.5


@dataclass(frozen=True)
class Contest:
    """A leader and its paired differences to the channels it can be compared with, by their place in ``evidence``.

    ``effect`` and ``bias`` widen every comparison: prompts that resemble each other, judges that may favour a channel.
    """

    evidence: Evidence
    weights: dict[str, float]
    cells: Cells
    values: Cells
    leader: int
    gaps: dict[int, Difference]
    looks: int = 1
    effect: float = 1.0
    bias: float = 0.0

    @property
    def level(self) -> float:
        return CLEAR if self.looks <= 1 else CLEAR_LOOKING

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
        return [rival for rival, gap in self.gaps.items() if not is_equal(gap) and not is_beaten(gap, self.level)]

    @property
    def is_won(self) -> bool:
        """Whether the leader has beaten every other channel."""
        return bool(self.gaps) and not self.rivals_left and not self.equals

    def unsafe(self) -> list[int]:
        """Rivals that would not be beaten if what was lost had gone their way."""
        if self.evidence.lost is None or not self.evidence.lost.any():
            return []
        worst, best = worst_and_best(self.evidence, self.weights)
        return [rival for rival in self.gaps if not self._beats(worst[self.leader], best[rival])]

    def _beats(self, mine: Cells, theirs: Cells) -> bool:
        gap = compare(mine, theirs, effect=self.effect, bias=self.bias)
        return gap is not None and is_beaten(gap, self.level)


def hold(evidence: Evidence, weights: dict[str, float], *, looks: int = 1) -> Contest | None:
    """Find the leader and compare it with every other channel; None when nothing was scored.

    ``looks`` is how often the trial may stop for what it sees: once at its end, or after every round.
    """
    cells = value_cells(evidence, weights)
    values = stats.levels(cells)
    if np.isnan(values).all():
        return None
    leader = int(np.nanargmax(values))
    effect, bias = stats.design_effect(cells, evidence.clusters), judge_bias(evidence, weights)
    gaps = {
        rival: gap
        for rival in range(len(values))
        if rival != leader and (gap := compare(cells[leader], cells[rival], effect=effect, bias=bias)) is not None
    }
    return Contest(evidence, weights, cells, values, leader, gaps, looks=looks, effect=effect, bias=bias)


def compare(first: Cells, second: Cells, *, effect: float, bias: float) -> Difference | None:
    """A judge may favour either of the two: their difference has both biases."""
    return stats.compare(first, second, effect=effect, bias=bias * 2**0.5)


def is_beaten(gap: Difference, level: float = CLEAR) -> bool:
    return gap.n >= ENOUGH_PROMPTS and gap.bears_interval and gap.within(level).low > 0


def is_equal(gap: Difference) -> bool:
    span = gap.within(stats.LEVEL)
    return gap.n >= ENOUGH_PROMPTS and max(-span.low, span.high) < MARGIN
