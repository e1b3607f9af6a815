"""A report's charts as SVG: quality against cost, and how soon the first words come.

Markup is built by ``format_html`` alone. Colours come from classes (``chart__…``), words inherit the page's ink and
faces, and each chart says in its title and description what the table beside it says in figures.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from marketplace import money
from sandbox.wording import Facts, Names

WIDTH = 560
MOST_LABELS = 6
STEP = 24  # from one bar to the next
AXIS = "chart__axis"
LETTER = 6.6  # about how wide a letter is at 13 px; a Chinese one is as wide as it is high


class Paper(NamedTuple):
    """What a chart is drawn on: a desk's width, or a phone's, so that its words stay as large as the page's."""

    width: int
    names: int  # the room for a name, longer ones are cut
    height: int  # of the scatter


TALLEST = 560
DESK = Paper(width=WIDTH, names=172, height=380)
PHONE = Paper(width=320, names=108, height=320)
PRINT = Paper(width=400, names=150, height=340)


class Chart(NamedTuple):
    """``svg`` draws what ``title`` names, ``narrow`` the same for a phone; ``note`` says how to read it.

    ``printed`` is for half a sheet of paper.
    """

    title: str
    svg: SafeString
    narrow: SafeString
    printed: SafeString
    note: str


class Point(NamedTuple):
    """One channel: money per 100 answers, score with its interval, and whether it is the chosen one."""

    name: str
    cost: float
    score: float
    low: float
    high: float
    is_chosen: bool


class Bar(NamedTuple):
    """One channel's time to the first words, in ms: the usual one, and the one that 19 of 20 answers keep."""

    name: str
    p50: float
    p95: float
    is_chosen: bool


def all_of(facts: Facts) -> list[Chart]:
    """The charts that this report has figures for."""
    charts = [quality_and_cost(facts), latency(facts)]
    return [chart for chart in charts if chart is not None]


def quality_and_cost(facts: Facts) -> Chart | None:
    """Scores with their intervals, up, against cost on a logarithmic scale, to the right."""
    points = list(_points(facts))
    if not points:
        return None
    without = sum(row["score"] is not None for row in facts["ranking"]) - len(points)
    note = _(
        "Higher is better, further left is cheaper; the lines are 90 % intervals. The scale of costs is logarithmic."
    )
    if without:
        note += " " + _("Left out, for their cost is unknown or nothing: %d.") % without
    title = _("Quality against cost")
    # As high as the ladder beside it, within reason: many points need the room anyway.
    tall = DESK._replace(height=min(max(DESK.height, _ladder_height(len(points))), TALLEST))
    papers = (tall, PHONE, PRINT)
    desk, phone, printed = (_scatter(each, points, title=title, currency=facts["currency"]) for each in papers)
    return Chart(title, desk, phone, printed, note)


def latency(facts: Facts) -> Chart | None:
    """Time to the first words, a bar per channel, the quickest first."""
    bars = sorted(_bars(facts), key=lambda bar: bar.p50)
    if not bars:
        return None
    title = _("Time to the first words (TTFT)")
    note = _("The bar ends where half of the answers had begun, the line where 19 of 20 had.")
    desk, phone, printed = (_ladder(paper, bars, title=title) for paper in (DESK, PHONE, PRINT))
    return Chart(title, desk, phone, printed, note)


def _points(facts: Facts) -> Iterable[Point]:
    names, chosen = Names(facts), facts["recommendation"]["channel"]
    for row in facts["ranking"]:
        if row["score"] is not None and row["cost"] is not None and Decimal(row["cost"]) > 0:
            name = names.channel(row["channel"])
            cost = float(row["cost"])
            yield Point(name, cost, row["score"], row["low"], row["high"], row["channel"] == chosen)


def _bars(facts: Facts) -> Iterable[Bar]:
    names, chosen = Names(facts), facts["recommendation"]["channel"]
    for row in facts["ranking"]:
        if row["ttft_ms_p50"] is not None:
            name = names.channel(row["channel"])
            yield Bar(name, row["ttft_ms_p50"], row["ttft_ms_p95"], row["channel"] == chosen)


class Frame(NamedTuple):
    """Where the scatter's plot lies, and which costs (log10) and scores it spans."""

    left: float
    right: float
    top: float
    bottom: float
    cheapest: float
    dearest: float
    lowest: float
    highest: float

    def x(self, cost: float) -> float:
        share = (math.log10(cost) - self.cheapest) / (self.dearest - self.cheapest)
        return round(self.left + share * (self.right - self.left), 1)

    def y(self, score: float) -> float:
        share = (score - self.lowest) / (self.highest - self.lowest)
        return round(self.bottom - share * (self.bottom - self.top), 1)


def _frame(paper: Paper, points: list[Point]) -> Frame:
    logs = [math.log10(point.cost) for point in points]
    # At least a factor of two, so that equal prices do not fill the whole width.
    room = max(0.3 - (max(logs) - min(logs)), 0.1) / 2
    lowest = max(math.floor(min(point.low for point in points)), 0)
    highest = max(math.ceil(max(point.high for point in points)), lowest + 1)
    ends = min(logs) - room, max(logs) + room
    return Frame(32, paper.width - 16, 10, paper.height - 50, *ends, lowest, highest)


def _scatter(paper: Paper, points: list[Point], *, title: str, currency: str) -> SafeString:
    frame = _frame(paper, points)
    description = _(", ").join(f"{p.name}: {p.score:.1f}, {_money(p.cost, currency)}" for p in points)
    parts = [
        *(_level(frame, score) for score in range(int(frame.lowest), int(frame.highest) + 1)),
        *(_cost_mark(frame, cost, currency) for cost in _ticks(frame, most=6 if paper.width == WIDTH else 4)),
        *(_point(frame, point, currency) for point in sorted(points, key=lambda point: point.is_chosen)),
        *_labels(paper, frame, points),
        _text((frame.left + frame.right) / 2, paper.height - 8, _("cost per 100 answers"), anchor="middle", kind=AXIS),
    ]
    return _svg(paper, paper.height, parts, title=title, description=description)


def _level(frame: Frame, score: int) -> SafeString:
    y = frame.y(score)
    return _line(frame.left, y, frame.right, y, kind="chart__grid") + _text(24, y + 4, str(score), anchor="end")


def _cost_mark(frame: Frame, cost: float, currency: str) -> SafeString:
    x = frame.x(cost)
    label = _text(x, frame.bottom + 20, _money(cost, currency), anchor="middle")
    return _line(x, frame.bottom, x, frame.bottom + 5, kind="chart__grid") + label


def _ticks(frame: Frame, *, most: int) -> list[float]:
    """Round sums within the frame: 1, 2, 5 of each power of ten where they fit, else the powers alone."""
    powers = range(math.floor(frame.cheapest), math.ceil(frame.dearest) + 1)
    for steps in ((1, 2, 5), (1, 3), (1,)):
        ticks = [step * 10.0**power for power in powers for step in steps]
        inside = [tick for tick in ticks if frame.cheapest <= math.log10(tick) <= frame.dearest]
        if len(inside) <= most:
            break
    return inside


def _point(frame: Frame, point: Point, currency: str) -> SafeString:
    x, y = frame.x(point.cost), frame.y(point.score)
    kind = "chart__point chart__point--lead" if point.is_chosen else "chart__point"
    hint = f"{point.name}: {point.score:.1f} [{point.low:.1f}, {point.high:.1f}], {_money(point.cost, currency)}"
    return format_html(
        '<g class="{}"><title>{}</title>{}<circle cx="{}" cy="{}" r="{}"/></g>',
        kind,
        hint,
        _line(x, frame.y(point.low), x, frame.y(point.high), kind="chart__whisker"),
        x,
        y,
        6 if point.is_chosen else 4.5,
    )


class Box(NamedTuple):
    """A rectangle that a name or a point takes up."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom


def _labels(paper: Paper, frame: Frame, points: list[Point]) -> list[SafeString]:
    """Names beside the chosen and the best points, as far as they run into no point and no other name."""
    taken = [_around(frame, point) for point in points]
    labels: list[SafeString] = []
    for point in sorted(points, key=lambda each: (not each.is_chosen, -each.score)):
        if len(labels) == MOST_LABELS:
            break
        name = _short(point.name, paper.names)
        for x, y, anchor in _places(frame, point):
            box = name_box(x, y, anchor, name)
            outside = box.left < frame.left or box.right > paper.width or box.top < 0
            if outside or any(box.meets(other) for other in taken):
                continue
            taken.append(box)
            kind = "chart__name chart__name--lead" if point.is_chosen else "chart__name"
            labels.append(_text(x, y, name, anchor=anchor, kind=kind))
            break
    return labels


def _around(frame: Frame, point: Point) -> Box:
    x, y = frame.x(point.cost), frame.y(point.score)
    return Box(x - 6, y - 6, x + 6, y + 6)


def _places(frame: Frame, point: Point) -> list[tuple[float, float, str]]:
    """Where a point's name may stand, the best place first."""
    x, y = frame.x(point.cost), frame.y(point.score)
    right, left = (x + 10, y + 4, "start"), (x - 10, y + 4, "end")
    sides = [right, left] if x < (frame.left + frame.right) / 2 else [left, right]
    return [*sides, (x + 4, y - 12, "start"), (x - 4, y - 12, "end"), (x + 4, y + 21, "start"), (x - 4, y + 21, "end")]


def name_box(x: float, y: float, anchor: str, name: str) -> Box:
    """About the room that a name takes up when it is written at (x, y)."""
    width = _width(name)
    left = x if anchor == "start" else x - width
    return Box(left, y - 11, left + width, y + 4)


def _ladder(paper: Paper, bars: list[Bar], *, title: str) -> SafeString:
    left, right = paper.names + 10, paper.width - 70
    longest = max(max(bar.p95, bar.p50) for bar in bars) or 1.0

    def reach(ms: float) -> float:
        return round(left + ms / longest * (right - left), 1)

    parts = []
    for place, bar in enumerate(bars):
        y = 8 + place * STEP
        middle = y + 8
        kind = "chart__bar chart__bar--lead" if bar.is_chosen else "chart__bar"
        width = max(round(reach(bar.p50) - left, 1), 1)
        parts.append(
            format_html(
                '<g><title>{}</title>{}<rect class="{}" x="{}" y="{}" width="{}" height="10" rx="4"/>{}{}{}</g>',
                f"{bar.name}: p50 {_ms(bar.p50)}, p95 {_ms(bar.p95)}",
                _text(left - 10, middle + 4, _short(bar.name, paper.names), anchor="end", kind="chart__name"),
                kind,
                left,
                y + 3,
                width,
                _line(reach(bar.p50), middle, reach(bar.p95), middle, kind="chart__whisker"),
                _line(reach(bar.p95), middle - 5, reach(bar.p95), middle + 5, kind="chart__whisker"),
                _text(reach(max(bar.p95, bar.p50)) + 8, middle + 4, _ms(bar.p50), kind="chart__figure"),
            )
        )
    description = _(", ").join(f"{bar.name}: {_ms(bar.p50)}" for bar in bars)
    return _svg(paper, _ladder_height(len(bars)), parts, title=title, description=description)


def _ladder_height(bars: int) -> int:
    return 16 + bars * STEP


def _svg(paper: Paper, height: float, parts: Iterable[SafeString], *, title: str, description: str) -> SafeString:
    return format_html(
        '<svg class="chart__svg chart__svg--{}" width="100%" viewBox="0 0 {} {}" role="img" font-size="13" '
        'fill="currentColor"><title>{}</title><desc>{}</desc>{}</svg>',
        "desk" if paper.width == WIDTH else "phone",
        paper.width,
        height,
        title,
        description,
        format_html_join("", "{}", ((part,) for part in parts)),
    )


def _line(x1: float, y1: float, x2: float, y2: float, *, kind: str) -> SafeString:
    return format_html('<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}"/>', kind, x1, y1, x2, y2)


def _text(x: float, y: float, text: str, *, anchor: str = "start", kind: str = "chart__figure") -> SafeString:
    words: dict[str, Any] = {"x": round(x, 1), "y": round(y, 1), "anchor": anchor, "kind": kind, "text": text}
    return format_html('<text class="{kind}" x="{x}" y="{y}" text-anchor="{anchor}">{text}</text>', **words)


def _short(name: str, room: float) -> str:
    if _width(name) <= room:
        return name
    while _width(f"{name}…") > room:
        name = name[:-1]
    return f"{name}…"


def _width(name: str) -> float:
    return sum(13 if ord(letter) > 0x2E7F else LETTER for letter in name)


def _money(cost: float, currency: str) -> str:
    return money.show(Decimal(f"{cost:.3g}"), currency)


def _ms(value: float) -> str:
    return f"{value:,.0f} ms" if value < 10_000 else f"{value / 1000:.1f} s"
