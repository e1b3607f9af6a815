"""A call from its beginning to its outcome: what is sent, what is measured, how it is stopped."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
import uvloop

from sandbox.wire import client as wire_client
from sandbox.wire.client import Client, Stop
from sandbox.wire.types import Endpoint, Kind, Outcome, Question, Reasoning, Text, WireError
from tests.sandbox.wire.recordings import RECORDINGS
from tests.sandbox.wire.scripts import NEVER, STOP, answers, error, in_turn, said, streams, tells
from tests.sandbox.wire.upstream import (
    FAST,
    HEAD,
    KEY,
    LAST_CHUNK,
    Request,
    Script,
    Upstream,
    chunked,
    stream,
    upstream,
)

QUESTION = Question("What is a touchstone?", system="Be brief.")
GOOD = streams(said("A stone."), STOP, "[DONE]")


def ask(script: Script, *, client=None, question=QUESTION, dialect=None, **options) -> tuple[Outcome, Upstream]:
    """One call to an upstream of that script."""

    async def call(up: Upstream, made: Client) -> Outcome:
        return await made.ask(up.endpoint(**(dialect or {})), question, **options)

    return with_client(script, call, **(client or {}))


def with_client(
    script: Script, work: Callable[[Upstream, Client], Awaitable[Outcome]], **options
) -> tuple[Outcome, Upstream]:
    async def run():
        async with upstream(script) as up:
            made = up.client(**options)
            try:
                return await work(up, made), up
            finally:
                await made.close()

    return asyncio.run(run())


def test_sends_the_question_with_the_key_and_no_more_than_that():
    _, up = ask(GOOD)
    (request,) = up.requests
    assert request.head.startswith(b"POST /v1/chat/completions HTTP/1.1\r\n")
    names = {line.partition(":")[0].lower() for line in request.head.decode().split("\r\n")[1:]}
    assert names == {"host", "accept", "accept-encoding", "authorization", "content-length", "content-type"}
    assert request.header("authorization") == f"Bearer {KEY}"
    assert request.header("host") == up.address
    assert json.loads(request.body)["messages"][1]["content"] == QUESTION.text


@pytest.mark.parametrize(
    ("protocol", "dialect", "header"),
    [
        ("anthropic", {}, "x-api-key"),
        ("gemini", {}, "x-goog-api-key"),
        ("openai", {"auth": "api-key"}, "api-key"),
    ],
)
def test_signs_as_the_protocol_or_the_dialect_wants_it(protocol, dialect, header):
    _, up = ask(tells(), dialect={"protocol": protocol, **dialect})
    assert up.requests[0].header(header) == KEY
    assert up.requests[0].header("authorization") == ""


def test_sends_no_key_where_there_is_none():
    _, up = ask(GOOD, dialect={"key": ""})
    assert b"authorization" not in up.requests[0].head.lower()


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda recording: recording.protocol)
def test_makes_one_outcome_of_each_protocols_stream(recording):
    pieces = []
    script = tells(*[chunked(recording.raw[at : at + 5]) for at in range(0, len(recording.raw), 5)], LAST_CHUNK)
    outcome, _ = ask(script, dialect={"protocol": recording.protocol}, on_piece=pieces.append)
    assert outcome.error is None
    assert pieces == [piece for piece in recording.pieces if isinstance(piece, Text | Reasoning) and piece.text]
    assert outcome.text == "".join(piece.text for piece in pieces if isinstance(piece, Text))
    assert outcome.reasoning == "".join(piece.text for piece in pieces if isinstance(piece, Reasoning))
    assert outcome.upstream_model in {"shi-1", "jin-2", "tan-3"}
    assert outcome.finish == "stop"
    assert not outcome.usage_estimated


def test_measures_from_the_moment_the_request_leaves():
    async def slowly(request: Request, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.1)
        writer.write(HEAD)
        for event in ('{"choices":[{"delta":{"reasoning":"r"}}]}', said("one "), said("two"), STOP, "[DONE]"):
            writer.write(chunked(stream(event)))
            await writer.drain()
            await asyncio.sleep(0.05)
        writer.write(LAST_CHUNK)

    async def dawdle() -> None:
        await asyncio.sleep(0.2)  # what happens before the request leaves is not the channel's time

    outcome, _ = ask(slowly, before_send=dawdle)
    assert 90 < outcome.ttft_ms < 280
    assert outcome.ttft_ms + 40 < outcome.ttfat_ms < outcome.total_ms - 80
    assert 40 < outcome.gap_p95_ms < 200
    assert 290 < outcome.total_ms < 490
    assert outcome.output_tps > 0


def test_keeps_the_manifest_of_what_was_sent():
    outcome, _ = ask(GOOD, question=Question("hi", thinking_tokens=5))
    assert outcome.sent["model"] == "model-a"
    assert outcome.dropped == ("thinking_tokens",)
    assert KEY not in str(outcome)


def test_splits_inline_thinking_unless_the_dialect_says_that_there_is_none():
    script = streams(said("<thi"), said("nk>hm</think>A "), said("stone. </think>"), STOP)
    outcome, _ = ask(script)
    assert (outcome.reasoning, outcome.text) == ("hm", "A stone. </think>")
    assert ask(script, dialect={"think_tags": False})[0].text == "<think>hm</think>A stone. </think>"


def test_leaves_tags_alone_after_the_first_words_of_an_answer():
    outcome, _ = ask(streams(said("See: "), said("<think>"), said("x</think>"), STOP))
    assert (outcome.reasoning, outcome.text) == ("", "See: <think>x</think>")


def test_lets_go_of_what_was_held_back_when_the_stream_ends():
    pieces = []
    script = streams(said(f"the key is {KEY[:9]}"), STOP)
    outcome, _ = ask(script, on_piece=pieces.append)
    assert outcome.text == f"the key is {KEY[:9]}" == "".join(piece.text for piece in pieces)
    assert ask(streams(said("<thin"), STOP))[0].text == "<thin"


def test_takes_the_key_out_of_an_answer_that_repeats_it():
    pieces = []
    script = streams(said(f"your key is {KEY[:7]}"), said(f"{KEY[7:]}, I know"), STOP, said(""))
    outcome, _ = ask(script, on_piece=pieces.append)
    assert outcome.text == "your key is [removed], I know"
    assert KEY not in "".join(piece.text for piece in pieces)


def test_redacts_before_it_cuts():
    body = error("x" * (299 - 60) + KEY * 3)
    detail = ask(answers("400 Bad Request", body))[0].error.detail
    assert len(detail) == 300
    assert KEY[:6] not in detail


def test_reuses_a_warm_connection():
    async def thrice(up, client):
        for _ in range(2):
            await client.ask(up.endpoint(), QUESTION)
        return await client.ask(up.endpoint(), QUESTION)

    async def script(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + chunked(stream(said("A stone."), STOP, "[DONE]")))
        await writer.drain()
        await asyncio.sleep(0.01)
        writer.write(LAST_CHUNK)

    outcome, up = with_client(script, thrice)
    assert outcome.error is None
    assert (len(up.requests), up.connections) == (3, 1)


@pytest.mark.parametrize("patience_s", [0.02, 0.5])
def test_does_not_count_the_wait_for_a_connection_that_stays_open(monkeypatch, patience_s):
    monkeypatch.setattr(wire_client, "LAST_WORD_S", patience_s)
    outcome, _ = ask(tells(chunked(stream(said("ok"), STOP, "[DONE]")), closes=False))
    assert outcome.error is None
    assert outcome.total_ms < 400


def test_reads_past_what_follows_the_last_event_to_keep_the_connection():
    async def script(request: Request, writer):
        writer.write(HEAD + chunked(stream(said("A stone."), STOP, "[DONE]")))
        await writer.drain()
        await asyncio.sleep(0.02)  # so that it is read by itself
        writer.write(chunked(b": goodbye\n\n") + LAST_CHUNK)
        await writer.drain()

    async def twice(up, client):
        return [await client.ask(up.endpoint(), QUESTION) for _ in range(2)]

    outcomes, up = with_client(script, twice)
    assert [outcome.text for outcome in outcomes] == ["A stone."] * 2
    assert (len(up.requests), up.connections) == (2, 1)


def test_does_not_read_on_without_end_to_keep_a_connection():
    flood = chunked(b": x\n" * 10_000)
    limits = replace(FAST, body_bytes=10_000_000)
    outcome, _ = ask(tells(chunked(stream(said("ok"), STOP, "[DONE]")), *[flood] * 20), client={"limits": limits})
    assert outcome.text == "ok"
    assert outcome.error is None


def test_tells_the_pause_before_it_tries_again():
    pauses, sends = [], []

    async def count() -> None:
        sends.append(1)

    script = in_turn(answers("429 Too Many Requests", retry_after="0.01"), GOOD)
    outcome, up = ask(script, on_retry=pauses.append, before_send=count)
    assert (outcome.error, outcome.tries, len(up.requests)) == (None, 2, 2)
    assert pauses == [10.0]
    assert len(sends) == 2


def test_reads_a_date_to_try_again_at_by_our_clock_where_the_provider_tells_no_time():
    past = answers("429 Too Many Requests", retry_after="Wed, 21 Oct 2015 07:28:00 GMT")
    outcome, up = ask(in_turn(past, GOOD))
    assert (outcome.error, outcome.tries, len(up.requests)) == (None, 2, 2)


def test_never_sends_what_may_not_leave():
    async def overtaken() -> None:
        raise WireError(Kind.CANCELLED, "Another worker has taken the trial.")

    outcome, up = ask(GOOD, before_send=overtaken)
    assert outcome.error.kind == Kind.CANCELLED
    assert up.requests == []
    assert outcome.tries == 0


def test_a_listener_that_fails_is_our_own_fault(caplog):
    def fail(piece: Text | Reasoning) -> None:
        raise RuntimeError(KEY)

    with caplog.at_level(logging.ERROR):
        outcome, _ = ask(GOOD, on_piece=fail)
    assert outcome.error.kind == Kind.INTERNAL
    assert KEY not in caplog.text
    assert ask(streams(said(KEY[:9]), STOP), on_piece=fail)[0].error.kind == Kind.INTERNAL


@pytest.mark.parametrize(
    ("dialect", "question"),
    [
        ({}, Question("half a pair \ud83d")),
        ({"thinking_least": "many"}, QUESTION),
        ({"path": "@127.0.0.1/", "auth": "api-key"}, QUESTION),
        ({"path": ".example.com/"}, QUESTION),
        ({"path": "/a\r\nx-evil: 1"}, QUESTION),
        ({"path": "/a b"}, QUESTION),
        ({"protocol": "carrier pigeon"}, QUESTION),
    ],
)
def test_says_so_when_a_request_cannot_be_made(dialect, question):
    outcome, up = ask(GOOD, dialect=dialect, question=question)
    assert outcome.error.kind == Kind.INVALID
    assert up.requests == []


@pytest.mark.parametrize("text", ["a\0b", "\u202eabc", "🪨" * 1_000, "x" * 1_000_000, ""])
def test_sends_any_text_as_it_is(text):
    outcome, up = ask(GOOD, question=Question(text), client={"limits": replace(FAST, headers_ms=2_000)})
    assert outcome.error is None
    assert json.loads(up.requests[0].body)["messages"][0]["content"] == text


def test_a_key_that_no_header_can_carry_is_never_sent():
    outcome, up = ask(GOOD, dialect={"key": "not-a-real-key\r\nx-evil: 1"})
    assert outcome.error.kind == Kind.INTERNAL
    assert up.requests == []


class TestStop:
    """Somebody says stop."""

    def test_keeps_the_text_and_closes_the_connection(self):
        stop = Stop()
        talking = tells(chunked(stream(said("one "))), chunked(stream(said("two"))), closes=False)

        async def work(up: Upstream, client: Client) -> Outcome:
            def first(piece: Text | Reasoning) -> None:
                asyncio.get_running_loop().call_later(0.02, stop.now, WireError(Kind.CANCELLED, "You stopped it."))

            outcome = await client.ask(up.endpoint(), QUESTION, on_piece=first, stop=stop)
            await client.close()
            await asyncio.wait_for(up.closed.wait(), 2)
            return outcome

        async def script(request: Request, writer: asyncio.StreamWriter) -> None:
            await asyncio.wait([asyncio.create_task(talking(request, writer))], timeout=0.1)
            while not writer.is_closing():
                writer.write(chunked(b": \n"))
                await writer.drain()
                await asyncio.sleep(0.01)

        outcome, _ = with_client(script, work)
        assert outcome.error.kind == Kind.CANCELLED
        assert outcome.text == "one two"
        assert outcome.usage_estimated

    def test_ends_all_calls_that_were_given_it_and_no_other(self):
        stop = Stop()

        async def work(up: Upstream, client: Client) -> Outcome:
            calls = [client.ask(up.endpoint(), QUESTION, stop=stop) for _ in range(3)]
            other = client.ask(up.endpoint(), QUESTION)
            asyncio.get_running_loop().call_later(0.05, stop.now, WireError(Kind.CANCELLED, "Stop."))
            *stopped, left = await asyncio.gather(*calls, other)
            assert [outcome.error.kind for outcome in stopped] == [Kind.CANCELLED] * 3
            return left

        outcome, _ = with_client(tells(head=b"", closes=False), work)
        assert outcome.error.kind == Kind.TIMEOUT

    def test_ends_a_call_that_begins_afterwards_before_anything_leaves(self):
        stop = Stop()
        stop.now(WireError(Kind.CANCELLED, "Stop."))
        stop.now(WireError(Kind.INTERNAL, "Too late to say anything else."))
        outcome, up = ask(GOOD, stop=stop)
        assert outcome.error.kind == Kind.CANCELLED
        assert up.requests == []

    def test_ends_the_pause_before_a_second_try(self):
        stop = Stop()
        script = answers("429 Too Many Requests", retry_after="1")
        outcome, up = ask(
            script, on_retry=lambda wait: stop.now(WireError(Kind.CANCELLED, "Stop.")), stop=stop, client={}
        )
        assert outcome.error.kind == Kind.CANCELLED
        assert len(up.requests) == 1


def test_a_cancelled_task_is_cancelled():
    async def work(up: Upstream, client: Client) -> Outcome:
        task = asyncio.create_task(client.ask(up.endpoint(), QUESTION))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return Outcome()

    with_client(tells(head=b"", closes=False), work)


@pytest.mark.parametrize(
    ("protocol", "events", "kind"),
    [
        ("gemini", ['{"candidates":[]}'] * 3, Kind.MALFORMED),  # it has no last word: this is an answer, and empty
        ("gemini", [], Kind.CUT_OFF),
        ("openai", ['{"choices":[]}'] * 3, Kind.CUT_OFF),
    ],
)
def test_tells_an_empty_answer_from_one_that_was_cut_off(protocol, events, kind):
    assert ask(streams(*events), dialect={"protocol": protocol})[0].error.kind == kind


def test_passes_over_pieces_without_a_character():
    pieces = []
    script = streams('{"choices":[{"delta":{"content":["", "a"]}}]}', STOP)
    assert ask(script, on_piece=pieces.append)[0].text == "a"
    assert pieces == [Text("a")]


def test_hears_an_error_that_lacks_only_its_last_line_ends():
    script = tells(chunked(stream(said("a")) + b"data: " + error("x", type="rate_limit")), LAST_CHUNK)
    outcome, _ = ask(script)
    assert outcome.error.kind == Kind.RATE_LIMITED
    assert outcome.text == "a"


def test_bounds_what_it_held_back_like_everything_else():
    limits = replace(FAST, text_chars=3)
    outcome, _ = ask(streams(said("<thin"), STOP), client={"limits": limits})
    assert outcome.error.kind == Kind.TOO_LARGE


def test_keeps_what_was_held_back_when_the_stream_breaks():
    assert ask(tells(chunked(stream(said("<thin")))))[0].text == "<thin"


def test_a_call_without_time_ends_at_once():
    outcome, up = ask(GOOD, client={"limits": replace(FAST, total_ms=0)})
    assert outcome.error.kind == Kind.TIMEOUT
    assert up.requests == []


def test_the_whole_calls_limit_covers_its_pauses():
    async def for_ever() -> None:
        await asyncio.sleep(NEVER)

    limits = replace(FAST, total_ms=200)
    outcome, _ = ask(GOOD, before_send=for_ever, client={"limits": limits})
    assert outcome.error.kind == Kind.TIMEOUT


def test_runs_on_uvloop_and_on_one_loop_after_another():
    client = None

    async def run() -> Outcome:
        nonlocal client
        async with upstream(GOOD) as up:
            client = client or up.client()
            client._local |= {up.address}
            return await client.ask(up.endpoint(), QUESTION)

    async def run_and_close() -> Outcome:
        outcome = await run()
        await client.close()
        await client.close()
        return outcome

    assert asyncio.Runner(loop_factory=uvloop.new_event_loop).run(run_and_close()).text == "A stone."
    assert asyncio.run(run_and_close()).text == "A stone."


class TestListModels:
    """What the endpoint offers."""

    @pytest.mark.parametrize(
        "body",
        [
            {"data": [{"id": "a"}, {"id": "b"}]},
            {"models": [{"name": "models/a"}, {"name": "b"}]},
        ],
    )
    def test_reads_the_list_of_each_protocol(self, body):
        async def names(up: Upstream, client: Client) -> list[str]:
            return await client.list_models(up.endpoint())

        found, up = with_client(answers("200 OK", json.dumps(body).encode()), names)
        assert found == ["a", "b"]
        assert up.requests[0].head.startswith(b"GET /v1/models HTTP/1.1")
        assert up.requests[0].header("authorization") == f"Bearer {KEY}"

    @pytest.mark.parametrize(
        ("script", "kind"),
        [
            (answers("401 Unauthorized", error(f"{KEY} is wrong")), Kind.UNAUTHORISED),
            (answers("200 OK", b"[]"), Kind.MALFORMED),
            (answers("200 OK", b'{"data":[{"x":1}]}'), Kind.MALFORMED),
            (answers("200 OK", b"<html>"), Kind.MALFORMED),
            (tells(head=b"", closes=False), Kind.TIMEOUT),
        ],
    )
    def test_raises_what_went_wrong(self, script, kind):
        async def names(up: Upstream, client: Client) -> WireError:
            with pytest.raises(WireError) as raised:
                await client.list_models(up.endpoint())
            return raised.value

        raised, _ = with_client(script, names)
        assert raised.kind == kind
        assert KEY not in raised.detail

    def test_refuses_a_blocked_address(self):
        client = Client(FAST, frozenset())
        with pytest.raises(WireError) as raised:
            asyncio.run(client.list_models(Endpoint("openai", "http://127.0.0.1:1/v1", "m")))
        assert raised.value.kind == Kind.BLOCKED_ADDRESS
