"""What the site itself writes: the list, and each article."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from catalog.articles import page
from catalog.models import Article
from catalog.pagecache import shared_page


@require_safe
@shared_page
def list_articles(request: HttpRequest) -> HttpResponse:
    context = page.listed(request.GET.get("topic"), request.GET.get("page"))
    return render(request, "catalog/articles.html", {**context, "section": "articles"})


@require_safe
@shared_page
def show_article(request: HttpRequest, slug: str) -> HttpResponse:
    """One article, with its sources and what to read next."""
    article = get_object_or_404(Article.objects.published(), slug=slug)
    return render(request, "catalog/article.html", {**page.shown(article), "section": "articles"})
