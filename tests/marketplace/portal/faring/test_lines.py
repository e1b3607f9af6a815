"""Lines over days: broken where a day is missing, none where nothing was measured."""

from datetime import date

from marketplace.portal.faring import lines
from sandbox.faring import Day

SINCE, UNTIL = date(2026, 11, 1), date(2026, 11, 5)


def day(number, ttft):
    return Day(date(2026, 11, number), 3, 0, ttft, None, None)


def drawn(*days):
    return lines.chart(days, since=SINCE, until=UNTIL, figures={"p50": lambda each: each.ttft_ms_p50})


def test_joins_days_that_follow_one_another_and_no_others():
    (line,) = drawn(day(1, 100.0), day(2, 200.0), day(5, 50.0)).lines
    assert [step[0] for step in line.path.replace("M", "|M").replace("L", "|L").split("|") if step] == ["M", "L", "M"]
    assert line.dots[1][1] == "10.0"  # the highest touches the upper edge
    assert line.dots[-1][0] == f"{360 - 4 - 2:.1f}"


def test_draws_no_line_without_figures():
    assert drawn(day(1, None)).lines == []
