"""The front door: the promise, a prompt box, and where to go from there."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from catalog import evidence
from catalog.models import Scenario
from catalog.pagecache import shared_page
from catalog.views import shown

# Those that sell most.
SHOWN_PROVIDERS = 18


@require_safe
@shared_page
def show_home(request: HttpRequest) -> HttpResponse:
    """The promise, a prompt box, and where to go from there."""
    scenarios = list(Scenario.objects.open().with_counts().with_dimensions())
    run = evidence.latest_run()
    context = {
        "scenarios": scenarios,
        "run": run,
        "run_rows": run.rows[:5] if run else [],
        "run_sureness": evidence.sureness(run.rows) if run else 0.0,
        "providers": shown.providers_by_offers().filter(is_simulated=False)[:SHOWN_PROVIDERS],
        "destinations": shown.destinations(),
        "counts": shown.counts(),
        **shown.trial_defaults(),
    }
    return render(request, "catalog/home.html", context)
