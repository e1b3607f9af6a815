"""What was trained: every model that somebody sells, and each one's page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from catalog import sellers
from catalog.facets import index, rows
from catalog.facets.panel import Panel
from catalog.models import AIModel
from catalog.pagecache import shared_page
from catalog.views import shown

ROWS_PER_PAGE = 50
SORTINGS = {
    "relevance": _("Most offers"),
    "newest": _("Newest"),
    "price": _("Cheapest offer: low to high"),
    "-price": _("Dearest offer: high to low"),
    "spread": _("Largest price difference"),
    "context": _("Context: longest"),
    "name": _("Name"),
}


@require_safe
@shared_page
def list_models(request: HttpRequest) -> HttpResponse:
    """Every model that is sold, with how far its prices lie apart."""
    panel = Panel.of(request, index.models(), per_page=ROWS_PER_PAGE, sortings=SORTINGS)
    context = {"panel": panel, "rows": rows.models(panel), "section": "models"}
    return render(request, "catalog/models.html", context)


@require_safe
@shared_page
def show_model(request: HttpRequest, slug: str) -> HttpResponse:
    """One model, and every channel that serves it side by side: the same model differs in price and speed."""
    model = get_object_or_404(AIModel.objects.known(), slug=slug)
    context = sellers.of_model(model, shown.offered().filter(model=model)) | {"section": "models"}
    return render(request, "catalog/model.html", context)
