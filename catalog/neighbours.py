"""What stands beside a channel or a model: the same model elsewhere, and others of its provider or family.

Rows are plain values, one query each: these lists are long and a page shows little of each row.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from django.conf import settings
from django.db.models import F, FilteredRelation, Q
from django.utils import timezone

from catalog import pricing
from catalog.language import is_chinese
from catalog.models import AIModel, Channel, FxRate, Listing

SHOWN_OFFERS = 10
SHOWN_OTHERS = 12


class Offer(NamedTuple):
    """Another channel of the same model; ``times`` is its blended price over ours, None where one is unknown."""

    slug: str
    provider: str
    is_live: bool
    is_simulated: bool
    input: Decimal | None
    output: Decimal | None
    currency: str
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


def same_model(channel: Channel, *, ours: Decimal | None, fx: dict[str, FxRate]) -> list[Offer]:
    """The model's other channels, the cheapest first and unknown prices last. ``ours`` is in the site's currency."""
    today = timezone.localdate()
    holds = Q(prices__starts_on__lte=today) & (Q(prices__ends_on__isnull=True) | Q(prices__ends_on__gt=today))
    rows = (
        Channel.objects.listed()
        .contenders()
        .filter(model=channel.model_id, provider__is_simulated=channel.is_simulated)
        .exclude(pk=channel.pk)
        .with_live()
        .annotate(today=FilteredRelation("prices", condition=holds))
        .order_by(F("today__starts_on").desc(nulls_last=True), "slug")
        .values_list(
            *("slug", _name_field(), "live", "provider__is_simulated"),
            *("today__input", "today__output", "today__currency"),
        )
    )
    found: dict[str, Offer] = {}
    for slug, provider, live, simulated, input_, output, currency in rows:
        comparable = _comparable(input_, output, currency, fx)
        times = comparable / ours if comparable is not None and ours else None
        found.setdefault(
            slug, Offer(slug, provider, live, simulated, input_, output, currency or "", comparable, times)
        )
    return sorted(found.values(), key=lambda each: (each.comparable is None, each.comparable or 0, each.slug))


def of_provider(channel: Channel) -> Some:
    """Other channels of the same provider."""
    rows = Channel.objects.listed().contenders().filter(provider=channel.provider_id).exclude(pk=channel.pk)
    return _some(rows.order_by("model__name", "slug").values_list("slug", "model__name")[: SHOWN_OTHERS + 1])


def of_family(model: AIModel) -> Some:
    """Other models of the same family and maker that somebody sells, the newest first."""
    if not model.family:
        return Some([], has_more=False)
    sold = Q(channels__listing=Listing.LISTED, channels__provider__listing=Listing.LISTED, channels__is_judge=False)
    rows = AIModel.objects.filter(sold, family=model.family, maker=model.maker).exclude(pk=model.pk).distinct()
    rows = rows.order_by(F("released_on").desc(nulls_last=True), "name")
    return _some(
        (slug, name) for slug, name, _day in rows.values_list("slug", "name", "released_on")[: SHOWN_OTHERS + 1]
    )


def _some(rows: Iterable[tuple[str, str]]) -> Some:
    found = [Named(*row) for row in rows]
    return Some(found[:SHOWN_OTHERS], has_more=len(found) > SHOWN_OTHERS)


def _name_field() -> str:
    return "provider__name_zh" if is_chinese() else "provider__name_en"


def _comparable(
    input_: Decimal | None, output: Decimal | None, currency: str | None, fx: dict[str, FxRate]
) -> Decimal | None:
    """The blended price in the site's currency, as ``shelf.Tariff.comparable``."""
    if currency is None:
        return None
    blended = pricing.blended(pricing.Rates(currency, input_, output))
    if currency == settings.CURRENCY:
        return blended
    return pricing.convert(blended, fx[currency].rate) if currency in fx else None
