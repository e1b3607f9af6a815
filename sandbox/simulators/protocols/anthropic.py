"""Messages: named events, one content block for the thinking and one for the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.simulators.asked import (
    Asked,
    Refusal,
    few,
    image_of,
    last_content,
    list_in,
    parts_of,
    text_of,
    whole_number,
)
from sandbox.simulators.protocols.speaker import Speaker, event
from sandbox.simulators.reply import Piece, Plan
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
_FINISH = {"stop": "end_turn", "length": "max_tokens"}
_SIGNATURE = "c2ltdWxhdGVk"  # base64 of "simulated": SDKs pass it back unread


def _image(part: Mapping[str, Any]) -> Image:
    source = part.get("source")
    if not isinstance(source, Mapping) or source.get("type") != "base64":
        raise Refusal(400, "image.source: a simulated provider fetches nothing; send base64")
    return image_of(source.get("media_type"), source.get("data"))


class Anthropic(Speaker):
    """One message."""

    name = "anthropic"

    def __init__(self, asked: Asked, *, call: str) -> None:
        super().__init__(asked, call=call)
        self._block: str | None = None
        self._index = -1

    @staticmethod
    def read(body: Mapping[str, Any], *, model: str, stream: bool) -> Asked:
        messages = list_in(body, "messages")
        named = body.get("model")
        if not isinstance(named, str) or not named:
            raise Refusal(400, "model: Field required")
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
        )

    def _message(self, content: list[dict[str, Any]], *, stop: str | None, usage: dict[str, int]) -> dict[str, Any]:
        return {
            "id": f"msg_{self.call}",
            "type": "message",
            "role": "assistant",
            "model": self.model,
            "content": content,
            "stop_reason": stop,
            "stop_sequence": None,
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

    def closing(self, plan: Plan) -> bytes:
        delta = {"stop_reason": _FINISH[plan.finish], "stop_sequence": None}
        body = {"type": "message_delta", "delta": delta, "usage": {"output_tokens": plan.output_tokens}}
        return (
            self._end_block() + event(body, name="message_delta") + event({"type": "message_stop"}, name="message_stop")
        )

    def whole(self, plan: Plan) -> dict[str, Any]:
        content: list[dict[str, Any]] = [{"type": "text", "text": plan.text}]
        if plan.reasoning:
            content.insert(0, {"type": "thinking", "thinking": plan.reasoning, "signature": _SIGNATURE})
        usage = {"input_tokens": plan.input_tokens, "output_tokens": plan.output_tokens}
        return self._message(content, stop=_FINISH[plan.finish], usage=usage)

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
