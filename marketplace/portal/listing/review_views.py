"""The operators' queue: what waits, the oldest first, and all that a decision rests on."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from catalog import onboarding
from catalog.models import AIModel, Channel, Submission
from catalog.refusals import Refused
from marketplace.portal.doors import operator
from marketplace.portal.listing import checked
from marketplace.portal.listing.forms import ApproveForm, DeclineForm
from sandbox.models import ConformanceRun

PER_PAGE = 50


@require_safe
@operator
def show_queue(request: HttpRequest) -> HttpResponse:
    """What waits, the oldest first."""
    waiting = Submission.objects.waiting().select_related("channel__provider", "channel__model")
    page = Paginator(waiting.order_by("submitted_at", "pk"), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "portal/listing/queue.html", {"page": page})


@require_safe
@operator
def show_channels(request: HttpRequest) -> HttpResponse:
    """Providers' own channels and where they stand, those off the list first."""
    rows = Channel.objects.filter(api__isnull=False).exclude(listing="draft").select_related("provider", "model")
    page = Paginator(rows.order_by("-suspended_at", "slug"), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "portal/listing/channels.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@operator
def show_submission(request: HttpRequest, pk: int) -> HttpResponse:
    """One submission: its checks, what changed since the last approval, its people and history; and the decision."""
    found = Submission.objects.select_related("channel__provider", "channel__model", "submitted_by", "decided_by")
    submission = get_object_or_404(found, pk=pk)
    is_approval = request.POST.get("act") == "approve"
    approving = ApproveForm(request.POST if is_approval else None)
    declining = DeclineForm(request.POST if request.method == "POST" and not is_approval else None)
    form = approving if is_approval else declining
    if request.method == "POST" and form.is_valid():
        try:
            _decide(request, submission, form.cleaned_data, is_approval=is_approval)
        except Refused as refused:
            form.refuse(refused)
        else:
            return redirect("portal:queue")
    context = _context(submission) | {"approving": approving, "declining": declining, "form": form}
    return render(request, "portal/listing/submission.html", context, status=409 if form.errors else 200)


def _decide(request: HttpRequest, submission: Submission, said: dict[str, Any], *, is_approval: bool) -> None:
    by: Any = request.user
    name = {"channel": submission.channel.name}
    if is_approval:
        onboarding.approve(submission, by=by, model=said["model"], seen=said["seen"])
        messages.success(request, _("%(channel)s is listed; its people are told.") % name)
    else:
        onboarding.decline(submission, by=by, reason=said["reason"])
        messages.success(request, _("%(channel)s is sent back; its people are told why.") % name)


def _context(submission: Submission) -> dict[str, Any]:
    channel = submission.channel
    run = ConformanceRun.objects.filter(channel=channel, code=submission.conformance).first()
    now = onboarding.snapshot(channel) if submission.state == "waiting" else submission.facts
    before = channel.submissions.filter(state="approved", submitted_at__lt=submission.submitted_at)
    last = before.order_by("-submitted_at").first()
    return {
        "submission": submission,
        "channel": channel,
        "owner": channel.provider,
        "checked": checked.of_run(run) if run else None,
        "last": last,
        "since_last": onboarding.changes(last.facts, now) if last else [],
        "since_submitted": onboarding.changes(submission.facts, now),
        "facts": onboarding.stated(now),
        "seen": onboarding.digest(now),
        "people": channel.provider.memberships.select_related("user"),
        "history": channel.submissions.exclude(pk=submission.pk).select_related("decided_by").order_by("-submitted_at"),
        "models": AIModel.objects.known().order_by("slug").values_list("slug", "name"),
        "tested_since": checked.of_channel(channel),
    }
