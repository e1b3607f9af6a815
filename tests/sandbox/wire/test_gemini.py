"""streamGenerateContent: candidates, thoughts and a usage in which thoughts stand apart."""

from __future__ import annotations

import json

import pytest

from sandbox.wire import gemini
from sandbox.wire.sse import Event
from sandbox.wire.types import Endpoint, Identity, Kind, Question, Stop, Usage, WireError


def build(question: Question, model: str = "model-a", **dialect):
    return gemini.build(Endpoint("gemini", "https://api.example.com/v1beta", model, "", dialect), question)


def read(said) -> list:
    return list(gemini.read(Event("", json.dumps(said).encode())))


def test_builds_the_plain_request():
    body = build(Question("hi", system="be brief", max_output_tokens=50, temperature=0.2), "models/model-a")
    assert body.path == "/models/model-a:streamGenerateContent?alt=sse"
    assert body.payload == {
        "contents": [{"role": "user", "parts": [{"text": "hi"}]}],
        "systemInstruction": {"parts": [{"text": "be brief"}]},
        "generationConfig": {"maxOutputTokens": 50, "temperature": 0.2},
    }
    assert body.dropped == ()


def test_keeps_a_models_name_inside_its_place_in_the_path():
    assert build(Question("hi"), "../x?y=z").path == "/models/..%2Fx%3Fy%3Dz:streamGenerateContent?alt=sse"


def test_gives_the_budget_for_thoughts_apart_from_the_answers():
    settings = build(Question("hi", max_output_tokens=50, thinking_tokens=500), thinking="budget").payload[
        "generationConfig"
    ]
    assert settings == {
        "maxOutputTokens": 550,
        "thinkingConfig": {"thinkingBudget": 500, "includeThoughts": True},
    }
    assert build(Question("hi"), thinking="budget").payload["generationConfig"]["thinkingConfig"]["thinkingBudget"] == 0


def test_never_sends_a_parameter_that_the_api_was_found_to_refuse():
    body = build(Question("hi", temperature=0.5), rejected=["temperature"])
    assert "temperature" not in body.payload["generationConfig"]
    assert body.dropped == ("temperature",)
    assert build(Question("hi", temperature=0.5), rejected=["seed"]).payload["generationConfig"]["temperature"] == 0.5


def test_says_when_thinking_cannot_be_switched():
    assert build(Question("hi", thinking_tokens=500)).dropped == ("thinking_tokens",)


@pytest.mark.parametrize(
    ("reason", "word"),
    [("MAX_TOKENS", "length"), ("SAFETY", "content_filter"), ("UNEXPECTED_TOOL_CALL", "tool"), ("NEW", "other")],
)
def test_reads_why_it_stopped(reason, word):
    assert read({"candidates": [{"finishReason": reason}]}) == [Stop(word)]


def test_calls_a_blocked_prompt_filtered():
    assert read({"promptFeedback": {"blockReason": "SAFETY"}}) == [Stop("content_filter")]
    assert read({"promptFeedback": {}}) == []


@pytest.mark.parametrize(
    ("said", "usage"),
    [
        ({"promptTokenCount": 1, "candidatesTokenCount": 2}, Usage(input=1, output=2)),
        ({"promptTokenCount": 1, "thoughtsTokenCount": 2}, Usage(input=1, output=2, reasoning=2)),
        ({"promptTokenCount": 1}, Usage(input=1)),
    ],
)
def test_adds_thoughts_to_the_output(said, usage):
    assert read({"candidates": [{"finishReason": "STOP"}], "usageMetadata": said}) == [Stop("stop"), usage]


def test_reads_the_facts_in_a_chunk_of_their_own():
    said = {"usageMetadata": {"promptTokenCount": 4, "candidatesTokenCount": 2}, "modelVersion": "m-1"}
    assert read(said) == [Identity("m-1"), Usage(input=4, output=2)]


def test_passes_over_parts_without_words():
    assert (
        read({"candidates": [{"content": {"parts": [{"functionCall": {}}, {"text": ""}]}}, {"content": {}}, {}]}) == []
    )


def test_raises_an_error_in_the_stream():
    with pytest.raises(WireError) as raised:
        read({"error": {"code": 503, "message": "The model is overloaded.", "status": "UNAVAILABLE"}})
    assert raised.value.kind == Kind.OVERLOADED
