"""Chat completions and their dialects."""

from __future__ import annotations

import json

import pytest

from sandbox.wire import openai
from sandbox.wire.adapters import ADAPTERS
from sandbox.wire.sse import Event
from sandbox.wire.types import End, Endpoint, Identity, Kind, Question, Reasoning, Stop, Text, Usage, WireError


def build(question: Question = Question("hi"), **dialect):  # noqa: B008
    return openai.build(Endpoint("openai", "https://api.example.com/v1", "model-a", "", dialect), question)


def read(chunk) -> list:
    return list(openai.read(Event("", chunk if isinstance(chunk, bytes) else json.dumps(chunk).encode())))


def delta(**fields) -> dict:
    return {"choices": [{"delta": fields}]}


def test_builds_the_plain_request():
    body = build(Question("hi", system="be brief", max_output_tokens=50, temperature=0.2))
    assert body.path == "/chat/completions"
    assert body.payload == {
        "model": "model-a",
        "messages": [{"role": "system", "content": "be brief"}, {"role": "user", "content": "hi"}],
        "stream": True,
        "max_tokens": 50,
        "stream_options": {"include_usage": True},
        "temperature": 0.2,
    }
    assert body.dropped == ()


def test_leaves_out_what_the_dialect_refuses_and_says_so():
    question = Question("hi", system="be brief", temperature=0.2, thinking_tokens=100)
    body = build(question, stream_options=False, temperature=False, system=False, max_tokens="max_completion_tokens")
    assert body.payload == {
        "model": "model-a",
        "messages": [{"role": "user", "content": "be brief\n\nhi"}],
        "stream": True,
        "max_completion_tokens": 900,
    }
    assert set(body.dropped) == {"thinking_tokens", "stream_options", "temperature", "system role"}


@pytest.mark.parametrize(
    ("style", "budget", "switch", "cap"),
    [
        ("enable_thinking", 2_000, {"enable_thinking": True, "thinking_budget": 2_000}, 800),
        ("enable_thinking", 0, {"enable_thinking": False}, 800),
        ("thinking.type", 2_000, {"thinking": {"type": "enabled"}}, 2_800),
        ("thinking.type", 0, {"thinking": {"type": "disabled"}}, 800),
        ("reasoning", 2_000, {"reasoning": {"enabled": True, "max_tokens": 2_000}}, 2_800),
        ("reasoning", 0, {"reasoning": {"enabled": False}}, 800),
        ("reasoning_effort", 1_000, {"reasoning_effort": "low"}, 1_800),
        ("reasoning_effort", 4_000, {"reasoning_effort": "medium"}, 4_800),
        ("reasoning_effort", 20_000, {"reasoning_effort": "high"}, 20_800),
    ],
)
def test_switches_thinking_as_the_dialect_wants_it(style, budget, switch, cap):
    body = build(Question("hi", thinking_tokens=budget), thinking=style)
    assert switch.items() <= body.payload.items()
    assert body.payload["max_tokens"] == cap
    assert body.dropped == ()


def test_asks_for_the_least_effort_where_thinking_cannot_be_switched_off():
    assert build(thinking="reasoning_effort", effort_off="minimal").payload["reasoning_effort"] == "minimal"
    assert build(thinking="reasoning_effort").dropped == ("thinking_tokens",)


def test_thinks_at_least_as_much_as_the_model_must():
    assert build(thinking="enable_thinking", thinking_least=128).payload["thinking_budget"] == 128


def test_takes_the_path_of_the_dialect():
    assert build(path="/sonar").path == "/sonar"


@pytest.mark.parametrize(
    ("fields", "pieces"),
    [
        ({"content": "a"}, [Text("a")]),
        ({"content": None}, []),
        ({"content": None, "refusal": "I would rather not."}, [Text("I would rather not.")]),
        ({"content": "", "refusal": "No."}, [Text(""), Text("No.")]),
        ({"reasoning_content": "r", "reasoning": "r", "content": "a"}, [Reasoning("r"), Text("a")]),
        ({"reasoning": "r"}, [Reasoning("r")]),
        ({"reasoning_details": [{"type": "reasoning.text", "text": "r"}, {"summary": "s"}]}, [Reasoning("rs")]),
        (
            {
                "content": [
                    {"type": "thinking", "thinking": [{"type": "text", "text": "r"}]},
                    {"type": "text", "text": "a"},
                ]
            },
            [Reasoning("r"), Text("a")],
        ),
        ({"content": ["a", 5]}, [Text("a"), Text("")]),
        ({"content": 5}, []),
        ({"role": "assistant", "content": "a"}, [Text("a")]),
        ({"tool_calls": [{"function": {"name": "x"}}]}, []),
    ],
)
def test_tells_text_from_reasoning(fields, pieces):
    assert read(delta(**fields)) == pieces


@pytest.mark.parametrize(
    ("reason", "pieces"),
    [
        ("stop", [Stop("stop")]),
        ("length", [Stop("length")]),
        ("function_call", [Stop("tool")]),
        ("sensitive", [Stop("content_filter")]),
        ("model_length", [Stop("length")]),
        ("because", [Stop("other")]),
        (["odd"], [Stop("other")]),
        ("null", []),
        ("", []),
        (None, []),
    ],
)
def test_reads_why_it_stopped(reason, pieces):
    assert read({"choices": [{"delta": None, "finish_reason": reason}]}) == pieces


@pytest.mark.parametrize(
    ("said", "usage"),
    [
        ({"prompt_tokens": 3, "completion_tokens": 4}, Usage(input=3, output=4)),
        ({"prompt_tokens": 3, "completion_tokens": 4, "prompt_cache_hit_tokens": 2}, Usage(3, 4, None, 2)),
        (
            {"prompt_tokens": 3, "completion_tokens": 4, "prompt_tokens_details": {"cached_tokens": 1}},
            Usage(input=3, output=4, cache_read=1),
        ),
        (
            {
                "prompt_tokens": 3,
                "completion_tokens": 4,
                "total_tokens": 17,
                "completion_tokens_details": {"reasoning_tokens": 10},
            },
            Usage(input=3, output=14, reasoning=10),
        ),
        ({"prompt_tokens": "many", "completion_tokens": None, "completion_tokens_details": 3}, Usage()),
        ({"prompt_tokens": 1e300, "completion_tokens": True}, Usage()),
        ([1], Usage()),
    ],
)
def test_reads_usage_wherever_it_stands(said, usage):
    assert read({"choices": [], "usage": said}) == [usage]
    assert read({"choices": [{"usage": said}]}) == [usage]
    assert read({"choices": [], "x_groq": {"usage": said}}) == [usage]


def test_names_the_model_in_the_first_and_the_last_chunk_only():
    assert read({"model": "m", **delta(content="a")}) == [Text("a")]
    assert read({"model": "m", **delta(role="assistant")}) == [Identity("m")]
    assert read({"model": "m", "choices": [{"finish_reason": "stop"}]}) == [Identity("m"), Stop("stop")]


@pytest.mark.parametrize("data", [b"[DONE]", b"[DONE] "])
@pytest.mark.parametrize("adapter", ADAPTERS.values())
def test_ends_at_done_whoever_says_it(adapter, data):
    assert list(adapter.read(Event("", data))) == [End()]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"message": "slow down", "type": "rate_limit_error"}, Kind.RATE_LIMITED),
        ({"message": "the server is overloaded"}, Kind.OVERLOADED),
        ("out of cheese", Kind.MALFORMED),
        (["odd"], Kind.MALFORMED),
        ({"code": 502, "message": "Provider disconnected"}, Kind.OVERLOADED),
        ({"code": "403", "message": "not here"}, Kind.REFUSED),
        ({"code": 123, "message": "who knows"}, Kind.MALFORMED),
    ],
)
def test_raises_an_error_in_the_stream(error, kind):
    with pytest.raises(WireError) as raised:
        read({"error": error})
    assert raised.value.kind == kind
    assert raised.value.retry_after_ms is None


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("error", {"code": 429, "message": "slow down"}, Kind.RATE_LIMITED),
        ("error", {"error": {"message": "overloaded"}}, Kind.OVERLOADED),
        ("", {"object": "error", "message": "x", "type": "InternalServerError", "code": 500}, Kind.OVERLOADED),
        ("", {"base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}}, Kind.REFUSED),
    ],
)
def test_raises_an_error_that_stands_bare(name, data, kind):
    with pytest.raises(WireError) as raised:
        list(openai.read(Event(name, json.dumps(data).encode())))
    assert raised.value.kind == kind


def test_reads_on_where_minimax_says_that_all_is_well():
    assert read({**delta(content="a", role="assistant"), "base_resp": {"status_code": 0}}) == [Text("a")]


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("insufficient_system_resource", Kind.OVERLOADED),
        ("network_error", Kind.OVERLOADED),
        ("error", Kind.MALFORMED),
        ("abort", Kind.MALFORMED),
    ],
)
def test_takes_an_end_that_names_a_failure_for_one(reason, kind):
    pieces = openai.read(
        Event("", json.dumps({"choices": [{"delta": {"content": "half"}, "finish_reason": reason}]}).encode())
    )
    assert next(iter(pieces)) == Text("half")
    with pytest.raises(WireError) as raised:
        list(pieces)
    assert raised.value.kind == kind


@pytest.mark.parametrize("data", [b"{bad", b"[1]", b'"x"', b"", b'{"choices":3}', b"[" * 50_000, b'{"a":' * 50_000])
def test_calls_anything_else_malformed(data):
    with pytest.raises(WireError) as raised:
        read(data)
    assert raised.value.kind == Kind.MALFORMED
