"""One adapter for each protocol: pure modules that build a body and read an event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from sandbox.wire import anthropic, gemini, openai
from sandbox.wire.sse import Event
from sandbox.wire.types import Body, Endpoint, Piece, Question, WireError


class Adapter(Protocol):
    """What the client needs to know of a protocol."""

    @property
    def MODELS_PATH(self) -> str: ...  # noqa: N802

    @property
    def HAS_LAST_WORD(self) -> bool:  # noqa: N802
        """Whether a stream ends with an ``End``; where it does not, the end of the body is all there is."""

    def build(self, endpoint: Endpoint, question: Question) -> Body:
        """The request for ``question``."""

    def read(self, event: Event) -> Iterable[Piece]:
        """The pieces in one event; raises ``WireError`` where it is an error or not the protocol."""

    def read_error(self, status: int, headers: Mapping[str, str], body: bytes) -> WireError:
        """The error that stands in place of a stream."""


ADAPTERS: Mapping[str, Adapter] = {"openai": openai, "anthropic": anthropic, "gemini": gemini}
