"""Who judges: a judge that shares a maker with a contender stays out while another is left."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from catalog.models import Channel


class LeftOut(NamedTuple):
    """A judge that does not judge, and why."""

    judge: Channel
    reason: Literal["shares_maker", "panel_full"]


@dataclass(frozen=True, slots=True)
class Panel:
    """``shares_maker`` is True when there was nobody but judges of the contenders' own makers: the report says so."""

    judges: tuple[Channel, ...]
    left_out: tuple[LeftOut, ...] = ()
    shares_maker: bool = False

    def limited(self, count: int) -> Panel:
        """At most ``count`` judges, of as many different makers as possible, in their order."""
        kept = {judge.pk for judge in varied(self.judges)[:count]}
        judges = tuple(judge for judge in self.judges if judge.pk in kept)
        rest = tuple(LeftOut(judge, "panel_full") for judge in self.judges if judge.pk not in kept)
        return Panel(judges, self.left_out + rest, self.shares_maker)


def choose(judges: Sequence[Channel], makers: Collection[str]) -> Panel:
    """The panel for contenders by ``makers``, in the order given; empty where there are no judges."""
    neutral = tuple(judge for judge in judges if judge.model.maker not in makers)
    if not neutral:
        return Panel(tuple(judges), shares_maker=bool(judges))
    out = tuple(LeftOut(judge, "shares_maker") for judge in judges if judge.model.maker in makers)
    return Panel(neutral, out)


def varied(judges: Sequence[Channel]) -> list[Channel]:
    """The same judges, the first of each maker before anybody's second."""
    seen: dict[str, int] = {}
    ranked = []
    for judge in judges:
        rank = seen.get(judge.model.maker, 0)
        seen[judge.model.maker] = rank + 1
        ranked.append((rank, judge))
    return [judge for _, judge in sorted(ranked, key=lambda pair: pair[0])]
