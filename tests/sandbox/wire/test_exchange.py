"""One raw request by the guarded door: what is sent, what is heard, and what may be kept of it."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from urllib.parse import quote

import pytest

from sandbox.wire import exchange as door
from sandbox.wire.client import Client, Stop
from sandbox.wire.exchange import Exchange, Request, exchange, kept, shorten
from sandbox.wire.types import Endpoint, Kind, WireError
from tests.sandbox.wire.scripts import FAULTS, NEVER, STOP, Fault, answers, drips, echo_key, error, said, streams, tells
from tests.sandbox.wire.upstream import FAST, KEY, Script, Upstream, chunked, stream, upstream

ASK = Request("/chat/completions", payload={"model": "model-a"})
GOOD = streams(said("A stone."), STOP, "[DONE]")


def put(script: Script, request: Request = ASK, *, dialect=None, **options) -> tuple[Exchange, Upstream]:
    async def work(up: Upstream, client: Client) -> Exchange:
        return await exchange(client, up.endpoint(**(dialect or {})), request, **options)

    return with_client(script, work)


def with_client(script: Script, work: Callable[[Upstream, Client], Awaitable[Exchange]]) -> tuple[Exchange, Upstream]:
    async def run():
        async with upstream(script) as up:
            client = up.client()
            try:
                return await work(up, client), up
            finally:
                await client.close()

    return asyncio.run(run())


def test_posts_the_payload_with_the_key_in_its_header_alone():
    made, up = put(GOOD)
    (asked,) = up.requests
    assert asked.head.startswith(b"POST /v1/chat/completions HTTP/1.1\r\n")
    assert asked.header("authorization") == f"Bearer {KEY}"
    assert json.loads(asked.body) == {"model": "model-a"}
    assert made.error is None
    assert (made.status, made.media_type) == (200, "text/event-stream")
    assert made.body == stream(said("A stone."), STOP, "[DONE]")
    assert made.json() is None
    assert 0 < made.first_ms <= made.total_ms


def test_sends_bytes_that_are_no_json_as_they_are():
    _, up = put(GOOD, Request("/chat/completions", raw=b"{oops"))
    assert up.requests[0].body == b"{oops"


@pytest.mark.parametrize(
    ("key", "protocol", "header", "value"),
    [
        (None, "openai", "authorization", f"Bearer {KEY}"),
        ("", "openai", "authorization", ""),
        ("another", "openai", "authorization", "Bearer another"),
        ("another", "anthropic", "x-api-key", "another"),
    ],
)
def test_signs_with_its_own_key_with_none_or_with_another(key, protocol, header, value):
    request = Request("/models", method="GET", headers={"anthropic-version": "2023-06-01"}, key=key)
    made, up = put(answers("200 OK", b'{"data": []}'), request, dialect={"protocol": protocol})
    (asked,) = up.requests
    assert asked.head.startswith(b"GET /v1/models HTTP/1.1\r\n")
    assert asked.header(header) == value
    assert asked.header("anthropic-version") == "2023-06-01"
    assert made.json() == {"data": []}
    shown = kept(made, up.endpoint(protocol=protocol))["sent"]
    assert (
        shown["headers"].get(header, "")
        == {
            None: f"Bearer {door.OWN_KEY}",
            "": "",
            "another": f"Bearer {door.OTHER_KEY}" if protocol == "openai" else door.OTHER_KEY,
        }[key]
    )
    assert shown["body"] == ""


def test_follows_no_redirect():
    made, up = put(answers("307 Temporary Redirect", location="https://127.0.0.1/"))
    assert made.status == 307
    assert made.error is None
    assert len(up.requests) == 1


@pytest.mark.parametrize("url", ["https://169.254.169.254/v1", "http://example.com/v1", "https://[::1]/v1"])
def test_calls_no_address_that_is_blocked(url):
    async def work(up: Upstream, client: Client) -> Exchange:
        return await exchange(client, Endpoint("openai", url, "model-a", KEY), ASK)

    made, up = with_client(GOOD, work)
    assert made.kind is Kind.BLOCKED_ADDRESS
    assert made.status is None
    assert up.requests == []


def test_says_invalid_of_what_cannot_be_sent():
    assert put(GOOD, Request("no path at all"))[0].kind is Kind.INVALID
    assert put(GOOD, ASK, dialect={"key": "a key\r\nx-other: header"})[0].kind is Kind.INVALID


def test_forgives_nothing_unforeseen_but_tells_only_its_type(caplog):
    def fails(data: bytes) -> bool:
        raise RuntimeError(KEY)

    made, _ = put(GOOD, hang_up=fails)
    assert made.kind is Kind.INTERNAL
    assert "RuntimeError" in caplog.text
    assert KEY not in caplog.text


def test_hangs_up_in_the_middle_when_told_to():
    made, _ = put(drips(lambda n: stream(said("a")), every=0.01), hang_up=lambda data: b"a" in data)
    assert made.is_stopped
    assert made.error is None
    assert made.heard


def test_ends_when_somebody_says_stop():
    async def work(up: Upstream, client: Client) -> Exchange:
        stop = Stop()
        asyncio.get_running_loop().call_later(0.1, stop.now, WireError(Kind.CANCELLED, "Stopped."))
        return await exchange(client, up.endpoint(), ASK, stop=stop)

    made, _ = with_client(tells(closes=False), work)
    assert made.kind is Kind.CANCELLED
    assert made.status == 200


def test_bounds_the_number_of_pieces():
    made, _ = put(drips(lambda n: b": x\n", every=0.005), limits=replace(FAST, events=5))
    assert made.kind is Kind.TOO_LARGE
    assert len(made.heard) == 5


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_ends_in_time_and_keeps_nothing_that_must_not_be_shown(fault: Fault):
    began = time.perf_counter()
    made, up = put(fault.script)
    assert time.perf_counter() - began < FAST.total_ms / 1000 + 1
    assert len(up.requests) == 1
    shown = json.dumps(kept(made, up.endpoint()))
    assert [word for word in (KEY, base64.b64encode(KEY.encode()).decode(), quote(KEY, safe="")) if word in shown] == []
    assert up.address not in shown
    assert len(shown) < 12_000


def test_keeps_what_was_sent_and_received_without_the_key():
    made, up = put(echo_key)
    shown = kept(made, up.endpoint())
    assert shown["sent"]["path"] == "/chat/completions"
    assert shown["sent"]["body"] == '{"model":"model-a"}'
    assert shown["received"]["status"] == 500
    assert "bad header: Bearer [removed]" in shown["received"]["body"]
    assert (shown["received"]["error"], shown["received"]["is_stopped"]) == ("", False)
    assert kept(put(tells(head=b""))[0], up.endpoint())["received"]["error"] == "connect"
    assert kept(made, up.endpoint(key=""))["sent"]["headers"] == {}


def test_redacts_before_it_cuts():
    text = "x" * 95 + KEY + " and more"
    assert shorten(text, secret=KEY, most=100) == "x" * 95 + "[rem…"
    assert shorten("x" * 94 + " 10.20.30.40", secret=KEY, most=100) == "x" * 94 + " [rem…"
    assert shorten("short", secret=KEY) == "short"


@pytest.mark.parametrize(
    "spelled",
    [
        "".join(f"\\u{ord(letter):04x}" for letter in KEY),
        KEY.replace("/", "\\/"),
        KEY.replace("k", "\\u006b"),
    ],
)
def test_withholds_a_text_that_spells_the_key_in_escapes(spelled):
    assert KEY not in spelled
    body = error("x").replace(b"x", spelled.encode())
    made, up = put(answers("400 Bad Request", body))
    assert kept(made, up.endpoint())["received"]["body"] == "[removed]"
    assert "caf" in shorten('{"a": "caf\\u00e9"}', secret=KEY)


def test_long_bodies_without_blanks_cost_no_square():
    began = time.perf_counter()
    shorten("a" * 2_000_000, secret=KEY)
    shorten("*" * 2_000_000, secret=KEY)
    assert time.perf_counter() - began < 1


def test_waits_no_longer_than_its_own_limits():
    began = time.perf_counter()
    made, _ = put(tells(chunked(b"data: x"), closes=False), limits=replace(FAST, total_ms=100))
    assert made.kind is Kind.TIMEOUT
    assert made.body == b"data: x"
    assert time.perf_counter() - began < min(1, NEVER)


def test_withholds_a_key_that_stands_in_a_headers_name():
    """Names come in lower case, whatever they were sent in."""
    endpoint = Endpoint("openai", "https://api.example.com/v1", "", key="Not-A-Real-Key-42")
    made = Exchange(ASK, status=200, headers={f"x-{endpoint.key.lower()}": "1"})
    assert endpoint.key.lower() not in str(kept(made, endpoint)["received"]["headers"])
