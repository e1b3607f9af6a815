"""The front door: what it promises, what it counts, and what it costs to show."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from catalog.models import Channel, Listing
from marketplace.billing import ledger, purse
from marketplace.billing.models import Account
from tests import factories

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12


def make_real_channel(**overrides: Any) -> Channel:
    provider = overrides.pop("provider", None) or factories.make_provider(is_simulated=False, country="CN")
    return factories.make_channel(provider=provider, base_url="https://api.example.com/v1", **overrides)


def html(client: Client, address: str = "/en/") -> str:
    return client.get(address).content.decode()


@pytest.mark.parametrize("rows", [1, 9])
def test_takes_the_same_few_queries_however_many_rows(
    client: Client, django_assert_max_num_queries: Any, rows: int
) -> None:
    for _ in range(rows):
        scenario = factories.make_scenario()
        for channel in (make_real_channel(scenario=scenario), factories.make_channel(scenario=scenario)):
            factories.make_measurement(channel=channel, scenario=scenario)
    with django_assert_max_num_queries(MOST_QUERIES):
        client.get("/en/")


def test_asks_only_for_stamps_and_purse_while_nothing_changed(client: Client, django_assert_num_queries: Any) -> None:
    make_real_channel(scenario=factories.make_scenario())
    client.get("/en/")
    with django_assert_num_queries(2):
        client.get("/zh-hans/")


def test_shows_a_change_at_once(client: Client) -> None:
    channel = make_real_channel(scenario=factories.make_scenario())
    assert client.get("/en/").context["tally"].channels == 1
    Channel.objects.filter(pk=channel.pk).update(listing=Listing.RETIRED)
    context = client.get("/en/").context
    assert context["tally"].channels == 0
    assert context["scenarios"][0].real_channels == 0


def test_counts_real_channels_models_and_providers_and_simulated_channels_apart(client: Client) -> None:
    scenario, model = factories.make_scenario(), factories.make_model()
    provider = factories.make_provider(is_simulated=False)
    for each in (provider, provider, None):
        make_real_channel(scenario=scenario, model=model, provider=each)
    make_real_channel(scenario=scenario, listing=Listing.DRAFT)
    factories.make_channel(scenario=scenario)
    factories.make_channel(scenario=scenario, is_judge=True)
    assert client.get("/en/").context["tally"] == (3, 1, 1, 2, 0)


def test_counts_the_answers_of_real_channels_alone(client: Client) -> None:
    scenario = factories.make_scenario()
    for channel in (make_real_channel(scenario=scenario), factories.make_channel(scenario=scenario)):
        for metric in ("success", "ttft_ms"):
            factories.make_measurement(channel=channel, scenario=scenario, metric=metric, samples=6)
    assert client.get("/en/").context["tally"].answers == 6


def test_says_how_many_apis_each_provider_sells_and_names_no_simulated_one(client: Client) -> None:
    provider = factories.make_provider(is_simulated=False, name_en="Acme")
    for _ in range(2):
        make_real_channel(provider=provider)
    factories.make_channel(provider=factories.make_provider(name_en="Pretend"))
    page = html(client)
    assert 'Acme <span class="num">2</span>' in page
    assert "Pretend" not in page


def test_says_what_is_left_of_the_purse_and_looking_opens_nothing(client: Client, settings: Any) -> None:
    settings.PURSE_PER_DAY, settings.GUEST_TRIALS_PER_DAY = Decimal(50), 7
    factories.make_scenario()
    page = html(client)
    assert "¥50.00 of today's ¥50.00 is left" in page
    assert "Each visitor may start 7 trials a day." in page
    assert not Account.objects.exists()


def test_says_that_the_purse_is_empty_and_when_it_is_filled_again(client: Client, settings: Any) -> None:
    settings.PURSE_PER_DAY = Decimal(50)
    factories.make_scenario()
    ledger.hold(payer=purse.open_today(), currency="CNY", amount=Decimal("49.995"), reference="trial:a")
    page = html(client)
    assert "free purse is used up" in page
    assert "It is filled again at 00:00" in page
    assert "is left for everyone" not in page


def test_promises_free_trials_only_until_the_date(client: Client) -> None:
    today = timezone.localdate()
    scenario = factories.make_scenario(free_until=today)
    assert "Free until" in html(client)
    scenario.free_until = today - timedelta(days=1)
    scenario.save()
    page = html(client)
    assert "Free until" not in page
    assert "Limited-time free ended on" in page


def test_leads_to_every_api_and_to_how_it_scores(client: Client) -> None:
    page = html(client)
    assert 'href="/en/channels/"' in page
    assert "See all APIs" in page
    assert 'href="/en/method/"' in page


def test_can_be_shared_between_guests(client: Client) -> None:
    factories.make_scenario()
    response = client.get("/en/")
    assert not response.cookies
    assert "csrfmiddlewaretoken" not in response.content.decode()


def test_its_menu_needs_no_javascript(client: Client) -> None:
    page = html(client)
    assert '<details class="menu">' in page
    assert page.count('href="/en/scenarios/"') >= 2
