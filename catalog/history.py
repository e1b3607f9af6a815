"""How a channel's price moved: earlier rows, today's and announced ones, as a table and as steps over time. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from catalog.models import Price

NOW, EARLIER, ANNOUNCED = "now", "earlier", "announced"
# The chart's own units; the page scales it to its column.
WIDTH, HEIGHT = 400, 132
LEFT, RIGHT, TOP, BOTTOM = 4, 4, 16, 22
# How far past its last step a line is drawn, as a share of the time shown.
TRAIL = Decimal("0.12")


class Row(NamedTuple):
    """One price and when it holds; ``until`` is None while no end is known."""

    price: Price
    since: date
    until: date | None
    state: str


class Line(NamedTuple):
    """One part of the price over time: an SVG path, and where its last value is written."""

    part: str
    path: str
    last: Decimal
    x: str
    y: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Steps of input and output prices; all coordinates are written as SVG reads them in every language."""

    lines: list[Line]
    currency: str
    first: date
    last: date
    today_x: str
    top: Decimal


class History(NamedTuple):
    """Rows with the newest first; no chart where there is nothing to compare or the currency changed."""

    rows: list[Row]
    chart: Chart | None

    @property
    def has_moved(self) -> bool:
        return len(self.rows) > 1


def in_force(prices: Sequence[Price], today: date) -> Price | None:
    """The one among a channel's prices that holds today: the last to start, as ``Price.in_force`` has it."""
    holding = [one for one in prices if one.starts_on <= today and (one.ends_on is None or one.ends_on > today)]
    return max(holding, key=lambda one: one.starts_on, default=None)


def tell(prices: Sequence[Price], today: date) -> History:
    """The history of one channel's price rows, given in any order."""
    current = in_force(prices, today)
    ordered = sorted(prices, key=lambda one: one.starts_on)
    rows = [Row(one, one.starts_on, one.ends_on, _state(one, current, today)) for one in ordered]
    return History(rows[::-1], _chart(ordered, today))


def _state(price: Price, current: Price | None, today: date) -> str:
    if price is current:
        return NOW
    return ANNOUNCED if price.starts_on > today else EARLIER


def _chart(prices: Sequence[Price], today: date) -> Chart | None:
    if len(prices) < 2 or len({one.currency for one in prices}) > 1:
        return None
    known = [part for one in prices for part in (one.input, one.output) if part is not None]
    first, end = prices[0].starts_on, max(today, prices[-1].starts_on)
    top = max(known, default=Decimal(0))
    if top == 0:
        return None
    last = end + timedelta(days=max(1, round((end - first).days * TRAIL)))
    lines = [line for part in ("output", "input") if (line := _line(prices, part, first=first, last=last, top=top))]
    return Chart(lines, prices[0].currency, first, last, _x(today, first, last), top)


def _line(prices: Sequence[Price], part: str, *, first: date, last: date, top: Decimal) -> Line | None:
    """Level while a price holds; broken where it is unknown or nothing is in force."""
    path: list[str] = []
    pen_at: date | None = None
    value = None
    for place, price in enumerate(prices):
        following = prices[place + 1].starts_on if place + 1 < len(prices) else last
        until = min(following, price.ends_on or following)
        amount: Decimal | None = getattr(price, part)
        if amount is None:
            pen_at = None
            continue
        y = _y(amount, top)
        start = f"M{_x(price.starts_on, first, last)} {y}"
        path.append(f"V{y}" if pen_at == price.starts_on else start)
        path.append(f"H{_x(until, first, last)}")
        pen_at, value = until, amount
    if value is None or pen_at is None:
        return None
    return Line(part, " ".join(path), value, _x(pen_at, first, last), _y(value, top))


def _x(day: date, first: date, last: date) -> str:
    share = (day - first).days / max(1, (last - first).days)
    return f"{LEFT + share * (WIDTH - LEFT - RIGHT):.1f}"


def _y(amount: Decimal, top: Decimal) -> str:
    return f"{TOP + float(1 - amount / top) * (HEIGHT - TOP - BOTTOM):.1f}"
