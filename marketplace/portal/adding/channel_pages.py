"""Everything about one channel on its provider's side: how far it has got, and what holds of it."""

from __future__ import annotations

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from catalog import history
from catalog.models import Listing, Price, Provider, Role
from marketplace.portal.adding import todo
from marketplace.portal.adding.whose import channel_of
from marketplace.portal.doors import member
from sandbox.models import ConformanceRun
from sandbox.models.conformance import Result


@require_safe
@member(Role.VIEWER)
def show_channel(request: HttpRequest, provider: Provider, channel: str) -> HttpResponse:
    row = channel_of(provider, channel)
    told = todo.of_channel(row)
    context = {
        "provider": provider,
        "room": "apis",
        "channel": row,
        "told": told,
        "results": _results(told.run),
        "price": Price.objects.in_force(row),
        "history": history.tell(list(row.prices.all()), timezone.localdate()),
        "scenarios": row.scenarios.all(),
        "may_edit": request.membership.may(Role.EDITOR),  # type: ignore[attr-defined]
        "is_public": row.listing == Listing.LISTED and provider.listing == Listing.LISTED,
    }
    return render(request, "portal/adding/channel.html", context)


def _results(run: ConformanceRun | None) -> list[tuple[str, str, int]]:
    """How many checks said what, the worst first: ``[("fail", "fail", 2), …]``."""
    if run is None:
        return []
    counts = dict(run.checks.exclude(result="").values_list("result").annotate(Count("pk")).order_by())
    order = (Result.FAIL, Result.WARN, Result.PASS, Result.NOT_APPLICABLE)
    return [(result.value, str(result.label), counts[result]) for result in order if result in counts]
