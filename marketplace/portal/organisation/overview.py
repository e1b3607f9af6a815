"""One provider at a glance: what is to do, and its APIs with their channels."""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from catalog.live import origin_of
from catalog.models import Api, Channel, Listing, Provider, Role
from catalog.onboarding.obstacles import Obstacle, obstacles
from marketplace.portal.doors import member
from marketplace.portal.organisation import todo

MOST_LOOKED_AT = 20  # drafts whose obstacles are looked up: each costs some queries


class Row(NamedTuple):
    """A channel; ``obstacle`` is the first thing that keeps a draft from being submitted."""

    channel: Channel
    obstacle: Obstacle | None
    may_be_checked: bool


class ApiRow(NamedTuple):
    """An API; ``missing`` is the wizard's step where it stops (a URL name), empty where it has channels."""

    api: Api
    missing: str
    rows: list[Row]


@require_safe
@member(Role.VIEWER)
def show_provider(request: HttpRequest, provider: Provider) -> HttpResponse:
    counted = todo.with_counts(Provider.objects.filter(pk=provider.pk)).get()
    steps = todo.steps(counted)
    others = provider.channels.filter(api=None).select_related("model", "provider")
    context = {
        "provider": provider,
        "room": "overview",
        "steps": steps,
        "is_done": all(step.state == "done" for step in steps),
        "apis": _apis(provider),
        "others": [Row(channel, None, False) for channel in others],
        "may_edit": request.membership.may(Role.EDITOR),  # type: ignore[attr-defined]
    }
    return render(request, "portal/organisation/provider.html", context)


def _apis(provider: Provider) -> list[ApiRow]:
    channels = Channel.objects.select_related("model", "provider").order_by("slug")
    found = list(provider.apis.prefetch_related(Prefetch("channels", channels)))
    keys = set(provider.credentials.values_list("origin", flat=True))
    looked_at = 0
    answer = []
    for api in found:
        rows = []
        for channel in api.channels.all():
            is_draft = channel.listing == Listing.DRAFT
            looked_at += is_draft
            first = next(iter(obstacles(channel)), None) if is_draft and looked_at <= MOST_LOOKED_AT else None
            rows.append(Row(channel, first, is_draft and first is None))
        answer.append(ApiRow(api, _missing(api, keys, rows), rows))
    return answer


def _missing(api: Api, keys: set[str], rows: list[Row]) -> str:
    if not api.protocol:
        return "portal:api_address"
    if origin_of(api.base_url) not in keys:
        return "portal:api_key"
    return "" if rows else "portal:api_models"
