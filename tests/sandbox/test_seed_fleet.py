"""The simulated fleet as a first visitor finds it."""

from decimal import Decimal

import pytest

from catalog.models import AIModel, Channel, Listing, Price, PriceBasis, Provider
from catalog.seed.scenarios import load_scenarios
from sandbox.seed.fleet import load_fleet
from sandbox.simulators.personas import PERSONAS

pytestmark = pytest.mark.django_db


def rows():
    kinds = (Provider, AIModel, Channel, Channel.scenarios.through, Price)
    return {kind.__name__: list(kind.objects.order_by("pk").values()) for kind in kinds}


def test_seeds_28_contenders_and_a_judge_over_three_protocols():
    load_scenarios()
    load_fleet()
    fleet = Channel.objects.simulated().listed()
    assert fleet.contenders().count() >= 28
    assert [judge.slug for judge in fleet.judges()] == ["sim-judge"]
    assert set(fleet.values_list("protocol", flat=True)) == {"openai", "anthropic", "gemini"}
    assert fleet.filter(scenarios__slug="text-generation").count() == len(PERSONAS)
    assert fleet.filter(scenarios__slug="deep-reasoning").count() == len(PERSONAS)


def test_every_row_says_that_it_is_simulated():
    load_fleet()
    assert not Provider.objects.filter(is_simulated=False).exists()
    assert set(Price.objects.values_list("basis", "currency")) == {(PriceBasis.SIMULATED, "CNY")}
    for kind in (Provider, AIModel, Channel, Price):
        assert set(kind.objects.values_list("source", flat=True)) == {"simulated"}


def test_the_judge_shares_a_maker_with_no_contender():
    load_fleet()
    makers = set(Channel.objects.contenders().values_list("model__maker", flat=True))
    assert Channel.objects.judges().get().model.maker not in makers
    assert len(makers) >= 5


def test_a_second_run_changes_nothing():
    load_scenarios()
    load_fleet()
    before = rows()
    load_fleet()
    assert rows() == before


def test_a_changed_price_is_succeeded():
    load_fleet()
    Price.objects.filter(channel__slug="sim-heron-pro").update(output=Decimal("1"))
    load_fleet()
    old, new = Price.objects.filter(channel__slug="sim-heron-pro").order_by("starts_on")
    assert old.output == 1
    assert old.ends_on == new.starts_on
    assert new.output == PERSONAS["openai", "heron-pro"].output


def test_puts_right_what_drifted_but_not_what_an_operator_decided():
    load_fleet()
    Channel.objects.filter(slug="sim-heron-pro").update(wire_name="elsewhere", listing=Listing.SUSPENDED)
    load_fleet()
    channel = Channel.objects.get(slug="sim-heron-pro")
    assert (channel.wire_name, channel.listing) == ("heron-pro", Listing.SUSPENDED)


def test_retires_a_channel_that_left_the_fleet():
    load_fleet()
    Channel.objects.filter(slug="sim-heron-pro").update(slug="sim-heron-old", wire_name="heron-old")
    load_fleet()
    assert Channel.objects.get(slug="sim-heron-old").listing == Listing.RETIRED
    assert Channel.objects.get(slug="sim-heron-pro").listing == Listing.LISTED
