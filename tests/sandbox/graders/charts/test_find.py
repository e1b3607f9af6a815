"""Which chart an answer ends up with, and in which language it is written."""

from __future__ import annotations

import json
import time

import pytest

from sandbox.graders.charts import find
from sandbox.graders.charts.find import find_chart
from tests.sandbox.graders.charts.answers import BARS, fenced, own


@pytest.mark.parametrize("label", ["json", "vega-lite", "", "javascript"])
def test_finds_a_specification_in_a_fence(label):
    found = find_chart(fenced(BARS, label))
    assert (found.language, found.spec, found.findings) == ("vega-lite", BARS, [])


def test_finds_a_specification_that_stands_in_the_text():
    found = find_chart(f"Use this: {json.dumps(BARS)} and sort it.")
    assert found.spec == BARS
    assert found.prose.split() == ["Use", "this:", "and", "sort", "it."]


def test_the_last_specification_counts_and_that_there_were_others_is_said():
    found = find_chart(fenced(BARS) + "\nBetter:\n" + fenced(own()))
    assert found.spec == own()
    assert [each.code for each in found.findings] == ["several"]


def test_an_answer_in_json_is_no_chart():
    assert find_chart(fenced({"goods": 86, "total": 75.45})).language == "none"
    assert find_chart(fenced({"data": {"url": "x"}, "balances": {"Mia": 81}})).language == "none"


@pytest.mark.parametrize(
    "text", ['{"mark": "bar", "encoding": {"x": }}', "{'mark': 'bar'}", '{"mark": NaN}', '{"mark"']
)
def test_what_is_named_vega_lite_and_is_no_json_is_said_to_be_none(text):
    found = find_chart(fenced(text, "vega-lite"))
    assert (found.language, found.spec) == ("vega-lite", None)
    assert [each.code for each in found.findings] == ["not_json"]


def test_an_answer_cut_off_inside_its_specification_is_no_json():
    assert [each.code for each in find_chart("```vega-lite\n" + json.dumps(BARS)[:60]).findings] == ["not_json"]


def test_a_specification_of_a_megabyte_is_not_read():
    found = find_chart(fenced({**BARS, "description": "x" * 1_000_000})[-find.LONGEST_ANSWER :])
    assert found.spec is None
    assert [each.code for each in find_chart(fenced({**BARS, "description": "x" * 100_000})).findings] == ["too_large"]


@pytest.mark.parametrize("fence", [True, False])
def test_brackets_without_end_are_too_deep(fence):
    deep = '{"mark": "bar", "data": ' * 5_000 if not fence else '{"layer": [' * 5_900
    found = find_chart(fenced(deep, "vega-lite") if fence else deep)
    assert found.spec is None
    assert {each.code for each in found.findings} <= {"too_deep", "not_json"}


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("```python\nimport matplotlib.pyplot as plt\nplt.bar(x, y)\n```", "matplotlib"),
        ("```python\nimport seaborn as sns\nsns.barplot(data=d)\nplt.show()\n```", "seaborn"),
        ("```python\nimport plotly.express as px\npx.bar(d)\n```", "plotly"),
        ("```python\nalt.Chart(d).mark_bar()\n```", "altair"),
        ("```python\ndf.plot.bar()\n```", "pandas"),
        ("```r\nggplot(d, aes(x, y)) + geom_col()\n```", "ggplot2"),
        ("```js\noption = {xAxis: {}, series: [{type: 'bar', data: [1]}]};\n```", "ECharts"),
        ('```json\n{"xAxis": {}, "series": [{"type": "bar"}]}\n```', "ECharts"),
        ("```js\nnew Chart(ctx, {type: 'bar', data: {datasets: [{data: [1]}]}})\n```", "Chart.js"),
        ("```js\nd3.select('svg').append('g')\n```", "D3"),
        ("```mermaid\npie title X\n```", "Mermaid"),
        ("```dot\ndigraph { a -> b }\n```", "Graphviz"),
        ('```json\n{"$schema": "https://vega.github.io/schema/vega/v5.json", "marks": []}\n```', "vega"),
        ("<svg viewBox='0 0 1 1'></svg>", "SVG"),
        ("In Excel: Insert > Recommended Charts > Clustered bar chart.", "Excel"),
        ("选中数据，插入 → 图表 → 簇状条形图。", "Excel"),
        ("用横向条形图，横轴从 0 开始；不要用饼图。", "none"),
        ("A bar chart with matplotlib or Excel would do.", "none"),
        ("", "none"),
    ],
)
def test_names_other_languages_and_takes_no_advice_in_words_for_one(text, language):
    assert find_chart(text).language == language


@pytest.mark.parametrize(
    "text", ["series: [" * 40_000, "```\n" * 90_000, '{"' * 190_000, "Insert " * 50_000, "插入图" * 100_000]
)
def test_no_text_takes_long(text):
    started = time.process_time()
    find_chart(text)
    assert time.process_time() - started < 2
