"""What is kept is used under the stamps it was made under, and under no others."""

from __future__ import annotations

import pytest

from catalog import editions, standings
from catalog.editions import Editions
from catalog.facets import index as lists
from catalog.kept import kept
from catalog.models import Channel, Scenario
from catalog.search import index as search
from tests.factories import make_channel, make_measurement, make_price, make_scenario


def test_is_made_once_per_edition() -> None:
    made = []

    @kept
    def count() -> int:
        made.append(1)
        return len(made)

    first, second = Editions("a", "a"), Editions("a", "b")
    assert [count(first), count(first), count(second), count(second)] == [1, 1, 2, 2]


def test_an_older_edition_that_comes_back_is_made_anew() -> None:
    made = iter("xyz")
    make = kept(lambda: next(made))
    first, second = Editions("a", "a"), Editions("b", "a")
    assert [make(first), make(second), make(first)] == ["x", "y", "z"]


def test_nothing_found_is_kept_as_well() -> None:
    made = []

    @kept
    def nothing() -> None:
        made.append(1)

    stamps = Editions("a", "a")
    nothing(stamps)
    nothing(stamps)
    assert made == [1]


@pytest.mark.django_db
def test_a_measurement_makes_neither_the_lists_nor_the_search_anew() -> None:
    scenario = make_scenario()
    channel = make_channel(scenario=scenario)
    facts, found = lists.for_sale(editions.current()), search.current()
    make_measurement(channel=channel, scenario=scenario, metric="score")
    assert lists.for_sale(editions.current()) is facts
    assert search.current() is found
    assert channel.pk in lists.channels().measured.channels


@pytest.mark.django_db
def test_a_change_of_what_is_for_sale_makes_them_anew() -> None:
    channel = make_channel()
    facts, found = lists.for_sale(editions.current()), search.current()
    Channel.objects.filter(pk=channel.pk).update(wire_name="another")
    assert lists.for_sale(editions.current()) is not facts
    assert search.current() is not found


def of_only_scenario() -> standings.Standings:
    stamps = editions.current()
    return standings.of_scenario(Scenario.objects.open().with_counts().get(), stamps)


@pytest.mark.django_db
def test_a_scenarios_standing_is_looked_up_once_until_one_of_its_rows_changes(django_assert_num_queries) -> None:
    scenario = make_scenario()
    channel = make_channel(scenario=scenario, price=False)
    first = of_only_scenario()
    with django_assert_num_queries(2):  # the stamps and the scenario
        assert of_only_scenario() is first
    make_measurement(channel=channel, scenario=scenario, metric="score", value=7.5)
    (ranked,) = of_only_scenario().simulated.ranked
    assert ranked.score.value == 7.5
    make_price(channel=channel)
    (ranked,) = of_only_scenario().simulated.ranked
    assert ranked.tariff
    Channel.objects.update(listing="retired")
    assert not of_only_scenario().simulated.ranked
