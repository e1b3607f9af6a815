"""What several pages show: who sells what, how many, where a prompt would go, and a one-click form's defaults."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from catalog.countries import country_name
from catalog.models import AIModel, Channel, Listing, Provider
from catalog.models.channels import ChannelQuerySet
from catalog.models.providers import ProviderQuerySet

SUGGESTED_CHANNELS = 8
CHOICES_OF_TOP = (4, SUGGESTED_CHANNELS, 16, 25)
# A channel of a listed provider's that may take part in trials, seen from its provider or its model.
LISTED_CONTENDER = Q(channels__listing=Listing.LISTED, channels__is_judge=False)


def providers_by_offers() -> ProviderQuerySet:
    """Listed providers with ``offers``, their number of channels; those that sell most first."""
    return (
        Provider.objects.listed()
        .annotate(offers=Count("channels", filter=LISTED_CONTENDER))
        .order_by("-offers", "slug")
    )


def models_by_offers() -> QuerySet[AIModel]:
    """Models with ``offers``, the number of real channels that serve each; those that most serve first."""
    real = LISTED_CONTENDER & Q(channels__provider__is_simulated=False, channels__provider__listing=Listing.LISTED)
    return (
        AIModel.objects.annotate(offers=Count("channels", filter=real)).filter(offers__gt=1).order_by("-offers", "slug")
    )


def offered() -> ChannelQuerySet:
    return Channel.objects.listed().contenders()


def destinations() -> dict[str, object]:
    """The providers and countries that a one-click trial may send a prompt to; none when only simulators answer."""
    live = list(offered().real().live().select_related("provider").order_by("provider__slug"))
    if len(live) < 2:
        return {"providers": [], "countries": []}
    providers = {channel.provider.slug: channel.provider for channel in live}
    countries = {country_name(provider.country) for provider in providers.values() if provider.country}
    return {"providers": list(providers.values()), "countries": sorted(countries)}


def counts() -> dict[str, int]:
    """How many channels are listed, real and simulated."""
    simulated = Q(provider__is_simulated=True)
    counts: dict[str, int] = offered().aggregate(
        real=Count("pk", filter=~simulated), simulated=Count("pk", filter=simulated)
    )
    return counts


def trial_defaults() -> dict[str, object]:
    """What a one-click form offers and says."""
    return {
        "suggested": SUGGESTED_CHANNELS,
        "choices_of_top": CHOICES_OF_TOP,
        "prompt_limit": settings.TRIAL_MAX_PROMPT_CHARS,
        "keep_days": settings.TRIAL_KEEP_DAYS,
        "today": timezone.localdate(),
    }
