"""The catalogue's pages: what is for sale, what it costs, and what was measured of it."""

from __future__ import annotations

import secrets
from urllib.parse import urlencode

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from catalog import evidence, shelf, snippets
from catalog.countries import country_name
from catalog.filters import ChannelFilter
from catalog.models import AIModel, Channel, Listing, Price, Provider, PublicReport, Scenario
from catalog.models.channels import ChannelQuerySet
from catalog.models.providers import ProviderQuerySet

SUGGESTED_CHANNELS = 8
CHOICES_OF_TOP = (4, SUGGESTED_CHANNELS, 16, 25)
CHANNELS_PER_PAGE = 30
ROWS_PER_PAGE = 50
# The home page shows those that sell most.
SHOWN_PROVIDERS = 18
# A scenario page shows this many channels of each kind; the rest are a filtered list away.
SHOWN_UNMEASURED = 24


@require_safe
def show_home(request: HttpRequest) -> HttpResponse:
    """The promise, a prompt box, and where to go from there."""
    scenarios = list(Scenario.objects.open().with_counts().with_dimensions())
    run = evidence.latest_run()
    context = {
        "scenarios": scenarios,
        "run": run,
        "run_rows": run.rows[:5] if run else [],
        "run_sureness": evidence.sureness(run.rows) if run else 0.0,
        "providers": _providers_by_offers().filter(is_simulated=False)[:SHOWN_PROVIDERS],
        "destinations": _destinations(),
        "counts": _counts(),
        **_trial_defaults(),
    }
    return render(request, "catalog/home.html", context)


@require_safe
def list_scenarios(request: HttpRequest) -> HttpResponse:
    scenarios = Scenario.objects.open().with_counts().with_dimensions()
    return render(
        request, "catalog/scenarios.html", {"scenarios": scenarios, "section": "scenarios", **_trial_defaults()}
    )


@require_safe
def show_scenario(request: HttpRequest, slug: str) -> HttpResponse:
    """The job, its dimensions, and its channels: measured ones ranked, the others listed, simulated ones apart."""
    scenario = get_object_or_404(Scenario.objects.open().with_counts().with_dimensions(), slug=slug)
    offered = _offered().filter(scenarios=scenario)
    context = {
        "scenario": scenario,
        "section": "scenarios",
        "real": shelf.standing(scenario, offered.real()),
        "simulated": shelf.standing(scenario, offered.simulated()),
        "shown_unmeasured": SHOWN_UNMEASURED,
        "destinations": _destinations(),
        "reports": PublicReport.objects.filter(scenario=scenario)[:10],
        **_trial_defaults(),
    }
    return render(request, "catalog/scenario.html", context)


@require_safe
def list_channels(request: HttpRequest) -> HttpResponse:
    """Every channel, narrowed by the address's parameters."""
    form = ChannelFilter(request.GET)
    found = shelf.with_prices(form.apply(_offered().for_lists()).order_by("-live", "model__name", "slug"))
    page = Paginator(found, CHANNELS_PER_PAGE).get_page(request.GET.get("page"))
    items = shelf.with_speed(page.object_list)
    context = {
        "form": form,
        "page": page,
        "items": items,
        "to_compare": _to_compare(form, items),
        "counts": _counts(),
        "section": "channels",
    }
    return render(request, "catalog/channels.html", context)


@require_safe
def show_channel(request: HttpRequest, slug: str) -> HttpResponse:
    """One channel: price, measurements, limits, terms, and how to call it."""
    offered = shelf.with_prices(Channel.objects.listed().for_lists())
    channel = get_object_or_404(offered.prefetch_related("scenarios"), slug=slug)
    context = {
        "item": shelf.items([channel])[0],
        "channel": channel,
        "earlier_prices": Price.objects.filter(channel=channel, ends_on__lte=timezone.localdate()),
        "measured": evidence.of_channel(channel),
        "currency": settings.CURRENCY,
        "curl": snippets.curl(channel),
        "key_variable": snippets.key_variable(channel),
        "country": country_name(channel.provider.country),
        "section": "channels",
    }
    return render(request, "catalog/channel.html", context)


@require_safe
def list_providers(request: HttpRequest) -> HttpResponse:
    providers = list(_providers_by_offers())
    real = [(provider, country_name(provider.country)) for provider in providers if not provider.is_simulated]
    simulated = [provider for provider in providers if provider.is_simulated]
    return render(request, "catalog/providers.html", {"real": real, "simulated": simulated, "section": "providers"})


@require_safe
def show_provider(request: HttpRequest, slug: str) -> HttpResponse:
    """Who they are, their terms, and what they sell."""
    provider = get_object_or_404(Provider.objects.listed(), slug=slug)
    found = shelf.with_prices(_offered().filter(provider=provider).for_lists().order_by("model__name", "slug"))
    page = Paginator(found, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "provider": provider,
        "country": country_name(provider.country),
        "page": page,
        "items": shelf.with_speed(page.object_list),
        "section": "providers",
    }
    return render(request, "catalog/provider.html", context)


@require_safe
def list_models(request: HttpRequest) -> HttpResponse:
    """Every model that some listed channel of the wanted kind serves."""
    simulated = request.GET.get("kind") == "simulated"
    serving = _offered().filter(model=OuterRef("pk"), provider__is_simulated=simulated)
    offers = Count("channels", filter=_LISTED_CONTENDER & Q(channels__provider__is_simulated=simulated))
    found = AIModel.objects.filter(Exists(serving)).annotate(offers=offers).order_by("maker_name", "name", "slug")
    page = Paginator(found, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "catalog/models.html", {"page": page, "simulated": simulated, "section": "models"})


@require_safe
def show_model(request: HttpRequest, slug: str) -> HttpResponse:
    """One model, and every channel that serves it side by side: the same model differs in price and speed."""
    model = get_object_or_404(AIModel, slug=slug)
    found = list(shelf.with_prices(_offered().filter(model=model).for_lists()))
    context = {"model": model, "items": shelf.by_price(shelf.with_speed(found)), "section": "models"}
    return render(request, "catalog/model.html", context)


_LISTED_CONTENDER = Q(channels__listing=Listing.LISTED, channels__is_judge=False)


def _providers_by_offers() -> ProviderQuerySet:
    """Listed providers with ``offers``, their number of channels; those that sell most first."""
    return (
        Provider.objects.listed()
        .annotate(offers=Count("channels", filter=_LISTED_CONTENDER))
        .order_by("-offers", "slug")
    )


def _offered() -> ChannelQuerySet:
    return Channel.objects.listed().contenders()


def _destinations() -> dict[str, object]:
    """The providers and countries that a one-click trial may send a prompt to; none when only simulators answer."""
    live = list(_offered().real().live().select_related("provider").order_by("provider__slug"))
    if len(live) < 2:
        return {"providers": [], "countries": []}
    providers = {channel.provider.slug: channel.provider for channel in live}
    countries = {country_name(provider.country) for provider in providers.values() if provider.country}
    return {"providers": list(providers.values()), "countries": sorted(countries)}


def _to_compare(form: ChannelFilter, items: list[shelf.Item]) -> str:
    """The query that opens the trial form with this page's live channels; empty when they are too few."""
    live = [item.channel.slug for item in items if item.is_live][: settings.TRIAL_MAX_CHANNELS]
    scenario = form.answers.get("scenario") or Scenario.objects.open().first()
    if len(live) < 2 or scenario is None:
        return ""
    return urlencode({"scenario": scenario.slug, "channel": live}, doseq=True)


def _counts() -> dict[str, int]:
    """How many channels are listed, real and simulated."""
    simulated = Q(provider__is_simulated=True)
    counts: dict[str, int] = _offered().aggregate(
        real=Count("pk", filter=~simulated), simulated=Count("pk", filter=simulated)
    )
    return counts


def _trial_defaults() -> dict[str, object]:
    """What a one-click form sends along; the nonce makes two clicks on one page one trial."""
    return {
        "suggested": SUGGESTED_CHANNELS,
        "choices_of_top": CHOICES_OF_TOP,
        "prompt_limit": settings.TRIAL_MAX_PROMPT_CHARS,
        "keep_days": settings.TRIAL_KEEP_DAYS,
        "nonce": secrets.token_hex(16),
        "today": timezone.localdate(),
    }
