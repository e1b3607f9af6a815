"""Where one channel stands among those offered for the same scenario: by score with its interval, and by price."""

from __future__ import annotations

from decimal import Decimal
from statistics import median
from typing import NamedTuple

from django.db.models import Q

from catalog import shelf, standings
from catalog.editions import Editions
from catalog.models import Channel, Measurement, Scenario


class Rank(NamedTuple):
    """``place`` by score among ``of``; who lies wholly above or below the interval bounds it: ``low`` to ``high``."""

    place: int
    low: int
    high: int
    of: int
    score: Measurement


class CostPlace(NamedTuple):
    """The blended list price in the site's currency, how many of ``of`` with a known price are cheaper, the median."""

    price: Decimal
    cheaper: int
    of: int
    median: Decimal


class Position(NamedTuple):
    """None where it has no score, or no price that can be compared."""

    rank: Rank | None
    cost: CostPlace | None


def of(channel: Channel, scenario: Scenario, stamps: Editions) -> Position:
    """Among listed channels of its kind: simulated and real ones are never compared."""
    every = standings.of_scenario(scenario, stamps)
    mine = every.simulated if channel.is_simulated else every.real
    return Position(_rank(channel, mine.ranked), _cost(channel, scenario))


def _rank(channel: Channel, ranked: list[shelf.Item]) -> Rank | None:
    scores = [(item.channel.pk, item.score) for item in ranked if item.score]
    place, mine = next(((n, score) for n, (pk, score) in enumerate(scores, 1) if pk == channel.pk), (0, None))
    if mine is None:
        return None
    others = [score for pk, score in scores if pk != channel.pk]
    above = sum(_lies_above(other, mine) for other in others)
    below = sum(_lies_above(mine, other) for other in others)
    return Rank(place, above + 1, len(scores) - below, len(scores), mine)


def _lies_above(first: Measurement, second: Measurement) -> bool:
    return first.low is not None and second.high is not None and first.low > second.high


def _cost(channel: Channel, scenario: Scenario) -> CostPlace | None:
    kind = Channel.objects.listed().contenders().filter(provider__is_simulated=channel.is_simulated)
    offered = Channel.objects.filter(Q(pk=channel.pk) | Q(pk__in=kind.filter(scenarios=scenario)))
    items = shelf.items(shelf.with_prices(offered))
    prices = {item.channel.pk: price for item in items if item.tariff and (price := item.tariff.comparable) is not None}
    mine = prices.get(channel.pk)
    if mine is None:
        return None
    cheaper = sum(price < mine for price in prices.values())
    return CostPlace(mine, cheaper, len(prices), Decimal(median(prices.values())))
