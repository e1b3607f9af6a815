"""What a caller asks, whichever protocol it came by, and the one way to say no."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class Refusal(Exception):
    """An answer that is an error: the HTTP status, the protocol's own word for it, and a sentence."""

    def __init__(self, status: int, message: str, *, word: str = "", retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.word = word
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class Asked:
    """One question. ``max_tokens`` None is unsaid; ``thinking`` None leaves it to the model, 0 forbids it.

    ``shows_thoughts`` is False where the protocol hides thinking that was not asked for.
    """

    model: str
    text: str
    system: str = ""
    max_tokens: int | None = None
    thinking: int | None = None
    shows_thoughts: bool = True
    stream: bool = False
    wants_usage: bool = True


def text_of(content: Any) -> str:
    """The text of a message's content: a string, or a list of parts of which some hold ``text``."""
    if isinstance(content, str):
        return content
    if isinstance(content, Mapping):
        content = [content]
    if not isinstance(content, list):
        return ""
    return "\n".join(str(part["text"]) for part in content if isinstance(part, Mapping) and "text" in part)


def list_in(body: Mapping[str, Any], name: str) -> list[Any]:
    """The non-empty list that ``body`` must hold under ``name``; raises Refusal (400)."""
    value = body.get(name)
    if not isinstance(value, list) or not value:
        raise Refusal(400, f"'{name}' must be a non-empty list")
    return value


def last_text(messages: list[Any], *, role: str, content: str) -> str:
    """What the last message of ``role`` says, its content standing under ``content``."""
    for message in reversed(messages):
        if isinstance(message, Mapping) and message.get("role", role) == role:
            return text_of(message.get(content))
    return ""


def whole_number(value: Any, name: str) -> int | None:
    """``value`` if it is a whole number of at least 1, None if it is absent; raises Refusal (400)."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise Refusal(400, f"'{name}' must be a whole number of at least 1")
    return int(value)
