"""A trial's pictures by the trial's link, as what they were found to be when they came, and nothing more."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from sandbox.models import Picture, Trial
from sandbox.unlisted import unlisted

HEADERS = {
    "Content-Disposition": "inline",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    # For whoever turns from prompt to prompt; no longer, for a report can be closed.
    "Cache-Control": "private, max-age=300",
}


@require_safe
@unlisted
def picture(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """One picture of the trial's prompts; gone with its report, and where the prompts are hidden."""
    trial = get_object_or_404(Trial.objects.select_related("report"), code=code)
    report = getattr(trial, "report", None)
    if report and (report.revoked_at or report.hides_prompts):
        raise Http404
    found = get_object_or_404(Picture, pk=pk, prompt__prompt_set=trial.prompt_set_id)
    return HttpResponse(bytes(found.data), content_type=found.media_type, headers=HEADERS)
