"""generateContent, with what trials do not use: turns, tools, schemas, whole answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.conformance import questions
from sandbox.conformance.speech import said as reading
from sandbox.conformance.speech.asked import Ask, as_in_trials, put_extra
from sandbox.conformance.speech.openai import headers
from sandbox.conformance.speech.said import MOST_TOOL_CALLS, Said, ToolCall, as_event, objects, of
from sandbox.wire import gemini as adapter
from sandbox.wire.decoding import decode
from sandbox.wire.exchange import Request
from sandbox.wire.sse import Event
from sandbox.wire.types import Endpoint, Piece

LAST_WORD = ""
WHOLE = (":streamGenerateContent?alt=sse", ":generateContent")


def build(endpoint: Endpoint, ask: Ask) -> Request:
    body, payload = as_in_trials(endpoint, ask)
    turns = [
        {"role": role, "parts": [{"text": text}]}
        for pair in ask.turns
        for role, text in zip(("user", "model"), pair, strict=True)
    ]
    payload["contents"][-1:-1] = turns
    settings = payload["generationConfig"]
    if ask.stop:
        settings["stopSequences"] = list(ask.stop)
    if ask.tools:
        schema = without(questions.TOOL_SCHEMA, "additionalProperties")
        described = {"name": questions.TOOL, "description": questions.TOOL_WHAT, "parameters": schema}
        payload["tools"] = [{"functionDeclarations": [described]}]
    if ask.schema:
        settings["responseMimeType"] = "application/json"
        settings["responseSchema"] = without(questions.SCHEMA, "additionalProperties")
    put_extra(payload, ask)
    path = body.path if ask.streamed else body.path.replace(*WHOLE)
    return Request(path, payload=payload, headers=headers(ask.streamed, body.headers))


def without(schema: dict[str, Any], name: str) -> dict[str, Any]:
    """The schema without a word that this protocol's dialect of it does not know."""
    return {key: value for key, value in schema.items() if key != name}


def read_stream(data: bytes) -> Said:
    said = reading.read_events(data, read, take_tools)
    said.ended = said.ended or bool(said.finish)
    return said


def read(event: Event) -> Iterator[Piece]:
    """As trials do, and also the usage and the name in chunks that do not say that they are the last."""
    yield from adapter.read(event)
    if not event.is_done:
        yield from adapter.facts(decode(adapter.DECODER, event.data))


def read_whole(body: Any) -> Said:
    said = Said()
    if isinstance(body, dict):
        reading.take_event(said, as_event(body), adapter.read, take_tools)
    return said


def take_tools(said: Said, chunk: Any) -> None:
    for candidate in objects(chunk.get("candidates") if isinstance(chunk, dict) else None):
        for part in objects(of(candidate, "content").get("parts")):
            call = of(part, "functionCall")
            if call and len(said.tools) < MOST_TOOL_CALLS:
                arguments = call.get("args")
                said.tools.append(ToolCall(str(call.get("name") or ""), as_event(arguments or {}).data.decode()))


def has_error(body: Any) -> bool:
    error = of(body[0] if isinstance(body, list) and body else body, "error")
    return isinstance(error.get("message"), str) and bool(error["message"].strip()) and "code" in error
