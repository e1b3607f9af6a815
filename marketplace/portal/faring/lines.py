"""Figures over days as lines on a small chart: paths in the chart's own units, written as SVG reads numbers. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from sandbox.faring import Day

WIDTH, HEIGHT = 360, 120
LEFT, RIGHT, TOP, BOTTOM = 4, 4, 10, 20
# A day without answers breaks the line: what was not measured is not drawn.
RADIUS = 2


@dataclass(frozen=True, slots=True)
class Line:
    """One figure: its path through days that follow one another, and a dot for each day."""

    key: str
    path: str
    dots: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Chart:
    """``top`` is the value at the upper edge; the lower edge is 0."""

    lines: list[Line]
    top: float


def chart(days: Sequence[Day], *, since: date, until: date, figures: dict[str, Callable[[Day], float | None]]) -> Chart:
    """One line for each of ``figures`` over the stretch; no line where nothing was measured."""
    read = {key: _points(days, figure) for key, figure in figures.items()}
    top = max((value for points in read.values() for _day, value in points), default=0.0)
    drawn = [_line(key, points, since=since, until=until, top=top or 1.0) for key, points in read.items() if points]
    return Chart(drawn, top)


def _points(days: Sequence[Day], figure: Callable[[Day], float | None]) -> list[tuple[date, float]]:
    return [(day.day, value) for day in days if (value := figure(day)) is not None]


def _line(key: str, points: Sequence[tuple[date, float]], *, since: date, until: date, top: float) -> Line:
    path: list[str] = []
    dots: list[tuple[str, str]] = []
    before: date | None = None
    for day, value in points:
        x, y = _x(day, since, until), _y(value, top)
        path.append(f"{'L' if before and (day - before).days == 1 else 'M'}{x} {y}")
        dots.append((x, y))
        before = day
    return Line(key, " ".join(path), dots)


def _x(day: date, since: date, until: date) -> str:
    share = (day - since).days / max(1, (until - since).days)
    return f"{LEFT + RADIUS + share * (WIDTH - LEFT - RIGHT - 2 * RADIUS):.1f}"


def _y(value: float, top: float) -> str:
    return f"{TOP + (1 - value / top) * (HEIGHT - TOP - BOTTOM):.1f}"
