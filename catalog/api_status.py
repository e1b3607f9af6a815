"""``/api/v1/status/``: what the probes found, for machines."""

from __future__ import annotations

from typing import Any

from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog import status
from catalog.status import Bar, Part


class SpanShape(serializers.Serializer[Any]):
    """``share`` is null where nobody asked."""

    asked = serializers.IntegerField()
    answered = serializers.IntegerField()
    share = serializers.FloatField(allow_null=True)


class PartShape(serializers.Serializer[Any]):
    subject = serializers.CharField()
    title = serializers.CharField()
    state = serializers.ChoiceField(["ok", "fault", "unknown"], help_text="unknown: no recent probe")
    asked_at = serializers.DateTimeField(allow_null=True)
    ms = serializers.FloatField(allow_null=True)
    error = serializers.CharField(allow_blank=True)
    last_24_hours = SpanShape()
    last_30_days = SpanShape()


class StatusShape(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    state = serializers.ChoiceField(["ok", "fault", "unknown"], help_text="of the site's own parts")
    own = PartShape(many=True)
    providers = PartShape(many=True)
    simulated = PartShape(many=True)


@method_decorator(never_cache, name="dispatch")
class StatusView(APIView):
    @extend_schema(operation_id="status", summary="What answers just now", responses=StatusShape)
    def get(self, request: Request) -> Response:
        """The site's own parts and the providers whose key we hold, by probes alone. Simulated ones stand apart."""
        found = status.now()
        groups = {"own": found.own, "providers": found.providers, "simulated": found.simulated}
        return Response(
            {
                "at": found.at,
                "state": found.overall,
                **{name: [_part(each) for each in groups[name]] for name in groups},
            }
        )


def _part(part: Part) -> dict[str, Any]:
    return {
        "subject": part.subject,
        "title": part.title,
        "state": part.state,
        "asked_at": part.last.at if part.last else None,
        "ms": round(part.last.ms, 1) if part.last and part.last.ms is not None else None,
        "error": part.last.error if part.last else "",
        "last_24_hours": _span(part.hours),
        "last_30_days": _span(part.days),
    }


def _span(bar: Bar) -> dict[str, Any]:
    whole = bar.whole
    return {"asked": whole.asked, "answered": whole.answered, "share": whole.share}
