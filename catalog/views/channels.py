"""Every channel: the list narrowed by the address, and each one's page."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from catalog import editions, onboarding, sheet
from catalog.facets import index, rows
from catalog.facets.panel import Panel
from catalog.models import Channel
from catalog.pagecache import shared_page

CHANNELS_PER_PAGE = 30
SORTINGS = {
    "relevance": _("Live first"),
    "price": _("Price: low to high"),
    "-price": _("Price: high to low"),
    "speed": _("First words: fastest"),
    "output": _("Tokens/s: most"),
    "context": _("Context: longest"),
    "newest": _("Newest model"),
    "name": _("Name"),
}


@require_safe
@shared_page
def list_channels(request: HttpRequest) -> HttpResponse:
    """Every channel, narrowed by the address's parameters."""
    panel = Panel.of(request, index.channels(), per_page=CHANNELS_PER_PAGE, sortings=SORTINGS)
    found = rows.channels(panel)
    context = {
        "panel": panel,
        "rows": found,
        "to_compare": _to_compare(panel, found),
        "section": "channels",
    }
    return render(request, "catalog/channels.html", context)


@require_safe
@shared_page
def show_channel(request: HttpRequest, slug: str) -> HttpResponse:
    """One channel: price and its history, measurements, limits, terms, how to call it, and what stands beside it."""
    stamps = editions.current()
    channel = get_object_or_404(Channel.objects.select_related("provider", "model", "successor__model"), slug=slug)
    seen_by = onboarding.shown_to(channel, request.user)
    if not seen_by:
        raise Http404
    context = sheet.of_channel(channel, stamps) | {"section": "channels", "notice": onboarding.notice_of(channel)}
    response = render(request, "catalog/channel.html", context | {"is_private": seen_by == onboarding.PRIVATE})
    if seen_by == onboarding.PRIVATE:
        response.headers["Cache-Control"] = "private, no-store"
    return response


def _to_compare(panel: Panel, found: list[rows.ChannelRow]) -> str:
    """The query that opens the trial form with this page's live channels; empty when they are too few."""
    live = [row["slug"] for row in found if row["is_live"]][: settings.TRIAL_MAX_CHANNELS]
    scenario = next(iter([*panel.wish.chosen.get("scenario", ()), *panel.listed.labels["scenario"]]), None)
    if len(live) < 2 or scenario is None:
        return ""
    return urlencode({"scenario": scenario, "channel": live}, doseq=True)
