"""The frontier's page: measured and stated never share a mark, real and simulated never a plot."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from catalog.models import Channel, Scenario
from tests.factories import make_channel, make_measurement, make_price, make_provider, make_scenario

pytestmark = pytest.mark.django_db
MOST_QUERIES = 7


def offer(scenario: Scenario, *, score: float, cost: float, simulated: bool = False, **overrides: Any) -> Channel:
    provider = make_provider(is_simulated=simulated)
    channel = make_channel(scenario=scenario, provider=provider, price=False, **overrides)
    make_price(channel=channel, input=Decimal(cost), output=Decimal(cost))
    for metric, value in (("score", score), ("cost", cost)):
        make_measurement(
            channel=channel, scenario=scenario, metric=metric, value=value, low=value * 0.99, high=value * 1.01
        )
    return channel


def test_draws_each_measured_channel_and_says_the_same_in_a_table(client: Client) -> None:
    scenario = make_scenario()
    best, beaten = offer(scenario, score=8, cost=1), offer(scenario, score=5, cost=4)
    html = client.get(f"/en/frontier/?scenario={scenario.slug}&kind=real").content.decode()
    assert html.count("data-mark ") == 2
    assert html.count(best.get_absolute_url()) == html.count(beaten.get_absolute_url()) == 2
    assert "on the front" in html
    assert "beaten" in html


def test_never_draws_simulated_channels_among_real_ones(client: Client) -> None:
    scenario = make_scenario()
    real, simulated = offer(scenario, score=8, cost=1), offer(scenario, score=9, cost=1, simulated=True)
    pages = {
        kind: client.get(f"/en/frontier/?scenario={scenario.slug}&kind={kind}").content.decode()
        for kind in ("real", "simulated")
    }
    assert real.get_absolute_url() in pages["real"]
    assert simulated.get_absolute_url() not in pages["real"]
    assert real.get_absolute_url() not in pages["simulated"]
    assert "badge--simulated" in pages["simulated"]


def test_a_list_price_makes_a_hollow_mark_and_a_measured_cost_a_full_one(client: Client) -> None:
    scenario = make_scenario()
    offer(scenario, score=8, cost=1)
    address = f"/en/frontier/?scenario={scenario.slug}&kind=real"
    assert "frontier__mark--stated" in client.get(f"{address}&against=price").content.decode()
    assert "frontier__mark--stated" not in client.get(f"{address}&against=cost").content.decode()


def test_draws_nothing_where_nothing_was_measured_and_says_so(client: Client) -> None:
    scenario = make_scenario()
    make_channel(scenario=scenario, provider=make_provider(is_simulated=False))
    html = client.get(f"/en/frontier/?scenario={scenario.slug}&kind=real").content.decode()
    assert "<figure" not in html
    assert "Claims are not drawn instead." in html


def test_who_names_no_scenario_sees_one_with_something_to_draw(client: Client) -> None:
    make_scenario()
    offer(make_scenario(), score=8, cost=1, simulated=True)
    simulated = client.get("/en/frontier/").content.decode()
    assert "data-mark " in simulated
    assert "badge--simulated" in simulated
    real = offer(make_scenario(), score=8, cost=1)
    assert real.get_absolute_url() in client.get("/en/frontier/").content.decode()


def test_where_only_the_other_figure_is_lacking_no_trial_is_promised_to_bring_it(client: Client) -> None:
    scenario = make_scenario()
    offer(scenario, score=8, cost=1)
    html = client.get(f"/en/frontier/?scenario={scenario.slug}&kind=real&against=parameters").content.decode()
    assert "Scores are there, but the other figure is known of none" in html
    assert "A trial changes that" not in html


def test_counts_those_that_it_cannot_draw(client: Client) -> None:
    scenario = make_scenario()
    offer(scenario, score=8, cost=1)
    make_channel(scenario=scenario, provider=make_provider(is_simulated=False))
    html = client.get(f"/en/frontier/?scenario={scenario.slug}&kind=real").content.decode()
    assert "1 channel of this scenario is not drawn" in html


@pytest.mark.parametrize("wish", ["scenario=nowhere", "against=luck", "scenario=%00&against=<script>"])
def test_a_wish_that_makes_no_sense_is_left_out_aloud(client: Client, wish: str) -> None:
    make_scenario()
    response = client.get(f"/en/frontier/?{wish}")
    assert response.status_code == 200
    assert "There is no such choice; it was left out." in response.content.decode()


def test_asks_the_database_as_often_for_many_channels_as_for_few(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    scenario = make_scenario()
    for place in range(12):
        offer(scenario, score=3 + place / 2, cost=1 + place)
    with django_assert_max_num_queries(MOST_QUERIES):
        client.get(f"/en/frontier/?scenario={scenario.slug}&kind=real")
