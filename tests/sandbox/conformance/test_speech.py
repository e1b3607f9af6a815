"""Each protocol's requests and answers, with what trials do not use; what is broken hides nothing else."""

from __future__ import annotations

import json

import pytest

from sandbox.conformance import questions
from sandbox.conformance.checks.features import picture
from sandbox.conformance.speech import SPEECHES, Ask
from sandbox.wire.images import read_image
from sandbox.wire.types import Endpoint
from tests.sandbox.wire.upstream import stream

PROTOCOLS = sorted(SPEECHES)


def build(protocol, **ask):
    endpoint = Endpoint(protocol, "https://a.example/v1", "model-a")
    return SPEECHES[protocol].build(endpoint, Ask("And now?", **ask))


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_puts_earlier_turns_before_the_question(protocol):
    payload = build(protocol, turns=(("one", "two"),)).payload
    turns = payload.get("messages") or payload["contents"]
    texts = [turn.get("content") or turn["parts"][0]["text"] for turn in turns]
    assert texts == ["one", "two", "And now?"]
    assert [turn["role"] for turn in turns][1] in ("assistant", "model")


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_asks_for_a_whole_answer(protocol):
    request = build(protocol, streamed=False)
    assert request.payload.get("stream", False) is False
    assert "stream_options" not in request.payload
    assert "streamGenerateContent" not in request.path
    assert request.headers["accept"] == "application/json"


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_offers_stop_sequences_a_tool_and_a_schema(protocol):
    sent = json.dumps(build(protocol, stop=("21",), tools=True).payload)
    assert '["21"]' in sent
    assert questions.TOOL in sent
    assert "population_millions" in json.dumps(build(protocol, schema=True).payload)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_sets_a_parameter_by_its_path_or_takes_it_out(protocol):
    payload = build(protocol, extra={("a", "b"): 1, ("model",): None, ("none", "here"): None}).payload
    assert payload["a"] == {"b": 1}
    assert "model" not in payload


def test_shows_a_picture_that_is_one():
    assert read_image(picture().data).width == questions.IMAGE_SIZE
    for protocol in PROTOCOLS:
        assert picture().base64 in json.dumps(build(protocol, images=(picture(),)).payload)


CALL = {"name": "current_weather", "arguments": '{"city":"Hangzhou"}'}
STREAMS = {
    "openai": stream(
        '{"model":"m","choices":[{"delta":{"role":"assistant","tool_calls":[{"index":0,"function":{"name":"current_weather","arguments":"{\\"city\\":"}}]}}]}',
        '{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"\\"Hangzhou\\"}"}}]}}]}',
        '{"choices":[{"delta":{},"finish_reason":"tool_calls"}]}',
        '{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}}',
        "[DONE]",
    ),
    "anthropic": stream(
        '{"type":"message_start","message":{"model":"m","usage":{"input_tokens":3}}}',
        '{"type":"content_block_start","content_block":{"type":"tool_use","name":"current_weather","input":{}}}',
        '{"type":"content_block_delta","delta":{"type":"input_json_delta","partial_json":"{\\"city\\":\\"Hangzhou\\"}"}}',
        '{"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":4}}',
        '{"type":"message_stop"}',
    ),
    "gemini": stream(
        '{"candidates":[{"content":{"parts":[{"functionCall":{"name":"current_weather","args":{"city":"Hangzhou"}}}]},"finishReason":"STOP"}],'
        '"modelVersion":"m","usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":4}}',
    ),
}
WHOLES = {
    "openai": {
        "model": "m",
        "choices": [{"message": {"content": None, "tool_calls": [{"function": CALL}]}, "finish_reason": "tool_calls"}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 4},
    },
    "anthropic": {
        "type": "message",
        "model": "m",
        "content": [{"type": "tool_use", "name": "current_weather", "input": {"city": "Hangzhou"}}],
        "stop_reason": "tool_use",
        "usage": {"input_tokens": 3, "output_tokens": 4},
    },
    "gemini": {
        "candidates": [
            {
                "content": {"parts": [{"functionCall": {"name": "current_weather", "args": {"city": "Hangzhou"}}}]},
                "finishReason": "STOP",
            }
        ],
        "modelVersion": "m",
        "usageMetadata": {"promptTokenCount": 3, "candidatesTokenCount": 4},
    },
}


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("whole", [False, True], ids=["streamed", "whole"])
def test_reads_a_tool_call_with_all_its_facts(protocol, whole):
    speech = SPEECHES[protocol]
    said = speech.read_whole(WHOLES[protocol]) if whole else speech.read_stream(STREAMS[protocol])
    (call,) = said.tools
    assert (call.name, call.parsed) == ("current_weather", {"city": "Hangzhou"})
    assert (said.usage.input, said.usage.output, said.model) == (3, 4, "m")
    assert said.finish == ("stop" if protocol == "gemini" else "tool")
    assert whole or said.ended
    assert not said.unreadable


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    "body", [None, [], "text", 7, {}, {"choices": "no"}, {"content": 1}, {"candidates": [1]}], ids=repr
)
def test_reads_nothing_in_what_is_no_answer(protocol, body):
    said = SPEECHES[protocol].read_whole(body)
    assert not said.has_words
    assert not SPEECHES[protocol].has_error(body)


@pytest.mark.parametrize(
    ("protocol", "body"),
    [
        ("openai", {"error": {"message": "no such model", "type": "invalid_request_error"}}),
        ("anthropic", {"type": "error", "error": {"type": "not_found_error", "message": "no such model"}}),
        ("gemini", {"error": {"code": 404, "message": "no such model", "status": "NOT_FOUND"}}),
        ("gemini", [{"error": {"code": 404, "message": "no such model", "status": "NOT_FOUND"}}]),
    ],
)
def test_knows_an_error_in_the_protocols_shape(protocol, body):
    assert SPEECHES[protocol].has_error(body)
    assert SPEECHES[protocol].read_whole(body if isinstance(body, dict) else body[0]).error


def test_a_broken_event_hides_no_other():
    good = '{"choices":[{"delta":{"content":"a"}}]}'
    said = SPEECHES["openai"].read_stream(stream(good, "{oops", good, "[DONE]", good))
    assert said.text == "aa"
    assert said.unreadable == 1
    assert said.ended
    assert said.after


def test_tells_thoughts_from_the_answer():
    said = SPEECHES["openai"].read_stream(
        stream('{"choices":[{"delta":{"content":"<think>hm</think>yes"}}]}', "[DONE]")
    )
    assert (said.reasoning.strip(), said.text.strip()) == ("hm", "yes")
