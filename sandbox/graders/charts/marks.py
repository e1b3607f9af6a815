"""Whether marks, scales and types suit the values that they show: one function per rule, in Vega-Lite's words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from sandbox.graders.charts.find import Spec
from sandbox.graders.charts.findings import Finding, finding
from sandbox.graders.charts.tables import amount
from sandbox.graders.charts.units import PARTS, Field, Rows, Unit

MARKS = frozenset(
    "arc area bar boxplot circle errorband errorbar geoshape image line point rect rule square text tick trail".split()  # noqa: SIM905
)
KINDS = frozenset({"quantitative", "temporal", "ordinal", "nominal", "geojson"})
DISCRETE = frozenset({"ordinal", "nominal"})
SPLITS = (
    "color",
    "fill",
    "stroke",
    "detail",
    "xOffset",
    "yOffset",
    "row",
    "column",
    "facet",
    "shape",
    "opacity",
    "size",
)
MOST_SLICES = 7
MOST_COLOURS = 12
DATE = re.compile(r"^\s*\d{4}(?:[-/.年]\d{1,2}(?:[-/.月]\d{1,2}日?)?)?(?:[T ]\d{1,2}:\d{2}.*)?月?\s*$")
ORDERED = re.compile(
    r"\d|^(?:mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
    r"|^(?:周|星期|礼拜)?[一二三四五六七八九十日天]+(?:月|季|周|年|期|号|步)?$|^第|before|after|start|end|前|后|初|末"
    r"|low|mid|high|低|中|高",
    re.IGNORECASE,
)


def check_marks(pictures: list[Unit], spec: Spec, records: Rows | None) -> Iterator[Finding]:
    """What does not suit. ``records`` are the question's rows, for pictures whose data are not their own."""
    said: set[str] = set()
    for unit in pictures:
        rows = unit.rows if unit.rows is not None else records
        for rule in RULES:
            for problem in rule(unit, rows):
                if (key := f"{problem.code} {problem.values}") not in said:
                    said.add(key)
                    yield problem
    if _has_two_scales(spec):
        yield finding("two_scales")


def _values(unit: Unit, rows: Rows | None, one: Field | None) -> list[Any]:
    """A field's own values; none where a transform made it, or nobody knows them."""
    if one is None or rows is None or one.name in unit.made or unit.makes_any:
        return []
    return [row[one.name] for row in rows if row.get(one.name) is not None]


def _numbers(values: list[Any]) -> list[float]:
    return [number for value in values if (number := amount(value)) is not None]


def known_words(unit: Unit, _rows: Rows | None) -> Iterator[Finding]:
    if unit.mark not in MARKS:
        yield finding("unknown_mark", mark=unit.mark[:40])
    for one in unit.fields:
        if one.kind.lower() not in KINDS:
            yield finding("unknown_type", field=one.name, type=one.kind[:40])


def something_to_draw(unit: Unit, _rows: Rows | None) -> Iterator[Finding]:
    if unit.mark in {"rule", "text", "image"} or "datum" in str(unit.encoding):
        return  # a line at a fixed place, a remark
    counts = any(isinstance(what, dict) and what.get("aggregate") == "count" for what in unit.encoding.values())
    if not unit.fields and not counts:
        yield finding("draws_nothing")


def types_suit_values(unit: Unit, rows: Rows | None) -> Iterator[Finding]:
    for one in unit.fields:
        values = _values(unit, rows, one)
        if not values or one.definition.get("aggregate") in ("count", "distinct"):
            continue
        if one.kind == "quantitative" and len(_numbers(values)) < len(values) / 2:
            yield finding("not_numbers", field=one.name, example=str(values[0])[:60])
        elif one.kind == "temporal" and not any(_is_date(value) for value in values):
            yield finding("not_dates", field=one.name, example=str(values[0])[:60])
        elif one.kind in DISCRETE and one.channel in {"x", "y"} and _is_measure(unit, one, values):
            yield finding("numbers_as_names", field=one.name)


def _is_date(value: Any) -> bool:
    return bool(DATE.match(value)) if isinstance(value, str) else isinstance(value, int) and value > 1000


def _is_measure(unit: Unit, one: Field, values: list[Any]) -> bool:
    """Numbers that are amounts and not names: fractions, or many, with nothing else measured beside them."""
    if len(_numbers(values)) < len(values) or any(isinstance(value, str) for value in values) or len(values) < 3:
        return False
    beside = unit.field_at("x" if one.channel == "y" else "y")
    return beside is not None and beside.kind in DISCRETE


def line_needs_order(unit: Unit, rows: Rows | None) -> Iterator[Finding]:
    """A line says that there is something between its points. Two points make a slope, which is read as such."""
    if unit.mark not in {"line", "area", "trail"}:
        return
    along = unit.field_at("x") if unit.mark_definition.get("orient") != "horizontal" else unit.field_at("y")
    if along is None or along.kind not in DISCRETE or isinstance(along.definition.get("sort"), list):
        return
    names = list(dict.fromkeys(str(value) for value in _values(unit, rows, along)))
    if len(names) > 2 and not all(ORDERED.search(name) for name in names):
        yield finding("line_over_names", field=along.name, examples=names[:4])


def slices_are_parts(unit: Unit, rows: Rows | None) -> Iterator[Finding]:
    if unit.mark != "arc":
        return
    angle, colour = unit.field_at("theta"), unit.field_at("color", "fill", "detail")
    if any(number < 0 for number in _numbers(_values(unit, rows, angle))):
        yield finding("negative_slices", field=angle.name if angle else "")
    slices = len({str(value) for value in _values(unit, rows, colour)})
    if slices > MOST_SLICES:
        yield finding("many_slices", n=slices)


def few_colours(unit: Unit, rows: Rows | None) -> Iterator[Finding]:
    colour = unit.field_at("color", "fill", "stroke")
    if unit.mark == "arc" or colour is None or colour.kind != "nominal":
        return
    names = {str(value) for value in _values(unit, rows, colour)}
    if len(names) > MOST_COLOURS and not colour.is_counted:
        yield finding("many_colours", field=colour.name, n=len(names))


def _measures(unit: Unit) -> Iterator[tuple[Field, dict[str, Any]]]:
    """The quantitative fields along the axes, with their scales."""
    for one in unit.fields:
        scale = one.definition.get("scale")
        if one.channel in {"x", "y", "theta", "radius"} and one.kind == "quantitative":
            yield one, scale if isinstance(scale, dict) else {}


def bars_start_at_zero(unit: Unit, rows: Rows | None) -> Iterator[Finding]:
    """The length of a bar is its value; from one end to another (x2, y2) it is a span."""
    if unit.mark not in {"bar", "area"} or "x2" in unit.encoding or "y2" in unit.encoding:
        return
    for one, scale in _measures(unit):
        if one.definition.get("bin") or (unit.mark == "area" and one.channel == "x"):
            continue
        if scale.get("type") == "log":
            yield finding("log_bars", field=one.name)
        elif (start := _starts_at(scale, _numbers(_values(unit, rows, one)))) != 0:
            yield finding("cut_axis", field=one.name, start=start)


def _starts_at(scale: dict[str, Any], numbers: list[float]) -> float | None:
    """Where the axis begins; None when it is cut and nobody says where."""
    domain = scale.get("domain")
    ends = domain if isinstance(domain, list) and len(domain) >= 2 else [scale.get("domainMin"), scale.get("domainMax")]
    low, high = (None if isinstance(end, str) else amount(end) for end in (ends[0], ends[-1]))
    if low is not None and low > 0:
        return low
    if high is not None and high < 0:
        return high
    all_apart = not numbers or min(numbers) > 0 or max(numbers) < 0
    return None if scale.get("zero") is False and low is None and all_apart else 0


def logarithms_exist(unit: Unit, rows: Rows | None) -> Iterator[Finding]:
    for one, scale in _measures(unit):
        numbers = _numbers(_values(unit, rows, one))
        if scale.get("type") == "log" and any(number <= 0 for number in numbers) and not one.is_counted:
            yield finding("log_of_zero", field=one.name, value=min(numbers))


def one_row_per_place(unit: Unit, rows: Rows | None) -> Iterator[Finding]:
    """Bars and lines with several rows at one place need a sum or a mean, or something that tells the rows apart."""
    measures = [one for one, _ in _measures(unit)]
    if unit.mark not in {"bar", "line", "area"} or rows is None or unit.regroups or not measures:
        return
    if any(one.is_counted for one in unit.fields) or "stack" in str(measures[0].definition):
        return
    places = [one for one in unit.fields if one not in measures and one.channel in {"x", "y", *SPLITS}]
    if not places or any(not _values(unit, rows, one) for one in places):
        return
    at = Counter(tuple(str(row.get(one.name)) for one in places) for row in rows)
    crowded, n = at.most_common(1)[0]
    if n > 1 and len(measures) == 1:
        yield finding("rows_overlap", n=n, place=" · ".join(crowded)[:80])


def _has_two_scales(spec: Any) -> bool:
    """Layers whose y axes (or x axes) have nothing to do with each other."""
    if not isinstance(spec, dict):
        return False
    resolve = spec.get("resolve")
    scale = resolve.get("scale") if isinstance(resolve, dict) else None
    if isinstance(spec.get("layer"), list) and isinstance(scale, dict):
        return "independent" in (scale.get("y"), scale.get("x"))
    parts = [part for name in PARTS if isinstance(spec.get(name), list) for part in spec[name]]
    return any(_has_two_scales(part) for part in [*parts, spec.get("spec")])


RULES: tuple[Callable[[Unit, Rows | None], Iterator[Finding]], ...] = (
    known_words,
    something_to_draw,
    types_suit_values,
    line_needs_order,
    slices_are_parts,
    few_colours,
    bars_start_at_zero,
    logarithms_exist,
    one_row_per_place,
)
