"""The log: who did what for a provider, and when."""

from __future__ import annotations

from typing import NamedTuple

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from catalog import members
from catalog.models import AuditEntry, Provider, Role
from marketplace.portal.doors import member

PER_PAGE = 50
# Kinds of entries that one asks for, by how their words begin.
TOPICS: dict[str, tuple[str, ...]] = {
    "people": ("member_", "invitation_", "ownership_"),
    "facts": ("provider_", "terms_", "agreed"),
    "apis": ("api_", "key_", "models_", "limits_", "prices_", "scenarios_"),
    "listing": ("checks_", "channel_", "submission_", "sunset_", "recheck_"),
    "replies": ("reply_",),
}


class Line(NamedTuple):
    entry: AuditEntry
    sentence: str


@require_safe
@member(Role.VIEWER)
def log(request: HttpRequest, provider: Provider) -> HttpResponse:
    who, what = request.GET.get("who", ""), request.GET.get("what", "")
    entries = provider.log.all()
    if who == "site" or (who.isdecimal() and len(who) < 16):
        entries = entries.by_person(who)
    if what in TOPICS:
        entries = entries.filter(action__in=_actions(what))
    page = Paginator(entries, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "provider": provider,
        "room": "log",
        "page": page,
        "lines": [Line(entry, members.sentence(entry)) for entry in page.object_list],
        "people": _people(provider),
        "who": who,
        "what": what if what in TOPICS else "",
    }
    return render(request, "portal/organisation/log.html", context)


def _actions(topic: str) -> list[str]:
    return [action for action in members.ACTIONS if action.startswith(TOPICS[topic])]


def _people(provider: Provider) -> list[tuple[int, str]]:
    """Everybody who has ever done something and still has an account, under their newest name."""
    pairs = provider.log.exclude(actor=None).order_by("pk").values_list("actor", "actor_name")
    return sorted(dict(pairs).items(), key=lambda pair: pair[1].casefold())
