"""A scenario's channels by measured evidence: the scored ones ranked, the others listed, simulated ones apart."""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import Exists, F, OuterRef, Q, Window
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
    """``scenario`` comes with its counts. Four queries, however many channels there are."""
    found = list(_worth_showing(scenario))
    shelf.add_prices(found)
    scored = [channel.pk for channel in found if getattr(channel, "scored", False)]
    items = shelf.items(found, measured=evidence.measured(scenario, scored))
    real = [item for item in items if not item.channel.is_simulated]
    simulated = [item for item in items if item.channel.is_simulated]
    return Standings(
        _standing(real, channels=getattr(scenario, "real_channels", len(real))),
        _standing(simulated, channels=getattr(scenario, "simulated_channels", len(simulated))),
    )


def _worth_showing(scenario: Scenario) -> ChannelQuerySet:
    """Every channel with a score, and the first UNMEASURED of each kind without.

    Of those, what can be tried now comes first, then the newest models, each once before any of them twice.
    """
    offered = Channel.objects.listed().contenders().filter(scenarios=scenario)
    score = Measurement.objects.filter(scenario=scenario, metric=evidence.SCORE, channel=OuterRef("pk"))
    before = offered.filter(
        model=OuterRef("model"), provider__is_simulated=OuterRef("provider__is_simulated"), slug__lt=OuterRef("slug")
    )
    shown_first = [F("live").desc(), F("again").asc(), F("model__released_on").desc(nulls_last=True), F("slug").asc()]
    place = Window(RowNumber(), partition_by=[F("provider__is_simulated"), F("scored")], order_by=shown_first)
    every = offered.for_lists().annotate(scored=Exists(score), again=Exists(before)).annotate(place=place)
    return every.filter(Q(scored=True) | Q(place__lte=UNMEASURED)).order_by("place")


def _standing(items: list[shelf.Item], *, channels: int) -> Standing:
    scored = [(item.score.value, item) for item in items if item.score]
    ranked = [item for _value, item in sorted(scored, key=lambda pair: (-pair[0], pair[1].channel.slug))]
    return Standing(ranked, [item for item in items if not item.score], channels)
