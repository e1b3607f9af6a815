"""The front door: the promise, a prompt box, and where to go from there."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from catalog import allowance, editions, evidence
from catalog.pagecache import shared_page
from catalog.views import shown

# Those that sell most.
SHOWN_PROVIDERS = 14
SHOWN_ARTICLES = 3
SHOWN_ROWS = 5


@require_safe
@shared_page
def show_home(request: HttpRequest) -> HttpResponse:
    """The promise, a prompt box, and where to go from there."""
    stamps = editions.current()
    run = shown.latest_run(stamps)
    context = {
        "scenarios": shown.open_scenarios(stamps),
        "run": run,
        "run_rows": run.rows[:SHOWN_ROWS] if run else [],
        "run_sureness": evidence.sureness(run.rows) if run else 0.0,
        "providers": shown.real_providers(stamps)[:SHOWN_PROVIDERS],
        "destinations": shown.destinations(stamps),
        "tally": shown.tally(stamps),
        "allowance": allowance.today(),
        "articles": shown.newest_articles(stamps)[:SHOWN_ARTICLES],
        **shown.trial_defaults(),
    }
    return render(request, "catalog/home.html", context)
