"""generateContent: the model stands in the path, thoughts are parts marked ``thought``."""

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
_FINISH = {"stop": "STOP", "length": "MAX_TOKENS"}


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


class Gemini(Speaker):
    """One generated content."""

    name = "gemini"

    @staticmethod
    def read(body: Mapping[str, Any], *, model: str, stream: bool) -> Asked:
        contents = list_in(body, "contents")
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

    def closing(self, plan: Plan) -> bytes:
        return event(self._body([{"text": ""}], plan=plan))

    def whole(self, plan: Plan) -> dict[str, Any]:
        parts: list[dict[str, Any]] = [{"text": plan.text}]
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
