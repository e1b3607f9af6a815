"""What was trained: every model that somebody sells, and each one's page."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from catalog import sellers
from catalog.models import AIModel
from catalog.pagecache import shared_page
from catalog.views import shown

ROWS_PER_PAGE = 50


@require_safe
@shared_page
def list_models(request: HttpRequest) -> HttpResponse:
    """Every model that some listed channel of the wanted kind serves."""
    simulated = request.GET.get("kind") == "simulated"
    serving = shown.offered().filter(model=OuterRef("pk"), provider__is_simulated=simulated)
    offers = Count("channels", filter=shown.LISTED_CONTENDER & Q(channels__provider__is_simulated=simulated))
    found = AIModel.objects.filter(Exists(serving)).annotate(offers=offers).order_by("maker_name", "name", "slug")
    page = Paginator(found, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "catalog/models.html", {"page": page, "simulated": simulated, "section": "models"})


@require_safe
@shared_page
def show_model(request: HttpRequest, slug: str) -> HttpResponse:
    """One model, and every channel that serves it side by side: the same model differs in price and speed."""
    model = get_object_or_404(AIModel, slug=slug)
    context = sellers.of_model(model, shown.offered().filter(model=model)) | {"section": "models"}
    return render(request, "catalog/model.html", context)
