"""Channels with their newest whole runs in a few words each: three queries for all, and nothing of what was sent."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db.models import OuterRef, Subquery

from catalog.models import Api, Channel, Listing
from sandbox.conformance import report, runs
from sandbox.conformance.wording import CHECKS
from sandbox.models import ConformanceCheck, ConformanceRun, Result, RunState

OPEN = (RunState.WAITING, RunState.RUNNING)


class Bad(NamedTuple):
    slug: str
    title: str


def checkable(api: Api) -> list[Channel]:
    """Its channels, but for retired ones."""
    channels = api.channels.exclude(listing=Listing.RETIRED)
    return list(channels.select_related("provider", "model").order_by("pk"))


def of(channels: Sequence[Channel]) -> list[dict[str, Any]]:
    """``run`` None: never checked; ``is_stale``: the channel has changed since."""
    newest = ConformanceRun.objects.filter(channel=OuterRef("channel"), kind=ConformanceRun.Kind.FULL)
    first = Subquery(newest.order_by("-created_at", "-pk").values("pk")[:1])
    found = {run.channel_id: run for run in ConformanceRun.objects.filter(channel__in=channels, pk=first)}
    results: dict[int, list[tuple[str, str]]] = defaultdict(list)
    checks = ConformanceCheck.objects.filter(run__in=found.values()).order_by("position")
    for key, slug, result in checks.values_list("run", "slug", "result"):
        results[key].append((slug, result))
    return [
        _summary(channel, run, results[run.pk]) if (run := found.get(channel.pk)) else _unchecked(channel)
        for channel in channels
    ]


def _unchecked(channel: Channel) -> dict[str, Any]:
    return {"channel": channel, "run": None, "is_open": False, "conforms": False, "is_stale": False}


def _summary(channel: Channel, run: ConformanceRun, results: Sequence[tuple[str, str]]) -> dict[str, Any]:
    run.channel = channel
    counts = Counter(result for _slug, result in results)
    is_current = runs.is_current(run)
    return {
        "channel": channel,
        "run": run,
        "is_open": run.state in OPEN,
        "is_stale": not is_current,
        "conforms": is_current and run.state == RunState.DONE and not counts[Result.FAIL],
        "headline": report.headline(run, counts),
        "bad": [Bad(slug, str(CHECKS[slug].title)) for slug, result in results if result == Result.FAIL],
        "done": len(results) - counts[""],
        "total": len(results),
        "counts": report.tally(counts),
    }
