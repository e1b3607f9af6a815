"""Up to six channels fact by fact: where they differ, and which is better where that means anything.

A fact that nobody knows is neither different nor worse; a row in which some value is unknown names no best.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Prefetch, QuerySet

from catalog import evidence, shelf
from catalog.models import Channel, Measurement, Scenario

MOST_CHANNELS = 6
LOW, HIGH = "low", "high"


class Cell(NamedTuple):
    """One channel's value in a row. ``key`` tells it from others, None is unknown; ``rank`` says how good it is."""

    text: str
    key: Any = None
    rank: Any = None
    note: str = ""
    row: Measurement | None = None

    @property
    def is_figure(self) -> bool:
        return self.rank is not None and not isinstance(self.rank, bool)


@dataclass(frozen=True, slots=True)
class Row:
    """One fact of all channels. ``better`` is LOW, HIGH, or empty where neither is better."""

    label: str
    cells: list[Cell]
    better: str = ""

    @property
    def differs(self) -> bool:
        return len({cell.key for cell in self.cells if cell.key is not None}) > 1

    @property
    def may_differ(self) -> bool:
        """Known of some and unknown of others."""
        return len({cell.key is None for cell in self.cells}) > 1

    @property
    def best(self) -> frozenset[int]:
        """The places of the best value; empty where one is unknown, all are equal or neither way is better.

        Who reads the same as the best shares it: 128,000 and 131,072 tokens are both told as 128K.
        """
        ranks = [cell.rank for cell in self.cells]
        if not self.better or None in ranks or len(set(ranks)) < 2:
            return frozenset()
        goal = min(ranks) if self.better == LOW else max(ranks)
        told = {cell.text for cell in self.cells if cell.rank == goal}
        places = [place for place, cell in enumerate(self.cells) if cell.text in told]
        return frozenset(places) if len(places) < len(self.cells) else frozenset()

    @property
    def marked(self) -> list[tuple[Cell, bool]]:
        """Each cell, and whether it is the best."""
        best = self.best
        return [(cell, place in best) for place, cell in enumerate(self.cells)]


class Group(NamedTuple):
    title: str
    rows: list[Row]


class Wish(NamedTuple):
    """What an address asks for: the slugs to look up, each once, and how many more there were."""

    slugs: list[str]
    left_out: int


def read_wish(asked: Iterable[str]) -> Wish:
    """``?channel=a&channel=b`` as it may come from anybody."""
    slugs = list(dict.fromkeys(slug for text in asked if (slug := text.replace("\x00", "").strip()[:160])))
    return Wish(slugs[:MOST_CHANNELS], max(0, len(slugs) - MOST_CHANNELS))


class Compared(NamedTuple):
    """The channels found, in the order asked for, with what was measured of them, and the slugs not found."""

    items: list[shelf.Item]
    across: evidence.Across
    unknown: list[str]

    @property
    def is_mixed(self) -> bool:
        return len({item.channel.is_simulated for item in self.items}) > 1


def with_scenarios(channels: QuerySet[Channel]) -> QuerySet[Channel]:
    """With the open scenarios of each."""
    return channels.prefetch_related(Prefetch("scenarios", queryset=Scenario.objects.open()))


def look_up(slugs: Sequence[str]) -> Compared:
    """Channels by slug: five queries."""
    offered = with_scenarios(Channel.objects.listed().contenders().for_lists().filter(slug__in=slugs))
    found = {item.channel.slug: item for item in shelf.items(shelf.with_prices(offered))} if slugs else {}
    items = [found[slug] for slug in slugs if slug in found]
    across = evidence.across([item.channel.pk for item in items]) if items else {}
    return Compared(items, across, [slug for slug in slugs if slug not in found])


class SharedTrial(NamedTuple):
    """A scenario in which several live channels of one kind may meet, and their slugs."""

    scenario: Scenario
    slugs: list[str]

    @property
    def query(self) -> str:
        return urlencode({"scenario": self.scenario.slug, "channel": self.slugs}, doseq=True)


def shared_trial(items: Iterable[shelf.Item]) -> SharedTrial | None:
    """The trial that most of these can share; None where there are fewer than two, or simulated among real ones.

    Their channels came with their open scenarios.
    """
    live = [item.channel for item in items if item.is_live and not item.channel.is_judge]
    common = Counter(scenario for channel in live for scenario in channel.scenarios.all())
    if not common or len({channel.is_simulated for channel in live}) > 1:
        return None
    scenario, count = max(common.items(), key=lambda pair: (pair[1], -pair[0].position, pair[0].slug))
    slugs = [channel.slug for channel in live if scenario in channel.scenarios.all()]
    return SharedTrial(scenario, slugs[: settings.TRIAL_MAX_CHANNELS]) if count > 1 else None


def address(slugs: Sequence[str]) -> str:
    """The query of a comparison of these."""
    return "?" + urlencode({"channel": slugs}, doseq=True)


def row(label: str, items: Iterable[Any], read: Callable[[Any], Cell], *, better: str = "", mixed: bool = False) -> Row:
    """``read`` of every item; where simulated and real ones are mixed, none is better."""
    return Row(label, [read(item) for item in items], "" if mixed else better)


def narrowed(groups: Iterable[Group]) -> list[Group]:
    """Only the rows that differ or may."""
    kept = [Group(group.title, [row for row in group.rows if row.differs or row.may_differ]) for group in groups]
    return [group for group in kept if group.rows]
