"""Three protocols, one way to ask and to read: what a check needs beyond the question that a trial puts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from sandbox.conformance.speech import anthropic, gemini, openai
from sandbox.conformance.speech.asked import Ask
from sandbox.conformance.speech.said import Said
from sandbox.wire.exchange import Request
from sandbox.wire.types import Endpoint

__all__ = ["SPEECHES", "Ask", "Said", "Speech"]


class Speech(Protocol):
    """What the checks need to know of a protocol. All pure: no I/O."""

    @property
    def LAST_WORD(self) -> str:  # noqa: N802
        """What ends a stream, for people; empty where only the finish reason does."""

    def build(self, endpoint: Endpoint, ask: Ask) -> Request:
        """The request: what a trial would send, with the extras of ``ask``."""

    def read_stream(self, data: bytes) -> Said:
        """What a streamed body says; whatever cannot be read is counted and passed over."""

    def read_whole(self, body: Any) -> Said:
        """What a whole answer says, from its decoded JSON."""

    def has_error(self, body: Any) -> bool:
        """Whether ``body`` is an error in this protocol's own shape, with words in it."""


SPEECHES: Mapping[str, Speech] = {"openai": openai, "anthropic": anthropic, "gemini": gemini}
