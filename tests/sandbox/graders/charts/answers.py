"""A question with a table, and answers with charts about it."""

from __future__ import annotations

import json
from typing import Any

QUESTION = """Four channels last month:

| 渠道 | 花费（元） | 注册 | 成交客户 |
|---|---|---|---|
| 搜索 | 24000 | 600 | 150 |
| 短视频 | 36,000 | 1800 | 180 |
| 社群 | 5400 | 150 | 45 |
| 线下 | 18000 | 240 | 96 |

Which one is the dearest? Recommend one chart.
"""
NAMES = {"field": "渠道", "type": "nominal"}
SPENT = {"field": "花费（元）", "type": "quantitative"}
BARS = {
    "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
    "mark": "bar",
    "encoding": {"y": {**NAMES, "sort": "-x"}, "x": SPENT},
}
COSTS = [
    {"渠道": "搜索", "单客成本": 160},
    {"渠道": "短视频", "单客成本": 200},
    {"渠道": "社群", "单客成本": 120},
    {"渠道": "线下", "单客成本": 187.5},
]


def own(mark: Any = "bar", values: Any = COSTS, **overrides: Any) -> dict[str, Any]:
    """A chart with data of its own: the cost per customer, which one step makes of the table."""
    encoding = {"x": NAMES, "y": {"field": "单客成本", "type": "quantitative"}}
    return {"data": {"values": values}, "mark": mark, "encoding": {**encoding, **overrides}}


def fenced(spec: Any, label: str = "json") -> str:
    text = spec if isinstance(spec, str) else json.dumps(spec, ensure_ascii=False)
    return f"Chart advice:\n\n```{label}\n{text}\n```\n\nAnswer: 200"
