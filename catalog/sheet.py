"""Everything that a channel's page shows, gathered in few queries: nothing here grows with the catalogue."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog import comparison, evidence, history, neighbours, pricing, shelf, snippets
from catalog.countries import country_name
from catalog.editions import Editions
from catalog.facets import index
from catalog.models import Channel, Listing

SHOWN_REPORTS = 6
# A comparison starts with the channel itself and this many of the same model's others, the cheapest.
BESIDE_IT = 3


class Part(NamedTuple):
    """One line of a price: ``above`` is set on the first line of a tier, the prompt size from which it counts."""

    label: str
    amount: Decimal | None
    converted: Decimal | None
    above: int | None = None


class Timing(NamedTuple):
    """One line of the measured timings; ``unit`` is ms or tps."""

    label: str
    spread: evidence.Spread
    unit: str


class Run(NamedTuple):
    """What was measured in one scenario, with its timings as lines."""

    found: evidence.ScenarioEvidence
    timings: list[Timing]


def of_channel(channel: Channel, stamps: Editions) -> dict[str, Any]:
    """The context of ``catalog/channel.html``; the channel came with its provider and model, after ``stamps``."""
    found = index.for_sale(stamps)
    told = history.tell(list(channel.prices.all()), timezone.localdate())
    price = next((row.price for row in told.rows if row.state == history.NOW), None)
    tariff = shelf.Tariff(price, found.fx.get(price.currency)) if price else None
    offers = neighbours.same_model(channel, found)
    channel.live = channel.pk in found.live  # type: ignore[attr-defined]  # an annotation's name
    return {
        "channel": channel,
        "scenarios": neighbours.scenarios_of(channel, found),
        "tariff": tariff,
        "parts": price_parts(tariff) if tariff else [],
        "history": told,
        "runs": [_run(each) for each in evidence.of_channel(channel, stamps)],
        "needed": evidence.ENOUGH_FOR_TAILS,
        "currency": settings.CURRENCY,
        # What is off the list may have an address that nobody has looked at.
        "calls": [] if channel.is_judge or channel.listing != Listing.LISTED else snippets.of(channel),
        "key_variable": snippets.key_variable(channel),
        "country": country_name(channel.provider.country),
        "offers": offers[: neighbours.SHOWN_OFFERS],
        "all_offers": len(offers),
        "others": neighbours.of_provider(channel, found),
        "reports": list(channel.public_reports.all()[:SHOWN_REPORTS]),
        "beside": comparison.address([channel.slug, *(offer.slug for offer in offers[:BESIDE_IT])]),
    }


def price_parts(tariff: shelf.Tariff) -> list[Part]:
    """Every part of a price that is known, and the two that everybody asks for even where they are not."""
    price, fx = tariff.price, tariff.fx.rate if tariff.fx else None
    lines: list[tuple[str, Decimal | None, int | None]] = [
        (_("Input"), price.input, None),
        (_("Output"), price.output, None),
    ]
    lines += [
        (label, amount, None)
        for label, amount in ((_("Cached input"), price.cache_read), (_("Writing the cache"), price.cache_write))
        if amount is not None
    ]
    for tier in price.rates.tiers:
        lines += [(_("Input"), tier.input, tier.above), (_("Output"), tier.output, None)]
        if tier.cache_read is not None:
            lines.append((_("Cached input"), tier.cache_read, None))
    return [Part(label, amount, pricing.convert(amount, fx), above) for label, amount, above in lines]


def _run(found: evidence.ScenarioEvidence) -> Run:
    lines = (
        (_("First words (TTFT)"), found.ttft, "ms"),
        (_("First words of the answer (TTFAT)"), found.ttfat, "ms"),
        (_("Output tokens/s"), found.speed, "tps"),
    )
    return Run(found, [Timing(label, spread, unit) for label, spread, unit in lines if spread])
