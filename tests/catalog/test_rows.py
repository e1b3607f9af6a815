"""What the database itself refuses, by the names of its constraints; and a price as the pure prices see it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from catalog.models import Credential, FxRate, Price
from catalog.pricing import Rates, Tier, cost
from tests.factories import SOME_DAY, make_channel, make_model, make_price, make_provider, make_scenario

pytestmark = pytest.mark.django_db


def refused(make):
    """The database's complaint."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        make()
    return str(caught.value)


def rate(**overrides):
    values = {"base": "USD", "quote": "CNY", "rate": 7, "on": SOME_DAY, "source": "test"}
    return FxRate.objects.create(**{**values, **overrides})


def test_a_channel_is_there_once_per_provider_protocol_and_name():
    channel = make_channel(wire_name="one")
    make_channel(wire_name="one", protocol="anthropic", provider=channel.provider)
    refused(lambda: make_channel(wire_name="one", provider=channel.provider))


@pytest.mark.parametrize(
    ("field", "name"),
    [("max_parallel", "a_channel_takes_at_least_one_call"), ("calls_per_minute", "a_channel_takes_a_call_a_minute")],
)
def test_a_channel_takes_calls(field, name):
    assert name in refused(lambda: make_channel(**{field: 0}))


def test_a_known_term_has_a_source():
    assert "a_known_term_has_a_source" in refused(lambda: make_provider(is_simulated=False, trains_on_inputs=False))
    make_provider(is_simulated=False, trains_on_inputs=False, terms_source="https://acme.example/terms")
    make_provider(is_simulated=True, retention_days=0)


def test_mainland_facts_have_a_source_and_a_day():
    known = {"available_in_mainland": False, "mainland_source": "https://acme.example/regions"}
    filed = {"filing_number": "Beijing-Acme-1", "filing_source": "https://acme.example/filing"}
    assert "a_known_availability" in refused(lambda: make_provider(available_in_mainland=True))
    assert "a_known_availability" in refused(lambda: make_provider(**known))
    make_provider(**known, mainland_checked_on=SOME_DAY)
    assert "a_filing_number" in refused(lambda: make_provider(filing_number="Beijing-Acme-1"))
    assert "a_filing_number" in refused(lambda: make_provider(**filed))
    make_provider(**filed, filing_checked_on=SOME_DAY)


def test_a_models_size_has_a_source_and_makes_sense():
    known = {"parameters_source": "name"}
    assert "a_known_size_has_a_source" in refused(lambda: make_model(active_parameters_b=22))
    assert "a_size_is_positive" in refused(lambda: make_model(parameters_b=0, **known))
    assert "no_more_parameters_work" in refused(lambda: make_model(parameters_b=3, active_parameters_b=22, **known))
    make_model(parameters_b=235, active_parameters_b=22, **known)
    make_model(active_parameters_b=13, **known)


def test_there_is_one_credential_per_origin():
    provider = make_provider()
    make = {"provider": provider, "origin": "https://api.acme.example", "secret": "s"}
    Credential.objects.create(**make)
    refused(lambda: Credential.objects.create(**make))


def test_a_price_is_one_per_day_ends_after_it_starts_and_is_not_negative():
    channel = make_channel()
    refused(lambda: make_price(channel=channel))
    later = {"channel": channel, "starts_on": SOME_DAY + timedelta(1)}
    assert "a_price_ends_after_it_starts" in refused(lambda: make_price(**later, ends_on=SOME_DAY + timedelta(1)))
    assert "a_price_is_not_negative" in refused(lambda: make_price(**later, input=-1))


def test_a_rate_is_one_per_pair_and_day_and_positive():
    rate()
    refused(rate)
    assert "a_rate_is_positive" in refused(lambda: rate(on=SOME_DAY + timedelta(1), rate=0))


def test_a_dimension_is_there_once_and_weighs_something():
    rubric = make_scenario().rubric
    dimension = rubric.dimensions.first()
    dimension.pk, dimension.slug, dimension.weight = None, "new", -1
    assert "dimension_weight_is_not_negative" in refused(dimension.save)


def test_a_price_gives_its_rates_with_tiers():
    price = make_price(
        channel=make_channel(price=False),
        currency="USD",
        input=Decimal("1.25"),
        output=Decimal(10),
        tiers=[{"above": 200_000, "input": "2.5", "output": "15", "cache_read": None}],
    )
    price = Price.objects.get(pk=price.pk)
    assert price.rates == Rates(
        currency="USD",
        input=Decimal("1.25"),
        output=Decimal(10),
        tiers=(Tier(above=200_000, input=Decimal("2.5"), output=Decimal(15)),),
    )
    assert cost(price.rates, input_tokens=200_001, output_tokens=0) == Decimal("0.5000025")


def test_rows_say_what_they_are():
    channel = make_channel(slug="c", model=make_model(name="One"))
    assert (str(channel), channel.name) == ("c", "One")
    assert str(channel.model) == "One"
    assert str(channel.prices.get()).endswith("CNY 2.000000/8.000000")
    assert str(rate()) == "USD/CNY 2026-11-01"
    credential = Credential.objects.create(provider=channel.provider, origin="https://a.example", secret="s")
    assert "s" not in str(credential).split("@")[0]
    assert connection.vendor in {"sqlite", "postgresql"}
