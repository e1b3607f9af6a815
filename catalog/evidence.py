"""What was measured, as catalogue pages show it: per channel and metric, the largest run, the newest of equals.

Runs are not pooled: they ask the same prompts again, so a pooled interval would claim more than was learned.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber

from catalog.models import Channel, Dimension, Measurement, Scenario

SCORE = "score"
SPEED = ("ttft_ms", "output_tps")
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
    return _best(rows, partition="channel").values_list("channel_id", "metric", "value")


class ScenarioEvidence(NamedTuple):
    scenario: Scenario
    metrics: dict[str, Measurement]

    @property
    def dimensions(self) -> list[tuple[Dimension, Measurement]]:
        """The rows of single dimensions, in the newest rubric's order."""
        newest = max(self.scenario.rubrics.all(), key=lambda rubric: rubric.version, default=None)
        found = [(each, self.metrics.get(f"{SCORE}:{each.slug}")) for each in newest.dimensions.all()] if newest else []
        return [(dimension, row) for dimension, row in found if row]

    @property
    def newest(self) -> Measurement:
        return max(self.metrics.values(), key=lambda row: row.measured_at)


def of_channel(channel: Channel) -> list[ScenarioEvidence]:
    """A channel's best rows, scenario by scenario; empty when nothing was measured."""
    rows = Measurement.objects.filter(channel=channel).prefetch_related("scenario__rubrics__dimensions")
    found: dict[Scenario, dict[str, Measurement]] = defaultdict(dict)
    for row in _best(rows, partition="scenario"):
        found[row.scenario][row.metric] = row
    return [ScenarioEvidence(scenario, metrics) for scenario, metrics in sorted(found.items(), key=_position)]


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
    scored = Measurement.objects.filter(metric=SCORE).select_related("scenario", "channel__provider", "channel__model")
    newest = scored.order_by("channel__provider__is_simulated", "-measured_at").first()
    if newest is None:
        return None
    rows = sorted(scored.filter(report=newest.report), key=lambda row: (-row.value, row.channel.slug))
    return LatestRun(newest.scenario, rows) if len(rows) > 1 else None


def sureness(rows: list[Measurement]) -> float:
    """How bright the first of ``rows`` may shine: 1 when its interval lies above the second's, else less."""
    if len(rows) < 2 or _above(rows[0], rows[1]):
        return 1.0
    return 0.35


def _above(first: Measurement, second: Measurement) -> bool:
    return first.low is not None and second.high is not None and first.low > second.high


def _by_channel(rows: QuerySet[Measurement]) -> Measured:
    found: Measured = defaultdict(dict)
    for row in _best(rows, partition="channel"):
        found[row.channel_id][row.metric] = row
    return dict(found)


def _best(rows: QuerySet[Measurement], *, partition: str) -> QuerySet[Measurement]:
    best_first = Window(RowNumber(), partition_by=[F(partition), F("metric")], order_by=["-samples", "-measured_at"])
    return rows.annotate(place=best_first).filter(place=1)


def _position(item: tuple[Scenario, object]) -> tuple[int, str]:
    return item[0].position, item[0].slug
