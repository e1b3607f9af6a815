"""The wizard's check: all channels of an API, how far their checks are, and a button for one and for all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from catalog.models import Channel, Provider, Role
from catalog.refusals import Refused
from marketplace.accounts.models import User
from marketplace.portal.adding import steps
from marketplace.portal.adding.whose import api_of, channel_of
from marketplace.portal.checking import summaries
from marketplace.portal.checking.starting import start
from marketplace.portal.doors import member, person


@require_http_methods(["GET", "HEAD", "POST"])
@member(Role.VIEWER, to_change=Role.EDITOR)
def api_check(request: HttpRequest, provider: Provider, api: int) -> HttpResponse:
    """Every channel of the API with its newest checks; a POST starts those of all."""
    row = api_of(provider, api)
    channels = summaries.checkable(row)
    if request.method == "POST":
        begin(request, channels, person(request))
        return redirect("portal:api_check", provider.slug, row.pk)
    told = summaries.of(channels)
    context = {
        "provider": provider,
        "room": "apis",
        "api": row,
        "steps": steps.of(provider, row, now="check"),
        "following": steps.following("check", provider, row),
        "channels": told,
        "is_open": any(each["is_open"] for each in told),
        "may_run": request.membership.may(Role.EDITOR),  # type: ignore[attr-defined]
        "is_done": bool(told) and all(each["conforms"] for each in told),
        "is_begun": any(each["run"] for each in told),
    }
    return render(request, "portal/checking/check.html", context)


@require_POST
@member(Role.EDITOR)
def start_checks(request: HttpRequest, provider: Provider, channel: str) -> HttpResponse:
    """Start a channel's checks; ``only`` names one to be made again."""
    row = channel_of(provider, channel)
    started = begin(request, [row], person(request), only=request.POST.getlist("only"))
    return redirect(started[0] if started else row_page(provider, row))


def begin(request: HttpRequest, channels: list[Channel], by: User, *, only: Sequence[str] = ()) -> list[Any]:
    """Start what can be started; what cannot is said."""
    started = []
    for channel in channels:
        try:
            started.append(start(channel, by=by, only=only))
        except Refused as refused:
            messages.error(request, f"{channel.name}: {refused.message} {refused.mend}")
    return started


def row_page(provider: Provider, channel: Channel) -> str:
    return reverse("portal:channel", args=[provider.slug, channel.slug])
