"""The pages of reports: read it, read one prompt's answers, say who may see it, complain about it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.accounts import guests
from marketplace.billing import quotas
from sandbox import problems, redaction, replies, visibility
from sandbox.audience import AudienceForm, ComplaintForm
from sandbox.models import ChartCheck, Report, Trial
from sandbox.pages import report as report_page
from sandbox.unlisted import unlisted
from sandbox.views import owned

# Its own small font and style, and nothing else: no script, no address, no origin.
PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; font-src data:; frame-ancestors 'none'; sandbox"


@require_safe
@unlisted
def report(request: HttpRequest, code: str) -> HttpResponse:
    found = Report.objects.filter(code=code).first()
    if found is None:
        running = Trial.objects.filter(code=code).first()
        return redirect(running) if running else problems.no_such_report(request)
    if found.revoked_at:
        return problems.revoked(request)
    is_owner = owned(request).filter(pk=found.trial_id).exists()
    said = replies.to_report(found)
    context = {"report": found, "is_owner": is_owner, "replies": said, **report_page.context(redaction.shown(found))}
    return indexed(found, render(request, "sandbox/report.html", context))


@require_safe
@unlisted
def report_prompt(request: HttpRequest, code: str, prompt: str) -> HttpResponse:
    """Every answer to one prompt, with its scores and who gave them."""
    found = Report.objects.filter(code=code).first()
    if found is None:
        return problems.no_such_report(request)
    if found.revoked_at:
        return problems.revoked(request)
    context = report_page.prompt_context(redaction.shown(found), prompt)
    if context is None:
        return problems.no_such_report(request)
    return indexed(found, render(request, "sandbox/report_prompt.html", {"report": found, **context}))


@require_safe
@unlisted
def chart_picture(request: HttpRequest, code: str, answer: int) -> HttpResponse:
    """A chart that an answer specified, as a picture that may do nothing, wherever it is opened."""
    check = ChartCheck.objects.shown_in(code).filter(answer_id=answer).first()
    if check is None:
        return problems.no_such_report(request)
    headers = {"Content-Security-Policy": PICTURE_POLICY, "X-Content-Type-Options": "nosniff"}
    return HttpResponse(check.svg, content_type="image/svg+xml", headers=headers)


def indexed(report: Report, response: HttpResponse) -> HttpResponse:
    """Search engines may keep what is public, though no cache may: it can be closed at any time."""
    if report.is_public:
        response["X-Robots-Tag"] = "all"
    return response


@require_POST
@unlisted
def change_audience(request: HttpRequest, code: str) -> HttpResponse:
    """Who may see the report, and how much of it; its owner alone may say."""
    mine = Report.objects.open().filter(code=code, trial__in=owned(request)).select_related("trial__scenario").first()
    if mine is None:
        return problems.not_yours(request)
    form = AudienceForm(request.POST)
    if form.is_valid():
        form.apply(mine)
        messages.success(request, said(mine))
    return redirect(mine)


def said(report: Report) -> str:
    """What holds now, to whoever has just changed it."""
    return {
        "link": _("From now on the report opens by its link alone."),
        "asked": _("An operator will read the report and decide. Until then it opens by its link alone."),
        "public": _("From now on everybody can find the report."),
    }[report.visibility]


@require_POST
@unlisted
def revoke_report(request: HttpRequest, code: str) -> HttpResponse:
    """From now on nobody can read the report; its owner alone may do this, once."""
    mine = Report.objects.filter(code=code, trial__in=owned(request)).first()
    if mine is None:
        return problems.not_yours(request)
    visibility.revoke(mine)
    messages.success(request, _("The report is revoked. Its link no longer opens for anyone."))
    return redirect(reverse("catalog:home"))


@require_http_methods(["GET", "HEAD", "POST"])
@unlisted
def complain(request: HttpRequest, code: str) -> HttpResponse:
    """A reader says that the report should not be seen; an operator decides."""
    found = Report.objects.open().filter(code=code).first()
    if found is None:
        return problems.no_such_report(request)
    form = ComplaintForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        status = 400 if request.method == "POST" else 200
        return render(request, "sandbox/complaint.html", {"report": found, "form": form}, status=status)
    token = guests.token_of(request)
    token = token if guests.fingerprint(token) else guests.new_token()
    try:
        form.file(found, guest=guests.fingerprint(token))
    except quotas.OutOfQuota:
        return problems.enough_complaints(request)
    messages.success(request, _("Thank you. An operator will look at this report."))
    response = redirect(found)
    guests.remember(response, token)
    return response
