"""Channels side by side, fact by fact, and from there to a trial of the same ones."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from catalog import comparison, facts
from catalog.pagecache import shared_page
from catalog.views import shown

# Names that the picker's box offers while one types; the list of all channels is a link away.
SHOWN_CHOICES = 200
SHOWN_MODELS = 12
CHOICE = ("slug", "model__name", "provider__name_en")


@require_safe
@shared_page
def compare(request: HttpRequest) -> HttpResponse:
    """Up to six channels (``?channel=a&channel=b``), with ``?differences=1`` only what tells them apart."""
    wish = comparison.read_wish(request.GET.getlist("channel"))
    compared = comparison.look_up(wish.slugs)
    only_differences = request.GET.get("differences") == "1"
    groups = facts.groups(compared) if len(compared.items) > 1 else []
    slugs = [item.channel.slug for item in compared.items]
    context = {
        "compared": compared,
        "columns": [
            (item, comparison.address([slug for slug in slugs if slug != item.channel.slug])) for item in compared.items
        ],
        "groups": comparison.narrowed(groups) if only_differences else groups,
        "only_differences": only_differences,
        "everything": comparison.address(slugs),
        "trial": None if compared.is_mixed else comparison.shared_trial(compared.items),
        "left_out": wish.left_out,
        "most": comparison.MOST_CHANNELS,
        "popular": [] if slugs else shown.models_by_offers()[:SHOWN_MODELS],
        "choices": list(
            shown.offered().order_by("provider__is_simulated", "slug").values_list(*CHOICE)[:SHOWN_CHOICES]
        ),
        "section": "channels",
    }
    return render(request, "catalog/compare.html", context)
