"""What several pages show: who sells what, how many, where a prompt would go, and a one-click form's defaults."""

from __future__ import annotations

from typing import NamedTuple

from django.conf import settings
from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from catalog import evidence
from catalog.countries import country_name
from catalog.editions import Editions
from catalog.kept import kept
from catalog.models import AIModel, Article, Channel, Listing, Measurement, Provider, Scenario
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


class Destinations(NamedTuple):
    """Where a one-click trial may send a prompt; nowhere when only simulators answer."""

    providers: int = 0
    codes: tuple[str, ...] = ()

    @property
    def countries(self) -> list[str]:
        return sorted(country_name(code) for code in self.codes)


@kept
def destinations() -> Destinations:
    """The providers and countries whose channels a one-click trial may ask. One live channel alone makes no trial."""
    live = offered().real().live().order_by().values_list("provider", "provider__country")
    rows = list(live.annotate(channels=Count("pk")))
    if sum(channels for _provider, _code, channels in rows) < 2:
        return Destinations()
    return Destinations(len(rows), tuple({code for _provider, code, _channels in rows if code}))


@kept
def open_scenarios() -> list[Scenario]:
    """Every scenario that may be tried, with its counts and its dimensions."""
    return list(Scenario.objects.open().with_counts().with_dimensions())


@kept
def real_providers() -> list[Provider]:
    """Those with ``offers``; those that sell most first."""
    return list(providers_by_offers().filter(is_simulated=False))


@kept
def latest_run() -> evidence.LatestRun | None:
    return evidence.latest_run()


@kept
def _dated_articles() -> list[Article]:
    return list(Article.objects.filter(published_on__isnull=False).newest_first().for_lists())


def newest_articles(stamps: Editions) -> list[Article]:
    """Those that everybody may read today, the newest first."""
    today = timezone.localdate()
    return [article for article in _dated_articles(stamps) if article.published_on and article.published_on <= today]


class Tally(NamedTuple):
    """How much there is of what is real, and how many simulated channels beside it."""

    channels: int
    simulated: int
    models: int
    providers: int
    answers: int


@kept
def tally() -> Tally:
    """Counted from the rows: real channels, the models they serve, who sells them, and the answers measured."""
    simulated = Q(provider__is_simulated=True)
    listed = offered().aggregate(
        channels=Count("pk", filter=~simulated),
        models=Count("model", filter=~simulated, distinct=True),
        providers=Count("provider", filter=~simulated, distinct=True),
        simulated=Count("pk", filter=simulated),
    )
    # A row of this metric has for samples the answers that told something; what failed counts, too.
    told = Measurement.objects.filter(metric="success", channel__provider__is_simulated=False)
    answers = told.aggregate(answers=Sum("samples", default=0))
    return Tally(**listed, **answers)


def trial_defaults() -> dict[str, object]:
    """What a one-click form offers and says."""
    return {
        "suggested": SUGGESTED_CHANNELS,
        "choices_of_top": CHOICES_OF_TOP,
        "prompt_limit": settings.TRIAL_MAX_PROMPT_CHARS,
        "keep_days": settings.TRIAL_KEEP_DAYS,
        "today": timezone.localdate(),
    }
