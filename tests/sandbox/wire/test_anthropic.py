"""Messages: blocks, thinking budgets, and a usage that leaves the cache out."""

from __future__ import annotations

import json

import pytest

from sandbox.wire import anthropic
from sandbox.wire.sse import Event
from sandbox.wire.types import Endpoint, Identity, Kind, Question, Stop, Usage, WireError


def build(question: Question, **dialect):
    return anthropic.build(Endpoint("anthropic", "https://api.example.com/v1", "model-a", "", dialect), question)


def read(said) -> list:
    return list(anthropic.read(Event("", json.dumps(said).encode())))


def test_builds_the_plain_request():
    body = build(Question("hi", system="be brief", max_output_tokens=50, temperature=0.2))
    assert (body.path, dict(body.headers)) == ("/messages", {"anthropic-version": "2023-06-01"})
    assert body.payload == {
        "model": "model-a",
        "messages": [{"role": "user", "content": "hi"}],
        "stream": True,
        "system": "be brief",
        "max_tokens": 50,
        "temperature": 0.2,
    }


def test_adds_the_thinking_budget_to_the_cap_and_drops_the_temperature():
    body = build(Question("hi", max_output_tokens=50, thinking_tokens=2_000, temperature=0.2), thinking="budget")
    assert body.payload["thinking"] == {"type": "enabled", "budget_tokens": 2_000}
    assert body.payload["max_tokens"] == 2_050
    assert body.dropped == ("temperature",)


def test_thinks_no_less_than_the_protocol_allows():
    assert build(Question("hi", thinking_tokens=5), thinking="budget").payload["thinking"]["budget_tokens"] == 1_024


def test_leaves_thinking_out_where_none_is_asked_for():
    assert "thinking" not in build(Question("hi"), thinking="budget").payload


def test_speaks_the_dialect_of_those_who_imitate_it():
    body = build(Question("hi", thinking_tokens=100, max_output_tokens=50), thinking="thinking.type", path="/x")
    assert (body.path, body.payload["thinking"], body.payload["max_tokens"]) == ("/x", {"type": "enabled"}, 150)
    assert build(Question("hi", thinking_tokens=100)).dropped == ("thinking_tokens",)
    assert build(Question("hi", temperature=1), temperature=False).dropped == ("temperature",)


def test_adds_the_cache_to_the_prompt_wherever_usage_stands():
    usage = {"input_tokens": 1, "cache_read_input_tokens": 2, "cache_creation_input_tokens": 4, "output_tokens": 8}
    assert read({"type": "message_delta", "usage": usage}) == [Usage(input=7, output=8, cache_read=2)]
    assert read({"type": "message_start", "message": {"usage": {"input_tokens": 5}}}) == [Usage(input=5)]
    assert read({"type": "message_delta", "usage": {"input_tokens": 0, "output_tokens": 8}}) == [Usage(output=8)]


@pytest.mark.parametrize(
    ("reason", "word"),
    [("max_tokens", "length"), ("refusal", "content_filter"), ("tool_use", "tool"), ("pause_turn", "other"), ([], "")],
)
def test_reads_why_it_stopped(reason, word):
    stops = [
        piece for piece in read({"type": "message_delta", "delta": {"stop_reason": reason}}) if isinstance(piece, Stop)
    ]
    assert stops == ([Stop(word)] if word else [])


@pytest.mark.parametrize(
    "said",
    [
        {"type": "content_block_delta", "delta": None},
        {"type": "content_block_delta", "delta": {"type": "input_json_delta", "partial_json": "{}"}},
        {"type": "content_block_start", "content_block": {"type": "tool_use"}},
        {"type": "ping"},
        {"type": "something new"},
        {},
    ],
)
def test_passes_over_what_holds_no_words(said):
    assert read(said) == []


def test_survives_a_beginning_without_facts():
    assert read({"type": "message_start"}) == [Usage()]
    assert read({"type": "message_start", "message": {"model": "m"}}) == [Identity("m"), Usage()]
    assert read({"type": "message_delta", "delta": 4, "usage": 4}) == [Usage()]


def test_raises_an_error_in_the_stream():
    with pytest.raises(WireError) as raised:
        read({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}})
    assert raised.value.kind == Kind.OVERLOADED


def test_raises_an_error_that_only_the_events_name_calls_one():
    with pytest.raises(WireError) as raised:
        list(anthropic.read(Event("error", b'{"error":{"type":"rate_limit_error","message":"x"}}')))
    assert raised.value.kind == Kind.RATE_LIMITED
