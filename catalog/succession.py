"""How a stated price takes its place among a channel's rows: it ends the one before it. Pure: nothing is saved here.

A row is *firm* once somebody may rely on it. Rows that are not yet in force, and those of a channel that was never
listed nor tried, may be replaced by a row with the same first day.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Self

from django.utils.translation import gettext as _

from catalog.models import Channel, Price, PriceBasis
from catalog.price_cells import Bad
from catalog.pricelist import Entry
from catalog.pricing import Rates

NEW, CHANGED, REPLACED, SAME = "new", "changed", "replaced", "same"


@dataclass(frozen=True, slots=True)
class Step:
    """What an entry does: ``price`` is unsaved; ``before`` holds on its first day now; ``ends`` and ``replaces`` go."""

    kind: str
    price: Price
    before: Price | None = None
    ends: Price | None = None
    replaces: Price | None = None

    @property
    def is_change(self) -> bool:
        return self.kind != SAME

    @property
    def is_steep(self) -> bool:
        """Five times as much or little as before: perhaps per thousand tokens, or in another currency."""
        if self.before is None or self.before.currency != self.price.currency:
            return False
        pairs = ((self.before.input, self.price.input), (self.before.output, self.price.output))
        return any(old and new and not old / 5 <= new <= old * 5 for old, new in pairs)


class Succession:
    """A channel's price rows as they will be: each ``add`` builds on the one before."""

    def __init__(self, channel: Channel, rows: Iterable[Price], *, today: date, is_firm: bool) -> None:
        self.channel = channel
        self.rows = sorted(rows, key=lambda row: row.starts_on)
        self.today = today
        self.is_firm = is_firm
        self.steps: list[Step] = []

    @classmethod
    def of(cls, channel: Channel, *, today: date, was_tried: bool) -> Self:
        """``channel.prices`` may be prefetched. A draft that no trial has used yet has no firm row."""
        is_firm = was_tried or channel.listing not in {"draft", "staged"}
        return cls(channel, channel.prices.all(), today=today, is_firm=is_firm)

    def add(self, entry: Entry) -> Step:
        """Raises catalog.price_cells.Bad about the first day."""
        start = entry.starts_on
        before = next((row for row in reversed(self.rows) if row.starts_on <= start and _holds(row, start)), None)
        twin = next((row for row in self.rows if row.starts_on == start), None)
        price = self._unsaved(entry)
        if before is not None and _says_the_same(before, price):
            step = Step(SAME, price, before)
        else:
            self._refuse_the_past(start, twin)
            step = self._lay(price, before, twin)
        self.steps.append(step)
        return step

    def _refuse_the_past(self, start: date, twin: Price | None) -> None:
        firm = self.is_firm and any(row.starts_on <= self.today for row in self.rows)
        if start < self.today and firm:
            mend = _("Write today or a later day: reports rest on the prices of the past.")
            raise Bad(_("A price of the past is not changed."), mend)
        if twin is not None and self.is_firm and start <= self.today:
            mend = _("Write tomorrow or a later day: a price that is in force is succeeded, not edited.")
            raise Bad(_("A price from this day is in force already."), mend)

    def _lay(self, price: Price, before: Price | None, twin: Price | None) -> Step:
        earlier = [row for row in self.rows if row.starts_on < price.starts_on]
        later = [row for row in self.rows if row.starts_on > price.starts_on]
        price.ends_on = later[0].starts_on if later else None
        ends = earlier[-1] if earlier and _holds(earlier[-1], price.starts_on) else None
        if ends is not None:
            ends.ends_on = price.starts_on
        self.rows = [*earlier, price, *later]
        kind = REPLACED if twin else CHANGED if before else NEW
        return Step(kind, price, before, ends, twin)

    def _unsaved(self, entry: Entry) -> Price:
        rates = entry.rates
        return Price(
            channel=self.channel,
            currency=rates.currency,
            input=rates.input,
            output=rates.output,
            cache_read=rates.cache_read,
            cache_write=rates.cache_write,
            tiers=_written(rates),
            basis=PriceBasis.STATED,
            source=entry.source,
            checked_on=self.today,
            starts_on=entry.starts_on,
        )


def _holds(row: Price, day: date) -> bool:
    return row.ends_on is None or row.ends_on > day


def _says_the_same(row: Price, other: Price) -> bool:
    return row.rates == other.rates and (row.basis, row.source) == (other.basis, other.source)


def _written(rates: Rates) -> list[dict[str, object]]:
    return [
        {
            "above": tier.above,
            **{
                part: None if amount is None else f"{amount:f}"
                for part, amount in (("input", tier.input), ("output", tier.output), ("cache_read", tier.cache_read))
            },
        }
        for tier in rates.tiers
    ]
