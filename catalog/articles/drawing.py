"""Draws charts in a process of its own: jobs as lines of JSON in, SVG as lines of JSON out.

Altair and the renderer take a second to load and a hundred megabytes, which no web process should carry.
Run by ``pictures.py``, as a file: it may import nothing of the project.
"""

from __future__ import annotations

import json
import math
import sys
import traceback
from typing import Any, Literal, NamedTuple

import altair as alt
import vl_convert

VEGA_LITE = "6.4"
FACE = "Open Sans, Droid Sans Fallback"
# Layouts: how wide the whole picture is, and how much of it a label may take.
PAPERS = {"desk": (560, 176), "phone": (340, 112)}
STEP = 19  # from one bar to the next
SIZE = 13
HEIGHT = 340  # of a scatter
Side = tuple[Literal["left", "right", "center"], int, int]  # how a name is aligned to its point, and how far off
Box = tuple[float, float, float, float]
Layers = Any  # altair's own types promise facets where there are none


def main() -> None:
    vl_convert.register_font_directory(sys.argv[1])
    for line in sys.stdin:
        print(json.dumps(drawn(json.loads(line))), flush=True)  # noqa: T201


def drawn(job: dict[str, Any]) -> dict[str, str] | None:
    """None for a chart that cannot be drawn; those behind it still are."""
    try:
        return {name: draw(job, *paper) for name, paper in PAPERS.items()}
    except Exception:
        traceback.print_exc()
        return None


def draw(job: dict[str, Any], width: int, label: int) -> str:
    chart = {"bar": bars, "line": lines, "scatter": points}[job["kind"]](job, width, label)
    dressed = (
        chart.properties(
            width=width,
            autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
            padding={"left": 2, "right": 14, "top": 2, "bottom": 2},
        )
        .configure(font=FACE)
        .configure_view(stroke=None)
        .configure_axis(**axis_look(job["paints"], label))
        .configure_legend(**legend_look(job["paints"], width))
    )
    return str(vl_convert.vegalite_to_svg(dressed.to_dict(), vl_version=VEGA_LITE))


def axis_look(paints: dict[str, Any], label: int) -> dict[str, Any]:
    return {
        "labelColor": paints["muted"],
        "titleColor": paints["muted"],
        "labelFontSize": SIZE - 1,
        "titleFontSize": SIZE,
        "titleFontWeight": "normal",
        "gridColor": paints["grid"],
        "domainColor": paints["grid"],
        "tickColor": paints["grid"],
        "labelLimit": label,
    }


def legend_look(paints: dict[str, Any], width: int) -> dict[str, Any]:
    return {
        "orient": "top",
        "direction": "horizontal",
        "columns": 3 if width > 400 else 1,
        "title": None,
        "labelFontSize": SIZE,
        "labelColor": paints["ink"],
        "labelLimit": width - 40,
        "offset": 8,
    }


def long_rows(job: dict[str, Any]) -> list[dict[str, Any]]:
    """A record for each figure that is known."""
    return [
        {"label": label, "series": name, "value": float(shown), "shown": shown}
        for label, cells in job["rows"]
        for name, shown in zip(job["series"], cells, strict=True)
        if shown is not None
    ]


def data(rows: list[dict[str, Any]]) -> Any:
    return alt.Data(values=rows)  # type: ignore[no-untyped-call]


def hue(job: dict[str, Any], *, symbol: str = "square") -> alt.Color:
    legend = alt.Legend(symbolType=symbol) if len(job["series"]) > 1 else None
    scale = alt.Scale(domain=job["series"], range=job["paints"]["series"][: len(job["series"])])
    return alt.Color("series:N", scale=scale, legend=legend)


def bars(job: dict[str, Any], width: int, label: int) -> Layers:
    """Lying bars, so that their names are read without turning the head."""
    labels = [row[0] for row in job["rows"]]
    base = alt.Chart(data(long_rows(job))).encode(
        y=alt.Y("label:N", sort=labels, title=None, axis=alt.Axis(ticks=False, domain=False)),
        yOffset=alt.YOffset("series:N", sort=job["series"]),
        x=alt.X("value:Q", title=job["y"] or None, axis=alt.Axis(tickCount=5), scale=room_for_figures(job, width)),
    )
    figures = base.mark_text(align="left", dx=5, fontSize=SIZE - 1, fill=job["paints"]["ink"]).encode(text="shown:N")
    drawn = base.mark_bar(height=STEP - 7, cornerRadiusEnd=3).encode(color=hue(job))
    return alt.layer(drawn, figures).properties(height=alt.Step(STEP, **{"for": "offset"}))


def room_for_figures(job: dict[str, Any], width: int) -> alt.Scale:
    """An axis that reaches beyond the longest bar, so that its figure has a place."""
    values = [row["value"] for row in long_rows(job)]
    most, least = max(values, default=0.0), min(values, default=0.0)
    share = 1.1 if width > 400 else 1.22
    return alt.Scale(domainMax=most * share) if most > 0 and least >= 0 else alt.Scale(padding=44)


def lines(job: dict[str, Any], width: int, label: int) -> Layers:
    labels = [row[0] for row in job["rows"]]
    base = alt.Chart(data(long_rows(job))).encode(
        x=alt.X("label:N", sort=labels, title=job["x"] or None, axis=alt.Axis(labelAngle=0, labelOverlap=True)),
        y=alt.Y("value:Q", title=job["y"] or None, axis=alt.Axis(tickCount=6)),
        color=hue(job, symbol="stroke"),
    )
    return alt.layer(base.mark_line(strokeWidth=2.5), base.mark_circle(size=50, opacity=1)).properties(height=280)


def points(job: dict[str, Any], width: int, label: int) -> Layers:
    across, up = (Axis.over(values, is_log=is_log) for values, is_log in zip(columns(job), job["log"], strict=True))
    axes = {
        "x": alt.X("x:Q", title=job["x"] or job["series"][0], scale=across.scale, axis=across.ticks),
        "y": alt.Y("y:Q", title=job["y"] or job["series"][1], scale=up.scale, axis=up.ticks),
    }
    found = [{"label": name, "x": float(x), "y": float(y)} for name, (x, y) in job["rows"]]
    dots = alt.Chart(data(found)).mark_circle(size=90, opacity=1, color=job["paints"]["series"][0])
    layers = [dots.encode(**axes)]
    look = {"fontSize": SIZE - 1, "fill": job["paints"]["ink"], "limit": label + 40}
    spots = [(across.at(row["x"]) * (width - 60), (1 - up.at(row["y"])) * HEIGHT, row["label"]) for row in found]
    for (align, dx, dy), places in sides(spots, width - 60, label).items():
        named = alt.Chart(data([found[place] for place in places]))
        layers.append(named.mark_text(align=align, dx=dx, dy=dy, **look).encode(text="label:N", **axes))
    return alt.layer(*layers).properties(height=HEIGHT)


def columns(job: dict[str, Any]) -> tuple[list[float], list[float]]:
    return [float(x) for _, (x, _) in job["rows"]], [float(y) for _, (_, y) in job["rows"]]


class Axis(NamedTuple):
    """Where an axis begins and ends, a little beyond the outermost points."""

    low: float
    high: float
    is_log: bool

    @classmethod
    def over(cls, values: list[float], *, is_log: bool) -> Axis:
        low, high = min(values), max(values)
        if is_log:
            return cls(low / 1.5, high * 1.5, True)
        room = (high - low) * 0.08 or abs(high) * 0.1 or 1.0
        return cls(low - room if low < 0 or low > room else 0.0, high + room, False)

    def at(self, value: float) -> float:
        """0 at the beginning, 1 at the end."""
        if self.is_log:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    @property
    def scale(self) -> alt.Scale:
        return alt.Scale(type="log" if self.is_log else "linear", domain=[self.low, self.high], nice=False, zero=False)

    @property
    def ticks(self) -> alt.Axis:
        if not self.is_log:
            return alt.Axis(tickCount=5)
        powers = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        for steps in ((1, 2, 5), (1, 3), (1,)):
            round_ones = [step * 10.0**power for power in powers for step in steps]
            inside = [value for value in round_ones if self.low <= value <= self.high]
            if len(inside) <= 5:
                break
        return alt.Axis(values=inside)


def sides(spots: list[tuple[float, float, str]], width: float, label: int) -> dict[Side, list[int]]:
    """Which points have their name on which side, as far as it runs into nothing: right, left, above or below."""
    taken = [(x - 7, y - 7, x + 7, y + 7) for x, y, _ in spots]
    chosen: dict[Side, list[int]] = {}
    for place, (x, y, name) in enumerate(spots):
        wide = min(sum(13 if ord(letter) > 0x2E7F else 7 for letter in name), label + 40)
        boxes: dict[Side, Box] = {
            ("left", 9, 0): (x + 8, y - 7, x + 8 + wide, y + 7),
            ("right", -9, 0): (x - 8 - wide, y - 7, x - 8, y + 7),
            ("center", 0, -14): (x - wide / 2, y - 22, x + wide / 2, y - 8),
            ("center", 0, 15): (x - wide / 2, y + 8, x + wide / 2, y + 22),
        }
        worst = {
            side: sum(meets(box, other) for other in taken) + 5 * (box[0] < 0 or box[2] > width)
            for side, box in boxes.items()
        }
        side = min(worst, key=lambda each: worst[each])
        if worst[side]:
            continue  # a name on top of another helps nobody; the table beside the picture has them all
        taken.append(boxes[side])
        chosen.setdefault(side, []).append(place)
    return chosen


def meets(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


if __name__ == "__main__":
    main()
