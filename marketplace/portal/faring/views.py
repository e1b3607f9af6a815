"""A channel's dashboard, its spreadsheets, and replies to public reports."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F, Max, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.models import Channel, Listing, Provider, PublicReport, Role, Scenario
from catalog.versions import Outdated
from marketplace.portal.adding.whose import channel_of
from marketplace.portal.doors import member, person
from marketplace.portal.faring import sheet
from marketplace.portal.faring.forms import ReplyForm
from marketplace.portal.forms import Difference, latest_editor
from sandbox import faring as faring_of
from sandbox import replies
from sandbox.models import Reply

PARTS = ("days", "dimensions", "topics")
REPORTS_PER_PAGE = 20


@require_safe
@member(Role.VIEWER)
def overview(request: HttpRequest, provider: Provider) -> HttpResponse:
    """Every channel of the provider's with the last days at a glance, each leading to its own page."""
    channels = Channel.objects.filter(provider=provider).exclude(listing=Listing.DRAFT).select_related("model")
    found = faring_of.glance(channels, days=sheet.USUAL_STRETCH)
    context = {"provider": provider, "room": "faring", "rows": found, "days": sheet.USUAL_STRETCH}
    return render(request, "portal/faring/overview.html", context)


@require_safe
@member(Role.VIEWER)
def faring(request: HttpRequest, provider: Provider, channel: str) -> HttpResponse:
    """How one channel does in one scenario: rank, where it loses, speed and failures by day, cost."""
    found = channel_of(provider, channel)
    choices = list(scenarios_of(found))
    shown = sheet.of(found, scenario=chosen(request, choices), days=stretch(request))
    context = {"provider": provider, "room": "faring", "scenarios": choices, "stretches": sheet.STRETCHES}
    return render(request, "portal/faring/channel.html", context | sheet.context(shown))


@require_safe
@member(Role.VIEWER)
def faring_csv(request: HttpRequest, provider: Provider, channel: str) -> HttpResponse:
    """One of the dashboard's tables: ``?part=days|dimensions|topics``."""
    found = channel_of(provider, channel)
    part = request.GET.get("part", "days")
    if part not in PARTS:
        raise Http404
    shown = sheet.of(found, scenario=chosen(request, list(scenarios_of(found))), days=stretch(request))
    response = HttpResponse(sheet.csv_of(shown, part), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{found.slug}-{part}.csv"'
    return response


@require_safe
@member(Role.VIEWER)
def reports(request: HttpRequest, provider: Provider) -> HttpResponse:
    """Public reports in which a channel of the provider's took part, each with the reply that stands under it."""
    page = Paginator(replies.concerning(provider), REPORTS_PER_PAGE).get_page(request.GET.get("page"))
    standing = Reply.objects.filter(provider=provider, report__code__in=[row.code for row in page])
    written = {reply.report.code: reply for reply in standing.select_related("report")}
    rows = [(row, written.get(row.code)) for row in page]
    return render(
        request, "portal/faring/reports.html", {"provider": provider, "room": "reports", "page": page, "rows": rows}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@member(Role.EDITOR)
def reply(request: HttpRequest, provider: Provider, code: str) -> HttpResponse:
    """Write the reply, or write it anew."""
    report = get_object_or_404(replies.concerning(provider), code=code)
    standing = Reply.objects.filter(provider=provider, report__code=code).first()
    form = ReplyForm(request.POST or None, initial={"text": standing.text if standing else ""})
    if request.method == "POST" and form.is_valid():
        try:
            if form.write(provider, code, by=person(request), seen=request.POST.get("seen", "")):
                messages.success(request, _("Your reply stands under the report now."))
                return redirect("portal:reports", provider.slug)
        except Outdated:
            return _show_reply(request, provider, report, form, status=409)
    return _show_reply(request, provider, report, form, status=400 if request.method == "POST" else 200)


def _show_reply(
    request: HttpRequest, provider: Provider, report: PublicReport, form: ReplyForm, *, status: int
) -> HttpResponse:
    standing = Reply.objects.filter(provider=provider, report__code=report.code).first()
    context = {
        "provider": provider,
        "room": "reports",
        "report": report,
        "standing": standing,
        "form": form,
        "seen": replies.mark_of(standing),
    }
    if status == 409:
        theirs, yours = standing.text if standing else "", form.cleaned_data["text"]
        context |= {"clash": [Difference(str(form.fields["text"].label), theirs, yours)]}
        context |= {"by": latest_editor(provider, person(request))}
    return render(request, "portal/faring/reply.html", context, status=status)


@require_POST
@member(Role.EDITOR)
def remove_reply(request: HttpRequest, provider: Provider, code: str) -> HttpResponse:
    if replies.remove(provider, code, by=person(request)):
        messages.success(request, _("Your reply is gone from the report."))
    return redirect("portal:reports", provider.slug)


def scenarios_of(channel: Channel) -> list[Scenario]:
    """What it applies for, and whatever it was measured in before; what was measured last comes first."""
    concerned = Q(pk__in=channel.scenarios.values("pk")) | Q(pk__in=channel.measurements.values("scenario"))
    newest = Max("measurements__measured_at", filter=Q(measurements__channel=channel))
    found = Scenario.objects.filter(concerned).annotate(newest=newest)
    return list(found.order_by(F("newest").desc(nulls_last=True), "position", "slug"))


def chosen(request: HttpRequest, choices: list[Scenario]) -> Scenario | None:
    """The scenario that the address names; the first where it names none. Raises Http404 for one that is not there."""
    wanted = request.GET.get("scenario")
    if not wanted:
        return choices[0] if choices else None
    found = next((one for one in choices if one.slug == wanted), None)
    if found is None:
        raise Http404
    return found


def stretch(request: HttpRequest) -> int:
    """How many days; the usual where the address names none of ours."""
    wanted = request.GET.get("days", "")
    return int(wanted) if wanted in map(str, sheet.STRETCHES) else sheet.USUAL_STRETCH
