"""Where nothing is at an address: what is called like it, in the words of the address itself."""

from __future__ import annotations

import logging

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from catalog.search import index, ranking, results
from catalog.search.tokens import clean
from marketplace import problems

logger = logging.getLogger(__name__)
MOST_NEAR, MOST_LOOKED_AT = 6, 50
# The first part of an address says what kind of thing is looked for.
KINDS = {f"{kind}s": kind for kind in index.KINDS}
# What is here is known to those who have the whole address; nobody else is helped to it.
GOODS = {"model", "provider", "channel"}
SECRET = {"trials", "reports", "account", "admin", "portal"}


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Nothing is at this address: a problem document for a program, what is called like it for a person."""
    if request.path.startswith("/api/"):
        return problems.not_found(request, exception)
    query, found = _looked_for(request.path)
    return render(request, "404.html", {"query": query, "others": found}, status=404)


def _looked_for(path: str) -> tuple[str, list[results.Result]]:
    """The words of an address, and what they may have meant. A trial's or report's address is nobody's business."""
    parts = [part for part in path.split("/") if part][1:]
    if not parts or parts[0] in SECRET:
        return "", []
    query = clean(parts[-1].replace("-", " ").replace("_", " "))
    try:
        kept = index.current()
        kind = KINDS.get(parts[0], "")
        hits = ranking.search(query, kept, kind=kind).hits[:MOST_NEAR]
        hits = hits or _goods_first(ranking.search(query, kept).hits[:MOST_LOOKED_AT], wanted=kind in GOODS)
        return query, results.show((hits or ranking.near(query, kept))[:MOST_NEAR])
    except Exception:  # a page that says what is missing must not fail itself
        logger.exception("no near matches for %r", path[:100])
        return query, []


def _goods_first(hits: list[ranking.Hit], *, wanted: bool) -> list[ranking.Hit]:
    """Whoever mistyped a channel's name means something of that name, not a text that mentions it."""
    return sorted(hits, key=lambda hit: hit.kind not in GOODS) if wanted else hits
