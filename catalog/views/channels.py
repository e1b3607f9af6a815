"""Every channel: the list narrowed by the address, and each one's page."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from catalog import sheet, shelf
from catalog.comparison import with_scenarios
from catalog.filters import ChannelFilter
from catalog.models import Channel, Scenario
from catalog.pagecache import shared_page
from catalog.views import shown

CHANNELS_PER_PAGE = 30


@require_safe
@shared_page
def list_channels(request: HttpRequest) -> HttpResponse:
    """Every channel, narrowed by the address's parameters."""
    form = ChannelFilter(request.GET)
    found = shelf.with_prices(form.apply(shown.offered().for_lists()).order_by("-live", "model__name", "slug"))
    page = Paginator(found, CHANNELS_PER_PAGE).get_page(request.GET.get("page"))
    items = shelf.with_speed(page.object_list)
    context = {
        "form": form,
        "page": page,
        "items": items,
        "to_compare": _to_compare(form, items),
        "counts": shown.counts(),
        "section": "channels",
    }
    return render(request, "catalog/channels.html", context)


@require_safe
@shared_page
def show_channel(request: HttpRequest, slug: str) -> HttpResponse:
    """One channel: price and its history, measurements, limits, terms, how to call it, and what stands beside it."""
    channel = get_object_or_404(with_scenarios(Channel.objects.listed().select_related("provider", "model")), slug=slug)
    return render(request, "catalog/channel.html", sheet.of_channel(channel) | {"section": "channels"})


def _to_compare(form: ChannelFilter, items: list[shelf.Item]) -> str:
    """The query that opens the trial form with this page's live channels; empty when they are too few."""
    live = [item.channel.slug for item in items if item.is_live][: settings.TRIAL_MAX_CHANNELS]
    scenario = form.answers.get("scenario") or Scenario.objects.open().first()
    if len(live) < 2 or scenario is None:
        return ""
    return urlencode({"scenario": scenario.slug, "channel": live}, doseq=True)
