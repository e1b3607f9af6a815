"""The jobs people compare APIs for, and how channels do them."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from catalog import allowance, editions, standings
from catalog.language import is_chinese
from catalog.models import PublicReport, SamplePrompt
from catalog.pagecache import shared_page
from catalog.views import shown

SHOWN_SAMPLES = 6
SHOWN_REPORTS = 10


@require_safe
@shared_page
def list_scenarios(request: HttpRequest) -> HttpResponse:
    stamps = editions.current()
    context = {
        "scenarios": shown.open_scenarios(stamps),
        "section": "scenarios",
        "allowance": allowance.today(),
        **shown.trial_defaults(),
    }
    return render(request, "catalog/scenarios.html", context)


@require_safe
@shared_page
def show_scenario(request: HttpRequest, slug: str) -> HttpResponse:
    """The job, its dimensions, and its channels: measured ones ranked, the others listed, simulated ones apart."""
    stamps = editions.current()
    scenario = next((each for each in shown.open_scenarios(stamps) if each.slug == slug), None)
    if scenario is None:
        raise Http404(slug)
    standing = standings.of_scenario(scenario, stamps)
    samples = SamplePrompt.objects.filter(scenario=scenario, language="zh" if is_chinese() else "en")
    context = {
        "scenario": scenario,
        "section": "scenarios",
        "real": standing.real,
        "simulated": standing.simulated,
        "samples": samples[:SHOWN_SAMPLES],
        "reports": PublicReport.objects.filter(scenario=scenario)[:SHOWN_REPORTS],
        "destinations": shown.destinations(stamps),
        "allowance": allowance.today(),
        **shown.trial_defaults(),
    }
    return render(request, "catalog/scenario.html", context)
