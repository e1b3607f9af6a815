"""Pictures are drawn by a process that may die of them, and what it hands over can do nothing."""

from __future__ import annotations

import base64
import io
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

import pytest

from sandbox.graders import charts
from sandbox.graders.charts import font, render, svg
from tests.sandbox.graders.charts.answers import BARS, QUESTION, fenced, own

ROOT = Path(__file__).resolve().parents[4]
HAN = ROOT / "marketplace/static/fonts/droid-sans-fallback.woff2"
HOSTILE = "</text><script>alert(1)</script><image href='https://evil.example'/>&lt;x"
TEXT = f"{{{svg.SVG}}}text"


def codes(chart):
    return {each.code for each in chart.findings}


def draw(*specs, **options):
    return charts.check([(QUESTION, fenced(spec)) for spec in specs], **options)


def words(picture):
    return [element.text for element in ElementTree.fromstring(picture).iter(TEXT)]


@pytest.fixture(scope="module")
def han(tmp_path_factory):
    return font.unpacked(HAN, tmp_path_factory.mktemp("fonts"))


@pytest.fixture
def hasty(monkeypatch):
    monkeypatch.setattr(render, "SECONDS", 2)


@pytest.fixture(scope="module")
def pictures(han):
    wrong = {**BARS, "encoding": {"y": {"field": "门店", "type": "nominal"}, "x": BARS["encoding"]["x"]}}
    named = ["good", "wrong", "mark", "hostile", "elsewhere", "channel"]
    elsewhere = {**BARS, "data": {"url": "https://evil.example/x.csv"}}
    specs = [BARS, wrong, own("bars"), {**own(), "title": HOSTILE}, elsewhere, own(colour={"field": "渠道"})]
    return dict(zip(named, draw(*specs, font=han), strict=True))


def test_a_sound_chart_compiles_and_shows_its_chinese_labels(pictures):
    chart = pictures["good"]
    assert (chart.language, chart.compiles, codes(chart)) == ("vega-lite", True, {"questions_data"})
    assert {"渠道", "花费（元）", "短视频"} <= set(words(chart.svg))


def test_the_labels_bring_a_font_of_their_own(pictures):
    from fontTools.ttLib import TTFont

    data = pictures["good"].svg.partition("base64,")[2].partition(")")[0]
    held = TTFont(io.BytesIO(base64.b64decode(data))).getBestCmap()
    assert {ord(sign) for sign in "渠道短视频（元）"} <= set(held)
    assert len(data) < 20_000


def test_that_font_stands_first_or_a_browser_draws_boxes(pictures):
    assert ElementTree.fromstring(pictures["good"].svg).get("font-family").startswith(svg.FAMILY)


def test_a_wrong_field_compiles_and_is_said_to_be_wrong(pictures):
    assert pictures["wrong"].compiles
    assert "unknown_field" in codes(pictures["wrong"])


def test_a_mark_that_does_not_exist_does_not_compile(pictures):
    assert (pictures["mark"].compiles, pictures["mark"].svg, codes(pictures["mark"])) == (False, "", {"unknown_mark"})


def test_what_the_engine_drops_is_said(pictures):
    dropped = [each.values["what"] for each in pictures["channel"].findings if each.code == "dropped"]
    assert "colour" in dropped[0]


def test_a_title_that_is_markup_is_shown_as_text(pictures):
    picture = pictures["hostile"].svg
    assert HOSTILE in words(picture)
    assert {element.tag.rpartition("}")[2] for element in ElementTree.fromstring(picture).iter()} <= {
        *svg.SHAPES,
        "style",
    }
    assert "<script" not in picture
    assert "<image" not in picture


def test_a_chart_of_data_from_elsewhere_is_drawn_with_the_questions(pictures):
    assert codes(pictures["elsewhere"]) == {"data_elsewhere", "questions_data"}
    assert "短视频" in words(pictures["elsewhere"].svg)


BOMBS = {
    "endless sum": {**own(), "transform": [{"calculate": "length(sequence(0, 1e9))", "as": "c"}]},
    "endless pattern": {**own(), "transform": [{"calculate": f"test(/(a+)+$/, '{'a' * 60}!')", "as": "c"}]},
    "endless text": {**own(), "transform": [{"calculate": "pad('x', 1e9, 'y')", "as": "c"}]},
    "endless paper": {**own(), "width": 1e9, "height": 1e9},
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_costs_its_own_picture_and_no_other(hasty, name):
    before, bomb, after = draw(own(), BOMBS[name], own(), budget_s=120.0)
    assert (before.compiles, bomb.compiles, after.compiles) == (True, None, True)
    assert codes(bomb) & {"too_slow", "too_heavy"}
    assert bomb.svg == ""


def test_when_the_time_for_all_is_up_the_rest_is_unknown(hasty, monkeypatch):
    jobs = [render.Job(BOMBS["endless pattern"])] * 3
    started = time.monotonic()
    drawn = render.draw_all(jobs, budget_s=1.0)
    assert time.monotonic() - started < 30
    assert [(each.compiles, each.svg) for each in drawn] == [(None, "")] * 3


def test_who_dies_too_often_is_not_tried_for_ever(monkeypatch):
    calls = []
    monkeypatch.setattr(render, "_run", lambda jobs, **_: calls.append(len(jobs)) or ([], "too_heavy"))
    assert {each.compiles for each in render.draw_all([render.Job(own())] * 50)} == {None}
    assert len(calls) == render.MOST_DEATHS


def test_a_picture_too_large_to_keep_is_not_kept(monkeypatch):
    monkeypatch.setattr(svg, "MOST_BYTES", 1_000)
    chart = draw(own("point"))[0]
    assert (chart.compiles, chart.svg, codes(chart)) == (True, "", {"too_heavy"})


def test_without_the_renderer_nothing_is_known_and_nothing_breaks(monkeypatch):
    line = b'{"error": "no_renderer"}\n'
    monkeypatch.setattr(render, "_run", lambda jobs, **_: ([line.strip()] * len(jobs), ""))
    chart = draw(BARS)[0]
    assert (chart.compiles, codes(chart)) == (None, {"questions_data", "no_renderer"})


def test_no_chart_starts_no_process(monkeypatch):
    monkeypatch.setattr(render, "_run", lambda *_args, **_options: pytest.fail("started"))
    prose, code = charts.check([(QUESTION, "Use bars."), (QUESTION, "```mermaid\npie\n```")])
    assert (prose.language, prose.compiles, code.language, code.compiles) == ("none", None, "Mermaid", None)


def test_the_renderer_is_not_loaded_by_whoever_checks(han, monkeypatch):
    monkeypatch.delitem(sys.modules, "vl_convert", raising=False)
    draw(BARS)
    assert "vl_convert" not in sys.modules


def test_a_font_that_cannot_be_unpacked_is_done_without(tmp_path):
    assert font.unpacked(tmp_path / "none.woff2", tmp_path / "made") == ""
    assert list((tmp_path / "made").iterdir()) == []


# -- cleaning ------------------------------------------------------------------------------------


def cleaned(inside, attributes=""):
    return svg.clean(f'<svg xmlns="{svg.SVG}" xmlns:xlink="http://www.w3.org/1999/xlink" {attributes}>{inside}</svg>')


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        "<style>*{background:url(//evil.example)}</style>",
        '<image href="https://evil.example/a.png"/>',
        '<image xlink:href="https://evil.example/a.png"/>',
        '<a href="javascript:alert(1)"><text>x</text></a>',
        '<foreignObject><body xmlns="http://www.w3.org/1999/xhtml">evil.example</body></foreignObject>',
        '<use href="https://evil.example#a"/>',
        '<animate attributeName="href" to="javascript:alert(1)"/>',
        '<path fill="url(https://evil.example#a)"/>',
        '<path style="fill:url(//evil.example)"/>',
        '<path onload="alert(1)"/>',
        '<g filter="url(#a)"><set attributeName="onload" to="alert(1)"/></g>',
    ],
)
def test_nothing_that_could_act_is_left(inside):
    picture = cleaned(inside)
    for trace in ("evil", "script", "alert", "href", "onload", "foreign"):
        assert trace not in picture


def test_paint_may_name_what_stands_in_the_same_picture():
    assert 'fill="url(#g)"' in cleaned('<path fill="url(#g)" d="M0,0"/>')


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaa">]><svg xmlns="http://www.w3.org/2000/svg">&a;</svg>',
        "<?xml-stylesheet href='x'?><svg/>",
        "<html/>",
        "<svg",
        f'<svg xmlns="{svg.SVG}"><text>\ud800</text></svg>',
        "",
        f'<svg xmlns="{svg.SVG}"><text>{"x" * svg.MOST_BYTES}</text></svg>',
    ],
)
def test_what_is_no_plain_picture_is_none(text):
    assert svg.clean(text) is None


def test_a_picture_nested_without_end_is_none():
    assert cleaned("<g>" * 20_000 + "</g>" * 20_000) is None


def test_a_font_that_is_no_base64_is_left_out():
    plain = f'<svg xmlns="{svg.SVG}"><text>x</text></svg>'
    assert "font-face" not in svg.clean(plain, 'AA")}*{background:url(//evil.example)')
    assert "font-face" in svg.clean(plain, "AAAA")
