"""What stands beside a channel or a model: the same model elsewhere, and others of its provider or family.

What stands beside a channel comes from the lists' rows in memory (``facets.facts``); nothing here builds a model's row.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Case, F, Q, When

from catalog.facets.facts import Facts, Tariff
from catalog.language import in_language
from catalog.models import AIModel, Channel, Listing

SHOWN_OFFERS = 10
SHOWN_OTHERS = 12


class Offer(NamedTuple):
    """Another channel of the same model; ``times`` is its blended price over ours, None where one is unknown."""

    slug: str
    provider: str
    is_live: bool
    tariff: Tariff
    comparable: Decimal | None
    times: Decimal | None

    @property
    def percent_less(self) -> int | None:
        """How much cheaper it is than ours; None where it is not."""
        return round((1 - self.times) * 100) if self.times is not None and self.times < 1 else None


class Named(NamedTuple):
    slug: str
    name: str


class Some(NamedTuple):
    """The first few, and whether there are more."""

    shown: list[Named]
    has_more: bool


def same_model(channel: Channel, found: Facts) -> list[Offer]:
    """The model's other channels of the same kind, the cheapest first and unknown prices last."""
    ours, unknown = found.prices.get(channel.pk), Tariff("", None, None)
    offers = []
    for other in found.by_model.get(channel.model_id, ()):
        seller = found.providers[other.provider_id]
        if other.pk == channel.pk or seller.is_simulated != channel.is_simulated:
            continue
        tariff, price = found.tariffs.get(other.pk, unknown), found.prices.get(other.pk)
        times = price / ours if price is not None and ours else None
        offers.append(Offer(other.slug, in_language(seller, "name"), other.live, tariff, price, times))
    return sorted(offers, key=lambda each: (each.comparable is None, each.comparable or 0, each.slug))


def of_provider(channel: Channel, found: Facts) -> Some:
    """Other channels of the same provider."""
    others = (
        (each.slug, found.models[each.model_id].name)
        for each in found.by_provider.get(channel.provider_id, ())
        if each.pk != channel.pk
    )
    return _some(heapq.nsmallest(SHOWN_OTHERS + 1, others, key=lambda each: (each[1], each[0])))


def scenarios_of(channel: Channel, found: Facts) -> list[Named]:
    """The open scenarios that it may be tried in."""
    return [Named(slug, str(found.scenarios[slug])) for slug in found.scenarios_of.get(channel.pk, ())]


def of_family(model: AIModel) -> Some:
    """Other models of the same maker that somebody sells: its family first, then the newest."""
    sold = Q(channels__listing=Listing.LISTED, channels__provider__listing=Listing.LISTED, channels__is_judge=False)
    rows = (
        AIModel.objects.filter(sold, maker=model.maker)
        .exclude(pk=model.pk)
        .annotate(kin=Case(When(family=model.family, then=1), default=0))
        .order_by("-kin", F("released_on").desc(nulls_last=True), "name")
        .values_list("slug", "name", "kin", "released_on")
        .distinct()
    )
    return _some((slug, name) for slug, name, _kin, _day in rows[: SHOWN_OTHERS + 1])


def _some(rows: Iterable[tuple[str, str]]) -> Some:
    found = [Named(*row) for row in rows]
    return Some(found[:SHOWN_OTHERS], has_more=len(found) > SHOWN_OTHERS)
