"""Charts as SVG that follows the page: words in its face and ink, colours by class, nothing that runs."""

from __future__ import annotations

import json
import logging
import re
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

from django.conf import settings

from catalog.articles.charts import Chart

logger = logging.getLogger(__name__)

DRAWING = Path(__file__).with_name("drawing.py")
SECONDS = 60
SVG = "{http://www.w3.org/2000/svg}"
# What the renderer is told to paint with stands for a class of ours (static/css/article.css).
PAINTS: dict[str, Any] = {
    "ink": "#000001",
    "muted": "#000002",
    "grid": "#000003",
    "series": ["#000011", "#000012", "#000013", "#000014", "#000015", "#000016"],
}
CLASSES = {
    **{PAINTS[name]: name for name in ("ink", "muted", "grid")},
    **{paint: str(place) for place, paint in enumerate(PAINTS["series"], 1)},
}
SHAPES = {"g", "path", "line", "text"}
KEPT = {
    *("transform", "d", "x", "y", "x1", "y1", "x2", "y2", "stroke-width", "text-anchor", "font-size"),
    *("opacity", "fill-opacity"),
}
FIGURE = re.compile(r"-?\d+\.\d+")


class Drawn(NamedTuple):
    """The same chart for a desk and for a phone, whose words stay as large as the page's."""

    desk: str
    phone: str


def draw_all(charts: Sequence[Chart]) -> dict[Chart, Drawn]:
    """The pictures of ``charts``; one that cannot be drawn is left out, for its table says the same."""
    wanted = list(dict.fromkeys(charts))
    if not wanted:
        return {}
    said = _run("".join(json.dumps(_job(chart)) + "\n" for chart in wanted))
    found: dict[Chart, Drawn] = {}
    for chart, line in zip(wanted, said, strict=False):
        drawn: dict[str, str] | None = json.loads(line)
        if drawn is not None:
            found[chart] = Drawn(**{name: dress(svg, chart, name) for name, svg in drawn.items()})
    return found


def _run(jobs: str) -> list[str]:
    fonts = settings.BASE_DIR / "marketplace" / "fonts"
    command = [sys.executable, "-I", str(DRAWING), str(fonts)]
    try:
        # No environment: what draws needs none of our secrets.
        done = subprocess.run(  # noqa: S603 - our own file
            command, input=jobs, capture_output=True, text=True, timeout=SECONDS, env={"TZ": "UTC"}, encoding="utf-8"
        )
    except (OSError, subprocess.TimeoutExpired):
        logger.exception("charts could not be drawn")
        return []
    if done.stderr:
        logger.error("charts could not be drawn: %s", done.stderr[-2_000:])
    return done.stdout.splitlines()


def _job(chart: Chart) -> dict[str, Any]:
    across, up = chart.log_axes
    return {
        "kind": chart.kind,
        "x": chart.x,
        "y": chart.y,
        "series": chart.series,
        "rows": [(row.label, [None if v is None else str(v) for v in row.values]) for row in chart.rows],
        "log": (across, up),
        "paints": PAINTS,
    }


def dress(svg: str, chart: Chart, paper: str) -> str:
    """The renderer's SVG with our classes, our title and description, and known shapes alone."""
    root = ElementTree.fromstring(svg)  # noqa: S314 - our own renderer's
    width, height = root.attrib["width"], root.attrib["height"]
    kept = ElementTree.Element("svg", {"class": f"chart__svg chart__svg--{paper}", "role": "img", "width": "100%"})
    kept.set("viewBox", f"0 0 {width} {height}")
    for name, words in (("title", chart.title), ("desc", chart.described)):
        ElementTree.SubElement(kept, name).text = words
    kept.extend(_harmless(child) for child in _shapes(root))
    return ElementTree.tostring(kept, encoding="unicode")


def _shapes(parent: ElementTree.Element) -> Iterable[ElementTree.Element]:
    """Children that paint something: no frames, no clips, no background."""
    for child in parent:
        name = child.tag.removeprefix(SVG)
        is_frame = child.get("class") in {"background", "foreground"}
        if name in SHAPES and not is_frame and not (name == "g" and not _paints(child)):
            yield child


def _paints(group: ElementTree.Element) -> bool:
    return any(each.tag.removeprefix(SVG) in SHAPES - {"g"} for each in group.iter())


def _harmless(old: ElementTree.Element) -> ElementTree.Element:
    new = ElementTree.Element(old.tag.removeprefix(SVG))
    for name in sorted(KEPT & set(old.attrib)):
        new.set(name, FIGURE.sub(lambda figure: f"{float(figure[0]):.1f}", old.attrib[name]))
    if classes := [f"{way}-{CLASSES[old.attrib[way]]}" for way in ("fill", "stroke") if old.get(way) in CLASSES]:
        new.set("class", " ".join(classes))
    if old.get("fill") == "none" and new.tag != "g":
        new.set("fill", "none")
    if new.tag == "text":
        new.text = old.text
    else:
        new.extend(_harmless(child) for child in _shapes(old))
    return new
