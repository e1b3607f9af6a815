"""The charts among the house's pictures, as Vega-Lite: plain, with grids fine enough to read a value off."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

Spec = dict[str, Any]
INK, MUTED, LINE, PAPER = "#1b1d22", "#5d636c", "#d9d3c7", "#ffffff"
COLOURS = ["#8a6412", "#1f6f6b", "#a5482d", "#5a6b8c", "#878b91"]
FONT = "Open Sans, Droid Sans Fallback"
WIDTH, HEIGHT = 560, 330
CONFIG: Spec = {
    "font": FONT,
    "background": PAPER,
    "padding": 16,
    "view": {"stroke": None},
    "title": {"fontSize": 16, "color": INK, "anchor": "start", "offset": 14, "fontWeight": 600},
    "axis": {
        "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": 400, "titleColor": MUTED, "labelColor": INK,
        "gridColor": LINE, "domainColor": INK, "tickColor": INK,
    },
    "legend": {"labelFontSize": 12, "title": None, "orient": "top", "symbolSize": 120, "labelColor": INK},
}  # fmt: skip


def _framed(data: Spec, rows: list[Spec], **spec: Any) -> Spec:
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "title": data["title"],
        "width": WIDTH,
        "height": HEIGHT,
        "config": CONFIG,
        "data": {"values": rows},
        **spec,
    }


def bars(data: Spec) -> Spec:
    """Groups side by side, one bar for each of the series."""
    places = product(enumerate(data["groups"]), enumerate(data["series"]))
    rows = [{"group": group, "series": one, "value": data["values"][g][s]} for (g, group), (s, one) in places]
    ticks = list(range(0, max(map(max, data["values"])) + 11, 10))
    axis = {
        "title": data["unit"],
        "values": ticks,
        "labelOverlap": False,
        "titleAngle": 0,
        "titleAlign": "left",
        "titleY": -12,
        "titleX": -30,
    }
    encoding = {
        "x": {"field": "group", "type": "nominal", "sort": None, "axis": {"title": None, "labelAngle": 0}},
        "xOffset": {"field": "series", "sort": None},
        "y": {"field": "value", "type": "quantitative", "scale": {"domainMax": ticks[-1]}, "axis": axis},
        "color": {"field": "series", "type": "nominal", "sort": None, "scale": {"range": COLOURS}},
    }
    return _framed(data, rows, mark={"type": "bar"}, encoding=encoding)


def lines(data: Spec) -> Spec:
    places = product(enumerate(data["labels"]), enumerate(data["series"]))
    rows = [{"label": label, "series": one, "value": data["values"][s][n]} for (n, label), (s, one) in places]
    y = {"title": data["unit"], "values": list(range(0, 101, 10)), "grid": True}
    encoding = {
        "x": {
            "field": "label",
            "type": "ordinal",
            "sort": None,
            "axis": {"title": None, "labelAngle": 0, "grid": True},
        },
        "y": {"field": "value", "type": "quantitative", "scale": {"domain": [0, 100]}, "axis": y},
        "color": {"field": "series", "type": "nominal", "sort": None, "scale": {"range": COLOURS}},
        "shape": {"field": "series", "type": "nominal", "sort": None, "legend": None},
    }
    return _framed(data, rows, mark={"type": "line", "point": {"size": 55, "filled": True}}, encoding=encoding)


def points(data: Spec) -> Spec:
    columns = zip(data["names"], data["x"], data["y"], strict=True)
    rows = [{"name": name, "x": x, "y": y} for name, x, y in columns]
    most = max(data["y"]) + 50
    encoding = {
        "x": {
            "field": "x", "type": "quantitative", "scale": {"domain": [0, max(data["x"]) + 1]},
            "axis": {"title": data["x_title"], "grid": True, "values": list(range(max(data["x"]) + 2))},
        },
        "y": {
            "field": "y", "type": "quantitative", "scale": {"domain": [0, most]},
            "axis": {
                "title": data["y_title"], "grid": True, "labelOverlap": False, "values": list(range(0, most + 1, 50)),
            },
        },
    }  # fmt: skip
    layer = [
        {"mark": {"type": "point", "filled": True, "size": 80, "color": COLOURS[1]}},
        {
            "mark": {"type": "text", "dx": 11, "dy": -9, "fontSize": 14, "fontWeight": 600, "color": INK},
            "encoding": {"text": {"field": "name"}},
        },
    ]
    return _framed(data, rows, encoding=encoding, layer=layer)


def ring(data: Spec) -> Spec:
    """A ring with a name and a share at each part, and the total in the middle."""
    columns = zip(data["names"], data["values"], strict=True)
    rows = [{"name": name, "value": value, "told": f"{name} {value}%"} for name, value in columns]
    theta = {"field": "value", "type": "quantitative", "stack": True}
    order = {"field": "value", "type": "quantitative", "sort": "descending"}
    colour = {"field": "name", "type": "nominal", "sort": None, "scale": {"range": COLOURS}, "legend": None}
    text = {"type": "text", "fontSize": 14, "color": INK}
    layer: list[Spec] = [
        {
            "mark": {"type": "arc", "innerRadius": 80, "outerRadius": 130, "stroke": PAPER, "strokeWidth": 2},
            "encoding": {"theta": theta, "order": order, "color": colour},
        },
        {
            "mark": {**text, "radius": 170},
            "encoding": {"theta": theta, "order": order, "text": {"field": "told"}},
        },
        {
            "data": {"values": [{"told": data["centre"]}]},
            "mark": {**text, "fontSize": 20, "fontWeight": 600},
            "encoding": {"text": {"field": "told"}},
        },
    ]
    return _framed(data, rows, layer=layer)


CHARTS: dict[str, Callable[[Spec], Spec]] = {"bars": bars, "lines": lines, "points": points, "ring": ring}
