"""What this browser, or this account, has tried: the list, and how to delete it."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from sandbox import deleting, problems
from sandbox.unlisted import unlisted
from sandbox.views import owned

TRIALS_PER_PAGE = 50


@require_safe
@unlisted
def my_trials(request: HttpRequest) -> HttpResponse:
    """Every trial of whoever asks, the newest first, each with its way out."""
    mine = owned(request).select_related("scenario", "prompt_set", "report").order_by("-created_at", "-pk")
    page = Paginator(mine, TRIALS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "sandbox/my_trials.html", {"page": page, "keep_days": settings.TRIAL_KEEP_DAYS})


@require_POST
@unlisted
def delete_one(request: HttpRequest, code: str) -> HttpResponse:
    """Delete one trial for good; its owner alone may."""
    found = owned(request).filter(code=code).first()
    if found is None:
        return problems.not_yours(request)
    deleting.delete_trial(found)
    messages.success(request, _("The trial is deleted: its prompts, answers, scores and report are gone for good."))
    return redirect("sandbox:my_trials")


@require_POST
@unlisted
def delete_all(request: HttpRequest) -> HttpResponse:
    """Delete every trial of whoever asks, once they have said that they mean it."""
    if not request.POST.get("sure"):
        messages.error(request, _("Nothing was deleted: tick the box to say that you mean all of them."))
        return redirect("sandbox:my_trials")
    count = sum(deleting.delete_trial(trial) for trial in owned(request))
    said = ngettext("%(count)d trial is deleted for good.", "%(count)d trials are deleted for good.", count)
    messages.success(request, said % {"count": count})
    return redirect("sandbox:my_trials")
