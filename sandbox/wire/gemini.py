"""streamGenerateContent, as spoken by Google. Pure: no I/O."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import msgspec

from sandbox.wire import dialects, errors
from sandbox.wire.decoding import count, decode, text_of
from sandbox.wire.sse import Event
from sandbox.wire.types import Body, End, Endpoint, Identity, Piece, Question, Reasoning, Stop, Text, Usage

MODELS_PATH = "/models"
HAS_LAST_WORD = False
STOPS = {"STOP": "stop", "MAX_TOKENS": "length", "MALFORMED_FUNCTION_CALL": "tool", "UNEXPECTED_TOOL_CALL": "tool"} | (
    dict.fromkeys(
        ["SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY"],
        "content_filter",
    )
)
read_error = errors.read_error


class Part(msgspec.Struct):
    text: Any = None
    thought: Any = None


class Content(msgspec.Struct):
    parts: list[Part] | None = None


class Candidate(msgspec.Struct):
    content: Content | None = None
    finish_reason: Any = msgspec.field(default=None, name="finishReason")


class Chunk(msgspec.Struct, rename="camel"):
    candidates: list[Candidate] | None = None
    usage_metadata: Any = None
    model_version: Any = None
    prompt_feedback: Any = None
    error: Any = None


DECODER = msgspec.json.Decoder(Chunk)


def build(endpoint: Endpoint, question: Question) -> Body:
    dropped: tuple[str, ...] = ()
    budget = dialects.budget(endpoint, question)
    settings: dict[str, Any] = {}
    if endpoint.dialect.get("thinking") == "budget":
        settings["thinkingConfig"] = {"thinkingBudget": budget, "includeThoughts": budget > 0}
    elif question.thinking_tokens:
        dropped += ("thinking_tokens",)
    settings["maxOutputTokens"] = question.max_output_tokens + budget
    if question.temperature is not None:
        if dialects.takes(endpoint, "temperature"):
            settings["temperature"] = question.temperature
        else:
            dropped += ("temperature",)
    payload: dict[str, Any] = {"contents": [{"role": "user", "parts": parts(question)}]}
    if question.system:
        payload["systemInstruction"] = {"parts": [{"text": question.system}]}
    payload["generationConfig"] = settings
    model = quote(endpoint.model.removeprefix("models/"), safe="")
    path = endpoint.dialect.get("path", f"/models/{model}:streamGenerateContent?alt=sse")
    return Body(path=path, headers={}, payload=payload, dropped=dropped)


def parts(question: Question) -> list[dict[str, Any]]:
    shown = [{"inlineData": {"mimeType": image.media_type, "data": image.base64}} for image in question.images]
    return [*shown, {"text": question.text}]


def read(event: Event) -> Iterator[Piece]:
    if event.is_done:
        yield End()
        return
    chunk = decode(DECODER, event.data)
    if chunk.error:
        raise errors.in_stream(chunk.error)
    for candidate in chunk.candidates or ():
        if candidate.content:
            yield from words(candidate.content)
        if candidate.finish_reason:
            yield Stop(STOPS.get(str(candidate.finish_reason), "other"))
            yield from facts(chunk)
    if isinstance(chunk.prompt_feedback, dict) and chunk.prompt_feedback.get("blockReason"):
        yield Stop("content_filter")
    if not chunk.candidates:  # a blocked prompt, or a usage that follows the last words
        yield from facts(chunk)


def words(content: Content) -> Iterator[Piece]:
    for part in content.parts or ():
        if part.text:
            text = text_of(part.text)
            yield Reasoning(text) if part.thought else Text(text)


def facts(chunk: Chunk) -> Iterator[Piece]:
    """The model's name and the usage so far stand in every chunk; those of the last one count."""
    if chunk.model_version:
        yield Identity(str(chunk.model_version))
    if isinstance(said := chunk.usage_metadata, dict):
        output, thoughts = count(said.get("candidatesTokenCount")), count(said.get("thoughtsTokenCount"))
        yield Usage(
            input=count(said.get("promptTokenCount")),  # the cache's part is in it
            output=None if output is None and thoughts is None else (output or 0) + (thoughts or 0),
            reasoning=thoughts,
            cache_read=count(said.get("cachedContentTokenCount")),
        )
