"""How a channel does in trials, day by day: how often it was asked, how fast it was, how it failed. No text is read.

Speed and failures are the channel's whoever asked, so every trial counts here, also those on visitors' own prompts.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils import timezone

from catalog.models import Channel, Scenario
from sandbox.facts import percentile
from sandbox.models import Answer, AnswerState
from sandbox.wire.types import Kind

# What a channel is not to blame for.
NOT_ITS_FAULT = frozenset({Kind.CANCELLED.value, Kind.INTERNAL.value})
# With more answers than this the newest are read.
MOST_ANSWERS = 20_000


class Row(NamedTuple):
    """One answer, without anything that was said."""

    finished_at: datetime
    state: str
    error_kind: str
    ttft_ms: float | None
    output_tps: float | None
    trial: int


@dataclass(frozen=True, slots=True)
class Day:
    """What came back on one day. Percentiles are over the answers that arrived; None where none did."""

    day: date
    answers: int
    failed: int
    ttft_ms_p50: float | None
    ttft_ms_p95: float | None
    output_tps_p50: float | None

    @property
    def failed_share(self) -> float | None:
        return self.failed / self.answers if self.answers else None


@dataclass(frozen=True, slots=True)
class Faring:
    """A stretch of days, the first day first (days without answers are left out), and what it sums up to."""

    since: date
    until: date
    days: list[Day]
    trials: int
    answers: int
    failed: int
    errors: list[tuple[str, int]]
    ttft_ms_p50: float | None
    ttft_ms_p95: float | None
    output_tps_p50: float | None


def of(channel: Channel, *, days: int, scenario: Scenario | None = None) -> Faring:
    """The last ``days`` days, today included: one query."""
    today = timezone.localdate()
    since = _first_day(days)
    rows = _rows(channel, since, scenario)
    by_day: dict[date, list[Row]] = defaultdict(list)
    for row in rows:
        by_day[timezone.localdate(row.finished_at)].append(row)
    errors = Counter(row.error_kind for row in rows if row.state == AnswerState.FAILED)
    whole = _day(today, rows)
    return Faring(
        since=since,
        until=today,
        days=[_day(day, by_day[day]) for day in sorted(by_day)],
        trials=len({row.trial for row in rows}),
        answers=whole.answers,
        failed=whole.failed,
        errors=errors.most_common(),
        ttft_ms_p50=whole.ttft_ms_p50,
        ttft_ms_p95=whole.ttft_ms_p95,
        output_tps_p50=whole.output_tps_p50,
    )


class Glance(NamedTuple):
    """One channel's last days in a row of a table."""

    channel: Channel
    answers: int
    failed: int
    ttft_ms_p50: float | None


def glance(channels: Iterable[Channel], *, days: int) -> list[Glance]:
    """Every channel with its last ``days`` days, in the order given: one query."""
    found = list(channels)
    answers = _since(_first_day(days)).filter(contender__channel__in=found).order_by("-finished_at")
    rows: dict[int, list[tuple[str, float | None]]] = defaultdict(list)
    for channel, state, ttft_ms in answers.values_list("contender__channel_id", "state", "ttft_ms")[:MOST_ANSWERS]:
        rows[channel].append((state, ttft_ms))
    return [_glance(channel, rows[channel.pk]) for channel in found]


def _glance(channel: Channel, rows: list[tuple[str, float | None]]) -> Glance:
    firsts = [ttft_ms for state, ttft_ms in rows if state == AnswerState.DONE and ttft_ms is not None]
    failed = sum(state == AnswerState.FAILED for state, _ttft in rows)
    return Glance(channel, answers=len(rows), failed=failed, ttft_ms_p50=percentile(firsts, 50))


def _first_day(days: int) -> date:
    return timezone.localdate() - timedelta(days=days - 1)


def _since(first: date) -> QuerySet[Answer]:
    """Answers that ended on that day or later and tell of the channel, not of us or of who stopped the trial."""
    begins = timezone.make_aware(datetime.combine(first, datetime.min.time()))
    return Answer.objects.filter(finished_at__gte=begins).exclude(error_kind__in=NOT_ITS_FAULT)


def _rows(channel: Channel, since: date, scenario: Scenario | None) -> list[Row]:
    answers = _since(since).filter(contender__channel=channel)
    if scenario:
        answers = answers.filter(contender__trial__scenario=scenario)
    columns = ("finished_at", "state", "error_kind", "ttft_ms", "output_tps", "contender__trial_id")
    return [Row(*row) for row in answers.order_by("-finished_at").values_list(*columns)[:MOST_ANSWERS]]


def _day(day: date, rows: list[Row]) -> Day:
    came = [row for row in rows if row.state == AnswerState.DONE]
    firsts = [row.ttft_ms for row in came if row.ttft_ms is not None]
    speeds = [row.output_tps for row in came if row.output_tps is not None]
    return Day(
        day=day,
        answers=len(rows),
        failed=sum(row.state == AnswerState.FAILED for row in rows),
        ttft_ms_p50=percentile(firsts, 50),
        ttft_ms_p95=percentile(firsts, 95),
        output_tps_p50=percentile(speeds, 50),
    )
