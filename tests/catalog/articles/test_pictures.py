"""A drawn chart follows the page: its words, its colours by class, and nothing in it that the policy would refuse."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest

from catalog.articles import charts, pictures

BAR = charts.read(
    'title = "提升"\nkind = "bar"\nseries = ["a", "b"]\nrows = [["手机 <x>", 7.81, 8.02], ["电影", 4, ""]]\n'
)
LINE = charts.read('title = "l"\nkind = "line"\nseries = ["a"]\nrows = [["2023", 1], ["2024", 2]]\n')
SCATTER = charts.read(
    'title = "s"\nkind = "scatter"\nx = "size"\nseries = ["x", "y"]\nrows = [["small", 8, 61], ["large", 671, 80]]\n'
)


@pytest.fixture(scope="module")
def drawn():
    """All kinds, by one process: it takes seconds to start."""
    return pictures.draw_all([BAR, LINE, SCATTER])


def test_draws_every_kind_for_a_desk_and_for_a_phone(drawn) -> None:
    assert set(drawn) == {BAR, LINE, SCATTER}
    for chart, pair in drawn.items():
        for svg in pair:
            root = ElementTree.fromstring(svg)
            assert root.find("title").text == chart.title
            assert root.find("desc").text == chart.described
            assert root.attrib["role"] == "img"


def test_writes_words_as_words_in_every_script(drawn) -> None:
    words = [text.text for text in ElementTree.fromstring(drawn[BAR].desk).iter("text")]
    assert {"手机 <x>", "电影", "7.81", "8.02", "4", "a", "b"} <= set(words)
    assert "–" not in words  # an unknown figure has no bar and no number


def test_leaves_colours_to_the_page_and_nothing_to_be_refused(drawn) -> None:
    shapes = [each for pair in drawn.values() for svg in pair for each in ElementTree.fromstring(svg).iter()]
    names = {name for each in shapes for name in each.attrib}
    assert names.isdisjoint({"style", "id", "font-family", "clip-path", "href", "onload", "aria-label"})
    assert {each.tag for each in shapes} <= {"svg", "title", "desc", "g", "path", "line", "text"}
    assert not any("#" in each.attrib.get("fill", "") for each in shapes)
    classes = {name for each in shapes for name in each.attrib.get("class", "").split()}
    assert {"fill-1", "fill-2", "fill-ink", "fill-muted", "stroke-grid", "stroke-1"} <= classes


def test_goes_without_a_picture_when_none_can_be_drawn(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(pictures, "DRAWING", tmp_path / "nowhere.py")
    assert pictures.draw_all([BAR]) == {}


def test_starts_no_process_for_no_chart(monkeypatch) -> None:
    monkeypatch.setattr(pictures, "_run", lambda jobs: pytest.fail("nothing to draw"))
    assert pictures.draw_all([]) == {}


def test_draws_equal_charts_once(monkeypatch) -> None:
    asked = []
    monkeypatch.setattr(pictures, "_run", lambda jobs: asked.append(jobs) or [])
    pictures.draw_all([BAR, BAR])
    assert [json.loads(line)["kind"] for line in asked[0].splitlines()] == ["bar"]


def test_one_that_cannot_be_drawn_keeps_no_other_from_it() -> None:
    assert list(pictures.draw_all([BAR._replace(kind="pie"), BAR])) == [BAR]
