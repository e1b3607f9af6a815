"""Chat Completions, with ``reasoning_content`` for thinking as most imitators spell it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from sandbox.simulators.protocols.speaker import CREATED, Speaker, arguments_of, event, in_three
from sandbox.simulators.reply import Piece, Plan, ToolCall
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
_ROLES = _SYSTEM_ROLES | {"user", "assistant", "tool", "function"}
_FINISH = {"stop": "stop", "length": "length", "tool": "tool_calls"}


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


def _messages(body: Mapping[str, Any]) -> list[Any]:
    messages = list_in(body, "messages")
    for message in messages:
        if not isinstance(message, Mapping) or message.get("role") not in _ROLES:
            raise Refusal(400, f"every message must be an object with one of the roles {', '.join(sorted(_ROLES))}")
    return messages


def _tools(body: Mapping[str, Any]) -> tuple[Tool, ...]:
    if (listed := body.get("tools")) is None:
        return ()
    held = [mapping(mapping(each).get("function")) for each in listed] if isinstance(listed, list) else [{}]
    if not all(isinstance(each.get("name"), str) for each in held):
        raise Refusal(400, "every entry of 'tools' must be a function with a name")
    return tuple(Tool(each["name"], mapping(each.get("parameters"))) for each in held)


def _choice(body: Mapping[str, Any]) -> str:
    said = body.get("tool_choice", "auto")
    if isinstance(said, Mapping):
        return str(mapping(said.get("function")).get("name"))
    return "any" if said == "required" else str(said)


def _schema(body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    wish = mapping(body.get("response_format"))
    if wish.get("type") == "json_schema":
        return mapping(mapping(wish.get("json_schema")).get("schema"))
    return {} if wish.get("type") == "json_object" else None


class OpenAI(Speaker):
    """One chat completion."""

    name = "openai"

    @staticmethod
    def read(body: Mapping[str, Any], *, model: str, stream: bool) -> Asked:
        named = body.get("model")
        if not isinstance(named, str) or not named:
            raise Refusal(400, "you must provide a model parameter")
        messages = _messages(body)
        options = body.get("stream_options")
        if options is not None and not body.get("stream"):
            raise Refusal(400, "The 'stream_options' parameter is only allowed when 'stream' is enabled.")
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
            turns=turns_of(messages, content="content"),
            stop=words_of(body.get("stop"), "stop", most=4),
            temperature=number(body.get("temperature"), "temperature", most=2),
            tools=_tools(body),
            choice=_choice(body),
            tool_said=text_of(messages[-1].get("content")) if messages[-1]["role"] == "tool" else None,
            schema=_schema(body),
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

    def call_of(self, number: int, call: ToolCall) -> bytes:
        head = {"index": number, **_called(self.call, number, call.name, "")}
        pieces = ({"index": number, "function": {"arguments": part}} for part in in_three(arguments_of(call)))
        deltas = ({"tool_calls": [each]} for each in (head, *pieces))
        return b"".join(self._chunk([{"index": 0, "delta": delta, "finish_reason": None}]) for delta in deltas)

    def closing(self, plan: Plan) -> bytes:
        events = self._chunk([{"index": 0, "delta": {}, "finish_reason": _FINISH[plan.finish]}])
        if self.asked.wants_usage:
            events += self._chunk([], usage=usage(plan))
        return events + b"data: [DONE]\n\n"

    def whole(self, plan: Plan) -> dict[str, Any]:
        message: dict[str, Any] = {"role": "assistant", "content": plan.text, "refusal": None}
        if plan.reasoning:
            message["reasoning_content"] = plan.reasoning
        if plan.calls:
            message["content"] = plan.text or None
            message["tool_calls"] = [
                _called(self.call, number, call.name, arguments_of(call)) for number, call in enumerate(plan.calls)
            ]
        return {
            "id": f"chatcmpl-{self.call}",
            "object": "chat.completion",
            "created": CREATED,
            "model": self.model,
            "choices": [{"index": 0, "message": message, "finish_reason": _FINISH[plan.finish], "logprobs": None}],
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


def _called(call: str, number: int, name: str, arguments: str) -> dict[str, Any]:
    return {"id": f"call_{call}_{number}", "type": "function", "function": {"name": name, "arguments": arguments}}


def usage(plan: Plan) -> dict[str, Any]:
    return {
        "prompt_tokens": plan.input_tokens,
        "completion_tokens": plan.output_tokens,
        "total_tokens": plan.input_tokens + plan.output_tokens,
        "completion_tokens_details": {"reasoning_tokens": plan.reasoning_tokens},
    }
