"""A scenario's channels by measured evidence: the scored ones ranked, the others listed, simulated ones apart."""

from __future__ import annotations

from collections import Counter, defaultdict
from operator import itemgetter
from typing import NamedTuple

from django.conf import settings
from django.db.models import F, Q, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from catalog import evidence, shelf
from catalog.editions import Editions
from catalog.kept import Kept
from catalog.models import Channel, Measurement, Scenario
from catalog.models.channels import ChannelQuerySet

# The best so many are ranked on the scenario's page, and so many unmeasured ones listed; the rest is a link away.
RANKED, UNMEASURED = 40, 9
# One new model may be sold by many: those few are chosen from so many.
LOOKED_AT = 45


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


def of_scenario(scenario: Scenario, stamps: Editions) -> Standings:
    """``scenario`` comes with its counts, after ``stamps``. Looked up once until a row changes, and each day."""
    key = (stamps, timezone.localdate(), settings.SIMULATORS_URL, settings.CURRENCY)
    return _kept[scenario.pk].under(key, lambda: _look_up(scenario))


_kept: defaultdict[int, Kept[Standings]] = defaultdict(Kept)  # by scenario: as many as editors made


def _look_up(scenario: Scenario) -> Standings:
    """Four queries, however many channels there are."""
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
    """Every channel with a score, and of each kind the first LOOKED_AT without: live ones, then the newest models."""
    measured = Measurement.objects.filter(scenario=scenario, metric=evidence.SCORE).values("channel")
    offered = Channel.objects.listed().contenders().filter(scenarios=scenario)
    shown_first = [F("live").desc(), F("model__released_on").desc(nulls_last=True), F("slug").asc()]
    place = Window(RowNumber(), partition_by=[F("provider__is_simulated"), F("scored")], order_by=shown_first)
    every = offered.for_lists().annotate(scored=Q(pk__in=measured)).annotate(place=place)
    return every.filter(Q(scored=True) | Q(place__lte=LOOKED_AT)).order_by("place")


def _varied(items: list[shelf.Item]) -> list[shelf.Item]:
    """UNMEASURED of them in their order, but each model once before any of them twice; live ones stay first."""
    turns: Counter[tuple[bool, int]] = Counter()

    def turn(item: shelf.Item) -> tuple[bool, int]:
        model = (item.is_live, item.channel.model_id)
        turns[model] += 1
        return not item.is_live, turns[model]

    return [item for _turn, item in sorted(((turn(item), item) for item in items), key=itemgetter(0))][:UNMEASURED]


def _standing(items: list[shelf.Item], *, channels: int) -> Standing:
    scored = [(item.score.value, item) for item in items if item.score]
    ranked = [item for _value, item in sorted(scored, key=lambda pair: (-pair[0], pair[1].channel.slug))]
    return Standing(ranked, _varied([item for item in items if not item.score]), channels)
