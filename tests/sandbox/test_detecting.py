"""What an address turns out to be, whatever it does, in a few seconds."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from sandbox import detecting
from sandbox.detecting import Found, Saw, best, look, protocol_of
from tests.marketplace.portal.adding import upstream as upstreams
from tests.marketplace.portal.adding.upstream import ANTHROPIC, GEMINI, GOOD, NO, OPENAI
from tests.sandbox.wire import test_dialler

certificate = test_dialler.certificate


@pytest.fixture
def upstream(settings):
    server = upstreams.serve()
    settings.LOCAL_ADDRESSES = [server.address]
    yield server
    upstreams.stop(server)


@pytest.mark.parametrize("protocol", ["openai", "anthropic", "gemini"])
def test_knows_a_protocol_by_its_list(upstream, protocol):
    found = look(f"{upstream.origin}/{protocol}/v1")
    assert (found.saw, found.protocol, found.is_local) == (Saw.LIST, protocol, True)
    assert "model-a" in found.models


@pytest.mark.parametrize("protocol", ["openai", "anthropic", "gemini"])
def test_knows_a_protocol_by_the_error_that_wants_a_key(upstream, protocol):
    found = look(f"{upstream.origin}/{protocol}-strict/v1")
    assert (found.saw, found.protocol, found.models) == (Saw.WANTS_KEY, protocol, None)


@pytest.mark.parametrize("protocol", ["openai", "anthropic", "gemini"])
def test_shows_a_key_in_the_protocols_own_way(upstream, protocol):
    found = look(f"{upstream.origin}/{protocol}-strict/v1", key=GOOD)
    assert (found.saw, found.protocol) == (Saw.LIST, protocol)


def test_says_that_a_key_was_not_accepted(upstream):
    found = look(f"{upstream.origin}/openai-strict/v1", key="another-key-of-some-length")
    assert (found.saw, found.protocol) == (Saw.REFUSED_KEY, "openai")


def test_finds_the_version_that_was_left_out(upstream):
    found = look(f"{upstream.origin}/versioned")
    assert (found.saw, found.base_url) == (Saw.LIST, f"{upstream.origin}/versioned/v1")


def test_prefers_the_version_that_google_keeps_up_to_date():
    asked = [Found(f"https://g.example.com{path}", Saw.WANTS_KEY, "gemini") for path in ("", "/v1", "/v1beta")]
    assert best(asked).base_url.endswith("/v1beta")
    assert best([replace(asked[1], saw=Saw.LIST), asked[2]]).base_url.endswith("/v1")


def test_sends_nothing_but_requests_for_lists(upstream):
    look(f"{upstream.origin}/openai-strict", key=GOOD)
    assert {command for command, *_ in upstream.calls} == {"GET"}
    assert all("/models" in path for _, path, _ in upstream.calls)


@pytest.mark.parametrize(
    ("temper", "saw"),
    [
        ("page", Saw.PAGE),
        ("nothing", Saw.NOTHING_THERE),
        ("listless", Saw.NO_LIST),
        ("broken", Saw.FAILED),
        ("busy", Saw.BUSY),
        ("number", Saw.STRANGE),
        ("redirect", Saw.REDIRECT),
        ("flood", Saw.ENDLESS),
    ],
)
def test_says_what_an_address_does_instead_of_listing(upstream, temper, saw):
    assert look(f"{upstream.origin}/{temper}/v1").saw is saw


@pytest.mark.parametrize(("temper", "saw"), [("mute", Saw.SILENT), ("drip", Saw.ENDLESS)])
def test_waits_for_nobody_longer_than_a_person_would(upstream, temper, saw, monkeypatch):
    monkeypatch.setitem(detecting.TIGHT, "headers_ms", 300)
    monkeypatch.setitem(detecting.TIGHT, "total_ms", 600)
    began = time.monotonic()
    assert look(f"{upstream.origin}/{temper}/v1", key=GOOD).saw is saw
    assert time.monotonic() - began < 5


def test_gives_up_within_six_seconds_at_its_own_limits():
    assert detecting.LOOK_S + detecting.TRY_S < detecting.ALL_S < 6
    assert detecting.TIGHT["total_ms"] < detecting.LOOK_S * 1000


def test_follows_no_redirect(upstream):
    look(f"{upstream.origin}/redirect/v1", key=GOOD)
    assert not [path for _, path, _ in upstream.calls if path.startswith("/openai")]


def test_says_that_nobody_listens(upstream, settings):
    upstreams.stop(upstream)
    assert look(f"{upstream.origin}/v1").saw is Saw.AWAY


def test_blocks_what_is_not_public(settings):
    settings.LOCAL_ADDRESSES = []
    found = look("https://127.0.0.1/v1")
    assert (found.saw, found.why) == (Saw.BLOCKED, "not a public address")


def test_trusts_no_certificate_that_nobody_vouches_for(settings, certificate):
    server = upstreams.serve(tls=certificate[0])
    settings.LOCAL_ADDRESSES = [server.address]
    try:
        assert look(f"{server.origin}/openai/v1").saw is Saw.CERTIFICATE
    finally:
        upstreams.stop(server)


@pytest.mark.parametrize(
    ("body", "protocol"),
    [
        (OPENAI, "openai"),
        (ANTHROPIC, "anthropic"),
        (GEMINI, "gemini"),
        ({"data": [{"id": "a"}]}, "openai"),
        (NO["openai"], "openai"),
        (NO["anthropic"], "anthropic"),
        (NO["gemini"], "gemini"),
        ([NO["gemini"]], "gemini"),
        ({"data": []}, ""),
        ({"models": []}, ""),
        ({"models": [{"name": "llama:8b"}]}, ""),
        ({"detail": "Not Found"}, ""),
        ({"error": "no"}, ""),
        (None, ""),
        ([], ""),
        (42, ""),
    ],
)
def test_reads_whose_words_they_are(body, protocol):
    assert protocol_of(body) == protocol
