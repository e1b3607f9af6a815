"""Pages for when something is not as a visitor hoped: what happened, and what to do now."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marketplace.billing import quotas


@dataclass(frozen=True)
class Problem:
    """``title`` says what happened, ``text`` why and what now; ``action`` leads on to ``address``."""

    title: str
    text: str
    action: str = ""
    address: str = ""


def page(request: HttpRequest, problem: Problem, *, status: int) -> HttpResponse:
    return render(request, "sandbox/problem.html", {"problem": problem}, status=status)


def pictures_too_large() -> str:
    told = {"count": settings.TRIAL_MAX_PICTURES, "limit": f"{settings.TRIAL_MAX_PICTURE_BYTES / 1_000_000:.1f}"}
    return _("The pictures are too large: at most %(count)d of at most %(limit)s MB each.") % told


def no_such_trial(request: HttpRequest) -> HttpResponse:
    days = settings.TRIAL_KEEP_DAYS
    text = ngettext(
        "The link is wrong, or the trial is older than %(days)d day and has been deleted.",
        "The link is wrong, or the trial is older than %(days)d days and has been deleted.",
        days,
    ) % {"days": days}
    advice = _("Check that the whole link was copied; else start a new comparison.")
    return page(request, Problem(_("There is no trial here"), f"{text} {advice}", *_start()), status=404)


def no_such_report(request: HttpRequest) -> HttpResponse:
    text = _("The link is wrong, or the report has been deleted. Check that the whole link was copied.")
    return page(request, Problem(_("There is no report here"), text, *_start()), status=404)


def revoked(request: HttpRequest) -> HttpResponse:
    text = _("Whoever ran this trial has revoked its report. Ask them, or run the same comparison yourself.")
    return page(request, Problem(_("This report was revoked by its owner"), text, *_start()), status=410)


def enough_complaints(request: HttpRequest) -> HttpResponse:
    text = _("Several complaints came today, from you or about this report. An operator will look at them.")
    return page(request, Problem(_("That is enough for today"), text), status=429)


def not_yours(request: HttpRequest) -> HttpResponse:
    text = _(
        "Only the browser that started a trial can stop it or revoke its report. If that was you, your cookie is gone: "
        "the trial ends by itself, and its link stays unguessable."
    )
    return page(request, Problem(_("This is not yours to change"), text, *_start()), status=403)


def nothing_to_try(request: HttpRequest) -> HttpResponse:
    text = _("No scenario is open just now. The catalogue of APIs is there to read all the same.")
    action = _("See all APIs"), reverse("catalog:channels")
    return page(request, Problem(_("There is nothing to compare yet"), text, *action), status=503)


def out_of_quota(out: quotas.OutOfQuota) -> Problem:
    text = ngettext(
        "You have started %(limit)d trial today, which is all that is free per day. You can go on from %(when)s; "
        "what you typed is kept below.",
        "You have started %(limit)d trials today, which is all that is free per day. You can go on from %(when)s; "
        "what you typed is kept below.",
        out.limit,
    )
    when = date_format(timezone.localtime(out.resets_at), "DATETIME_FORMAT")
    return Problem(_("That was today's last free trial"), text % {"limit": out.limit, "when": when})


def purse_is_empty() -> Problem:
    when = date_format(timezone.localtime(quotas.resets_at()), "DATETIME_FORMAT")
    text = _(
        "All visitors together have used what this site pays for per day, or this comparison needs more than is left. "
        "Take fewer channels or repeats, or come back after %(when)s; what you typed is kept below."
    )
    return Problem(_("Today's purse cannot pay for this"), text % {"when": when})


def _start() -> tuple[str, str]:
    return _("Start a comparison"), reverse("sandbox:new_trial")
