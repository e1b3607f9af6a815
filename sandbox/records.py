"""The record that a grader wears: its newest agreement with people, dimension by dimension."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from catalog.models import Channel
from sandbox.graders import judge
from sandbox.models import GraderRecord

Facts = dict[str, Any]
Statistic = GraderRecord.Statistic


def by_grader(graders: Iterable[str]) -> dict[str, list[GraderRecord]]:
    """The newest records of each grader: one per dimension and statistic, those in general first."""
    found: dict[str, list[GraderRecord]] = defaultdict(list)
    seen = set()
    for record in GraderRecord.objects.filter(grader__in=list(graders)).newest_first():
        key = record.grader, record.dimension, record.statistic
        if key not in seen:
            seen.add(key)
            found[record.grader].append(record)
    return {grader: sorted(each, key=lambda record: record.dimension) for grader, each in found.items()}


def latest(grader: str, dimension: str = "") -> GraderRecord | None:
    """A grader's newest record on a dimension, else in general; None where it is not yet calibrated."""
    records = GraderRecord.objects.filter(grader=grader, dimension__in={dimension, ""})
    return records.order_by("-dimension", "-measured_on", "-pk").first()


def judge_bias(judges: Iterable[Channel], dimension: str) -> float | None:
    """How far, in points, a panel's mean score of a channel may be off for good: a standard deviation.

    It does not shrink with more prompts. Judges err alike, so more of them do not make it smaller: the mean of theirs.
    None where one of them was never measured on several systems with the prompt that it is asked with now.
    """
    slugs = [each.slug for each in judges]
    measured = GraderRecord.objects.filter(
        grader__in=slugs,
        dimension__in={dimension, ""},
        prompt_version=judge.PROMPT_VERSION,
        bias_points__isnull=False,
    )
    known: dict[str, float] = {}
    for record in measured.order_by("-dimension", "-measured_on", "-pk"):
        known.setdefault(record.grader, record.bias_points or 0.0)
    if not slugs or set(slugs) - known.keys():
        return None
    return sum(known[slug] for slug in slugs) / len(slugs)


def told(record: GraderRecord) -> Facts:
    """A record as a report freezes it."""
    fields = ("dimension", "statistic", "value", "low", "high", "n", "flip_rate", "prompt_version", "data")
    return {**{field: getattr(record, field) for field in fields}, "measured_on": record.measured_on.isoformat()}
