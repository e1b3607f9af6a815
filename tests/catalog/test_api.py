"""The catalogue's API: narrow, paged, cheap; and plain words where a parameter makes no sense."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import include, path
from django.utils import timezone
from rest_framework.test import APIClient

from catalog import api_urls
from catalog.models import AIModel, Channel, Credential, Listing, Provider
from catalog.serializers import (
    ChannelShape,
    DimensionShape,
    MainlandShape,
    ModelShape,
    PriceShape,
    ProviderShape,
    ScenarioShape,
)
from tests.factories import SOME_DAY, make_channel, make_model, make_price, make_provider, make_scenario

urlpatterns = [path("api/v1/", include((api_urls.urlpatterns, "api")))]
pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@pytest.fixture
def client():
    return APIClient()


@pytest.fixture
def real(settings):
    """A live channel of a real provider, in a scenario."""
    settings.SIMULATORS_URL = ""
    provider = make_provider(slug="acme", name_zh="顶点", is_simulated=False, country="FR")
    model = make_model(slug="one", maker="labs", open_weights=True, reasons=True, context_window=1000)
    scenario = make_scenario(slug="text-generation")
    address = {"base_url": "https://api.acme.example/v1", "protocol": "anthropic"}
    channel = make_channel(slug="acme-one", provider=provider, model=model, scenario=scenario, price=False, **address)
    make_price(channel=channel, currency="USD", input=Decimal("0.50"), output=Decimal("2.5"), basis="community")
    Credential.objects.create(provider=provider, origin="https://api.acme.example", secret="env:X", works=True)
    return channel


def slugs(client, query):
    return [row["slug"] for row in client.get(f"/api/v1/{query}").json()["results"]]


def test_a_channel_says_who_what_where_and_for_how_much(client, real):
    body = client.get("/api/v1/channels/").json()
    assert (body["count"], body["next"], body["previous"]) == (1, None, None)
    (row,) = body["results"]
    assert set(row) == set(ChannelShape().fields)
    assert row["price"] == {
        "currency": "USD",
        "input": "0.5",
        "output": "2.5",
        "cache_read": None,
        "cache_write": None,
        "tiers": [],
        "blended": "1",
        "basis": "community",
        "source": "test",
        "checked_on": SOME_DAY.isoformat(),
    }
    assert set(row["price"]) == set(PriceShape().fields)
    assert (row["provider"], row["model"], row["maker"]) == ("acme", "one", "labs")
    assert row["base_url"] == "https://api.acme.example/v1"
    assert (row["live"], row["simulated"], row["scenarios"]) == (True, False, ["text-generation"])
    assert client.get("/api/v1/channels/acme-one/").json() == row


def test_a_simulated_channel_hides_its_path_and_is_live_while_the_simulators_run(client, settings):
    make_channel(slug="sim")
    settings.SIMULATORS_URL = "http://127.0.0.1:1"
    (row,) = client.get("/api/v1/channels/").json()["results"]
    assert (row["base_url"], row["live"], row["simulated"]) == (None, True, True)
    settings.SIMULATORS_URL = ""
    assert not client.get("/api/v1/channels/sim/").json()["live"]


def test_an_unknown_price_is_null_and_only_the_one_in_force_counts(client):
    channel = make_channel(price=False)
    assert client.get(f"/api/v1/channels/{channel.slug}/").json()["price"] is None
    today = timezone.localdate()
    make_price(channel=channel, input=1, starts_on=today - timedelta(9), ends_on=today - timedelta(2))
    make_price(channel=channel, input=None, starts_on=today - timedelta(2))
    make_price(channel=channel, input=3, starts_on=today + timedelta(2))
    price = client.get(f"/api/v1/channels/{channel.slug}/").json()["price"]
    assert (price["input"], price["blended"]) == (None, None)


@pytest.mark.parametrize(
    "query",
    [
        "scenario=text-generation",
        "provider=acme",
        "model=one",
        "maker=labs",
        "protocol=anthropic",
        "live=true",
        "simulated=no",
        "open_weights=1",
        "reasoning=YES",
        "provider=acme&live=true&scenario=",
    ],
)
def test_channels_may_be_narrowed(client, real, query):
    make_channel(slug="other", model=make_model(open_weights=False, reasons=False))
    assert slugs(client, f"channels/?{query}") == ["acme-one"]


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("channels/?input=image", ["b"]),
        ("channels/?input=image&input=text", ["a", "b"]),
        ("channels/?context=128000", ["b"]),
        ("channels/?price=1-5&measured=no", ["a"]),
        ("channels/?price_min=5", ["b"]),
        ("channels/?tools=unknown&structured_output=unknown", ["a", "b"]),
        ("channels/?sort=-price", ["b", "a"]),
        ("channels/?q=a-model", ["a"]),
        ("models/?input=image", ["b-model"]),
        ("models/?context=unknown&sort=name", ["a-model"]),
        ("providers/?retention=30&live=yes", ["a-provider"]),
    ],
)
def test_the_api_is_narrowed_like_the_pages(client, settings, query, left):
    settings.SIMULATORS_URL = "http://127.0.0.1:1"
    keeps = make_provider(slug="a-provider", retention_days=30, terms_source="https://a.example")
    make_channel(slug="a", provider=keeps, model=make_model(slug="a-model"))
    seeing = make_model(slug="b-model", input_kinds=["text", "image"], context_window=200_000)
    make_price(channel=make_channel(slug="b", model=seeing, price=False), input=Decimal(20), output=Decimal(20))
    assert slugs(client, query) == left


def test_the_opposite_narrows_to_the_others(client, real):
    make_channel(slug="other")
    for query in ("live=false", "simulated=true", "protocol=openai"):
        assert slugs(client, f"channels/?{query}") == ["other"]
    assert slugs(client, "channels/?live=true&simulated=true") == []


def test_what_is_unknown_is_neither_yes_nor_no(client):
    make_channel(model=make_model(open_weights=None))
    assert slugs(client, "channels/?open_weights=true") == slugs(client, "channels/?open_weights=false") == []


@pytest.mark.parametrize(
    ("query", "field", "mend"),
    [
        ("channels/?scenario=nope", "scenario", "text-generation"),
        ("channels/?provider=nope", "provider", "acme"),
        ("channels/?model=nope", "model", "one"),
        ("channels/?maker=nope", "maker", "labs"),
        ("channels/?protocol=soap", "protocol", "anthropic"),
        ("channels/?live=perhaps", "live", "true"),
        ("channels/?page_size=0", "page_size", "200"),
        ("channels/?page_size=9999999999999", "page_size", "200"),
        ("channels/?page_size=²", "page_size", "200"),
        ("channels/?scenario=%00", "scenario", "text-generation"),
        ("providers/?country=FRA", "country", "CN"),
        ("models/?maker=nope", "maker", "labs"),
        ("channels/?reasoning=perhaps", "reasoning", "unknown"),
        ("channels/?simulated=perhaps", "simulated", "true"),
        ("channels/?price_max=nan", "price_max", "number"),
        ("channels/?sort=luck", "sort", "price"),
        ("channels/?context=64", "context", "128000"),
        ("channels/?maker=labs&maker=nope", "maker", "labs"),
    ],
)
def test_a_value_that_makes_no_sense_is_named_and_mended(client, real, query, field, mend):
    response = client.get(f"/api/v1/{query}")
    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"
    (error,) = response.json()["errors"]
    assert error["field"] == field
    assert mend in error["mend"]


def test_a_page_too_far_says_so(client):
    response = client.get("/api/v1/channels/?page=9")
    assert response.status_code == 404
    assert response.json()["errors"][0]["field"] == "page"


@pytest.mark.parametrize("slug", ["nope", "gpt-5.5", "%00", "模型"])
def test_an_unknown_channel_is_a_problem_document(client, slug):
    response = client.get(f"/api/v1/channels/{slug}/")
    assert response.status_code == 404
    assert response.headers["Content-Type"] == "application/problem+json"


def test_lists_come_in_pages(client):
    for place in range(5):
        make_channel(slug=f"c{place}")
    first = client.get("/api/v1/channels/?page_size=2").json()
    assert (first["count"], len(first["results"]), first["previous"]) == (5, 2, None)
    assert [row["slug"] for row in client.get(first["next"]).json()["results"]] == ["c2", "c3"]


def test_what_is_not_listed_and_judges_are_not_shown(client):
    make_channel(listing=Listing.SUSPENDED)
    make_channel(is_judge=True)
    make_channel(provider=make_provider(listing=Listing.DRAFT))
    assert slugs(client, "channels/") == slugs(client, "models/") == []


def test_a_list_costs_four_queries_however_long(client, django_assert_num_queries):
    scenario = make_scenario()
    for _ in range(12):
        make_channel(scenario=scenario)
    for name in ("channels", "providers", "models"):  # the tables that they are narrowed in are built once
        client.get(f"/api/v1/{name}/")
    with django_assert_num_queries(4):
        assert len(client.get("/api/v1/channels/").json()["results"]) == 12
    with django_assert_num_queries(2):
        client.get("/api/v1/providers/")
    with django_assert_num_queries(2):
        client.get("/api/v1/models/")
    with django_assert_num_queries(4):
        client.get("/api/v1/scenarios/")


def test_a_provider_says_its_terms_or_that_they_are_unknown(client, real):
    row = client.get("/api/v1/providers/acme/").json()
    assert set(row) == set(ProviderShape().fields)
    assert row["terms"]["trains_on_inputs"] is None
    assert row["terms"]["note"] == ""
    assert (row["channels"], row["country"], row["name"]) == (1, "FR", "Acme")
    Provider.objects.update(trains_on_inputs=False, terms_source="https://acme.example/terms")
    assert slugs(client, "providers/?trains_on_inputs=false&country=fr&simulated=false") == ["acme"]
    assert slugs(client, "channels/?trains_on_inputs=true") == []


def test_a_provider_says_where_it_may_be_used_with_its_source_or_null(client, real):
    unknown = client.get("/api/v1/providers/acme/").json()["mainland"]
    assert set(unknown) == set(MainlandShape().fields)
    assert set(unknown.values()) == {None}
    page = "https://acme.example/regions"
    Provider.objects.update(available_in_mainland=False, mainland_source=page, mainland_checked_on=date(2026, 11, 1))
    known = client.get("/api/v1/providers/acme/").json()["mainland"]
    assert (known["available"], known["source"], known["filing_number"]) == (False, page, None)


def test_a_models_size_is_exact_or_null(client, real):
    row = client.get("/api/v1/models/one/").json()
    assert (row["parameters_b"], row["active_parameters_b"], row["parameters_source"]) == (None, None, "")
    AIModel.objects.filter(slug="one").update(parameters_b="0.60", parameters_source="name")
    assert client.get("/api/v1/models/one/").json()["parameters_b"] == "0.6"


def test_names_follow_the_readers_language(client, real):
    row = client.get("/api/v1/providers/acme/", headers={"Accept-Language": "zh-CN"}).json()
    assert row["name"] == "顶点"
    row = client.get("/api/v1/channels/acme-one/", headers={"Accept-Language": "zh-CN"}).json()
    assert row["provider_name"] == "顶点"


def test_models_count_their_channels_and_may_be_narrowed(client, real):
    make_channel(slug="second", model=real.model)
    make_model(slug="sold-by-nobody")
    row = client.get("/api/v1/models/one/").json()
    assert set(row) == set(ModelShape().fields)
    assert (row["channels"], row["maker"], row["reasoning"], row["context_window"]) == (2, "labs", True, 1000)
    assert slugs(client, "models/?maker=labs&open_weights=true&reasoning=true") == ["one"]
    assert slugs(client, "models/") == ["one"]


def test_scenarios_show_their_dimensions_with_anchors(client, real):
    row = client.get("/api/v1/scenarios/text-generation/").json()
    assert set(row) == set(ScenarioShape().fields)
    assert [one["slug"] for one in row["dimensions"]] == ["quality-1", "quality-2"]
    assert set(row["dimensions"][0]) == set(DimensionShape().fields)
    assert row["dimensions"][0]["anchors"][0] == {"level": 1, "text": "poor"}
    assert (row["real_channels"], row["simulated_channels"]) == (1, 0)


def test_a_credential_for_another_origin_makes_no_channel_live(client, real):
    Credential.objects.update(origin="https://api.acme")
    assert not client.get("/api/v1/channels/acme-one/").json()["live"]
    Credential.objects.update(origin="https://api.acme.example", works=False)
    assert not client.get("/api/v1/channels/acme-one/").json()["live"]


def test_an_address_without_a_path_matches_its_origin(client, real):
    Channel.objects.update(base_url="https://api.acme.example")
    assert client.get("/api/v1/channels/acme-one/").json()["live"]


def test_lists_are_read_only(client):
    response = client.post("/api/v1/channels/", {}, format="json")
    assert response.status_code == 405
    assert response.headers["Content-Type"] == "application/problem+json"
