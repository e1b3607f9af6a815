"""How a channel fares in trials, and replies to public reports."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.models import PublicReport, Scenario
from marketplace.portal.api import bodies, shapes
from marketplace.portal.api.frame import ProviderView, described
from marketplace.portal.api.paging import PAGED, paged
from marketplace.portal.faring import sheet
from marketplace.portal.faring.views import scenarios_of
from marketplace.problems import unknown_value
from sandbox import losses, replies
from sandbox.models import Reply

CHOSEN = [
    OpenApiParameter("scenario", OpenApiTypes.STR, description="slug; else the first that it is offered for"),
    OpenApiParameter("days", OpenApiTypes.INT, enum=sheet.STRETCHES, default=sheet.USUAL_STRETCH),
]
ANSWERED = ("trials", "answers", "failed", "ttft_ms_p50", "ttft_ms_p95", "output_tps_p50")
BY_DAY = ("day", "answers", "failed", "ttft_ms_p50", "ttft_ms_p95", "output_tps_p50")


class Fares(ProviderView):
    @described("faring", "Read how a channel fares", answers={200: shapes.FaringShape}, parameters=CHOSEN)
    def get(self, request: Request, provider: str, channel: str) -> Response:
        """Trials, speed and failures by day, rank and price position, and where it loses: by dimension and topic, on
        the house's own prompts alone."""
        found = self.channel(channel)
        scenario = _scenario(request, scenarios_of(found))
        return Response(row(sheet.of(found, scenario=scenario, days=_days(request))))


def _scenario(request: Request, choices: list[Scenario]) -> Scenario | None:
    wanted = request.query_params.get("scenario", "").strip()
    if not wanted:
        return choices[0] if choices else None
    found = next((one for one in choices if one.slug == wanted), None)
    if found is None:
        raise unknown_value("scenario", wanted, known=", ".join(one.slug for one in choices))
    return found


def _days(request: Request) -> int:
    wanted = request.query_params.get("days", "").strip() or str(sheet.USUAL_STRETCH)
    if wanted not in map(str, sheet.STRETCHES):
        raise unknown_value("days", wanted, known=", ".join(map(str, sheet.STRETCHES)))
    return int(wanted)


def row(shown: sheet.Sheet) -> dict[str, Any]:
    fares, lost, place = shown.faring, shown.losses, shown.position
    rank, cost = (place.rank, place.cost) if place else (None, None)
    return {
        "scenario": shown.scenario.slug if shown.scenario else None,
        "simulated": shown.channel.is_simulated,
        "since": fares.since,
        "until": fares.until,
        **{name: getattr(fares, name) for name in ANSWERED},
        "errors": dict(fares.errors),
        "by_day": [{name: getattr(day, name) for name in BY_DAY} for day in fares.days],
        "rank": rank
        and {**{name: getattr(rank, name) for name in ("place", "low", "high", "of")}, **_score(rank.score)},
        "cost": cost
        and {"price": f"{cost.price:f}", "cheaper": cost.cheaper, "of": cost.of, "median": f"{cost.median:f}"},
        "dimensions": [_gap(one) for one in lost.dimensions] if lost else [],
        "topics": [_gap(one) for one in lost.topics] if lost else [],
    }


def _score(score: Any) -> dict[str, Any]:
    return {"score": score.value, "score_low": score.low, "score_high": score.high}


def _gap(one: losses.Gap) -> dict[str, Any]:
    figures = {"mine": one.mine, "others": one.others, "gap": one.gap.value, "low": one.gap.low, "high": one.gap.high}
    return {"slug": one.key, "prompts": one.n, "verdict": one.verdict, **figures}


class ReportList(ProviderView):
    @described(
        "reports_list",
        "List public reports on your channels",
        answers={200: paged(shapes.PublishedShape)},
        parameters=PAGED,
    )
    def get(self, request: Request, provider: str) -> Response:
        """The newest first, each with the reply that stands under it."""
        found = replies.concerning(self.provider).select_related("scenario").prefetch_related("channels")
        standing = {
            one.report.code: one for one in Reply.objects.filter(provider=self.provider).select_related("report")
        }
        return self.page(found, lambda report: self.row(report, standing.get(report.code)))

    def row(self, report: PublicReport, reply: Reply | None) -> dict[str, Any]:
        mine = sorted(one.slug for one in report.channels.all() if one.provider_id == self.provider.pk)
        return {
            "code": report.code,
            "title": report.title,
            "scenario": report.scenario.slug,
            "published_on": report.published_on,
            "channels": mine,
            "reply": reply.text if reply else None,
            "hidden": bool(reply and reply.hidden_at),
        }


class ReplyDetail(ProviderView):
    @described(
        "reply_write", "Reply to a public report", body=bodies.ReplyBody, answers={200: shapes.ReplyShape}, refuses=True
    )
    def put(self, request: Request, provider: str, report: str) -> Response:
        """It stands under the report as text, in your provider's name, in place of an earlier one."""
        if not replies.concerning(self.provider).filter(code=report).exists():
            raise Http404
        reply = replies.write(self.provider, report, by=self.person, text=self.wish(bodies.ReplyBody)["text"])
        plain = ("text", "written_at", "changed_at")
        return Response({name: getattr(reply, name) for name in plain})

    @described("reply_remove", "Take a reply away", answers={204: None}, refuses=True)
    def delete(self, request: Request, provider: str, report: str) -> Response:
        if not replies.remove(self.provider, report, by=self.person):
            raise Http404
        return Response(status=204)
