"""Where a channel stands: its rank with what the intervals leave open, and how many are cheaper."""

from __future__ import annotations

from decimal import Decimal

import pytest

from catalog import editions, position
from tests.factories import make_channel, make_measurement, make_price, make_scenario

pytestmark = pytest.mark.django_db


def scored(scenario, value, *, reach=0.5, price=None):
    channel = make_channel(scenario=scenario, price=price is None)
    if price is not None:
        make_price(channel=channel, input=Decimal(price), output=Decimal(price))
    make_measurement(channel=channel, scenario=scenario, value=value, low=value - reach, high=value + reach)
    return channel


def test_gives_the_place_and_the_places_that_the_intervals_leave_open():
    scenario = make_scenario()
    scored(scenario, 9.0)
    mine = scored(scenario, 7.0)
    scored(scenario, 6.6)
    scored(scenario, 3.0)
    rank = position.of(mine, scenario, editions.current()).rank
    assert (rank.place, rank.low, rank.high, rank.of) == (2, 2, 3, 4)


def test_a_channel_without_a_score_has_no_rank():
    scenario = make_scenario()
    scored(scenario, 9.0)
    channel = make_channel(scenario=scenario)
    assert position.of(channel, scenario, editions.current()).rank is None


def test_says_how_many_are_cheaper_and_what_the_median_is():
    scenario = make_scenario()
    for price in (1, 4, 9):
        scored(scenario, 7.0, price=price)
    mine = scored(scenario, 7.0, price=5)
    cost = position.of(mine, scenario, editions.current()).cost
    assert (cost.price, cost.cheaper, cost.of, cost.median) == (Decimal(5), 2, 4, Decimal("4.5"))


def test_an_unknown_price_has_no_place():
    scenario = make_scenario()
    channel = make_channel(scenario=scenario, price=False)
    assert position.of(channel, scenario, editions.current()).cost is None
