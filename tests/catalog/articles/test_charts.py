"""A chart's few lines of TOML: read with every figure as it was written, or refused with the line and the cure."""

from __future__ import annotations

import pytest
from django.utils import translation

from catalog.articles import charts
from catalog.articles.charts import Broken

GOOD = 'title = "Gain"\nkind = "bar"\ny = "%"\nseries = ["a", "b"]\nrows = [["Phones", 7.81, 8.0], ["Films", 4, ""]]\n'


def refused(text: str) -> Broken:
    with translation.override("en"), pytest.raises(Broken) as caught:
        charts.read(text)
    return caught.value


def test_keeps_figures_as_they_were_written_and_an_empty_one_unknown() -> None:
    chart = charts.read(GOOD)
    assert [row.shown for row in chart.rows] == [["7.81", "8.0"], ["4", "–"]]
    assert chart.rows[1].values[1] is None


def test_says_in_words_what_the_picture_shows() -> None:
    assert charts.read(GOOD).described == "Phones: a 7.81, b 8.0; Films: a 4, b –"


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ('kind = "bar"', 'kind = "pie"', 2, "not “pie”"),
        ('title = "Gain"', 'title = "Gain', 1, 'title = "Gain'),
        ('title = "Gain"\n', "", None, "“title” is missing"),
        ('y = "%"', "y = 3", 3, "“y” must be words"),
        ('["a", "b"]', "[]", 4, "list of 1 to 6 names"),
        ('["a", "b"]', '["a", "a"]', 4, "same name"),
        ("7.81", '"7.81"', 5, "In row 1, “7.81” is not a number"),
        ("7.81", "nan", 5, "not a number"),
        ("7.81", "true", 5, "not a number"),
        ("7.81", "9" * 400, 5, "not a number"),
        ("7.81", "1e-400", 5, "not a number"),
        ("7.81", "9" * 5000, 5, "cannot be read"),
        (", 8.0", "", 5, "Row 1 must have 3 items"),
        ('"Films"', '"Phones"', 5, "same words"),
        ("rows", "lines", None, "“rows” must be a list"),
    ],
)
def test_refuses_what_it_cannot_draw_with_the_line_and_the_cure(old, new, line, words) -> None:
    broken = refused(GOOD.replace(old, new))
    assert broken.line == line
    assert words in broken.why


def test_wants_both_values_of_a_point() -> None:
    text = 'title = "t"\nkind = "scatter"\nseries = ["x", "y"]\nrows = [["a", 1, ""]]\n'
    assert "both of its values" in refused(text).why
    assert "two “series”" in refused(text.replace('"x", "y"', '"x"')).why


def test_takes_a_logarithmic_axis_only_where_the_values_span_much() -> None:
    text = 'title = "t"\nkind = "scatter"\nseries = ["x", "y"]\nrows = [["a", 1, 5], ["b", 400, 6]]\n'
    assert charts.read(text).log_axes == (True, False)
    assert charts.read(text.replace('[["a", 1,', '[["a", -1,')).log_axes == (False, False)
