"""A channel's conformance checks: start them, read what they found."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db.models import Prefetch
from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from marketplace.portal.api import bodies, shapes
from marketplace.portal.api.frame import ProviderView, described
from marketplace.portal.api.paging import PAGED, paged
from marketplace.portal.checking.starting import start
from marketplace.problems import ProblemSerializer
from sandbox.models import ConformanceCheck, ConformanceRun

WITHOUT_EXCHANGES = Prefetch("checks", ConformanceCheck.objects.defer("exchanges", "facts"))


class RunList(ProviderView):
    @described(
        "checks_list", "List a channel's runs of checks", answers={200: paged(shapes.RunShape)}, parameters=PAGED
    )
    def get(self, request: Request, provider: str, channel: str) -> Response:
        """The newest first."""
        found = self.channel(channel).conformance_runs.prefetch_related(WITHOUT_EXCHANGES)  # type: ignore[arg-type]  # the stubs bind its types
        return self.page(found, lambda run: run_row(run, request))

    @described(
        "checks_start",
        "Start the checks",
        body=bodies.ChecksBody,
        answers={202: shapes.RunShape, 429: ProblemSerializer},
        refuses=True,
    )
    def post(self, request: Request, provider: str, channel: str) -> Response:
        """All of them or ``only`` some, against the real endpoint and with its key; they cost what their calls cost.
        One run at a time: while one is open, that one is answered."""
        found = self.channel(channel)
        wished = self.wish(bodies.ChecksBody)
        run = start(found, by=self.person, only=tuple(wished["only"]))
        address = reverse("api:portal_run", args=[self.provider.slug, found.slug, run.code], request=request)
        return Response(run_row(run, request), status=202, headers={"Location": address})


class RunDetail(ProviderView):
    @described("checks_retrieve", "Read a run of checks", answers={200: shapes.RunDetailShape})
    def get(self, request: Request, provider: str, channel: str, run: str) -> Response:
        """Every check with what was sent and received, without secrets. Ask again while ``state`` is running."""
        found = self.channel(channel).conformance_runs.prefetch_related("checks").filter(code=run).first()
        if found is None:
            raise Http404
        return Response({**run_row(found, request), "checks": [check_row(one) for one in found.checks.all()]})


def run_row(run: ConformanceRun, request: Request) -> dict[str, Any]:
    plain = ("code", "kind", "state", "created_at", "finished_at")
    return {
        **{name: getattr(run, name) for name in plain},
        "results": dict(Counter(check.result or "waiting" for check in run.checks.all())),
        "page": reverse("sandbox:conformance", args=[run.code], request=request),
    }


def check_row(check: ConformanceCheck) -> dict[str, Any]:
    plain = ("slug", "result", "finding", "facts", "took_ms", "exchanges")
    return {name: getattr(check, name) for name in plain}
