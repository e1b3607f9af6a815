"""When pieces came: milliseconds after ``t0``, the moment the request's bytes left."""

from __future__ import annotations

import math
from collections.abc import Sequence


class Timing:
    """The clock of one try. Times go in as seconds of one monotonic clock and come out as milliseconds."""

    __slots__ = ("first", "first_answer", "gaps", "last", "over", "t0")

    def __init__(self) -> None:
        self.t0: float | None = None
        self.first: float | None = None
        self.first_answer: float | None = None
        self.last: float | None = None
        self.over: float | None = None
        self.gaps: list[float] = []

    def note(self, now: float, *, is_answer: bool) -> None:
        """A piece of text came; ``is_answer`` when it is not reasoning."""
        if self.last is None:
            self.first = now
        else:
            self.gaps.append(now - self.last)
        self.last = now
        if is_answer and self.first_answer is None:
            self.first_answer = now

    def since_t0(self, moment: float | None) -> float | None:
        return None if moment is None or self.t0 is None else (moment - self.t0) * 1000

    @property
    def gap_p95_ms(self) -> float | None:
        """95th percentile of the gaps between pieces (nearest rank); None below two pieces."""
        return percentile(self.gaps, 0.95) * 1000 if self.gaps else None

    def tokens_per_second(self, tokens: float) -> float | None:
        """``tokens``: those that came after the first piece. None when all came at once."""
        if self.first is None or self.last is None or self.last <= self.first:
            return None
        return tokens / (self.last - self.first)


def percentile(values: Sequence[float], share: float) -> float:
    """Nearest rank: a value that was really seen."""
    return sorted(values)[math.ceil(share * len(values)) - 1]
