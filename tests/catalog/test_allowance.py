"""What is left of the day's purse is never said to be more or less than it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from catalog.allowance import Allowance


def make_allowance(left: str, total: str = "200", zone: timezone = UTC) -> Allowance:
    now = datetime(2026, 11, 24, 14, 5, tzinfo=zone)
    return Allowance(Decimal(left), Decimal(total), "CNY", 40, now, now)


@pytest.mark.parametrize(
    ("left", "percent"), [("200", 100), ("199.999", 99), ("100", 50), ("0.01", 1), ("0.009", 0), ("0", 0)]
)
def test_is_full_only_when_nothing_was_spent_and_empty_only_when_nothing_is_left(left: str, percent: int) -> None:
    assert make_allowance(left).percent == percent


def test_a_purse_that_was_never_filled_is_empty() -> None:
    allowance = make_allowance("0", total="0")
    assert allowance.is_empty
    assert allowance.percent == 0


@pytest.mark.parametrize(("minutes", "zone"), [(480, "UTC+8"), (0, "UTC+0"), (-210, "UTC-3:30"), (330, "UTC+5:30")])
def test_says_whose_clock_it_goes_by(minutes: int, zone: str) -> None:
    assert make_allowance("1", zone=timezone(timedelta(minutes=minutes))).zone == zone
