"""The record that a grader wears: its newest agreement with people, dimension by dimension."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from catalog.models import Channel
from sandbox import verdicts
from sandbox.graders import judge
from sandbox.models import AnswerState, GraderRecord, PairJudgement

Facts = dict[str, Any]
# Of the newest pairs, to say how a judge has done lately.
MOST_ROWS = 2_000


def by_grader(graders: Iterable[str]) -> dict[str, list[GraderRecord]]:
    """The newest records of each grader: one per dimension, statistic and data, those in general first."""
    found: dict[str, list[GraderRecord]] = defaultdict(list)
    seen = set()
    for record in GraderRecord.objects.filter(grader__in=list(graders)).newest_first():
        key = record.grader, record.dimension, record.statistic, record.data
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


def lately(graders: Iterable[str]) -> dict[str, Facts]:
    """By judge, what the newest trials' pairs showed: planted ones ``asked`` and ``missed``, and the ``flip_rate``."""
    rows = PairJudgement.objects.filter(judge__slug__in=list(graders)).exclude(state=AnswerState.WAITING)
    newest = list(rows.defer("text").select_related("judge").order_by("-pk")[:MOST_ROWS])
    tested = verdicts.tested(newest)
    return {
        slug: {
            **tested.get(slug, {"asked": 0, "missed": 0}),
            **verdicts.turned(row for row in newest if row.judge.slug == slug),
        }
        for slug in {row.judge.slug for row in newest}
    }


def told(record: GraderRecord) -> Facts:
    """A record as a report freezes it."""
    fields = ("dimension", "statistic", "value", "low", "high", "n", "flip_rate", "prompt_version", "data")
    return {**{field: getattr(record, field) for field in fields}, "measured_on": record.measured_on.isoformat()}
