"""Messages, with what trials do not use: turns, tools, schemas, whole answers."""

from __future__ import annotations

from typing import Any

from sandbox.conformance import questions
from sandbox.conformance.speech import said as reading
from sandbox.conformance.speech.asked import Ask, as_in_trials, put_extra
from sandbox.conformance.speech.openai import headers
from sandbox.conformance.speech.said import MOST_TOOL_CALLS, Said, ToolCall, as_event, objects, of
from sandbox.wire import anthropic as adapter
from sandbox.wire.exchange import Request
from sandbox.wire.types import Endpoint

LAST_WORD = "message_stop"


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
    if ask.stop:
        payload["stop_sequences"] = list(ask.stop)
    if ask.tools:
        what = {"description": questions.TOOL_WHAT, "input_schema": questions.TOOL_SCHEMA}
        payload["tools"] = [{"name": questions.TOOL, **what}]
    if ask.schema:
        payload["output_config"] = {"format": {"type": "json_schema", "schema": questions.SCHEMA}}
    put_extra(payload, ask)
    return Request(body.path, payload=payload, headers=headers(ask.streamed, body.headers))


def read_stream(data: bytes) -> Said:
    return reading.read_events(data, adapter.read, take_tools)


def read_whole(body: Any) -> Said:
    """The same as a stream: a beginning, each block opened with all that is in it, and an end."""
    said = Said()
    if not isinstance(body, dict):
        return said
    events: list[dict[str, Any]] = [{"type": "message_start", "message": body}]
    events += [{"type": "content_block_start", "content_block": block} for block in objects(body.get("content"))]
    events += [{"type": "message_delta", "delta": {"stop_reason": body.get("stop_reason")}, "usage": body.get("usage")}]
    if body.get("type") == "error":
        events = [body]
    for event in events:
        reading.take_event(said, as_event(event), adapter.read, take_tools)
    return said


def take_tools(said: Said, event: Any) -> None:
    block = of(event, "content_block")
    if block.get("type") == "tool_use" and len(said.tools) < MOST_TOOL_CALLS:
        whole = block.get("input")
        arguments = as_event(whole).data.decode() if isinstance(whole, dict) and whole else ""
        said.tools.append(ToolCall(str(block.get("name") or ""), arguments))
    fragment = of(event, "delta").get("partial_json")
    if said.tools and isinstance(fragment, str):
        said.tools[-1].arguments += fragment


def has_error(body: Any) -> bool:
    error = of(body, "error")
    return isinstance(error.get("message"), str) and bool(error["message"].strip()) and bool(error.get("type"))
