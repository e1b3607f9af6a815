"""The jobs people compare APIs for, and how channels do them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from catalog import shelf
from catalog.models import PublicReport, Scenario
from catalog.pagecache import shared_page
from catalog.views import shown

# A scenario page shows this many channels of each kind; the rest are a filtered list away.
SHOWN_UNMEASURED = 24


@require_safe
@shared_page
def list_scenarios(request: HttpRequest) -> HttpResponse:
    scenarios = Scenario.objects.open().with_counts().with_dimensions()
    return render(
        request, "catalog/scenarios.html", {"scenarios": scenarios, "section": "scenarios", **shown.trial_defaults()}
    )


@require_safe
@shared_page
def show_scenario(request: HttpRequest, slug: str) -> HttpResponse:
    """The job, its dimensions, and its channels: measured ones ranked, the others listed, simulated ones apart."""
    scenario = get_object_or_404(Scenario.objects.open().with_counts().with_dimensions(), slug=slug)
    offered = shown.offered().filter(scenarios=scenario)
    context = {
        "scenario": scenario,
        "section": "scenarios",
        "real": shelf.standing(scenario, offered.real()),
        "simulated": shelf.standing(scenario, offered.simulated()),
        "shown_unmeasured": SHOWN_UNMEASURED,
        "destinations": shown.destinations(),
        "reports": PublicReport.objects.filter(scenario=scenario)[:10],
        **shown.trial_defaults(),
    }
    return render(request, "catalog/scenario.html", context)
