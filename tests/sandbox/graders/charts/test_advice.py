"""What is said of a chart before it is drawn: its fields, its numbers, its marks and scales."""

from __future__ import annotations

import random
import time

import pytest

from sandbox.graders import charts
from sandbox.graders.charts import fields, limits, tables
from tests.sandbox.graders.charts.answers import BARS, COSTS, NAMES, QUESTION, SPENT, fenced, own

DEAREST = {"field": "单客成本", "type": "quantitative"}


def said(spec, question=QUESTION, **around):
    chart, _job = charts.examine(question, fenced(spec))
    return {each.code: each.values for each in chart.findings}


def drawn(spec, question=QUESTION):
    return charts.examine(question, fenced(spec))[1]


# -- fields and numbers --------------------------------------------------------------------------


def test_nothing_is_wrong_with_bars_of_the_questions_own_columns():
    assert set(said(BARS)) == {"questions_data"}
    assert drawn(BARS).spec["data"]["values"][1] == {
        "渠道": "短视频",
        "花费（元）": 36000,
        "注册": 1800,
        "成交客户": 180,
    }


def test_numbers_that_one_step_makes_of_the_table_are_sound():
    assert said(own()) == {}


def test_a_field_that_the_question_does_not_have_is_named():
    found = said({**BARS, "encoding": {"y": {"field": "门店", "type": "nominal"}, "x": SPENT}})
    assert found["unknown_field"] == {"field": "门店", "fields": ["渠道", "花费（元）", "注册", "成交客户"]}


def test_a_column_without_its_unit_is_a_small_matter_and_is_drawn():
    spec = {**BARS, "encoding": {"y": NAMES, "x": {"field": "花费", "type": "quantitative"}}}
    assert said(spec)["named_otherwise"] == {"field": "花费", "column": "花费（元）"}
    assert drawn(spec).spec["data"]["values"][0]["花费"] == 24000


def test_a_field_that_the_charts_own_data_lack_is_named():
    found = said(own(y={"field": "成本", "type": "quantitative"}))
    assert found["field_without_values"]["field"] == "成本"


def test_a_number_that_contradicts_the_table_is_shown_beside_it():
    found = said(own(values=[{"渠道": "搜索", "注册": 700}, {"渠道": "线下", "注册": 240}], y={"field": "注册"}))
    assert found["values_disagree"] == {"field": "注册", "key": "搜索", "says": 700, "holds": 600}


def test_a_number_under_a_long_tables_key_is_compared_as_well():
    values = [{"渠道": "搜索", "指标": "注册", "数": 700}, {"渠道": "搜索", "指标": "成交客户", "数": 150}]
    found = said(own(values=values, y={"field": "数", "type": "quantitative"}, color={"field": "指标"}))
    assert (found["values_disagree"]["says"], found["values_disagree"]["holds"]) == (700, 600)


def test_numbers_from_nowhere_are_counted():
    found = said(own(values=[{"渠道": "搜索", "单客成本": 171}, {"渠道": "线下", "单客成本": 187.5}]))
    assert found["invented_values"] == {"n": 1, "of": 2, "examples": [171]}


def test_a_number_that_the_answer_works_out_in_words_is_its_own():
    spec = own(values=[{"渠道": "搜索", "单客成本": 171}])
    chart, _ = charts.examine(QUESTION, "With the new budget it is 171.\n" + fenced(spec))
    assert chart.findings == ()


def test_rates_may_be_drawn_of_pairs_and_as_parts_of_one():
    question = "| 公司 | 城区 |\n|---|---|\n| 甲 | 180 / 200 |\n| 乙 | 680 / 800 |"
    values = [{"公司": "甲", "率": 0.9}, {"公司": "乙", "率": 85}]
    assert said(own(values=values, x={"field": "公司"}, y={"field": "率", "type": "quantitative"}), question) == {}


def test_a_table_that_runs_across_is_read_by_its_rows():
    question = "| Hours | 00-03 | 03-06 |\n|---|---|---|\n| kW | 12 | 10 |"
    spec = {
        **BARS,
        "encoding": {"x": {"field": "Hours", "type": "ordinal"}, "y": {"field": "kW", "type": "quantitative"}},
    }
    assert set(said(spec, question)) == {"questions_data"}
    assert drawn(spec, question).spec["data"]["values"] == [{"Hours": "00-03", "kW": 12}, {"Hours": "03-06", "kW": 10}]


@pytest.mark.parametrize(
    "transform",
    [
        {"calculate": "datum['花费（元）'] / datum.成交客户", "as": "成本"},
        {"window": [{"op": "sum", "field": "注册", "as": "成本"}]},
        {"fold": ["注册", "成交客户"], "as": ["指标", "成本"]},
        {"aggregate": [{"op": "mean", "field": "注册", "as": "成本"}], "groupby": ["渠道"]},
    ],
)
def test_a_field_that_a_transform_makes_exists(transform):
    spec = {**BARS, "transform": [transform], "encoding": {"y": NAMES, "x": {"field": "成本", "type": "quantitative"}}}
    assert "unknown_field" not in said(spec)


def test_a_field_that_a_transform_reads_must_exist():
    step = {"calculate": "datum.收入 / datum.成交客户", "as": "成本"}
    spec = {**BARS, "transform": [step], "encoding": {"y": NAMES, "x": {"field": "成本", "type": "quantitative"}}}
    assert said(spec)["unknown_field"]["field"] == "收入"


def test_without_a_table_only_the_charts_own_data_can_be_looked_at():
    assert set(said(own(), "Which is dearest?")) == {"no_table"}


def test_tables_are_read_as_csv_and_json_as_well():
    assert tables.read_tables("```csv\nday,n\nMon,3\nTue,4\n```")[0].columns == ("day", "n")
    assert tables.read_tables('Data: \n\n[{"day": "Mon", "n": 3}]')[0].rows == (("Mon", "3"),)
    assert tables.read_tables("Well, this is\na sentence, and another one.") == []


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("$1,200.50", 1200.5),
        ("90 %", 90),
        ("12 天", 12),
        ("-3", -3),
        ("180 / 200", None),
        ("00-03", None),
        ("A 需求", None),
    ],
)
def test_a_cell_is_a_number_with_its_unit_or_none(cell, number):
    assert tables.amount(cell) == number


def test_alike_means_as_far_as_there_are_digits():
    assert fields._same(0.33, 1 / 3)
    assert fields._same(177.1, 177.07)
    assert fields._same(33.0, 1 / 3)
    assert not fields._same(177.0, 160)
    assert not fields._same(3.0, 3.3)


def test_a_large_table_and_a_large_chart_take_little_time():
    rng = random.Random(3)
    lines = ["|".join(["", *(f"{rng.random():.3f}" for _ in range(40)), ""]) for _ in range(70)]
    question = "\n".join(["|" + "|".join(f"c{at}" for at in range(40)) + "|", *lines])
    values = [{name: rng.random() * 9 for name in "abc"} for _ in range(700)]
    started = time.process_time()
    said(own(values=values, x={"field": "a"}, y={"field": "b"}), question)
    assert time.process_time() - started < 1.5


# -- marks, scales, types ------------------------------------------------------------------------


def test_bars_of_names_are_sound():
    assert said(own("bar")) == {}


def test_a_line_over_names_without_an_order_is_wrong():
    assert said(own("line"))["line_over_names"]["field"] == "渠道"


@pytest.mark.parametrize(
    "names", [["周一", "周二", "周三"], ["Mon", "Tue", "Wed"], ["00-03", "03-06", "06-09"], ["甲", "乙"]]
)
def test_a_line_over_days_hours_or_two_ends_is_sound(names):
    values = [{"when": name, "n": at * 10} for at, name in enumerate(names)]
    found = said(
        own("line", values, x={"field": "when", "type": "ordinal"}, y={"field": "n", "type": "quantitative"}), "?"
    )
    assert set(found) == {"no_table"}


@pytest.mark.parametrize(
    "scale",
    [{"domain": [70, 200]}, {"zero": False}, {"domainMin": 100}, {"domain": [-9, -1]}, {"zero": False, "nice": True}],
)
def test_bars_whose_axis_does_not_start_at_zero_are_wrong(scale):
    assert "cut_axis" in said(own(y={**DEAREST, "scale": scale}))


@pytest.mark.parametrize(
    "scale", [{"domain": [0, 200]}, {"zero": True}, {"domain": [-50, 200]}, {"domainMax": 300}, None]
)
def test_bars_from_zero_are_sound(scale):
    assert said(own(y={**DEAREST, "scale": scale})) == {}


def test_points_may_start_anywhere_and_so_may_spans():
    assert said(own("point", y={**DEAREST, "scale": {"zero": False}})) == {}
    assert said(own("bar", y={**DEAREST, "scale": {"zero": False}}, y2={"field": "单客成本"})) == {}


def test_logarithms_of_nothing_do_not_exist_and_bars_on_them_mislead():
    values = [{"渠道": "搜索", "单客成本": 0}, {"渠道": "线下", "单客成本": 150}]
    assert "log_of_zero" in said(own("point", values, y={**DEAREST, "scale": {"type": "log"}}))
    assert "log_bars" in said(own(y={**DEAREST, "scale": {"type": "log"}}))


def test_slices_are_few_and_positive():
    many = [{"k": f"k{at}", "n": 1 - at} for at in range(12)]
    found = said(
        own("arc", many, x=None, y=None, theta={"field": "n", "type": "quantitative"}, color={"field": "k"}), "?"
    )
    assert found["many_slices"] == {"n": 12}
    assert found["negative_slices"] == {"field": "n"}


def test_names_are_no_numbers_and_no_dates():
    assert said(own(y={"field": "渠道", "type": "quantitative"}))["not_numbers"]["example"] == "搜索"
    assert said(own(x={"field": "渠道", "type": "temporal"}))["not_dates"]["example"] == "搜索"


def test_amounts_are_no_names():
    assert said(own(y={"field": "单客成本", "type": "nominal"}))["numbers_as_names"] == {"field": "单客成本"}


def test_rows_at_one_place_need_a_sum_or_something_that_tells_them_apart():
    twice = [*COSTS, *COSTS]
    assert said(own(values=twice))["rows_overlap"]["n"] == 2
    assert "rows_overlap" not in said(own(values=twice, y={**DEAREST, "aggregate": "mean"}))
    apart = [{**row, "年": at // 4} for at, row in enumerate(twice)]
    assert "rows_overlap" not in said(own(values=apart, xOffset={"field": "年"}))


def test_two_scales_that_share_a_picture_are_doubtful():
    layers = [{"mark": "bar", "encoding": {"y": DEAREST}}, {"mark": "line", "encoding": {"y": {"field": "注册"}}}]
    spec = {"data": {"values": COSTS}, "encoding": {"x": NAMES}, "layer": layers}
    assert "two_scales" in said({**spec, "resolve": {"scale": {"y": "independent"}}})
    assert "two_scales" not in said(spec)


def test_words_that_vega_lite_does_not_have_are_named():
    found = said(own("bars", x={"field": "渠道", "type": "category"}))
    assert found["unknown_mark"] == {"mark": "bars"}
    assert found["unknown_type"] == {"field": "渠道", "type": "category"}


def test_a_chart_without_fields_draws_nothing():
    assert "draws_nothing" in said({"data": {"values": COSTS}, "mark": "bar", "encoding": {}})


# -- what is not even tried ----------------------------------------------------------------------


def test_data_from_elsewhere_are_never_fetched():
    spec = {**BARS, "data": {"url": "https://example.com/x.csv"}}
    assert said(spec)["data_elsewhere"] == {"url": "https://example.com/x.csv"}
    assert "example.com" not in str(drawn(spec).spec)
    assert "example.com" not in str(drawn(spec, "No table.").spec)


@pytest.mark.parametrize(
    "spec",
    [
        own({"type": "image", "url": "https://example.com/a.png"}),
        own("image", url={"field": "渠道"}),
        {**own(), "transform": [{"lookup": "渠道", "from": {"data": {"url": "file:///etc/passwd"}, "key": "a"}}]},
        {"layer": [{**BARS, "data": {"url": "data:text/csv,a"}}]},
    ],
)
def test_a_chart_that_needs_something_from_outside_is_not_drawn(spec):
    assert said(spec) == {"outside_picture": {}}
    assert drawn(spec) is None


def test_too_many_rows_are_not_drawn():
    assert "too_many_rows" in said(own(values=[{"n": 1}] * (limits.MOST_ROWS + 1)))
    assert "too_many_rows" in said({**BARS, "data": {"sequence": {"start": 0, "stop": 1e9}}})
    assert "too_many_rows" in said({**BARS, "data": {"sequence": {"start": 0, "stop": 10, "step": 0}}})


def test_too_deep_is_not_drawn():
    spec = {"mark": "bar", "data": {"values": COSTS}}
    for _ in range(limits.MOST_DEPTH):
        spec = {"layer": [spec]}
    assert said(spec) == {"too_deep": {}}


def test_where_a_click_leads_is_left_out():
    assert "javascript" not in str(drawn(own(href={"value": "javascript:alert(1)"})).spec)


def test_what_no_database_keeps_is_not_repeated():
    found = said(own(y={"field": "a\x00\ud800\u202eb" + "x" * 900, "type": "quantitative"}))
    assert found["field_without_values"]["field"] == "ab" + "x" * 198


NONSENSE = [None, True, -1, 1e400, 10**400, "", "x", "datum.x", [], {}, [[]], [None], {"field": {}}, {"repeat": "row"}]


def test_no_nonsense_breaks_the_check():
    rng = random.Random(7)
    layered = {"layer": [own(), BARS], "resolve": {"scale": {"y": "independent"}}, "facet": {"row": NAMES}}
    full = {**own(color={"condition": {"field": "渠道"}}), "transform": [{"fold": ["a"]}, {"window": [{"op": "sum"}]}]}
    for _ in range(1_500):
        spec = spoiled(rng.choice([BARS, own(), layered, full]), rng)
        charts.examine(QUESTION, fenced(spec, "vega-lite"))


def spoiled(value, rng):
    if rng.random() < 0.08:
        return rng.choice(NONSENSE)
    if isinstance(value, dict):
        return {rng.choice([name, name, name, "data", "scale"]): spoiled(each, rng) for name, each in value.items()}
    if isinstance(value, list):
        return [spoiled(each, rng) for each in value]
    return value
