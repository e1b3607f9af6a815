"""The page of a run: for its provider's engineers, and for whoever else was given the link."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalog.models import Listing, Membership, Role
from sandbox import problems
from sandbox.conformance import report, runs
from sandbox.models import ConformanceRun
from sandbox.unlisted import unlisted


@require_safe
@unlisted
def show_run(request: HttpRequest, code: str) -> HttpResponse:
    """The checks as they stand; ``?format=json`` for machines."""
    run = ConformanceRun.objects.select_related("channel__provider", "channel__model").filter(code=code).first()
    if run is None:
        return no_such_run(request)
    if request.GET.get("format") == "json":
        return JsonResponse(report.as_json(run), json_dumps_params={"ensure_ascii": False})
    seen = membership(request, run)
    context = report.context(run) | {
        "is_member": seen is not None or request.user.is_staff,
        "may_run": seen is not None and seen.may(Role.EDITOR) and run.channel.listing != Listing.RETIRED,
        "is_current": runs.is_current(run),
        "is_newest": runs.latest(run.channel, kind=run.kind) == run,
    }
    return render(request, "sandbox/conformance.html", context)


def membership(request: HttpRequest, run: ConformanceRun) -> Membership | None:
    if not request.user.is_authenticated:
        return None
    return Membership.objects.filter(user=request.user, provider=run.channel.provider_id).first()


def no_such_run(request: HttpRequest) -> HttpResponse:
    text = _("The link is wrong, or the checks have been deleted. Check that the whole link was copied.")
    return problems.page(request, problems.Problem(_("There are no checks here"), text), status=404)
