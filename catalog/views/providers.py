"""Who sells: every provider, and each one's page."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from catalog import evidence, shelf
from catalog.countries import country_name
from catalog.facets import index, rows
from catalog.facets.panel import Panel
from catalog.models import Provider
from catalog.pagecache import shared_page
from catalog.views import shown

ROWS_PER_PAGE = 50
SORTINGS = {"relevance": _("Most channels"), "models": _("Most models"), "name": _("Name")}


@require_safe
@shared_page
def list_providers(request: HttpRequest) -> HttpResponse:
    """Every provider, with what is known of its terms."""
    panel = Panel.of(request, index.providers(), per_page=ROWS_PER_PAGE, sortings=SORTINGS)
    context = {"panel": panel, "rows": rows.providers(panel), "section": "providers"}
    return render(request, "catalog/providers.html", context)


@require_safe
@shared_page
def show_provider(request: HttpRequest, slug: str) -> HttpResponse:
    """Who they are, their terms, their record in trials, and what they sell."""
    provider = get_object_or_404(Provider.objects.listed(), slug=slug)
    found = shelf.with_prices(shown.offered().filter(provider=provider).for_lists().order_by("model__name", "slug"))
    page = Paginator(found, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "provider": provider,
        "country": country_name(provider.country),
        "record": evidence.record(provider),
        "page": page,
        "items": shelf.with_speed(page.object_list),
        "section": "providers",
    }
    return render(request, "catalog/provider.html", context)
