"""Finds the chart in an answer: a Vega-Lite specification, or the language that another one is written in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from sandbox.graders.charts.findings import Finding, finding

VEGA_LITE = "vega-lite"
NONE = "none"
LONGEST_ANSWER = 400_000  # characters; as much as the wire lets through
LONGEST_CODE = 40_000  # in which another language is looked for
MOST_BYTES = 65_536  # of one specification
MOST_CANDIDATES = 24

Spec = dict[str, Any]
FENCE = re.compile(r"^[ \t>]*(```+|~~~+)[ \t]*([\w.+-]*)[^\n]*\n(.*?)(?:^[ \t>]*\1|\Z)", re.MULTILINE | re.DOTALL)
OBJECT = re.compile(r"\{(?=\s*\")")
LOOKS_VEGA_LITE = re.compile(r'vega-lite|"(?:mark|layer|hconcat|vconcat|concat|facet|repeat)"\s*:')
DRAWS = ("mark", "layer", "hconcat", "vconcat", "concat", "spec")
# The first that matches: libraries before what they are built on. Prose that only names one is no chart.
LANGUAGES = [
    ("vega", r"schema/vega/v\d"),
    ("altair", r"\balt\.Chart\("),
    ("seaborn", r"\bsns\.\w+\(|^\s*import seaborn"),
    ("plotly", r"\bplotly\.(?:express|graph_objects|io)\b|\bpx\.\w+\(|\bgo\.Figure\(|\bPlotly\.\w+\("),
    ("bokeh", r"^\s*from bokeh"),
    ("matplotlib", r"\bplt\.\w+\(|^\s*(?:import|from) matplotlib"),
    ("pandas", r"\.plot(?:\.\w+)?\("),
    ("ggplot2", r"\bggplot\(|\bgeom_\w+\("),
    ("Highcharts", r"\bHighcharts\.\w+\("),
    ("Chart.js", r"\bnew Chart\(|[\"']?datasets[\"']?\s*:\s*\["),
    ("ECharts", r"\becharts\.\w+\(|\.setOption\(|[\"']?series[\"']?\s*:\s*[\[{](?s:.){0,1000}?[\"']?type[\"']?\s*:"),
    ("D3", r"\bd3\.\w+\("),
    ("PlantUML", r"^\s*@start\w+"),
    ("Graphviz", r"^\s*(?:strict\s+)?(?:di)?graph\b[^\n]{0,80}\{"),
    ("TikZ", r"\\begin\{(?:tikzpicture|axis)\}"),
    ("SVG", r"<svg\b"),
    (
        "Excel",
        r"=SERIES\(|\bInsert\b\W{1,12}(?:\w{1,20}\W{1,6}){0,4}chart"
        r"|插入(?:选项卡|菜单|标签)?[\s”」》]*(?:>|→|->|-|—|,|，|中|里|下|选择|点击|的)[^\n。]{0,20}图",
    ),
]
SHAPES = [(name, re.compile(shape, re.MULTILINE)) for name, shape in LANGUAGES]
LABELS = {
    "mermaid": "Mermaid",
    "gnuplot": "gnuplot",
    "dot": "Graphviz",
    "graphviz": "Graphviz",
    "plantuml": "PlantUML",
    "echarts": "ECharts",
    "tikz": "TikZ",
}


class Found(NamedTuple):
    """``spec`` is the last Vega-Lite specification, None where it cannot be read; ``prose`` is the text around it."""

    language: str
    spec: Spec | None
    prose: str
    findings: list[Finding]


def find_chart(answer: str) -> Found:
    """The chart that ``answer`` ends up with. An earlier draft does not count, a later one does."""
    answer = answer[-LONGEST_ANSWER:].replace("\r\n", "\n")
    candidates = list(_candidates(answer))
    specs = [(spec, text) for spec, text, problem in candidates if spec is not None and problem is None]
    if specs:
        spec, text = specs[-1]
        several = [finding("several", n=len(specs))] if len(specs) > 1 else []
        return Found(VEGA_LITE, spec, answer.replace(text, " "), several)
    if problems := [problem for _, _, problem in candidates if problem is not None]:
        return Found(VEGA_LITE, None, answer, [problems[-1]])
    return Found(_other_language(answer), None, answer, [])


def _candidates(answer: str) -> Iterator[tuple[Spec | None, str, Finding | None]]:
    """What may be a specification, in order: (it, its text, why it cannot be read)."""
    fences = [(match[2].lower(), match[3]) for match in FENCE.finditer(answer)]
    for label, body in fences[:MOST_CANDIDATES]:
        if label in {"vega-lite", "vegalite", "vl"} or (label in _JSON and LOOKS_VEGA_LITE.search(body)):
            yield from _read(body, is_named=label not in _JSON)
    if not fences:
        yield from _bare(answer)


_JSON = {"json", "jsonc", "json5", "javascript", "js", "vega", ""}


def _read(body: str, *, is_named: bool) -> Iterator[tuple[Spec | None, str, Finding | None]]:
    if (size := len(body.encode(errors="replace"))) > MOST_BYTES:
        yield None, body, finding("too_large", size=size, most=MOST_BYTES)
        return
    try:
        value = json.loads(body, parse_constant=_refuse)
    except RecursionError:
        yield None, body, finding("too_deep")
    except ValueError as error:
        named = is_named or ("vega-lite" in body and "$schema" in body) or ('"mark"' in body and '"encoding"' in body)
        if named:
            yield None, body, finding("not_json", line=getattr(error, "lineno", None))
    else:
        if is_spec(value):
            yield value, body, None


def _bare(answer: str) -> Iterator[tuple[Spec | None, str, Finding | None]]:
    """Specifications that stand in the text without a fence."""
    decoder = json.JSONDecoder(parse_constant=_refuse)
    at, tried = 0, 0
    while (match := OBJECT.search(answer, at)) and tried < MOST_CANDIDATES:
        tried += 1
        at = match.end()
        window = answer[match.start() : match.start() + MOST_BYTES]
        try:
            value, end = decoder.raw_decode(window)
        except RecursionError:
            yield None, window, finding("too_deep")
            return
        except ValueError:
            continue
        if is_spec(value):
            yield value, window[:end], None
            at = match.start() + end


def is_spec(value: object) -> bool:
    """Whether a JSON value is meant to be Vega-Lite."""
    if not isinstance(value, dict):
        return False
    schema = value.get("$schema")
    if isinstance(schema, str) and "vega" in schema:
        return "vega-lite" in schema
    return any(name in value for name in DRAWS) and any(
        name in value for name in ("encoding", "data", "layer", "spec", "hconcat", "vconcat", "concat")
    )


def _refuse(constant: str) -> Any:
    raise ValueError(constant)  # NaN and Infinity are not JSON


def _other_language(answer: str) -> str:
    answer = answer[-LONGEST_CODE:]
    for match in FENCE.finditer(answer):
        if name := LABELS.get(match[2].lower()):
            return name
    return next((name for name, shape in SHAPES if shape.search(answer)), NONE)
