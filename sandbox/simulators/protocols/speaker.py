"""What every protocol can say: a stream's opening, pieces and closing, a whole answer, a list, an error."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from sandbox.simulators.asked import Asked, Refusal
from sandbox.simulators.reply import Piece, Plan, ToolCall

# Answers look as if they had been made at one fixed moment, so that the same seed gives the same bytes.
CREATED = 1_767_225_600


def encode(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def event(value: Any, *, name: str = "") -> bytes:
    """One server-sent event holding ``value`` as JSON."""
    head = f"event: {name}\n".encode() if name else b""
    return head + b"data: " + encode(value) + b"\n\n"


def arguments_of(call: ToolCall) -> str:
    return json.dumps(dict(call.arguments), ensure_ascii=False)


def in_three(text: str) -> list[str]:
    """``text`` in pieces, as arguments are streamed."""
    size = max(1, -(-len(text) // 3))
    return [text[at : at + size] for at in range(0, len(text), size)]


class Speaker(ABC):
    """One answer in one protocol. It may keep state between pieces; ``model`` is what it says it is."""

    name: ClassVar[str]

    def __init__(self, asked: Asked, *, call: str) -> None:
        self.asked = asked
        self.model = asked.model
        self.call = call

    @classmethod
    def key_of(cls, headers: Mapping[str, str], query: Mapping[str, str]) -> str:
        """The key that came with a request, empty if none did."""
        scheme, _, token = headers.get("Authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""

    @staticmethod
    def limits(*, most: int, left: int, resets_at: datetime) -> dict[str, str]:
        """The headers that say how many requests this minute still takes, by the names that most use."""
        wait_s = max(0.0, (resets_at - datetime.now(UTC)).total_seconds())
        return {
            "x-ratelimit-limit-requests": str(most),
            "x-ratelimit-remaining-requests": str(left),
            "x-ratelimit-reset-requests": f"{wait_s:.3f}s",
        }

    @staticmethod
    @abstractmethod
    def read(body: Mapping[str, Any], *, model: str, stream: bool) -> Asked:
        """The question in a request's body; ``model`` and ``stream`` are what the path said. Raises Refusal."""

    @abstractmethod
    def opening(self, input_tokens: int) -> bytes:
        """The events before the first piece."""

    @abstractmethod
    def piece(self, piece: Piece) -> bytes:
        """One piece as one event (or, where a new block begins, several)."""

    @abstractmethod
    def call_of(self, number: int, call: ToolCall) -> bytes:
        """The events that call the answer's ``number``-th tool."""

    @abstractmethod
    def closing(self, plan: Plan) -> bytes:
        """The events that say why it ended, what it cost, and that it is over."""

    @abstractmethod
    def whole(self, plan: Plan) -> dict[str, Any]:
        """The answer in one object."""

    @staticmethod
    @abstractmethod
    def refusal(no: Refusal) -> dict[str, Any]:
        """The body of an error response."""

    @staticmethod
    @abstractmethod
    def entry(name: str, title: str) -> dict[str, Any]:
        """One model on offer: its name on the wire, and a title."""

    @staticmethod
    @abstractmethod
    def listing(entries: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """The list of all of them."""
