"""Writes a chart of a problem's table: Vega-Lite, sound or with a field that does not exist, or a few lines of code."""

from __future__ import annotations

import json
import re
from typing import Any

from sandbox.simulators.models import Draws
from sandbox.simulators.solving.problem import NUMBER, Problem, number

PAIR = re.compile(rf"({NUMBER})\s*/\s*({NUMBER})")
ALONG = frozenset({"line", "steps"})  # kinds of data whose columns are moments, in their order


def specify(how: Draws, problem: Problem, kind: str) -> str:
    """A fenced block; empty for whoever does not draw, and where there is no table to draw."""
    if not how or len(problem.table) < 2 or len(problem.table[0]) < 2:
        return ""
    if how == "in_code":
        names, values = _column(problem)
        return f"```python\nimport matplotlib.pyplot as plt\nplt.barh({names!r}, {values!r})\nplt.show()\n```"
    spec = _spec(problem, kind)
    if how == "carelessly":
        spec["encoding"]["x"]["field"] = problem.say("转化率", "conversion rate")
    return "```json\n" + json.dumps(spec, ensure_ascii=False) + "\n```"


def _spec(problem: Problem, kind: str) -> dict[str, Any]:
    head, *rows = problem.table
    if all(PAIR.search(cell) for row in rows for cell in row[1:]):
        return _rates(problem)
    if kind in ALONG:
        return _course(problem)
    measure = next((at for at, cell in enumerate(rows[0][1:], 1) if _value(cell) is not None), 1)
    if head[0]:
        return _bars(head[0], head[measure])
    group = problem.say("组", "group")
    values = [{group: row[0], head[-1]: _value(row[-1])} for row in rows]
    return {"data": {"values": values}, **_bars(group, head[-1])}


def _bars(name: str, measure: str) -> dict[str, Any]:
    """The question's own columns: its data need not be repeated."""
    across = {"field": measure, "type": "quantitative"}
    return {"mark": "bar", "encoding": {"x": across, "y": {"field": name, "type": "nominal", "sort": "-x"}}}


def _rates(problem: Problem) -> dict[str, Any]:
    """Done and total per group, as lines from group to group."""
    head, *rows = problem.table
    who, group, rate = head[0] or "who", problem.say("组", "group"), problem.say("比率（%）", "rate (%)")
    values = [
        {who: row[0], group: head[at], rate: _percent(cell)} for row in rows for at, cell in enumerate(row[1:], 1)
    ]
    encoding = {
        "x": {"field": group, "type": "nominal"},
        "y": {"field": rate, "type": "quantitative", "scale": {"domain": [0, 100]}},
        "color": {"field": who, "type": "nominal"},
    }
    return {"data": {"values": values}, "mark": {"type": "line", "point": True}, "encoding": encoding}


def _course(problem: Problem) -> dict[str, Any]:
    """A row per series, its columns along the x-axis in their own order."""
    head, *rows = problem.table
    when, amount = head[0] or problem.say("时间", "when"), problem.say("数量", "amount")
    series = problem.say("系列", "series")
    values = [
        {when: head[at], series: row[0], amount: _value(cell)} for row in rows for at, cell in enumerate(row[1:], 1)
    ]
    encoding = {
        "x": {"field": when, "type": "ordinal", "sort": None},
        "y": {"field": amount, "type": "quantitative"},
        "color": {"field": series, "type": "nominal"},
    }
    return {"data": {"values": values}, "mark": "line", "encoding": encoding}


def _column(problem: Problem) -> tuple[list[str], list[float]]:
    rows = [(row[0], _value(row[-1]) or 0.0) for row in problem.table[1:]]
    return [name for name, _ in rows], [value for _, value in rows]


def _percent(cell: str) -> float:
    match = PAIR.search(cell)
    return round(float(100 * number(match[1]) / number(match[2])), 1) if match else 0.0


def _value(cell: str) -> float | None:
    match = re.search(NUMBER, cell)
    return float(number(match[0])) if match else None
