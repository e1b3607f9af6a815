"""A scenario's channels by measured evidence: the scored ones ranked, the others listed, simulated ones apart."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import Exists, F, OuterRef, Window
from django.db.models.functions import RowNumber

from catalog import evidence, shelf
from catalog.models import Channel, Measurement, Scenario
from catalog.models.channels import ChannelQuerySet

# The best so many are ranked on the scenario's page, and so many unmeasured ones listed; the rest is a link away.
RANKED, UNMEASURED = 40, 12


class Standing(NamedTuple):
    """Channels of one kind: those with a score, best first, and the first of those without."""

    ranked: list[shelf.Item]
    unmeasured: list[shelf.Item]
    channels: int

    @property
    def sureness(self) -> float:
        return evidence.sureness([item.score for item in self.ranked[:2] if item.score])

    @property
    def best(self) -> list[shelf.Item]:
        return self.ranked[:RANKED]

    @property
    def more_ranked(self) -> int:
        return len(self.ranked) - len(self.best)

    @property
    def not_measured(self) -> int:
        return self.channels - len(self.ranked)


class Standings(NamedTuple):
    real: Standing
    simulated: Standing


def of_scenario(scenario: Scenario) -> Standings:
    """``scenario`` comes with its counts. Six queries, however many channels there are."""
    offered = Channel.objects.listed().contenders().filter(scenarios=scenario)
    scored = Exists(Measurement.objects.filter(scenario=scenario, metric=evidence.SCORE, channel=OuterRef("pk")))
    measured = list(offered.filter(scored).for_lists())
    others = offered.exclude(scored)
    found = [*measured, *_first(others.real()), *_first(others.simulated())]
    shelf.add_prices(found)
    items = shelf.items(found, measured=evidence.measured(scenario, [channel.pk for channel in measured]))
    real = [item for item in items if not item.channel.is_simulated]
    simulated = [item for item in items if item.channel.is_simulated]
    return Standings(
        _standing(real, channels=getattr(scenario, "real_channels", len(real))),
        _standing(simulated, channels=getattr(scenario, "simulated_channels", len(simulated))),
    )


def _first(unmeasured: ChannelQuerySet) -> Iterable[Channel]:
    """Those that can be tried now come first, then the newest models, each once before any of them twice."""
    turn = Window(RowNumber(), partition_by=F("model"), order_by="slug")
    newest = F("model__released_on").desc(nulls_last=True)
    return unmeasured.for_lists().annotate(turn=turn).order_by("-live", "turn", newest, "slug")[:UNMEASURED]


def _standing(items: list[shelf.Item], *, channels: int) -> Standing:
    scored = [(item.score.value, item) for item in items if item.score]
    ranked = [item for _value, item in sorted(scored, key=lambda pair: (-pair[0], pair[1].channel.slug))]
    return Standing(ranked, [item for item in items if not item.score], channels)
