"""Chat completions, with what trials do not use: turns, tools, schemas, whole answers."""

from __future__ import annotations

from typing import Any

from sandbox.conformance import questions
from sandbox.conformance.speech import said as reading
from sandbox.conformance.speech.asked import Ask, as_in_trials, put_extra
from sandbox.conformance.speech.said import MOST_TOOL_CALLS, Said, ToolCall, as_event, objects, of
from sandbox.wire import openai as adapter
from sandbox.wire.exchange import Request
from sandbox.wire.types import Endpoint

LAST_WORD = "[DONE]"


def build(endpoint: Endpoint, ask: Ask) -> Request:
    body, payload = as_in_trials(endpoint, ask)
    turns = [
        {"role": role, "content": text}
        for pair in ask.turns
        for role, text in zip(("user", "assistant"), pair, strict=True)
    ]
    payload["messages"][-1:-1] = turns
    if not ask.streamed:
        payload["stream"] = False
        payload.pop("stream_options", None)
    if ask.stop:
        payload["stop"] = list(ask.stop)
    if ask.tools:
        described = {"name": questions.TOOL, "description": questions.TOOL_WHAT, "parameters": questions.TOOL_SCHEMA}
        payload["tools"] = [{"type": "function", "function": described}]
    if ask.schema:
        schema = {"name": questions.SCHEMA_NAME, "strict": True, "schema": questions.SCHEMA}
        payload["response_format"] = {"type": "json_schema", "json_schema": schema}
    put_extra(payload, ask)
    return Request(body.path, payload=payload, headers=headers(ask.streamed, body.headers))


def headers(streamed: bool, own: Any) -> dict[str, str]:
    return {"accept": "text/event-stream" if streamed else "application/json", **own}


def read_stream(data: bytes) -> Said:
    return reading.read_events(data, adapter.read, take_tools).split_thoughts()


def read_whole(body: Any) -> Said:
    """A whole answer is a single chunk whose delta is called a message."""
    said = Said()
    if not isinstance(body, dict):
        return said
    choices = [{**choice, "delta": choice.get("message")} for choice in objects(body.get("choices"))]
    chunk = {**body, "choices": choices}
    reading.take_event(said, as_event(chunk), adapter.read, take_tools)
    said.model = str(body.get("model") or "")
    return said.split_thoughts()


def take_tools(said: Said, chunk: Any) -> None:
    """The calls of a chunk: an index says which one a fragment continues; those without one follow each other."""
    for choice in objects(chunk.get("choices") if isinstance(chunk, dict) else None):
        for fragment in objects(of(choice, "delta").get("tool_calls")):
            function = of(fragment, "function")
            index = fragment.get("index")
            place = index if isinstance(index, int) and 0 <= index < MOST_TOOL_CALLS else len(said.tools)
            while len(said.tools) <= min(place, MOST_TOOL_CALLS):
                said.tools.append(ToolCall())
            call = said.tools[min(place, len(said.tools) - 1)]
            call.name += str(function.get("name") or "")
            call.arguments += str(function.get("arguments") or "")


def has_error(body: Any) -> bool:
    message = of(body, "error").get("message")
    return isinstance(message, str) and bool(message.strip())
