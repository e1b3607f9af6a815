"""Whatever an endpoint does, its checks end in time with verdicts, and its key is in nothing that is kept."""

from __future__ import annotations

import asyncio
import json
import secrets
import sys
import time
from base64 import b64encode
from dataclasses import replace

import pytest

from sandbox.conformance import bench
from sandbox.conformance.bench import Claims
from sandbox.conformance.checks.reading import likeness
from sandbox.conformance.engine import run_checks
from sandbox.conformance.questions import SLUGS, VITAL
from sandbox.conformance.wording import sentence, template_of
from tests.sandbox.wire.scripts import FAULTS, Fault, answers, error, said, streams
from tests.sandbox.wire.upstream import FAST, upstream

CANARY = f"canary-{secrets.token_hex(12)}"
QUICK = replace(FAST, total_ms=700, headers_ms=400, first_piece_ms=400, idle_ms=200, piece_gap_ms=200)
CLAIMS = Claims(("model-a",), takes_pictures=True, calls_tools=True, context_window=1_000, max_parallel=8)


def check(script, *, only=(), limits=QUICK, within_s=20.0, protocol="openai"):
    """Every finding about an endpoint of that script."""

    async def run():
        async with upstream(script) as up:
            client = up.client(limits)
            endpoint = up.endpoint(key=CANARY, protocol=protocol)
            try:
                return [one async for one in run_checks(client, endpoint, CLAIMS, only=only, within_s=within_s)]
            finally:
                await client.close()

    return asyncio.run(run())


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch):
    monkeypatch.setattr(bench, "BUSY_PAUSE_S", 0.01)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_ends_in_time_with_a_verdict_in_words(fault: Fault):
    began = time.perf_counter()
    found = check(fault.script, only=(*VITAL, "models_list", "tools", "parameters"), within_s=5)
    assert time.perf_counter() - began < 8
    assert {one.slug for one in found} == {*VITAL, "models_list", "tools", "parameters"}
    for one in found:
        assert one.verdict.result in ("pass", "warn", "fail", "na")
        assert template_of(one.slug, one.verdict.finding), (one.slug, one.verdict.finding)
        assert sentence(one.slug, one.verdict.finding, one.verdict.facts)
    assert not hidden_in(found)


def test_a_key_that_is_echoed_whole_in_codes_or_in_pieces_is_kept_nowhere():
    async def echo(request, writer):
        key = (request.header("authorization") or "Bearer nothing").removeprefix("Bearer ")
        halves = (key[:9], key[9:])
        encoded = b64encode(key.encode()).decode()
        await streams(
            *map(said, halves), said(f" {encoded} {key}"), '{"choices":[{"delta":{},"finish_reason":"stop"}]}'
        )(request, writer)

    async def refuse(request, writer):
        await answers("400 Bad Request", error(f"bad: {request.header('authorization')}"))(request, writer)

    for script in (echo, refuse):
        found = check(script)
        assert {one.slug for one in found} == set(SLUGS)
        assert not hidden_in(found)


def hidden_in(found) -> list[str]:
    kept = json.dumps([[one.verdict.facts, one.exchanges, one.learned] for one in found], ensure_ascii=False)
    pieces = (CANARY, CANARY[:9] + '"', CANARY.encode().hex(), b64encode(CANARY.encode()).decode(), "127.0.0.1")
    return [piece for piece in pieces if piece in kept]


def test_what_is_not_done_in_time_has_failed():
    async def hang(request, writer):
        await asyncio.sleep(30)

    found = check(
        hang, only=("address", "plain_answer"), limits=replace(QUICK, total_ms=9_000, headers_ms=9_000), within_s=0.3
    )
    assert {one.verdict.finding for one in found} == {"out_of_time"}


def test_a_check_that_trips_over_itself_accuses_nobody(monkeypatch, caplog):
    from sandbox.conformance import checks

    async def trip(desk):
        raise RuntimeError(CANARY)

    monkeypatch.setattr(checks, "CHECKS", {"address": checks.Check(trip, "nothing")})
    monkeypatch.setattr("sandbox.conformance.engine.CHECKS", {"address": checks.Check(trip, "nothing")})
    (one,) = check(answers("404 Not Found"))
    assert (one.verdict.result, one.verdict.finding) == ("na", "our_fault")
    assert CANARY not in caplog.text


def test_says_of_a_dead_address_only_that_it_is_dead():
    async def run():
        async with upstream(answers("404 Not Found")) as up:
            client, endpoint = up.client(QUICK), up.endpoint(key=CANARY)
        try:
            return [one async for one in run_checks(client, endpoint, CLAIMS)]
        finally:
            await client.close()

    found = {one.slug: one.verdict for one in asyncio.run(run())}
    assert (found.pop("address").finding, found.pop("tls").finding) == ("no_connection", "local")
    assert {verdict.finding for verdict in found.values()} == {"unreachable"}


def test_follows_no_redirect_and_says_so():
    found = {one.slug: one.verdict for one in check(answers("308 Permanent Redirect", location="https://127.0.0.1/"))}
    assert found["address"].finding == "redirects"
    assert found["plain_answer"].finding == "unreachable"


def test_a_window_that_nobody_has_is_not_put_to_the_test(monkeypatch):
    """What a provider claims of its model is not the size of what we send."""
    monkeypatch.setattr(sys.modules[__name__], "CLAIMS", replace(CLAIMS, context_window=100_000_000))
    (one,) = check(streams(said("PLUM")), only=["too_long"])
    assert (one.verdict.result, one.verdict.finding) == ("na", "too_large")
    assert "100000000" in sentence("too_long", "too_large", one.verdict.facts)
    assert [each["sent"]["path"] for each in one.exchanges] == []


def test_texts_made_to_be_slow_to_compare_are_compared_soon():
    began = time.perf_counter()
    likeness("a" * 4_000, "a" * 3_999 + "b")
    likeness("ab" * 2_000, "ba" * 2_000)
    assert time.perf_counter() - began < 3
