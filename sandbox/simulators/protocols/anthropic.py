"""Messages: named events, one content block for the thinking and one for the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sandbox.simulators.asked import (
    Asked,
    Refusal,
    Tool,
    few,
    image_of,
    last_content,
    list_in,
    mapping,
    number,
    parts_of,
    text_of,
    turns_of,
    whole_number,
    words_of,
)
from sandbox.simulators.protocols.speaker import Speaker, arguments_of, event, in_three
from sandbox.simulators.reply import Piece, Plan, ToolCall
from sandbox.wire.types import Image

_WORDS = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    503: "overloaded_error",
    529: "overloaded_error",
}
_FINISH = {"stop": "end_turn", "length": "max_tokens", "tool": "tool_use"}
_SIGNATURE = "c2ltdWxhdGVk"  # base64 of "simulated": SDKs pass it back unread


def _image(part: Mapping[str, Any]) -> Image:
    source = part.get("source")
    if not isinstance(source, Mapping) or source.get("type") != "base64":
        raise Refusal(400, "image.source: a simulated provider fetches nothing; send base64")
    return image_of(source.get("media_type"), source.get("data"))


def _messages(body: Mapping[str, Any]) -> list[Any]:
    messages = list_in(body, "messages")
    for at, message in enumerate(messages):
        if not isinstance(message, Mapping) or message.get("role") not in {"user", "assistant"}:
            raise Refusal(400, f"messages.{at}.role: Input should be 'user' or 'assistant'")
    return messages


def _tools(body: Mapping[str, Any]) -> tuple[Tool, ...]:
    if (listed := body.get("tools")) is None:
        return ()
    held = [mapping(each) for each in listed] if isinstance(listed, list) else [{}]
    if not all(isinstance(each.get("name"), str) for each in held):
        raise Refusal(400, "tools: every tool needs a name")
    return tuple(Tool(each["name"], mapping(each.get("input_schema"))) for each in held)


def _choice(body: Mapping[str, Any]) -> str:
    said = mapping(body.get("tool_choice"))
    return str(said.get("name") if said.get("type") == "tool" else said.get("type", "auto"))


def _schema(body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    wish = mapping(mapping(body.get("output_config")).get("format") or body.get("output_format"))
    return mapping(wish.get("schema")) if wish.get("type") == "json_schema" else None


def _tool_said(content: Any) -> str | None:
    said = [text_of(part.get("content")) for part in parts_of(content) if part.get("type") == "tool_result"]
    return "\n".join(said) if said else None


class Anthropic(Speaker):
    """One message."""

    name = "anthropic"

    def __init__(self, asked: Asked, *, call: str) -> None:
        super().__init__(asked, call=call)
        self._block: str | None = None
        self._index = -1

    @classmethod
    def key_of(cls, headers: Mapping[str, str], query: Mapping[str, str]) -> str:
        return headers.get("x-api-key", "") or super().key_of(headers, query)

    @staticmethod
    def limits(*, most: int, left: int, resets_at: datetime) -> dict[str, str]:
        return {
            "anthropic-ratelimit-requests-limit": str(most),
            "anthropic-ratelimit-requests-remaining": str(left),
            "anthropic-ratelimit-requests-reset": f"{resets_at:%Y-%m-%dT%H:%M:%SZ}",
        }

    @staticmethod
    def read(body: Mapping[str, Any], *, model: str, stream: bool) -> Asked:
        named = body.get("model")
        if not isinstance(named, str) or not named:
            raise Refusal(400, "model: Field required")
        messages = _messages(body)
        cap = whole_number(body.get("max_tokens"), "max_tokens")
        if cap is None:
            raise Refusal(400, "max_tokens: Field required")
        switch = body.get("thinking")
        thinks = isinstance(switch, Mapping) and switch.get("type") in {"enabled", "adaptive"}
        budget = switch.get("budget_tokens") if isinstance(switch, Mapping) else None
        content = last_content(messages, role="user", content="content")
        return Asked(
            model=named,
            text=text_of(content),
            system=text_of(body.get("system")),
            max_tokens=cap,
            thinking=(budget if isinstance(budget, int) else None) if thinks else 0,
            stream=bool(body.get("stream", False)),
            images=few([_image(part) for part in parts_of(content) if part.get("type") == "image"]),
            turns=turns_of(messages, content="content"),
            stop=words_of(body.get("stop_sequences"), "stop_sequences", most=16),
            temperature=number(body.get("temperature"), "temperature", most=1),
            tools=_tools(body),
            choice=_choice(body),
            tool_said=_tool_said(content),
            schema=_schema(body),
        )

    def _message(
        self, content: list[dict[str, Any]], *, stop: str | None, usage: dict[str, int], by: str = ""
    ) -> dict[str, Any]:
        return {
            "id": f"msg_{self.call}",
            "type": "message",
            "role": "assistant",
            "model": self.model,
            "content": content,
            "stop_reason": stop,
            "stop_sequence": by or None,
            "usage": {"cache_creation_input_tokens": 0, "cache_read_input_tokens": 0, **usage},
        }

    def opening(self, input_tokens: int) -> bytes:
        message = self._message([], stop=None, usage={"input_tokens": input_tokens, "output_tokens": 1})
        return event({"type": "message_start", "message": message}, name="message_start") + event(
            {"type": "ping"}, name="ping"
        )

    def _delta(self, delta: dict[str, Any]) -> bytes:
        body = {"type": "content_block_delta", "index": self._index, "delta": delta}
        return event(body, name="content_block_delta")

    def _end_block(self) -> bytes:
        if self._block is None:
            return b""
        signed = self._delta({"type": "signature_delta", "signature": _SIGNATURE}) if self._block == "thinking" else b""
        return signed + event({"type": "content_block_stop", "index": self._index}, name="content_block_stop")

    def piece(self, piece: Piece) -> bytes:
        kind = "thinking" if piece.reasoning else "text"
        head = b""
        if kind != self._block:
            head = self._end_block()
            self._block, self._index = kind, self._index + 1
            block = {"type": kind, kind: "", **({"signature": ""} if kind == "thinking" else {})}
            body = {"type": "content_block_start", "index": self._index, "content_block": block}
            head += event(body, name="content_block_start")
        return head + self._delta({"type": f"{kind}_delta", kind: piece.text})

    def call_of(self, number: int, call: ToolCall) -> bytes:
        head = self._end_block()
        self._block, self._index = "tool_use", self._index + 1
        block = _called(self.call, number, call.name, {})
        body = {"type": "content_block_start", "index": self._index, "content_block": block}
        pieces = ({"type": "input_json_delta", "partial_json": part} for part in ("", *in_three(arguments_of(call))))
        return head + event(body, name="content_block_start") + b"".join(map(self._delta, pieces))

    def closing(self, plan: Plan) -> bytes:
        delta = {"stop_reason": _stop(plan), "stop_sequence": plan.stopped_by or None}
        body = {"type": "message_delta", "delta": delta, "usage": {"output_tokens": plan.output_tokens}}
        return (
            self._end_block() + event(body, name="message_delta") + event({"type": "message_stop"}, name="message_stop")
        )

    def whole(self, plan: Plan) -> dict[str, Any]:
        content: list[dict[str, Any]] = [{"type": "text", "text": plan.text}] if plan.text or not plan.calls else []
        if plan.reasoning:
            content.insert(0, {"type": "thinking", "thinking": plan.reasoning, "signature": _SIGNATURE})
        calls = enumerate(plan.calls)
        content += [_called(self.call, number, call.name, dict(call.arguments)) for number, call in calls]
        usage = {"input_tokens": plan.input_tokens, "output_tokens": plan.output_tokens}
        return self._message(content, stop=_stop(plan), usage=usage, by=plan.stopped_by)

    @staticmethod
    def refusal(no: Refusal) -> dict[str, Any]:
        error = {"type": _WORDS.get(no.status, "api_error"), "message": no.message}
        return {"type": "error", "error": error, "request_id": "req_simulated"}

    @staticmethod
    def entry(name: str, title: str) -> dict[str, Any]:
        return {"type": "model", "id": name, "display_name": title, "created_at": "2026-01-01T00:00:00Z"}

    @staticmethod
    def listing(entries: Sequence[dict[str, Any]]) -> dict[str, Any]:
        return {"data": entries, "has_more": False, "first_id": entries[0]["id"], "last_id": entries[-1]["id"]}


def _called(call: str, number: int, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "tool_use", "id": f"toolu_{call}_{number}", "name": name, "input": arguments}


def _stop(plan: Plan) -> str:
    return "stop_sequence" if plan.stopped_by else _FINISH[plan.finish]
