"""What was measured, as catalogue pages show it: per channel and metric, the largest run, the newest of equals.

Runs are not pooled: they ask the same prompts again, so a pooled interval would claim more than was learned.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, F, Max, Min, Q, QuerySet, Sum, Window
from django.db.models.functions import Least, RowNumber

from catalog.editions import Editions
from catalog.kept import kept
from catalog.models import Channel, Dimension, Measurement, Provider, Scenario

SCORE = "score"
SPEED = ("ttft_ms", "output_tps")
# What is kept of each timing beside its median: its bad end, the percentile that one answer in twenty is worse than.
TAILS = {"ttft_ms": 95, "ttfat_ms": 95, "output_tps": 5}
# With fewer answers their worst twentieth is less than one answer, and a percentile of it a guess.
ENOUGH_FOR_TAILS = 20
# channel id → metric → its best row
Measured = dict[int, dict[str, Measurement]]


def measured(scenario: Scenario, channels: Iterable[int]) -> Measured:
    """The best row of each metric for each of these channel ids; channels without one are absent."""
    return _by_channel(Measurement.objects.filter(scenario=scenario, channel__in=list(channels)))


def speed(channels: Iterable[int]) -> Measured:
    """How fast these channel ids were, in whichever scenario they were asked most."""
    return _by_channel(Measurement.objects.filter(metric__in=SPEED, channel__in=list(channels)))


def best_values(metrics: Iterable[str]) -> Iterable[tuple[int, str, float]]:
    """Channel id, metric and best value, of everything that was measured in whichever scenario."""
    rows = Measurement.objects.filter(metric__in=list(metrics))
    return _best(rows, partition=("channel",)).values_list("channel_id", "metric", "value")


class Spread(NamedTuple):
    """A timing's median and, where the same run had answers enough, its bad end."""

    median: Measurement
    tail: Measurement | None


class ScenarioEvidence(NamedTuple):
    """What was measured of one channel in one scenario."""

    scenario: Scenario
    metrics: dict[str, Measurement]
    dimensions: list[tuple[Dimension, Measurement]]

    @property
    def newest(self) -> Measurement:
        return max(self.metrics.values(), key=lambda row: row.measured_at)

    @property
    def ttft(self) -> Spread | None:
        return spread(self.metrics, "ttft_ms")

    @property
    def ttfat(self) -> Spread | None:
        """Only where it says something that the TTFT does not: the channel reasons before it answers."""
        first, answer = self.metrics.get("ttft_ms"), spread(self.metrics, "ttfat_ms")
        return answer if answer and (first is None or answer.median.value > first.value) else None

    @property
    def speed(self) -> Spread | None:
        return spread(self.metrics, "output_tps")


def spread(metrics: dict[str, Measurement], metric: str) -> Spread | None:
    """A percentile of another run than the median's would be no statement about either."""
    median, tail = metrics.get(metric), metrics.get(f"{metric}_p{TAILS[metric]}")
    if median is None:
        return None
    return Spread(median, tail if tail and tail.report == median.report else None)


# scenario → channel id → metric → its best row
Across = dict[Scenario, Measured]


def across(channels: Iterable[int]) -> Across:
    """The best rows of these channel ids, scenario by scenario, in the scenarios' order: one query."""
    rows = Measurement.objects.filter(channel__in=list(channels)).select_related("scenario")
    found: dict[Scenario, Measured] = defaultdict(lambda: defaultdict(dict))
    for row in _best(rows, partition=("channel", "scenario")):
        found[row.scenario][row.channel_id][row.metric] = row
    return {scenario: dict(rows) for scenario, rows in sorted(found.items(), key=_position)}


def fastest_known(found: Across) -> Measured:
    """How fast each channel was in whichever scenario it was asked most, as ``speed`` without another query."""
    best: Measured = defaultdict(dict)
    for rows in found.values():
        for channel, metrics in rows.items():
            for metric in SPEED:
                row, known = metrics.get(metric), best[channel].get(metric)
                if row and (known is None or row.samples > known.samples):
                    best[channel][metric] = row
    return dict(best)


class Record(NamedTuple):
    """What all trials on the house's prompts say of a provider: a count of answers may be summed over runs."""

    answers: int
    arrived: float
    trials: int
    since: datetime


def record(provider: Provider) -> Record | None:
    """None while nothing was measured: one query."""
    rows = Measurement.objects.filter(channel__provider=provider, metric="success")
    sums = rows.aggregate(
        answers=Sum("samples"),
        arrived=Sum(F("value") * F("samples")),
        trials=Count("report", distinct=True),
        since=Min("measured_at"),
    )
    return Record(**{**sums, "arrived": sums["arrived"] / sums["answers"]}) if sums["answers"] else None


def of_channel(channel: Channel, stamps: Editions) -> list[ScenarioEvidence]:
    """A channel's best rows, scenario by scenario; empty when nothing was measured."""
    found = across([channel.pk])
    dimensions = _dimensions(stamps) if found else {}
    return [
        ScenarioEvidence(scenario, rows[channel.pk], _scored(dimensions.get(scenario.pk, []), rows[channel.pk]))
        for scenario, rows in found.items()
    ]


@kept
def _dimensions() -> dict[int, list[Dimension]]:
    """The dimensions of each scenario's newest rubric, in its order."""
    rows = Dimension.objects.select_related("rubric")
    found: dict[int, list[Dimension]] = {}
    for row in rows.order_by("-rubric__version", "position"):
        first = found.setdefault(row.rubric.scenario_id, [])
        if not first or first[0].rubric_id == row.rubric_id:
            first.append(row)
    return found


def _scored(dimensions: list[Dimension], metrics: dict[str, Measurement]) -> list[tuple[Dimension, Measurement]]:
    return [(each, row) for each in dimensions if (row := metrics.get(f"{SCORE}:{each.slug}"))]


class LatestRun(NamedTuple):
    """The newest run that scored channels: its score rows, best first."""

    scenario: Scenario
    rows: list[Measurement]

    @property
    def is_simulated(self) -> bool:
        return self.rows[0].channel.is_simulated

    @property
    def is_apart(self) -> bool:
        """The leader's interval lies wholly above the runner-up's."""
        return len(self.rows) > 1 and _above(self.rows[0], self.rows[1])

    @property
    def newest(self) -> Measurement:
        return self.rows[0]


def latest_run() -> LatestRun | None:
    """The newest run with real channels, else the newest simulated one, else None. Two channels at least."""
    scored = Measurement.objects.filter(metric=SCORE, channel__in=Channel.objects.listed())
    simulated = Least(Count("pk", filter=Q(channel__provider__is_simulated=True)), 1)
    runs = scored.values("report").annotate(channels=Count("pk"), newest=Max("measured_at"), is_simulated=simulated)
    run = runs.filter(channels__gt=1).order_by("is_simulated", "-newest", "report").first()
    if run is None:
        return None
    found = scored.filter(report=run["report"]).select_related("scenario", "channel__provider", "channel__model")
    rows = sorted(found, key=lambda row: (-row.value, row.channel.slug))
    return LatestRun(rows[0].scenario, rows)


def sureness(rows: list[Measurement]) -> float:
    """How bright the first of ``rows`` may shine: 1 when its interval lies above the second's, else less."""
    if len(rows) < 2 or _above(rows[0], rows[1]):
        return 1.0
    return 0.35


def _above(first: Measurement, second: Measurement) -> bool:
    return first.low is not None and second.high is not None and first.low > second.high


def _by_channel(rows: QuerySet[Measurement]) -> Measured:
    found: Measured = defaultdict(dict)
    for row in _best(rows, partition=("channel",)):
        found[row.channel_id][row.metric] = row
    return dict(found)


def _best(rows: QuerySet[Measurement], *, partition: tuple[str, ...]) -> QuerySet[Measurement]:
    apart = [F(each) for each in (*partition, "metric")]
    best_first = Window(RowNumber(), partition_by=apart, order_by=["-samples", "-measured_at"])
    return rows.annotate(place=best_first).filter(place=1)


def _position(item: tuple[Scenario, object]) -> tuple[int, str]:
    return item[0].position, item[0].slug
