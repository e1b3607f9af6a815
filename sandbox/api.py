"""Trials and reports for machines: start one, follow it, stop it, read what was found. A guest may, within quota."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NoReturn

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.accounts import guests
from marketplace.accounts.models import User
from marketplace.billing import ledger, quotas
from marketplace.problems import Problem, ProblemSerializer
from sandbox import deleting, exports, redaction, trials, visibility
from sandbox.models import Report, Trial
from sandbox.serializers import (
    AudienceSerializer,
    TrialDetailSerializer,
    TrialRequestSerializer,
    TrialStartedSerializer,
    detail,
    started,
)
from sandbox.unlisted import unlisted

OWNER_TOKEN = OpenApiParameter(
    "X-Owner-Token", OpenApiTypes.STR, OpenApiParameter.HEADER, description="a guest's proof of owning the trial"
)
SCOPES = {"read": "trials:read", "write": "trials:write"}
FORMATS = ("json", "csv", "pdf")
LANGUAGES = {"zh": "zh-hans", "en": "en"}
PROBLEMS: dict[int, Any] = dict.fromkeys((400, 429, 503), ProblemSerializer)
MISSING: dict[int, Any] = {404: ProblemSerializer}


def user_of(request: Request) -> User | None:
    return request.user if isinstance(request.user, User) else None


def language_of(_request: Request) -> str:
    return "zh" if (get_language() or "").startswith("zh") else "en"


@method_decorator(unlisted, name="dispatch")
class TrialList(APIView):
    scopes = SCOPES

    @extend_schema(
        operation_id="trials_create",
        summary="Start a trial",
        request=TrialRequestSerializer,
        parameters=[OWNER_TOKEN],
        responses={201: TrialStartedSerializer, **PROBLEMS},
    )
    def post(self, request: Request) -> Response:
        """Start a trial."""
        wish = TrialRequestSerializer(data={} if request.data is None else request.data)
        wish.is_valid(raise_exception=True)
        user, token = user_of(request), guests.token_of(request)
        if not user and not guests.fingerprint(token):
            token = guests.new_token()
        try:
            trial = trials.open_trial(
                **wish.wishes(language_of(request)), user=user, guest="" if user else guests.fingerprint(token)
            )
        except trials.Refused as refused:
            raise Problem(400, refused.message, field=refused.field, mend=refused.mend) from None
        except quotas.OutOfQuota as out:
            raise out_of_quota(out) from None
        except ledger.OutOfCredit:
            raise empty_purse() from None
        body = started(trial, request, "" if user else token)
        return Response(body, status=201, headers={"Location": body["links"]["self"]})


def out_of_quota(out: quotas.OutOfQuota) -> Problem:
    wait = max(1, int((out.resets_at - timezone.now()).total_seconds()))
    return Problem(
        429,
        _("Today's %d free trials are used up.") % out.limit,
        mend=_("Try again tomorrow."),
        headers={"Retry-After": str(wait)},
    )


def empty_purse() -> Problem:
    return Problem(
        503,
        _("What this site pays for per day is used up, or this trial needs more than is left."),
        mend=_("Take fewer channels or prompts, or try again tomorrow."),
    )


@method_decorator(unlisted, name="dispatch")
class TrialDetail(APIView):
    scopes = SCOPES

    @extend_schema(
        operation_id="trials_retrieve",
        summary="Read a trial as it stands",
        responses={200: TrialDetailSerializer, **MISSING},
    )
    def get(self, request: Request, code: str) -> Response:
        """The trial as it stands, with every contender and answer; ``links.events`` tells it as it happens."""
        trial = get_object_or_404(Trial.objects.select_related("scenario", "report"), code=code)
        refuse_revoked(trial)
        return Response(shown_detail(trial, request))

    @extend_schema(
        operation_id="trials_delete",
        summary="Delete a trial",
        parameters=[OWNER_TOKEN],
        responses={204: None, 403: ProblemSerializer, **MISSING},
    )
    def delete(self, request: Request, code: str) -> Response:
        """Delete the trial for good, with its prompts, answers, scores, report and stream. Its owner alone may.

        One that still runs is stopped first. Figures about channels that were measured on the house's own prompts stay
        and no longer lead to the trial.
        """
        trial = get_object_or_404(Trial, code=code)
        refuse_strangers(trial, request)
        deleting.delete_trial(trial)
        return Response(status=204)


def shown_detail(trial: Trial, request: Request) -> Any:
    report = getattr(trial, "report", None)
    whole = detail(trial, request)
    return redaction.without_texts(whole) if report and report.hides_texts else whole


def refuse_revoked(trial: Trial) -> None:
    report = getattr(trial, "report", None)
    if report and report.revoked_at:
        raise Http404


def refuse_strangers(trial: Trial, request: Request) -> None:
    user, guest = user_of(request), guests.fingerprint(guests.token_of(request))
    if not Trial.objects.owned_by(user_id=user.pk if user else None, guest=guest).filter(pk=trial.pk).exists():
        mend = _("Send the owner_token that you were given at the start in the header X-Owner-Token.")
        raise Problem(403, _("Only whoever started this trial may do that."), mend=mend)


@method_decorator(unlisted, name="dispatch")
class TrialCancel(APIView):
    scopes = SCOPES

    @extend_schema(
        operation_id="trials_cancel",
        summary="Stop a trial",
        request=None,
        parameters=[OWNER_TOKEN],
        responses={200: TrialDetailSerializer, 403: ProblemSerializer, **MISSING},
    )
    def post(self, request: Request, code: str) -> Response:
        """Stop the trial; what has arrived is kept and reported. Its owner alone may."""
        trial = get_object_or_404(Trial.objects.select_related("scenario", "report"), code=code)
        refuse_revoked(trial)
        refuse_strangers(trial, request)
        trials.cancel_trial(trial)
        trial.refresh_from_db()
        return Response(shown_detail(trial, request))


def no_such(said: str, field: str, value: str, *, known: Iterable[str]) -> Problem:
    return Problem(400, said % value[:20], field=field, mend=_("Take one of these: %s") % ", ".join(known))


def attached(report: Report, ending: str, content: str | bytes, *, kind: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="touchstone-{report.code[:8]}.{ending}"'
    return response


def revoked() -> Problem:
    return Problem(410, _("Its owner has revoked this report."), mend=_("Run the same comparison yourself."))


def needs_approval() -> Problem:
    return Problem(
        403,
        _("This report is on prompts of your own, so it becomes public only when an operator approves it."),
        field="visibility",
        mend=_('Send {"visibility": "asked"}, and an operator will read it and decide.'),
    )


def audience(report: Report) -> dict[str, bool]:
    return {"hide_prompts": report.hides_prompts, "hide_answers": report.hides_answers}


@method_decorator(unlisted, name="dispatch")
class ReportDetail(APIView):
    scopes = SCOPES

    @extend_schema(
        operation_id="reports_retrieve",
        summary="Read a report",
        parameters=[
            OpenApiParameter("format", OpenApiTypes.STR, enum=[*FORMATS], default="json"),
            OpenApiParameter("language", OpenApiTypes.STR, enum=[*LANGUAGES], description="else Accept-Language says"),
        ],
        responses={
            (200, "application/json"): OpenApiTypes.OBJECT,
            (200, "text/csv"): OpenApiTypes.STR,
            (200, "application/pdf"): OpenApiTypes.BINARY,
            400: ProblemSerializer,
            404: ProblemSerializer,
            410: OpenApiResponse(ProblemSerializer, "its owner has closed it"),
        },
    )
    def get(self, request: Request, code: str) -> HttpResponse:
        """What was found: frozen facts as JSON, one row per answer as CSV, or a document to read as PDF."""
        wanted = request.query_params.get("format", "json")
        if wanted not in FORMATS:
            raise no_such(_("A report has no format “%s”."), "format", wanted, known=FORMATS)
        language = request.query_params.get("language", language_of(request))
        if language not in LANGUAGES:
            raise no_such(_("A report is not written in “%s”."), "language", language, known=LANGUAGES)
        report = Report.objects.filter(code=code).first() or self.missing(code)
        if report.revoked_at:
            raise revoked()
        with override(LANGUAGES[language]):
            if wanted == "json":
                return Response(exports.report_json(report))
            if wanted == "csv":
                return attached(report, "csv", exports.report_csv(report), kind="text/csv; charset=utf-8")
            address = request.build_absolute_uri(report.get_absolute_url())
            return attached(report, "pdf", exports.report_pdf(report, address=address), kind="application/pdf")

    def missing(self, code: str) -> NoReturn:
        if Trial.objects.filter(code=code).exists():
            mend = _("Ask again once the trial has ended; its links.events says when.")
            raise Problem(404, _("This trial has not ended, so it has no report yet."), mend=mend)
        raise Http404

    @extend_schema(
        operation_id="reports_update",
        summary="Say who may see a report",
        request=AudienceSerializer,
        parameters=[OWNER_TOKEN],
        responses={200: AudienceSerializer, 400: ProblemSerializer, 403: ProblemSerializer, **MISSING},
    )
    def patch(self, request: Request, code: str) -> Response:
        """Make the report public, hide its prompts or answers, or close it. Its trial's owner alone may."""
        report = get_object_or_404(Report.objects.select_related("trial__scenario"), code=code)
        refuse_strangers(report.trial, request)
        if report.revoked_at:
            raise revoked()
        wish = AudienceSerializer(data={} if request.data is None else request.data)
        wish.is_valid(raise_exception=True)
        wished = {"visibility": report.visibility, **audience(report), **wish.validated_data}
        try:
            visibility.change(report, wished=wished.pop("visibility"), **wished)
        except visibility.NeedsApproval:
            raise needs_approval() from None
        shown = visibility.REVOKED if report.revoked_at else report.visibility
        return Response({"visibility": shown, **audience(report)})

    @extend_schema(
        operation_id="reports_revoke",
        summary="Revoke a report",
        parameters=[OWNER_TOKEN],
        responses={204: None, 403: ProblemSerializer, **MISSING},
    )
    def delete(self, request: Request, code: str) -> Response:
        """Revoke the report for everybody, for good. Its trial's owner alone may."""
        report = get_object_or_404(Report.objects.select_related("trial"), code=code)
        refuse_strangers(report.trial, request)
        visibility.revoke(report)
        return Response(status=204)
