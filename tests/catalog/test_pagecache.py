"""A guest's page serves other guests until something on it changes, and carries nothing about who asked."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as site
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog import pagecache
from catalog.models import Channel
from marketplace.accounts.models import User
from tests.factories import make_channel, make_measurement, make_scenario

pytestmark = pytest.mark.django_db
PAGES = ("/en/", "/zh-hans/", "/en/channels/", "/en/scenarios/", "/en/models/", "/en/providers/")


@pytest.fixture(autouse=True)
def _kept(settings: Any) -> Iterator[None]:
    settings.PAGE_CACHE_S = 60
    pagecache.shelf.clear()
    yield
    pagecache.shelf.clear()


@pytest.fixture
def queries() -> Any:
    return lambda: CaptureQueriesContext(connection)


@pytest.mark.parametrize("address", PAGES)
def test_the_second_guest_costs_one_query_and_gets_the_same_page(client: Client, queries: Any, address: str) -> None:
    make_channel(scenario=make_scenario())
    first = client.get(address)
    with queries() as spent:
        second = Client().get(address)
    assert len(spent) == 1
    assert second.content == first.content
    assert second.headers["Content-Security-Policy"] == first.headers["Content-Security-Policy"]
    assert second.headers["Content-Language"] == first.headers["Content-Language"]


@pytest.mark.parametrize("address", PAGES)
def test_a_shared_page_carries_no_cookie_token_or_nonce(client: Client, address: str) -> None:
    make_channel(scenario=make_scenario())
    response = client.get(address)
    assert not response.cookies
    assert b"csrfmiddlewaretoken" not in response.content
    assert b"nonce" not in response.content
    assert "nonce" not in response.headers["Content-Security-Policy"]


def test_a_change_of_any_row_on_it_is_seen_at_once(client: Client) -> None:
    channel = make_channel()
    address = channel.get_absolute_url()
    client.get(address)
    type(channel.model).objects.update(name="Renamed Model")
    assert b"Renamed Model" in client.get(address).content
    Channel.objects.update(listing="draft")
    assert client.get(address).status_code == 404


def test_a_new_measurement_is_seen_at_once(client: Client) -> None:
    scenario = make_scenario()
    channel = make_channel(scenario=scenario)
    before = client.get(scenario.get_absolute_url()).content
    make_measurement(channel=channel, scenario=scenario, metric="score", samples=4321)
    after = client.get(scenario.get_absolute_url()).content
    assert b"4321" in after
    assert b"4321" not in before


def test_what_is_not_a_row_is_looked_at_again_after_a_while(client: Client, queries: Any, monkeypatch: Any) -> None:
    client.get("/en/")
    later = pagecache.time.monotonic() + 61
    monkeypatch.setattr(pagecache.time, "monotonic", lambda: later)
    with queries() as spent:
        client.get("/en/")
    assert len(spent) > 1


def test_each_host_query_and_language_has_pages_of_its_own(client: Client, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["a.example", "b.example"]
    one = client.get("/en/", headers={"host": "a.example"}).content
    two = client.get("/en/", headers={"host": "b.example"}).content
    assert b"a.example" in one
    assert b"a.example" not in two
    assert client.get("/en/channels/?kind=simulated", headers={"host": "a.example"}).content != one


def test_someone_signed_in_gets_a_page_of_their_own(client: Client, queries: Any) -> None:
    client.get("/en/")
    client.force_login(User.objects.create_user("ada"))
    with queries() as spent:
        response = client.get("/en/")
    assert len(spent) > 1
    assert "ETag" not in response.headers


def test_a_page_that_sets_a_cookie_is_kept_for_nobody(client: Client) -> None:
    make_channel(scenario=make_scenario())
    first = client.get("/en/trials/new/")
    assert first.cookies
    assert Client().get("/en/trials/new/").cookies[next(iter(first.cookies))].value != ""
    assert "ETag" not in first.headers


def test_a_browser_that_has_it_is_told_so_and_sent_nothing(client: Client) -> None:
    first = client.get("/en/")
    again = client.get("/en/", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert again.content == b""
    make_channel(scenario=make_scenario(title_en="A new job"))
    assert client.get("/en/", headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_goes_out_compressed_to_whoever_takes_that(client: Client) -> None:
    plain = client.get("/en/")
    packed = client.get("/en/", headers={"Accept-Encoding": "gzip, br"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert "Content-Encoding" not in plain.headers
    assert "Accept-Encoding" in packed.headers["Vary"]


@pytest.mark.parametrize("address", ["/en/channels/no-such-channel/", "/en/nowhere/"])
def test_keeps_no_page_that_is_not_there(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404
    assert not pagecache.shelf._pages


def test_drops_the_least_lately_used_page_when_the_shelf_is_full() -> None:
    shelf, page = pagecache.Shelf(2), pagecache.Page(b"", (), '""', float("inf"))
    for name in ("a", "b"):
        shelf.put((name,), page)
    shelf.take(("a",))
    shelf.put(("c",), page)
    assert shelf.take(("a",))
    assert not shelf.take(("b",))


def test_an_endless_query_is_answered_and_not_kept(client: Client) -> None:
    assert client.get("/en/channels/?q=" + "x" * 600).status_code == 200
    assert not pagecache.shelf._pages


def test_the_site_keeps_pages_by_default() -> None:
    assert "catalog.pagecache.PageCacheMiddleware" in site.MIDDLEWARE


@pytest.mark.parametrize(
    ("accepted", "packed"), [("gzip", True), ("br, gzip;q=0.5", True), ("gzip;q=0", False), ("br", False)]
)
def test_goes_out_compressed_only_where_that_is_wanted(client: Client, accepted: str, packed: bool) -> None:
    response = client.get("/en/", headers={"Accept-Encoding": accepted})
    assert ("Content-Encoding" in response.headers) is packed
