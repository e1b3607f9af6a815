"""A reply as it is planned before its first byte leaves: what is said, when, and how it ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Piece:
    """Some text that leaves ``at_ms`` after the request was read."""

    at_ms: float
    text: str
    reasoning: bool = False


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A function that the model wants called, with its arguments."""

    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """``finish`` is ``stop``, ``length`` or ``tool``; ``cut_after`` pieces the connection breaks (None: it does not).

    ``stopped_by`` is the stop sequence that ended the text, empty where none did.
    """

    pieces: tuple[Piece, ...]
    done_ms: float
    finish: str
    input_tokens: int
    output_tokens: int
    reasoning_tokens: int = 0
    cut_after: int | None = None
    calls: tuple[ToolCall, ...] = ()
    stopped_by: str = ""

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces if not piece.reasoning)

    @property
    def reasoning(self) -> str:
        return "".join(piece.text for piece in self.pieces if piece.reasoning)
