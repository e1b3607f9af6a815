"""How a price moved is told from its rows: the newest first, one of them in force, steps only where they compare."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from catalog import history
from catalog.models import Price

TODAY = date(2026, 11, 27)


def price(since, input_, output, until=None, currency="USD"):
    part = [None if each is None else Decimal(each) for each in (input_, output)]
    return Price(currency=currency, input=part[0], output=part[1], starts_on=since, ends_on=until)


def moved():
    return [
        price(date(2026, 1, 1), 4, 16, until=date(2026, 6, 1)),
        price(date(2026, 6, 1), 2, 8, until=date(2027, 1, 1)),
        price(date(2027, 1, 1), 1, 4),
    ]


def test_rows_come_newest_first_and_say_which_is_in_force():
    told = history.tell(moved(), TODAY)
    assert [row.state for row in told.rows] == ["announced", "now", "earlier"]
    assert history.in_force(moved(), TODAY).input == 2


def test_of_two_that_hold_the_later_start_is_in_force():
    rows = [price(date(2026, 1, 1), 4, 16), price(date(2026, 6, 1), 2, 8)]
    assert history.in_force(rows, TODAY) is rows[1]
    assert [row.state for row in history.tell(rows, TODAY).rows] == ["now", "earlier"]


def test_steps_fall_and_go_on_to_the_announced_price():
    output, input_ = history.tell(moved(), TODAY).chart.lines
    assert (output.part, input_.part) == ("output", "input")
    assert output.path.count("V") == 2
    assert output.path.count("M") == 1
    assert output.last == 4
    heights = [float(step.split()[0]) for step in output.path.split("V")[1:]]
    assert heights == sorted(heights)  # lower on the page is cheaper
    assert float(output.y) < float(input_.y)


def test_a_line_breaks_where_the_price_is_unknown():
    rows = [price(date(2026, 1, 1), 1, 4), price(date(2026, 3, 1), None, 4), price(date(2026, 6, 1), 2, 4)]
    output, input_ = history.tell(rows, TODAY).chart.lines
    assert (output.path.count("M"), input_.path.count("M")) == (1, 2)


def test_a_line_breaks_where_no_price_was_in_force():
    rows = [price(date(2026, 1, 1), 1, 4, until=date(2026, 2, 1)), price(date(2026, 6, 1), 2, 8)]
    assert history.tell(rows, TODAY).chart.lines[0].path.count("M") == 2


def test_one_price_two_currencies_or_nothing_known_make_no_chart():
    assert history.tell([price(date(2026, 1, 1), 1, 4)], TODAY).chart is None
    two = [price(date(2026, 1, 1), 1, 4), price(date(2026, 6, 1), 7, 28, currency="CNY")]
    assert history.tell(two, TODAY).chart is None
    unknown = [price(date(2026, 1, 1), None, None), price(date(2026, 6, 1), None, None)]
    assert history.tell(unknown, TODAY).chart is None
    assert history.tell([], TODAY) == ([], None)
