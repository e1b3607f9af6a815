"""The last step of adding an API: its channels are put before the operators."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from catalog import onboarding
from catalog.models import Provider, Role
from catalog.refusals import Refused
from marketplace.portal.adding import steps
from marketplace.portal.doors import member
from marketplace.portal.listing.forms import SubmitForm
from marketplace.portal.listing.submitting import readiness, submit


@require_http_methods(["GET", "HEAD", "POST"])
@member(Role.EDITOR)
def submit_api(request: HttpRequest, provider: Provider, api: int) -> HttpResponse:
    """What is ready of an API's channels, what is still missing, and the submission of those that are ticked."""
    row = get_object_or_404(provider.apis, pk=api)
    channels = row.channels.select_related("provider", "model", "api").order_by("model__name", "slug")
    form = SubmitForm(request.POST if request.method == "POST" else None, channels=channels)
    if request.method == "POST" and form.is_valid():
        try:
            found = submit(list(form.cleaned_data["channels"]), by=request.user, note=form.cleaned_data["note"])  # type: ignore[arg-type]
        except Refused as refused:
            form.refuse(refused)
        else:
            words = ngettext("%d channel waits for review.", "%d channels wait for review.", len(found))
            messages.success(request, words % len(found))
            return redirect("portal:provider", provider.slug)
    return render(request, "portal/listing/submit.html", _context(provider, row, channels, form), status=_status(form))


def _context(provider: Provider, api: Any, channels: Any, form: SubmitForm) -> dict[str, Any]:
    rows = [readiness(channel) for channel in channels]
    ticked = form.data.getlist("channels") if form.is_bound else []  # type: ignore[attr-defined]
    return {
        "provider": provider,
        "room": "apis",
        "api": api,
        "steps": steps.of(provider, api, "submit"),
        "rows": rows,
        "ready": sum(row.may_be_submitted for row in rows),
        "ticked": ticked,
        "form": form,
    }


def _status(form: SubmitForm) -> int:
    return 422 if form.is_bound and form.errors else 200


@require_POST
@member(Role.EDITOR)
def withdraw_channel(request: HttpRequest, provider: Provider, channel: str) -> HttpResponse:
    """Take a waiting submission back."""
    row = get_object_or_404(provider.channels.select_related("provider", "model"), slug=channel)
    try:
        onboarding.withdraw(row, by=request.user)  # type: ignore[arg-type]
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("%(channel)s is a draft again.") % {"channel": row.name})
    return redirect("portal:provider", provider.slug)
