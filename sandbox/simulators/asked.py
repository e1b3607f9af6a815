"""What a caller asks, whichever protocol it came by, and the one way to say no."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.wire.images import MEDIA_TYPES, BadImage, read_image
from sandbox.wire.types import Image

# Of a picture in base64, as Anthropic has it.
MOST_IMAGE_CHARS = 5 * 1024 * 1024
MOST_IMAGES = 20


class Refusal(Exception):
    """An answer that is an error: the HTTP status, the protocol's own word for it, and a sentence."""

    def __init__(self, status: int, message: str, *, word: str = "", retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.word = word
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class Turn:
    """What one side said before the question: ``role`` is ``user`` or ``assistant``."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Tool:
    """A function on offer; ``parameters`` is a JSON schema."""

    name: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """One question. ``max_tokens`` None is unsaid; ``thinking`` None leaves it to the model, 0 forbids it.

    ``shows_thoughts`` is False where the protocol hides thinking that was not asked for. ``turns`` are those before the
    last. ``choice`` of a tool is ``auto``, ``none``, ``any`` or a tool's name; ``tool_said`` is what a tool answered,
    if that is the last word. ``schema`` is that of a structured answer: empty for any object, None for running text.
    """

    model: str
    text: str
    system: str = ""
    max_tokens: int | None = None
    thinking: int | None = None
    shows_thoughts: bool = True
    stream: bool = False
    wants_usage: bool = True
    images: tuple[Image, ...] = ()
    turns: tuple[Turn, ...] = ()
    stop: tuple[str, ...] = ()
    temperature: float | None = None
    tools: tuple[Tool, ...] = ()
    choice: str = "auto"
    tool_said: str | None = None
    schema: Mapping[str, Any] | None = None


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


def last_content(messages: list[Any], *, role: str, content: str) -> Any:
    """What stands under ``content`` in the last message of ``role``."""
    for message in reversed(messages):
        if isinstance(message, Mapping) and message.get("role", role) == role:
            return message.get(content)
    return ""


def image_of(kind: Any, data: Any) -> Image:
    """A picture as it was sent, or a Refusal (400) that says what is wrong with it."""
    if kind not in MEDIA_TYPES:
        raise Refusal(400, f"Images must be one of {', '.join(MEDIA_TYPES)}.", word="invalid_image_format")
    if not isinstance(data, str) or len(data) > MOST_IMAGE_CHARS:
        raise Refusal(400, f"An image's data must be base64 of at most {MOST_IMAGE_CHARS} characters.")
    try:
        image = read_image(base64.b64decode(data, validate=True))
    except binascii.Error:
        raise Refusal(400, "An image's data is not valid base64.", word="invalid_base64") from None
    except BadImage:
        raise Refusal(400, "An image could not be processed.", word="invalid_image") from None
    if image.media_type != kind:
        raise Refusal(400, f"An image was said to be {kind}, and is {image.media_type}.", word="invalid_image_format")
    return image


def few(images: list[Image]) -> tuple[Image, ...]:
    if len(images) > MOST_IMAGES:
        raise Refusal(400, f"At most {MOST_IMAGES} images fit into one request.", word="too_many_images")
    return tuple(images)


def parts_of(content: Any) -> list[Mapping[str, Any]]:
    return [part for part in content if isinstance(part, Mapping)] if isinstance(content, list) else []


def turns_of(messages: list[Any], *, content: str) -> tuple[Turn, ...]:
    """What was said before the last message of the user; whoever is not the user is the assistant."""
    said = [
        Turn("user" if message.get("role", "user") == "user" else "assistant", text_of(message.get(content)))
        for message in messages
        if isinstance(message, Mapping) and message.get("role") not in {"system", "developer"}
    ]
    last = max((at for at, turn in enumerate(said) if turn.role == "user"), default=0)
    return tuple(said[:last])


def words_of(value: Any, name: str, *, most: int) -> tuple[str, ...]:
    """One text or a list of texts, such as stop sequences; raises Refusal (400)."""
    listed = [value] if isinstance(value, str) else [] if value is None else value
    if not isinstance(listed, list) or len(listed) > most or not all(isinstance(each, str) and each for each in listed):
        raise Refusal(400, f"'{name}' must be at most {most} non-empty strings")
    return tuple(listed)


def mapping(value: Any) -> Mapping[str, Any]:
    """``value`` if it is an object, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def number(value: Any, name: str, *, most: float) -> float | None:
    """A number from 0 to ``most``, None if it is absent; raises Refusal (400)."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise Refusal(400, f"'{name}' must be a number from 0 to {most:g}")
    return float(value)


def whole_number(value: Any, name: str) -> int | None:
    """``value`` if it is a whole number of at least 1, None if it is absent; raises Refusal (400)."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise Refusal(400, f"'{name}' must be a whole number of at least 1")
    return int(value)
