"""效率前沿: quality against price, speed and size, scenario by scenario."""

from __future__ import annotations

from typing import TypeVar

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from catalog import evidence, plot, shelf
from catalog.models import Measurement, Scenario
from catalog.pagecache import shared_page
from catalog.views import shown

SIMULATED = "simulated"
T = TypeVar("T")


@require_safe
@shared_page
def show_frontier(request: HttpRequest) -> HttpResponse:
    """One scenario's channels, real or simulated, on one plot; a wish that makes no sense is said so and left out."""
    scenarios = list(Scenario.objects.open())
    if not scenarios:
        raise Http404
    by_slug = {each.slug: each for each in _measured_first(scenarios)}
    scenario, unknown_scenario = _chosen(request.GET.get("scenario", ""), by_slug)
    against, unknown_against = _chosen(request.GET.get("against", ""), plot.AGAINST)
    scored = _scored(scenario)
    real = [item for item in scored if not item.channel.is_simulated]
    simulated = request.GET.get("kind") == SIMULATED or ("kind" not in request.GET and not real)
    found = [item for item in scored if item.channel.is_simulated] if simulated else real
    channels = shown.offered().filter(scenarios=scenario, provider__is_simulated=simulated).count()
    context = {
        "scenarios": scenarios,
        "scenario": scenario,
        "axes": list(plot.AGAINST.values()),
        "against": against,
        "chart": plot.chart(found, against, of=channels),
        "channels": channels,
        "simulated": simulated,
        "scored": bool(found),
        "left_out_wish": unknown_scenario or unknown_against,
        "section": "frontier",
    }
    return render(request, "catalog/frontier.html", context)


def _chosen(wish: str, known: dict[str, T]) -> tuple[T, bool]:
    """What was asked for, else the first; and whether something else was asked for."""
    return known.get(wish) or next(iter(known.values())), bool(wish) and wish not in known


def _measured_first(scenarios: list[Scenario]) -> list[Scenario]:
    """Who names no scenario sees one with something to draw; real channels' before simulated ones'."""
    scored = Measurement.objects.filter(metric=evidence.SCORE, scenario__in=scenarios, channel__in=shown.offered())
    found = set(scored.values_list("scenario", "channel__provider__is_simulated").distinct())
    return sorted(scenarios, key=lambda each: ((each.pk, False) not in found, (each.pk, True) not in found))


def _scored(scenario: Scenario) -> list[shelf.Item]:
    """The scenario's channels that have a score; there are far more without."""
    offered = shown.offered().filter(scenarios=scenario)
    scored = Measurement.objects.filter(scenario=scenario, metric=evidence.SCORE).values("channel")
    channels = list(shelf.with_prices(offered.filter(pk__in=scored).select_related("provider", "model")))
    return shelf.items(channels, measured=evidence.measured(scenario, [channel.pk for channel in channels]))
