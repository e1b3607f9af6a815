"""Chat Completions, with ``reasoning_content`` for thinking as most imitators spell it."""

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
from sandbox.simulators.protocols.speaker import CREATED, Speaker, event
from sandbox.simulators.reply import Piece, Plan
from sandbox.wire.types import Image

_WORDS = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "insufficient_quota",
    404: "not_found_error",
    429: "rate_limit_error",
    500: "server_error",
    403: "permission_error",
    503: "overloaded_error",
}
_SYSTEM_ROLES = {"system", "developer"}


def _says(body: Mapping[str, Any], name: str, inner: str, value: object) -> bool:
    held = body.get(name)
    return isinstance(held, Mapping) and held.get(inner) == value


def _thinking(body: Mapping[str, Any]) -> int | None:
    """A thinking budget by any of the switches in use; None is unsaid."""
    off = (
        body.get("enable_thinking") is False,
        body.get("reasoning_effort") in {"none", "minimal"},
        _says(body, "thinking", "type", "disabled"),
        _says(body, "reasoning", "enabled", False),
    )
    if any(off):
        return 0
    budget = body.get("thinking_budget")
    return budget if isinstance(budget, int) else None


def _image(part: Mapping[str, Any]) -> Image:
    held = part.get("image_url")
    url = held.get("url") if isinstance(held, Mapping) else None
    head, _, data = str(url).partition(";base64,")
    if not head.startswith("data:"):
        raise Refusal(400, "A simulated provider fetches nothing: send images as data URLs.", word="invalid_image_url")
    return image_of(head.removeprefix("data:"), data)


class OpenAI(Speaker):
    """One chat completion."""

    name = "openai"

    @staticmethod
    def read(body: Mapping[str, Any], *, model: str, stream: bool) -> Asked:
        messages = list_in(body, "messages")
        named = body.get("model")
        if not isinstance(named, str) or not named:
            raise Refusal(400, "you must provide a model parameter")
        options = body.get("stream_options")
        content = last_content(messages, role="user", content="content")
        cap = body.get("max_completion_tokens", body.get("max_tokens"))
        return Asked(
            model=named,
            text=text_of(content),
            system="\n".join(
                text_of(m.get("content")) for m in messages if isinstance(m, Mapping) and m.get("role") in _SYSTEM_ROLES
            ),
            max_tokens=whole_number(cap, "max_tokens"),
            thinking=_thinking(body),
            stream=bool(body.get("stream", False)),
            wants_usage=isinstance(options, Mapping) and bool(options.get("include_usage")),
            images=few([_image(part) for part in parts_of(content) if part.get("type") == "image_url"]),
        )

    def _chunk(self, choices: list[dict[str, Any]], **more: Any) -> bytes:
        return event(
            {
                "id": f"chatcmpl-{self.call}",
                "object": "chat.completion.chunk",
                "created": CREATED,
                "model": self.model,
                "choices": choices,
                **more,
            }
        )

    def opening(self, input_tokens: int) -> bytes:
        return self._chunk([{"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}])

    def piece(self, piece: Piece) -> bytes:
        name = "reasoning_content" if piece.reasoning else "content"
        return self._chunk([{"index": 0, "delta": {name: piece.text}, "finish_reason": None}])

    def closing(self, plan: Plan) -> bytes:
        events = self._chunk([{"index": 0, "delta": {}, "finish_reason": plan.finish}])
        if self.asked.wants_usage:
            events += self._chunk([], usage=usage(plan))
        return events + b"data: [DONE]\n\n"

    def whole(self, plan: Plan) -> dict[str, Any]:
        message: dict[str, Any] = {"role": "assistant", "content": plan.text, "refusal": None}
        if plan.reasoning:
            message["reasoning_content"] = plan.reasoning
        return {
            "id": f"chatcmpl-{self.call}",
            "object": "chat.completion",
            "created": CREATED,
            "model": self.model,
            "choices": [{"index": 0, "message": message, "finish_reason": plan.finish, "logprobs": None}],
            "usage": usage(plan),
        }

    @staticmethod
    def refusal(no: Refusal) -> dict[str, Any]:
        kind = _WORDS.get(no.status, "server_error")
        return {"error": {"message": no.message, "type": kind, "param": None, "code": no.word or None}}

    @staticmethod
    def entry(name: str, title: str) -> dict[str, Any]:
        return {"id": name, "object": "model", "created": CREATED, "owned_by": "simulated"}

    @staticmethod
    def listing(entries: Sequence[dict[str, Any]]) -> dict[str, Any]:
        return {"object": "list", "data": entries}


def usage(plan: Plan) -> dict[str, Any]:
    return {
        "prompt_tokens": plan.input_tokens,
        "completion_tokens": plan.output_tokens,
        "total_tokens": plan.input_tokens + plan.output_tokens,
        "completion_tokens_details": {"reasoning_tokens": plan.reasoning_tokens},
    }
