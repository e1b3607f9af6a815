"""Messages, as spoken by Anthropic and by those who offer its protocol beside their own. Pure: no I/O."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from sandbox.wire import dialects, errors
from sandbox.wire.decoding import count, decode, text_of, within
from sandbox.wire.sse import Event
from sandbox.wire.types import Body, End, Endpoint, Identity, Piece, Question, Reasoning, Stop, Text, Usage

MODELS_PATH = "/models"
HAS_LAST_WORD = True
HEADERS = {"anthropic-version": "2023-06-01"}
LEAST_BUDGET = 1_024
STOPS = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "content_filter",
    "tool_use": "tool",
}
read_error = errors.read_error


class Said(msgspec.Struct):
    """Any event: each kind uses some of these."""

    type: str = ""
    delta: Any = None
    content_block: Any = None
    message: Any = None
    usage: Any = None
    error: Any = None


DECODER = msgspec.json.Decoder(Said)


def build(endpoint: Endpoint, question: Question) -> Body:
    payload: dict[str, Any] = {
        "model": endpoint.model,
        "messages": [{"role": "user", "content": content(question)}],
        "stream": True,
    }
    if question.system:
        payload["system"] = question.system
    switch, budget, dropped = thinking(endpoint, question)
    payload |= switch
    payload["max_tokens"] = question.max_output_tokens + budget
    if question.temperature is not None:
        if budget or not dialects.takes(endpoint, "temperature"):  # refused beside thinking
            dropped += ("temperature",)
        else:
            payload["temperature"] = question.temperature
    return Body(path=endpoint.dialect.get("path", "/messages"), headers=HEADERS, payload=payload, dropped=dropped)


def content(question: Question) -> str | list[dict[str, Any]]:
    """The pictures first, as the protocol's owner advises."""
    if not question.images:
        return question.text
    sources = ({"type": "base64", "media_type": image.media_type, "data": image.base64} for image in question.images)
    shown = [{"type": "image", "source": source} for source in sources]
    return [*shown, {"type": "text", "text": question.text}]


def thinking(endpoint: Endpoint, question: Question) -> tuple[dict[str, Any], int, tuple[str, ...]]:
    """The switch, the tokens it may take, and what could not be said."""
    if endpoint.dialect.get("thinking") != "budget":
        switch, dropped = dialects.thinking(endpoint, question)
        return switch, dialects.budget(endpoint, question) if switch else 0, dropped
    budget = dialects.budget(endpoint, question)
    if not budget:
        return {}, 0, ()
    budget = max(budget, LEAST_BUDGET)
    return {"thinking": {"type": "enabled", "budget_tokens": budget}}, budget, ()


def read(event: Event) -> Iterator[Piece]:
    if event.is_done:
        yield End()
        return
    said = decode(DECODER, event.data)
    if said.type == "content_block_delta":
        yield from words(said.delta)
    elif said.type == "content_block_start":
        yield from words(said.content_block)
    elif said.type == "message_start":
        yield from start(said.message)
    elif said.type == "message_delta":
        yield from ending(said)
    elif said.type == "message_stop":
        yield End()
    elif "error" in (said.type, event.name):
        raise errors.in_stream(said.error)


def words(part: Any) -> Iterator[Piece]:
    """The text or the thinking in a delta, or in a block as it opens."""
    if not isinstance(part, dict):
        return
    if text := part.get("text"):
        yield Text(text_of(text))
    elif thought := part.get("thinking"):
        yield Reasoning(text_of(thought))


def start(message: Any) -> Iterator[Piece]:
    """The model's name and the tokens of the prompt; what it counts as output here is only a beginning."""
    if isinstance(message, dict) and message.get("model"):
        yield Identity(str(message["model"]))
    yield Usage(input=prompt_tokens(within(message, "usage")), cache_read=cache_read(within(message, "usage")))


def ending(said: Said) -> Iterator[Piece]:
    usage = said.usage if isinstance(said.usage, dict) else {}
    # Some repeat the prompt's tokens here, and some write 0 for "said before".
    yield Usage(
        input=prompt_tokens(usage) or None,
        output=count(usage.get("output_tokens")),
        cache_read=cache_read(usage) or None,
    )
    if isinstance(said.delta, dict) and (reason := said.delta.get("stop_reason")):
        yield Stop(STOPS.get(str(reason), "other"))


def prompt_tokens(usage: Mapping[str, Any]) -> int | None:
    """Here ``input_tokens`` leaves out what was read from and written to the cache."""
    fresh = count(usage.get("input_tokens"))
    if fresh is None:
        return None
    written = count(usage.get("cache_creation_input_tokens")) or 0
    return fresh + (cache_read(usage) or 0) + written


def cache_read(usage: Mapping[str, Any]) -> int | None:
    return count(usage.get("cache_read_input_tokens"))
