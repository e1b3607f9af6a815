"""One model as its channels sell it: each price beside the cheapest, and what was measured of each, by scenario."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple

from django.conf import settings

from catalog import comparison, evidence, neighbours, shelf
from catalog.models import AIModel, Measurement, Scenario
from catalog.models.channels import ChannelQuerySet


class Offer(NamedTuple):
    """A channel on the shelf; ``times`` is its blended price over the cheapest, ``bar`` its share of the dearest."""

    item: shelf.Item
    times: Decimal | None
    bar: str


class Scored(NamedTuple):
    """The model's scored channels in one scenario, best first."""

    scenario: Scenario
    rows: list[tuple[shelf.Item, Measurement]]

    @property
    def sureness(self) -> float:
        return evidence.sureness([row for _item, row in self.rows[:2]])


def of_model(model: AIModel, channels: ChannelQuerySet) -> dict[str, Any]:
    """The context of ``catalog/model.html``; ``channels`` are those of the model that a visitor may see."""
    found = list(comparison.with_scenarios(shelf.with_prices(channels.for_lists())))
    across = evidence.across([channel.pk for channel in found])
    items = shelf.by_price(shelf.items(found, measured=evidence.fastest_known(across)))
    trial = comparison.shared_trial(items)
    slugs = [item.channel.slug for item in items[: comparison.MOST_CHANNELS]]
    return {
        "model": model,
        "items": items,
        "offers": beside_the_cheapest(items),
        "scored": [scored for scenario, rows in across.items() if (scored := _scored(scenario, rows, items)).rows],
        "trial": trial,
        "beside": comparison.address(slugs) if len(slugs) > 1 else "",
        "currency": settings.CURRENCY,
        "family": neighbours.of_family(model),
    }


def beside_the_cheapest(items: list[shelf.Item]) -> list[Offer]:
    """In the order given. Of a free model nothing can be said in multiples."""
    prices = [item.tariff.comparable if item.tariff else None for item in items]
    known = [price for price in prices if price is not None]
    cheapest, dearest = min(known, default=None), max(known, default=None)
    return [
        Offer(item, price / cheapest if price is not None and cheapest else None, _bar(price, dearest))
        for item, price in zip(items, prices, strict=True)
    ]


def _bar(price: Decimal | None, dearest: Decimal | None) -> str:
    """Percent of the track, as SVG reads numbers in every language; empty where the price is unknown."""
    return f"{price / dearest * 100:.1f}" if price is not None and dearest else ""


def _scored(scenario: Scenario, rows: evidence.Measured, items: list[shelf.Item]) -> Scored:
    found = [(item, row) for item in items if (row := rows.get(item.channel.pk, {}).get(evidence.SCORE))]
    return Scored(scenario, sorted(found, key=lambda pair: (-pair[1].value, pair[0].channel.slug)))
