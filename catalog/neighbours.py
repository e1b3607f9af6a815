"""What stands beside a channel or a model: the same model elsewhere, and others of its provider or family.

Rows are plain values, one query each: these lists are long and a page shows little of each row.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from django.conf import settings
from django.db.models import Case, F, FilteredRelation, Q, When
from django.utils import timezone

from catalog import liveness, pricing
from catalog.language import is_chinese
from catalog.models import AIModel, Channel, FxRate, Listing

SHOWN_OFFERS = 10
SHOWN_OTHERS = 12


class Offer(NamedTuple):
    """Another channel of the same model; ``times`` is its blended price over ours, None where one is unknown."""

    slug: str
    provider: str
    is_live: bool
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


def same_model(
    channel: Channel, *, ours: Decimal | None, fx: dict[str, FxRate], origins: liveness.Origins
) -> list[Offer]:
    """The model's other channels, the cheapest first and unknown prices last. ``ours`` is in the site's currency."""
    today = timezone.localdate()
    holds = Q(prices__starts_on__lte=today) & (Q(prices__ends_on__isnull=True) | Q(prices__ends_on__gt=today))
    rows = (
        Channel.objects.listed()
        .contenders()
        .filter(model=channel.model_id, provider__is_simulated=channel.is_simulated)
        .exclude(pk=channel.pk)
        .annotate(today=FilteredRelation("prices", condition=holds))
        .order_by(F("today__starts_on").desc(nulls_last=True), "slug")
        .values_list(
            *("slug", _name_field(), "provider_id", "base_url", "provider__allows_trials"),
            *("today__input", "today__output", "today__currency"),
        )
    )
    found: dict[str, Offer] = {}
    simulated = channel.is_simulated
    for slug, name, provider, base_url, allowed, input_, output, currency in rows:
        live = liveness.can_call(
            origins, provider=provider, base_url=base_url, is_simulated=simulated, allows_trials=allowed
        )
        comparable = _comparable(input_, output, currency, fx)
        times = comparable / ours if comparable is not None and ours else None
        offer = Offer(slug, name, live, input_, output, currency or "", comparable, times)
        found.setdefault(slug, offer)
    return sorted(found.values(), key=lambda each: (each.comparable is None, each.comparable or 0, each.slug))


def of_provider(channel: Channel) -> Some:
    """Other channels of the same provider."""
    rows = Channel.objects.listed().contenders().filter(provider=channel.provider_id).exclude(pk=channel.pk)
    return _some(rows.order_by("model__name", "slug").values_list("slug", "model__name")[: SHOWN_OTHERS + 1])


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
