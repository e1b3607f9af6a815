"""One box over everything: its results, and what it suggests while one types."""

from __future__ import annotations

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalog.pagecache import shared_page
from catalog.search import index, ranking, results
from catalog.search.tokens import MOST_CHARACTERS, clean

PER_PAGE = 20
MOST_SUGGESTIONS, MOST_CHANNELS_SUGGESTED = 8, 3
SUGGESTIONS_KEEP_S = 60


@require_safe
@shared_page
def show_results(request: HttpRequest) -> HttpResponse:
    """What answers ``?q=``, narrowed to ``&kind=``; an empty or fruitless box offers something else."""
    query, kind = clean(request.GET.get("q", "")), request.GET.get("kind", "")
    kind = kind if kind in index.KINDS else ""
    kept = index.current()
    found = ranking.search(query, kept, kind=kind)
    page = Paginator(found.hits, PER_PAGE).get_page(request.GET.get("page"))
    alike = [] if found.hits else ranking.near(query, kept)
    others = [] if found.hits else alike or ranking.popular(kept)
    context = {
        "query": query,
        "kind": kind,
        "kinds": _chips(query, found.counts),
        "page": page,
        "previous": _link(query, kind, page.previous_page_number()) if page.has_previous() else "",
        "next": _link(query, kind, page.next_page_number()) if page.has_next() else "",
        "results": results.show(list(page.object_list), found.terms),
        "others": results.show(others),
        "alike": bool(alike),
        "meant": found.meant,
        "meant_link": _link(found.meant),
        "longest": MOST_CHARACTERS,
    }
    return render(request, "catalog/search.html", context)


def _link(query: str, kind: str = "", page: int = 1) -> str:
    parts = {"q": query, "kind": kind, "page": page if page > 1 else ""}
    return f"{reverse('catalog:search')}?{urlencode({name: value for name, value in parts.items() if value})}"


def _chips(query: str, counts: dict[str, int]) -> list[tuple[str, object, int, str]]:
    """Everything, and each kind that something was found of: name, label, how many, and where."""
    if not counts:
        return []
    kinds = [(kind, results.PLURALS[kind], counts[kind], _link(query, kind)) for kind in index.KINDS if kind in counts]
    return [("", _("All"), sum(counts.values()), _link(query)), *kinds]


@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    """The first few answers to ``?q=`` as JSON; what it says of a query is good for a minute."""
    kept = index.current()
    hits, channels = [], 0
    for hit in ranking.search(request.GET.get("q", ""), kept).hits:
        channels += hit.sale is not None
        if hit.sale is None or channels <= MOST_CHANNELS_SUGGESTED:
            hits.append(hit)
        if len(hits) == MOST_SUGGESTIONS:
            break
    rows = [
        {"kind": each.kind, "title": each.title, "subtitle": _subtitle(each), "url": each.url}
        for each in results.show(hits)
    ]
    response = JsonResponse({"suggestions": rows}, json_dumps_params={"ensure_ascii": False})
    patch_cache_control(response, public=True, max_age=SUGGESTIONS_KEEP_S)
    return response


def _subtitle(result: results.Result) -> str:
    note = result.note if result.kind in ("model", "provider", "channel") else ""
    return " · ".join(filter(None, [result.label, note]))
