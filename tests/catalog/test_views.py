"""Every catalogue page answers in both languages, with a bounded number of queries, and says what is not known."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone

from catalog.models import Channel, Credential, FxRate, Listing, PublicReport, Scenario
from tests import factories

pytestmark = pytest.mark.django_db
LANGUAGES = ["en", "zh-hans"]
# Most queries that any catalogue page may take, however many rows it shows.
MOST_QUERIES = 12


def make_real_channel(**overrides: Any) -> Channel:
    provider = overrides.pop("provider", None) or factories.make_provider(is_simulated=False, country="CN")
    values = {"provider": provider, "base_url": "https://api.example.com/v1"}
    return factories.make_channel(**{**values, **overrides})


def make_live(channel: Channel) -> None:
    Credential.objects.create(
        provider=channel.provider, origin="https://api.example.com", secret="not-a-real-key", works=True
    )


def furnish(rows: int) -> Scenario:
    """A catalogue with ``rows`` real and ``rows`` simulated channels, each measured, priced and of its own provider."""
    scenario = factories.make_scenario(slug="writing", free_until=timezone.localdate() + timedelta(days=30))
    for place in range(rows):
        for channel in (make_real_channel(scenario=scenario), factories.make_channel(scenario=scenario)):
            score = {"report": f"run-{channel.is_simulated}", "value": 8 - place * 0.5}
            factories.make_measurement(channel=channel, scenario=scenario, **score)
            for metric, value in (("ttft_ms", 212.0), ("output_tps", 84.0), ("success", 1.0), ("score:quality-1", 6.0)):
                factories.make_measurement(channel=channel, scenario=scenario, metric=metric, value=value)
    PublicReport.objects.create(
        code="pub", scenario=scenario, title_en="A report", title_zh="一份报告", published_on=date(2026, 11, 2)
    )
    return scenario


def addresses() -> list[str]:
    channel = Channel.objects.real().order_by("pk").first()
    assert channel
    return [
        "",
        "scenarios/",
        "scenarios/writing/",
        "channels/",
        "channels/?kind=simulated",
        "channels/?scenario=writing&live=no&training=no&protocol=openai",
        f"channels/{channel.slug}/",
        "providers/",
        f"providers/{channel.provider.slug}/",
        "models/",
        "models/?kind=simulated",
        f"models/{channel.model.slug}/",
        "compare/",
        "compare/?" + "&".join(f"channel={slug}" for slug in Channel.objects.real().values_list("slug", flat=True)[:6]),
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_answers_in_both_languages(client: Client, language: str) -> None:
    furnish(2)
    for address in addresses():
        response = client.get(f"/{language}/{address}")
        assert response.status_code == 200, address
        html = response.content.decode()
        assert f'<html lang="{"zh-Hans" if language == "zh-hans" else "en"}">' in html
        assert " style=" not in html, address
        assert "<script>" not in html, address


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_answers_on_an_empty_catalogue(client: Client, language: str) -> None:
    for address in ("", "scenarios/", "channels/", "providers/", "models/"):
        assert client.get(f"/{language}/{address}").status_code == 200, address


def test_no_page_asks_more_queries_for_more_rows(client: Client, django_assert_max_num_queries: Any) -> None:
    furnish(12)
    for address in addresses():
        with django_assert_max_num_queries(MOST_QUERIES):
            client.get(f"/en/{address}")


def test_unknown_slugs_are_not_found(client: Client) -> None:
    for address in ("scenarios/no/", "channels/no/", "providers/no/", "models/no/"):
        response = client.get(f"/en/{address}")
        assert response.status_code == 404
        assert "nothing at this address" in response.content.decode()


def test_what_is_not_listed_is_not_found(client: Client) -> None:
    draft = make_real_channel(listing=Listing.DRAFT)
    suspended = make_real_channel(provider=factories.make_provider(listing=Listing.SUSPENDED))
    assert client.get(f"/en/channels/{draft.slug}/").status_code == 404
    assert client.get(f"/en/channels/{suspended.slug}/").status_code == 404
    assert client.get(f"/en/providers/{suspended.provider.slug}/").status_code == 404


def test_home_says_so_when_nothing_was_measured(client: Client) -> None:
    factories.make_scenario()
    assert "Nothing has been measured here yet." in client.get("/en/").content.decode()


def test_home_shows_the_newest_real_run_before_a_simulated_one(client: Client) -> None:
    furnish(2)
    run = client.get("/en/").context["run"]
    assert not run.is_simulated
    assert [row.value for row in run.rows] == [8.0, 7.5]


def test_home_labels_a_simulated_run(client: Client) -> None:
    scenario = factories.make_scenario()
    for value in (8.0, 6.0):
        channel = factories.make_channel(scenario=scenario)
        factories.make_measurement(channel=channel, scenario=scenario, report="one", value=value, low=value, high=value)
    response = client.get("/en/")
    assert response.context["run"].is_simulated
    assert "badge--simulated" in response.content.decode()
    assert "leads." in response.content.decode()


def test_home_says_that_the_prompt_stays_here_while_only_simulators_answer(client: Client) -> None:
    furnish(2)
    assert "no provider sees it" in client.get("/en/").content.decode()


def test_home_names_the_countries_a_prompt_may_go_to(client: Client) -> None:
    scenario = furnish(1)
    for country in ("CN", "US"):
        provider = factories.make_provider(is_simulated=False, country=country)
        make_live(make_real_channel(scenario=scenario, provider=provider))
    html = client.get("/en/").content.decode()
    assert "at most 2 providers (China, United States)" in html
    assert 'name="no_training"' in html


def test_home_posts_the_prompt_to_the_trial_form(client: Client) -> None:
    furnish(1)
    html = client.get("/en/").content.decode()
    assert 'action="/en/trials/new/"' in html
    for name in ("scenario", "prompt", "top"):
        assert f'name="{name}"' in html


def test_scenario_counts_real_and_simulated_channels_apart_and_no_judges(client: Client) -> None:
    scenario = furnish(2)
    factories.make_channel(scenario=scenario, is_judge=True)
    make_real_channel(scenario=scenario, listing=Listing.RETIRED)
    shown = client.get("/en/scenarios/writing/").context["scenario"]
    assert (shown.real_channels, shown.simulated_channels) == (2, 2)


def test_scenario_ranks_what_was_measured_and_lists_the_rest(client: Client) -> None:
    scenario = furnish(2)
    unmeasured = make_real_channel(scenario=scenario)
    context = client.get("/en/scenarios/writing/").context
    assert [item.score.value for item in context["real"].ranked] == [8.0, 7.5]
    assert [item.channel for item in context["real"].unmeasured] == [unmeasured]
    assert all(item.channel.is_simulated for item in context["simulated"].ranked)


def test_scenario_shows_free_until_only_while_it_lasts(client: Client) -> None:
    scenario = furnish(1)
    assert "Limited-time free" in client.get("/en/scenarios/writing/").content.decode()
    Scenario.objects.filter(pk=scenario.pk).update(free_until=timezone.localdate() - timedelta(days=1))
    assert "Limited-time free" not in client.get("/en/scenarios/writing/").content.decode()


def test_a_closed_scenario_is_not_found(client: Client) -> None:
    factories.make_scenario(slug="closed", is_open=False)
    assert client.get("/en/scenarios/closed/").status_code == 404


def test_channel_list_survives_absurd_parameters(client: Client) -> None:
    furnish(2)
    absurd = {"page": "1000000000", "scenario": "' OR 1=1 --", "protocol": "<script>", "live": "perhaps", "kind": "x"}
    response = client.get("/en/channels/", absurd)
    assert response.status_code == 200
    assert "There is no such choice" in response.content.decode()
    assert len(response.context["rows"]) == 2


def test_channel_list_offers_to_compare_live_channels(client: Client) -> None:
    scenario = furnish(1)
    provider = factories.make_provider(is_simulated=False)
    channels = [make_real_channel(scenario=scenario, provider=provider, model=factories.make_model()) for _ in range(2)]
    assert "trials/new/?" not in client.get("/en/channels/?live=no").content.decode()
    make_live(channels[0])
    html = client.get("/en/channels/?live=yes").content.decode()
    assert f"trials/new/?scenario=writing&amp;channel={channels[0].slug}&amp;channel={channels[1].slug}" in html


def test_channel_list_keeps_its_filters_from_page_to_page(client: Client) -> None:
    provider = factories.make_provider(slug="big", is_simulated=False)
    for _ in range(31):
        make_real_channel(provider=provider)
    html = client.get("/en/channels/?provider=big").content.decode()
    assert 'href="?provider=big&amp;page=2"' in html


def test_a_converted_price_is_labelled_with_its_rate(client: Client) -> None:
    FxRate.objects.create(base="USD", quote="CNY", rate=Decimal("7.1"), on=date(2026, 11, 1), source="a bank")
    channel = make_real_channel(price=False)
    factories.make_price(channel=channel, currency="USD", input=Decimal("0.435"), output=Decimal(15), basis="community")
    html = client.get(f"/en/channels/{channel.slug}/").content.decode()
    assert "$0.435" in html
    assert "≈ ¥106.50" in html
    assert "1 USD = 7.1000 CNY" in html
    assert "a bank" in html


def test_an_unknown_price_is_not_free(client: Client) -> None:
    channel = make_real_channel(price=False)
    assert "No price is known. That does not mean free." in client.get(f"/en/channels/{channel.slug}/").content.decode()


def test_an_earlier_price_is_kept_apart(client: Client) -> None:
    channel = make_real_channel()
    factories.make_price(channel=channel, input=Decimal(99), starts_on=date(2025, 1, 1), ends_on=date(2025, 2, 1))
    html = client.get(f"/en/channels/{channel.slug}/").content.decode()
    assert "How its price changed" in html
    assert "¥99" in html
    assert "steps-chart__line--output" in html


def test_a_listed_only_channel_cannot_be_tried(client: Client) -> None:
    channel = make_real_channel(scenario=factories.make_scenario())
    assert "trials/new/" not in client.get(f"/en/channels/{channel.slug}/").content.decode()
    make_live(channel)
    assert f"channel={channel.slug}" in client.get(f"/en/channels/{channel.slug}/").content.decode()


def test_a_fact_nobody_knows_is_called_unknown(client: Client) -> None:
    channel = make_real_channel()
    assert client.get(f"/en/channels/{channel.slug}/").content.decode().count("unknown") >= 5


def test_a_model_puts_its_cheapest_channel_first_and_unknown_prices_last(client: Client) -> None:
    model = factories.make_model()
    rows = {}
    for slug, price in (("dear", "30"), ("unknown", None), ("cheap", "1")):
        rows[slug] = make_real_channel(slug=slug, model=model, price=False)
        if price:
            factories.make_price(channel=rows[slug], input=Decimal(price), output=Decimal(price))
    items = client.get(f"/en/models/{model.slug}/").context["items"]
    assert [item.channel.slug for item in items] == ["cheap", "dear", "unknown"]


def test_the_language_switch_keeps_the_page_and_its_filters(client: Client) -> None:
    html = client.get("/en/channels/?live=no&protocol=openai").content.decode()
    assert 'href="/zh-hans/channels/?live=no&amp;protocol=openai"' in html


def test_names_from_the_database_are_escaped(client: Client) -> None:
    evil = '<img src=x onerror="alert(1)">'
    provider = factories.make_provider(is_simulated=False, name_en=evil, name_zh=evil, source=evil)
    channel = make_real_channel(provider=provider, model=factories.make_model(name=evil), wire_name="x'; $(id)")
    for address in ("", "channels/", f"channels/{channel.slug}/", f"providers/{provider.slug}/", "models/"):
        assert "<img" not in client.get(f"/en/{address}").content.decode(), address


@pytest.mark.parametrize("address", ["/en/search/", "/zh-hans/articles/", "/api/v1/search/"])
def test_too_many_parameters_are_the_askers_fault_and_not_ours(client: Client, address: str) -> None:
    query = "&".join(f"a{number}=1" for number in range(1_500))
    response = client.get(f"{address}?{query}")
    assert response.status_code == 400
    assert response.headers["Content-Type"].startswith("application/problem+json") == address.startswith("/api/")


def test_pages_that_read_no_parameter_are_not_troubled_by_too_many(client: Client) -> None:
    assert client.get("/en/?" + "a=1&" * 1_500).status_code == 200
    assert client.get("/en/nothing-here/?" + "a=1&" * 1_500).status_code == 404


@pytest.mark.parametrize("name", ["400.html", "403.html", "403_csrf.html", "404.html", "500.html"])
def test_an_error_page_needs_nothing_to_be_shown(name: str) -> None:
    html = render_to_string(name)
    assert "<h1>" in html
    assert "noindex" in html
    assert " style=" not in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_provider_page_says_under_which_conditions_its_terms_hold(client: Client, language: str) -> None:
    terms = {"retention_days": 30, "terms_source": "https://acme.example/terms", "terms_checked_on": date(2026, 7, 2)}
    note = {"en": "Only the free tier trains.", "zh-hans": "仅免费档用于训练。"}
    provider = factories.make_provider(is_simulated=False, **terms)
    address = f"/{language}/providers/{provider.slug}/"
    assert note[language] not in client.get(address).content.decode()
    provider.terms_note_en, provider.terms_note_zh = note.values()
    provider.save()
    page = client.get(address).content.decode()
    assert note[language] in page
    assert 'href="https://acme.example/terms"' in page
