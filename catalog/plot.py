"""The frontier as a page shows it: readings from measurements and prices, marks placed on the plot, and their words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog import frontier
from catalog.evidence import SCORE
from catalog.frontier import Candidate, Place, Reading
from catalog.models import Channel, Measurement
from catalog.shelf import Item
from catalog.templatetags import measures
from marketplace import money

# A label needs this much room (shares of the plot) that no other label has taken.
LABEL_WIDTH, LABEL_HEIGHT = 0.22, 0.07


class Against(NamedTuple):
    """What quality is weighed against. ``stated`` ones are a price list's or a maker's word, not a measurement."""

    key: str
    title: Promise
    short: Promise
    read: Callable[[Item], Reading | None]
    show: Callable[[float], str]
    more_is_better: bool = False
    stated: bool = False


def _measured(metric: str) -> Callable[[Item], Reading | None]:
    def read(item: Item) -> Reading | None:
        row = item.measured.get(metric)
        return reading(row) if row and row.value > 0 else None

    return read


def reading(row: Measurement) -> Reading:
    return Reading(row.value, row.low, row.high, row.samples)


def _list_price(item: Item) -> Reading | None:
    price = item.tariff.comparable if item.tariff else None
    return Reading(float(price)) if price else None


def _parameters(item: Item) -> Reading | None:
    """Those that work on each token where the maker says so, else all of them. Billions."""
    model = item.channel.model
    size = getattr(model, "active_parameters_b", None) or getattr(model, "parameters_b", None)
    return Reading(float(size)) if size else None


def _money(value: float) -> str:
    return money.show(Decimal(repr(value)), settings.CURRENCY)


AGAINST = {
    each.key: each
    for each in (
        Against("cost", gettext_lazy("Cost of 100 answers"), gettext_lazy("Cost"), _measured("cost"), _money),
        Against(
            "price",
            gettext_lazy("List price per million tokens, 3:1 blend"),
            gettext_lazy("List price"),
            _list_price,
            _money,
            stated=True,
        ),
        Against(
            "ttft", gettext_lazy("First words, median"), gettext_lazy("First words"), _measured("ttft_ms"), measures.ms
        ),
        Against(
            "speed",
            gettext_lazy("Tokens/s after the first"),
            gettext_lazy("Tokens/s"),
            _measured("output_tps"),
            lambda value: f"{value:,.0f}",
            more_is_better=True,
        ),
        Against(
            "parameters",
            gettext_lazy("Parameters at work on each token, billions"),
            gettext_lazy("Parameters"),
            _parameters,
            lambda value: f"{value:g} B",
            stated=True,
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Mark:
    """A channel on the plot. Positions are percent of the plot's width and height, as SVG reads them."""

    channel: Channel
    quality: Reading
    cost: Reading
    shown_cost: str
    place: Place
    x: str
    y: str
    x_ends: tuple[str, str] | None
    y_ends: tuple[str, str] | None
    is_labelled: bool

    @property
    def label_leans_left(self) -> bool:
        """There is no room between the mark and the plot's right edge."""
        return float(self.x.rstrip("%")) > (1 - LABEL_WIDTH) * 100

    @property
    def is_front(self) -> bool:
        return self.place == Place.FRONT

    @property
    def place_name(self) -> str:
        return {Place.FRONT: _("on the front"), Place.OPEN: _("may belong to it"), Place.BEATEN: _("beaten")}[
            self.place
        ]


class Tick(NamedTuple):
    at: str
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    """``marks`` from the left to the right; ``steps`` are the front's line, (x1, y1, x2, y2) each."""

    against: Against
    marks: list[Mark]
    steps: list[tuple[str, str, str, str]]
    x_ticks: list[Tick]
    y_ticks: list[Tick]
    left_out: int


def chart(items: list[Item], against: Against, *, of: int) -> Chart | None:
    """The items that have a score and the reading that it is weighed against; None when nobody has both.

    They are some of so many channels (``of``).
    """
    rows = {item.channel.slug: item for item in items}
    candidates = {slug: candidate for slug, item in rows.items() if (candidate := _candidate(item, against))}
    if not candidates:
        return None
    across = frontier.logarithmic([each.cost.value for each in candidates.values()])
    up = frontier.scores([each.quality for each in candidates.values()])
    found = frontier.places(candidates, more_is_better=against.more_is_better)
    line = frontier.front(candidates, more_is_better=against.more_is_better)
    labelled = _with_room(line, candidates, across, up)
    ordered = sorted(candidates, key=lambda slug: (candidates[slug].cost.value, slug))
    return Chart(
        against=against,
        marks=[
            _mark(rows[slug].channel, candidates[slug], against, found[slug], across, up, slug in labelled)
            for slug in ordered
        ],
        steps=_steps([candidates[slug] for slug in line], across, up),
        x_ticks=[Tick(_percent(across.share(tick)), against.show(tick)) for tick in across.ticks],
        y_ticks=[Tick(_percent(1 - up.share(tick)), f"{tick:g}") for tick in up.ticks],
        left_out=of - len(candidates),
    )


def _candidate(item: Item, against: Against) -> Candidate | None:
    score, cost = item.measured.get(SCORE), against.read(item)
    return Candidate(reading(score), cost) if score and cost else None


def _mark(
    channel: Channel,
    candidate: Candidate,
    against: Against,
    place: Place,
    across: frontier.Axis,
    up: frontier.Axis,
    is_labelled: bool,
) -> Mark:
    quality, cost = candidate
    return Mark(
        channel=channel,
        quality=quality,
        cost=cost,
        shown_cost=against.show(cost.value),
        place=place,
        x=_percent(across.share(cost.value)),
        y=_percent(1 - up.share(quality.value)),
        x_ends=_ends(cost, across),
        y_ends=_ends(quality, up, upside_down=True),
        is_labelled=is_labelled,
    )


def _ends(reading: Reading, axis: frontier.Axis, *, upside_down: bool = False) -> tuple[str, str] | None:
    if reading.low is None or reading.high is None or (axis.logarithmic and reading.low <= 0):
        return None
    shares = (axis.share(reading.low), axis.share(reading.high))
    low, high = (1 - share if upside_down else share for share in shares)
    return _percent(low), _percent(high)


def _steps(line: list[Candidate], across: frontier.Axis, up: frontier.Axis) -> list[tuple[str, str, str, str]]:
    """From each of the front to the next: along at the quality that one has, then up or down to the next one's."""
    steps = []
    for here, there in pairwise(line):
        x1, x2 = (_percent(across.share(each.cost.value)) for each in (here, there))
        y1, y2 = (_percent(1 - up.share(each.quality.value)) for each in (here, there))
        steps += [(x1, y1, x2, y1), (x2, y1, x2, y2)]
    return steps


def _with_room(line: list[str], candidates: dict[str, Candidate], across: frontier.Axis, up: frontier.Axis) -> set[str]:
    """Those of the front whose labels do not fall on one another; of two that would, the better one's."""
    taken: dict[str, tuple[float, float]] = {}
    for slug in sorted(line, key=lambda slug: -candidates[slug].quality.value):
        x, y = across.share(candidates[slug].cost.value), up.share(candidates[slug].quality.value)
        if all(
            abs(x - other_x) > LABEL_WIDTH or abs(y - other_y) > LABEL_HEIGHT for other_x, other_y in taken.values()
        ):
            taken[slug] = (x, y)
    return set(taken)


def _percent(share: float) -> str:
    return f"{share * 100:.2f}%"
