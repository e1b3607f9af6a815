"""generateContent: the model stands in the path, thoughts are parts marked ``thought``."""

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
    number,
    parts_of,
    text_of,
    turns_of,
    whole_number,
    words_of,
)
from sandbox.simulators.protocols.speaker import Speaker, event
from sandbox.simulators.reply import Piece, Plan, ToolCall
from sandbox.wire.types import Image

_WORDS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    402: "FAILED_PRECONDITION",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}
_STANDARD = str.maketrans("-_", "+/")
_FINISH = {"stop": "STOP", "length": "MAX_TOKENS", "tool": "STOP"}
_MODES = {"AUTO": "auto", "NONE": "none", "ANY": "any"}


def _mapping(body: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    """The first of ``names`` that holds an object; the API takes both of its spellings."""
    for name in names:
        value = body.get(name)
        if isinstance(value, Mapping):
            return value
    return {}


def _image(part: Mapping[str, Any]) -> Image | None:
    if "fileData" in part or "file_data" in part:
        raise Refusal(400, "A simulated provider fetches nothing: send images as inline data.")
    held = _mapping(part, "inlineData", "inline_data")
    if not held:
        return None
    data = held.get("data")
    # Both alphabets of base64 are taken: Google's own SDK writes the one for addresses.
    data = data.translate(_STANDARD) if isinstance(data, str) else data
    return image_of(held.get("mimeType", held.get("mime_type")), data)


def _contents(body: Mapping[str, Any]) -> list[Any]:
    contents = list_in(body, "contents")
    if not all(isinstance(each, Mapping) and isinstance(each.get("parts"), list) for each in contents):
        raise Refusal(400, "every entry of 'contents' must be an object with a list of 'parts'")
    return contents


def _tools(body: Mapping[str, Any]) -> tuple[Tool, ...]:
    listed = body.get("tools")
    sets = [each for each in listed if isinstance(each, Mapping)] if isinstance(listed, list) else []
    held = [
        each
        for one in sets
        for each in one.get("functionDeclarations", one.get("function_declarations")) or []
        if isinstance(each, Mapping)
    ]
    if not all(isinstance(each.get("name"), str) for each in held):
        raise Refusal(400, "every function declaration needs a name")
    return tuple(Tool(each["name"], _mapping(each, "parameters", "parametersJsonSchema")) for each in held)


def _choice(body: Mapping[str, Any]) -> str:
    config = _mapping(body, "toolConfig", "tool_config")
    wish = _mapping(config, "functionCallingConfig", "function_calling_config")
    return _MODES.get(str(wish.get("mode")), "auto")


def _schema(config: Mapping[str, Any]) -> Mapping[str, Any] | None:
    if config.get("responseMimeType", config.get("response_mime_type")) != "application/json":
        return None
    return _mapping(config, "responseJsonSchema", "responseSchema", "response_schema", "response_json_schema")


def _tool_said(parts: Any) -> str | None:
    said = [_mapping(part, "functionResponse", "function_response") for part in parts_of(parts)]
    told = [str(each.get("response")) for each in said if each]
    return "\n".join(told) if told else None


class Gemini(Speaker):
    """One generated content."""

    name = "gemini"

    @classmethod
    def key_of(cls, headers: Mapping[str, str], query: Mapping[str, str]) -> str:
        return headers.get("x-goog-api-key", "") or query.get("key", "") or super().key_of(headers, query)

    @staticmethod
    def read(body: Mapping[str, Any], *, model: str, stream: bool) -> Asked:
        contents = _contents(body)
        config = _mapping(body, "generationConfig", "generation_config")
        thinking = _mapping(config, "thinkingConfig", "thinking_config")
        system = _mapping(body, "systemInstruction", "system_instruction")
        budget = thinking.get("thinkingBudget", thinking.get("thinking_budget"))
        parts = last_content(contents, role="user", content="parts")
        return Asked(
            model=model,
            text=text_of(parts),
            system=text_of(system.get("parts")),
            max_tokens=whole_number(config.get("maxOutputTokens"), "max_output_tokens"),
            thinking=budget if isinstance(budget, int) and budget >= 0 else None,
            shows_thoughts=bool(thinking.get("includeThoughts", thinking.get("include_thoughts", False))),
            stream=stream,
            images=few([image for part in parts_of(parts) if (image := _image(part))]),
            turns=turns_of(contents, content="parts"),
            stop=words_of(config.get("stopSequences", config.get("stop_sequences")), "stop_sequences", most=5),
            temperature=number(config.get("temperature"), "temperature", most=2),
            tools=_tools(body),
            choice=_choice(body),
            tool_said=_tool_said(contents[-1]["parts"]),
            schema=_schema(config),
        )

    def _body(self, parts: list[dict[str, Any]], *, plan: Plan | None) -> dict[str, Any]:
        candidate: dict[str, Any] = {"content": {"parts": parts, "role": "model"}, "index": 0}
        body: dict[str, Any] = {"candidates": [candidate], "modelVersion": self.model, "responseId": self.call}
        if plan is not None:
            candidate["finishReason"] = _FINISH[plan.finish]
            answer = plan.output_tokens - plan.reasoning_tokens
            body["usageMetadata"] = {
                "promptTokenCount": plan.input_tokens,
                "candidatesTokenCount": answer,
                "totalTokenCount": plan.input_tokens + plan.output_tokens,
                **({"thoughtsTokenCount": plan.reasoning_tokens} if plan.reasoning_tokens else {}),
            }
        return body

    def opening(self, input_tokens: int) -> bytes:
        return b""

    def piece(self, piece: Piece) -> bytes:
        part: dict[str, Any] = {"text": piece.text}
        if piece.reasoning:
            part["thought"] = True
        return event(self._body([part], plan=None))

    def call_of(self, number: int, call: ToolCall) -> bytes:
        return event(self._body([_called(call)], plan=None))

    def closing(self, plan: Plan) -> bytes:
        return event(self._body([{"text": ""}], plan=plan))

    def whole(self, plan: Plan) -> dict[str, Any]:
        parts: list[dict[str, Any]] = [{"text": plan.text}] if plan.text or not plan.calls else []
        parts += map(_called, plan.calls)
        if plan.reasoning:
            parts.insert(0, {"text": plan.reasoning, "thought": True})
        return self._body(parts, plan=plan)

    @staticmethod
    def refusal(no: Refusal) -> dict[str, Any]:
        return {"error": {"code": no.status, "message": no.message, "status": _WORDS.get(no.status, "UNKNOWN")}}

    @staticmethod
    def entry(name: str, title: str) -> dict[str, Any]:
        return {
            "name": f"models/{name}",
            "version": "001",
            "displayName": title,
            "description": "Simulated",
            "inputTokenLimit": 128_000,
            "outputTokenLimit": 8_192,
            "supportedGenerationMethods": ["generateContent"],
        }

    @staticmethod
    def listing(entries: Sequence[dict[str, Any]]) -> dict[str, Any]:
        return {"models": entries}


def _called(call: ToolCall) -> dict[str, Any]:
    return {"functionCall": {"name": call.name, "args": dict(call.arguments)}}
