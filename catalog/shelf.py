"""Channels as they stand on the shelf: each with today's price and the best that was measured of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from catalog import evidence, pricing
from catalog.models import Channel, FxRate, Measurement, Price, Scenario
from catalog.models.channels import ChannelQuerySet


@dataclass(frozen=True, slots=True)
class Tariff:
    """A price row and, where its currency is not the site's and a rate is known, what it comes to there."""

    price: Price
    fx: FxRate | None = None

    @property
    def blended(self) -> Decimal | None:
        """Per million tokens, three parts input to one part output, in the price's currency."""
        return pricing.blended(self.price.rates)

    @property
    def input_converted(self) -> Decimal | None:
        return self._convert(self.price.input)

    @property
    def output_converted(self) -> Decimal | None:
        return self._convert(self.price.output)

    @property
    def comparable(self) -> Decimal | None:
        """The blended price in the site's currency; None where it is unknown or cannot be converted."""
        return self.blended if self.price.currency == settings.CURRENCY else self._convert(self.blended)

    def _convert(self, amount: Decimal | None) -> Decimal | None:
        return pricing.convert(amount, self.fx.rate) if self.fx else None


@dataclass(frozen=True, slots=True)
class Item:
    """One channel on the shelf."""

    channel: Channel
    tariff: Tariff | None
    measured: dict[str, Measurement] = field(default_factory=dict)

    @property
    def is_live(self) -> bool:
        return bool(getattr(self.channel, "live", False))

    @property
    def score(self) -> Measurement | None:
        return self.measured.get(evidence.SCORE)


def rates() -> dict[str, FxRate]:
    """The newest rate into the site's currency, by the currency it comes from."""
    newest_last = FxRate.objects.filter(quote=settings.CURRENCY, on__lte=timezone.localdate()).order_by("on")
    return {rate.base: rate for rate in newest_last}


def with_prices(channels: QuerySet[Channel]) -> QuerySet[Channel]:
    """Adds ``todays_prices``, the newest first."""
    today = Price.objects.on(timezone.localdate()).order_by("-starts_on")
    return channels.prefetch_related(Prefetch("prices", queryset=today, to_attr="todays_prices"))


def items(channels: Iterable[Channel], *, measured: evidence.Measured | None = None) -> list[Item]:
    """Channels that came through ``with_prices``, in their order."""
    fx, found = rates(), measured or {}
    return [Item(channel, _tariff(channel, fx), found.get(channel.pk, {})) for channel in channels]


def with_speed(channels: Iterable[Channel]) -> list[Item]:
    """``items`` with how fast each channel was, whatever the scenario."""
    found = list(channels)
    return items(found, measured=evidence.speed([channel.pk for channel in found]))


class Standing(NamedTuple):
    """A scenario's channels: those with a score, best first, and those without."""

    ranked: list[Item]
    unmeasured: list[Item]

    @property
    def sureness(self) -> float:
        return evidence.sureness([item.score for item in self.ranked[:2] if item.score])


def standing(scenario: Scenario, channels: ChannelQuerySet) -> Standing:
    """``channels`` of a scenario by measured evidence; what was not measured is not ranked."""
    found = list(with_prices(channels.for_lists()))
    shelf = items(found, measured=evidence.measured(scenario, [channel.pk for channel in found]))
    scored = [(item.score.value, item) for item in shelf if item.score]
    ranked = [item for _value, item in sorted(scored, key=lambda pair: (-pair[0], pair[1].channel.slug))]
    unmeasured = [item for item in shelf if not item.score]
    return Standing(ranked, sorted(unmeasured, key=lambda item: (not item.is_live, item.channel.slug)))


def by_price(items: Iterable[Item]) -> list[Item]:
    """The cheapest first, in the site's currency; what has no comparable price comes last, in a stable order."""
    return sorted(items, key=lambda item: (_comparable(item) is None, _comparable(item) or 0, item.channel.slug))


def _comparable(item: Item) -> Decimal | None:
    return item.tariff.comparable if item.tariff else None


def _tariff(channel: Channel, fx: dict[str, FxRate]) -> Tariff | None:
    prices: list[Price] = getattr(channel, "todays_prices", [])
    return Tariff(prices[0], fx.get(prices[0].currency)) if prices else None
