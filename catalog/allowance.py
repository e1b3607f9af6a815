"""What trials may still cost the house today, as pages say it: how much is left, since when, and when it refills."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.conf import settings
from django.utils import timezone

from marketplace.billing import purse, quotas

# Less than this pays for no trial, and would be shown as nothing.
LEAST = Decimal("0.01")


class Allowance(NamedTuple):
    """Today's purse. Pages are kept for a while, so it comes with the time it was read."""

    left: Decimal
    total: Decimal
    currency: str
    trials_per_day: int
    as_of: datetime
    refills_at: datetime

    @property
    def zone(self) -> str:
        """The clock of ``as_of`` and ``refills_at``: ``UTC+8``."""
        minutes = int((self.as_of.utcoffset() or timedelta()).total_seconds() // 60)
        hours, rest = divmod(abs(minutes), 60)
        return f"UTC{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02d}" if rest else "")

    @property
    def is_empty(self) -> bool:
        return self.left < LEAST

    @property
    def percent(self) -> int:
        """How much of the purse is left; not 0 before it is empty, not 100 once something was spent."""
        if self.is_empty:
            return 0
        share = int(self.left * 100 / self.total)
        return 100 if self.left >= self.total else min(99, max(1, share))


def today() -> Allowance:
    """Reads only: one query."""
    contents = purse.contents()
    return Allowance(
        left=max(contents.left, Decimal(0)),
        total=contents.total,
        currency=settings.CURRENCY,
        trials_per_day=settings.GUEST_TRIALS_PER_DAY,
        as_of=timezone.localtime(),
        refills_at=quotas.resets_at(),
    )
