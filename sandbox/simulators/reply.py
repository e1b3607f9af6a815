"""A reply as it is planned before its first byte leaves: what is said, when, and how it ends."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Piece:
    """Some text that leaves ``at_ms`` after the request was read."""

    at_ms: float
    text: str
    reasoning: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """``finish`` is ``stop`` or ``length``; ``cut_after`` pieces the connection breaks (None: it does not)."""

    pieces: tuple[Piece, ...]
    done_ms: float
    finish: str
    input_tokens: int
    output_tokens: int
    reasoning_tokens: int = 0
    cut_after: int | None = None

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces if not piece.reasoning)

    @property
    def reasoning(self) -> str:
        return "".join(piece.text for piece in self.pieces if piece.reasoning)
