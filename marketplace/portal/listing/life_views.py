"""What becomes of a listed channel: an operator suspends it and brings it back, its people end it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from catalog import members, onboarding
from catalog.models import AuditEntry, Channel, Listing, Provider, Role
from catalog.refusals import Refused
from marketplace.portal.doors import member, operator
from marketplace.portal.listing import checked
from marketplace.portal.listing.forms import SunsetForm, SuspendForm

SHOWN_RUNS = 12
SHOWN_ENTRIES = 30


@require_http_methods(["GET", "HEAD", "POST"])
@operator
def show_standing(request: HttpRequest, channel: str) -> HttpResponse:
    """Where a channel stands, for operators: its checks and its log; suspend it or bring it back."""
    row = get_object_or_404(Channel.objects.select_related("provider", "model"), slug=channel)
    returns = request.POST.get("act") == "return"
    form = SuspendForm(request.POST if request.method == "POST" and not returns else None)
    if request.method == "POST" and (returns or form.is_valid()):
        try:
            if returns:
                onboarding.bring_back(row, by=request.user)  # type: ignore[arg-type]
            else:
                onboarding.suspend(row, by=request.user, **form.cleaned_data)  # type: ignore[arg-type]
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("Done; its people are told."))
        return redirect("portal:standing", row.slug)
    return render(request, "portal/listing/standing.html", _standing(row) | {"form": form})


def _standing(channel: Channel) -> dict[str, Any]:
    log = AuditEntry.objects.filter(provider=channel.provider, subject=channel.slug)[:SHOWN_ENTRIES]
    runs = channel.conformance_runs.select_related("asked_by").order_by("-created_at")[:SHOWN_RUNS]
    return {
        "channel": channel,
        "owner": channel.provider,
        "notice": onboarding.notice_of(channel),
        "returns_by_itself": channel.suspended_for in onboarding.RETURNING,
        "runs": [checked.of_run(run) for run in runs],
        "log": [(entry, members.sentence(entry)) for entry in log],
        "waiting": channel.submissions.waiting().first(),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@member(Role.EDITOR)
def set_last_day(request: HttpRequest, provider: Provider, channel: str) -> HttpResponse:
    """Set, change or lift a channel's last day; or retire it at once."""
    row = get_object_or_404(provider.channels.select_related("provider", "model", "successor"), slug=channel)
    lifts = request.POST.get("act") == "lift"
    at_first = {"day": row.sunset_on, "successor": row.successor_id}
    form = SunsetForm(request.POST if request.method == "POST" and not lifts else None, initial=at_first, channel=row)
    if request.method == "POST" and (lifts or form.is_valid()):
        try:
            if lifts:
                onboarding.lift_sunset(row, by=request.user)  # type: ignore[arg-type]
            else:
                onboarding.set_sunset(row, by=request.user, **form.cleaned_data)  # type: ignore[arg-type]
        except Refused as refused:
            form.refuse(refused) if not lifts else messages.error(request, str(refused))
        else:
            messages.success(request, _("The last day is lifted.") if lifts else _("The last day is set."))
            return redirect("portal:channel_sunset", provider.slug, row.slug)
    may_have = row.listing in (Listing.LISTED, Listing.SUSPENDED)
    context = {"provider": provider, "room": "apis", "channel": row, "form": form, "may_have": may_have}
    return render(request, "portal/listing/sunset.html", context, status=422 if form.errors else 200)


@require_POST
@member(Role.EDITOR)
def retire_channel(request: HttpRequest, provider: Provider, channel: str) -> HttpResponse:
    """Take a channel off the list for good, now."""
    row = get_object_or_404(provider.channels.select_related("provider", "model", "successor"), slug=channel)
    try:
        onboarding.retire(row, by=request.user)  # type: ignore[arg-type]
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("%(channel)s is retired.") % {"channel": row.name})
    return redirect("portal:provider", provider.slug)
