"""Charts: well-formed SVG that says its figures in words too, and carries no styles."""

from __future__ import annotations

import itertools
from typing import Any
from xml.etree import ElementTree

import pytest
from django.utils.translation import override

from sandbox import charts
from tests.sandbox.told import facts, ranked

SVG = "{http://www.w3.org/2000/svg}"


def drawn(chart: charts.Chart) -> ElementTree.Element:
    return ElementTree.fromstring(str(chart.svg))


def words(root: ElementTree.Element) -> list[str]:
    return [text.text or "" for text in root.iter("text")]


@pytest.fixture(autouse=True)
def _english():
    with override("en"):
        yield


def test_a_report_has_cost_and_latency_charts():
    assert [chart.title for chart in charts.all_of(facts())] == [
        "Quality against cost",
        "Time to the first words (TTFT)",
    ]


def test_every_chart_is_an_image_with_a_title_a_description_and_no_style():
    for chart in charts.all_of(facts()):
        root = drawn(chart)
        assert root.get("role") == "img"
        assert root.find("title").text == chart.title
        assert "Cedar: " in root.find("desc").text
        assert "style" not in str(chart.svg)


def test_a_phone_gets_a_drawing_of_its_own_with_words_of_the_same_size():
    for chart in charts.all_of(facts()):
        narrow = ElementTree.fromstring(str(chart.narrow))
        assert narrow.get("font-size") == drawn(chart).get("font-size")
        assert float(narrow.get("viewBox").split()[2]) < 350
        assert all(0 <= float(text.get("x")) <= 320 for text in narrow.iter("text"))


def test_the_chosen_channel_alone_is_gold():
    svg = str(charts.quality_and_cost(facts()).svg)
    assert svg.count("chart__point--lead") == 1
    assert svg.count("<circle") == 2


def test_better_is_higher_and_dearer_is_further_right():
    circles = {
        g.find("title").text.split(":")[0]: g.find("circle") for g in drawn(charts.quality_and_cost(facts())).iter("g")
    }
    assert float(circles["Cedar"].get("cy")) < float(circles["Heron"].get("cy"))
    assert float(circles["Cedar"].get("cx")) < float(circles["Heron"].get("cx"))


def test_channels_without_a_known_cost_are_left_out_and_counted():
    rows = [ranked("cedar"), ranked("heron", cost=None), ranked("ibis", cost="0"), ranked("jay", score=None)]
    chart = charts.quality_and_cost(facts(ranking=rows))
    assert str(chart.svg).count("<circle") == 1
    assert "2." in chart.note


def test_without_figures_there_are_no_charts():
    nothing = ranked("cedar", score=None, low=None, high=None, cost=None, ttft_ms_p50=None, ttft_ms_p95=None)
    assert charts.all_of(facts(ranking=[nothing])) == []


def test_names_do_not_run_into_each_other_or_into_points():
    rows: list[dict[str, Any]] = [ranked(f"channel-{place}", score=8 - place / 100) for place in range(25)]
    root = drawn(charts.quality_and_cost(facts(ranking=rows)))
    labels = [
        charts.name_box(float(text.get("x")), float(text.get("y")), text.get("text-anchor"), text.text)
        for text in root.iter("text")
        if "chart__name" in text.get("class").split()
    ]
    points = [(float(circle.get("cx")), float(circle.get("cy"))) for circle in root.iter("circle")]
    assert labels
    assert not any(one.meets(other) for one, other in itertools.combinations(labels, 2))
    assert not any(box.meets(charts.Box(x - 4, y - 4, x + 4, y + 4)) for box in labels for x, y in points)


def test_at_most_six_names_stand_in_a_crowd():
    rows = [ranked(f"channel-{place}", score=9 - place / 4, cost=str(10 ** (place % 5 - 3))) for place in range(25)]
    labels = drawn(charts.quality_and_cost(facts(ranking=rows))).findall("text[@class='chart__name']")
    assert len(labels) == charts.MOST_LABELS


@pytest.mark.parametrize(
    "costs", [("0.42", "0.42"), ("0.001", "100"), ("0.0000004", "0.0000005"), ("1", "3"), ("0.001", "1000000")]
)
def test_cost_marks_are_few_round_sums_within_the_frame(costs):
    rows = [ranked("cedar", cost=costs[0]), ranked("heron", cost=costs[1])]
    root = drawn(charts.quality_and_cost(facts(ranking=rows)))
    marks = [text for text in words(root) if text.startswith("¥")]
    assert len(marks) <= 12
    for text in root.iter("text"):
        assert 0 <= float(text.get("x")) <= charts.WIDTH


def test_the_quickest_comes_first_and_long_names_are_cut():
    rows = [
        ranked("slow", ttft_ms_p50=12_000.0, ttft_ms_p95=14_000.0),
        ranked("quick", name="a very long name of some channel"),
    ]
    labels = words(drawn(charts.latency(facts(ranking=rows))))
    assert labels == ["a very long name of some …", "212 ms", "Slow", "12.0 s"]


def test_a_chinese_name_is_cut_by_its_width():
    phone = charts.latency(facts(ranking=[ranked("cedar", name="很长很长很长很长很长的名字")])).narrow
    assert words(ElementTree.fromstring(str(phone)))[0] == "很长很长很长很…"


def test_names_are_escaped():
    chart = charts.latency(facts(ranking=[ranked("cedar", name="<script>")]))
    assert "<script>" not in str(chart.svg)
