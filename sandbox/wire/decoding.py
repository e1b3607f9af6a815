"""Reading the JSON of strangers: forgiving about bytes and types, firm about structure."""

from __future__ import annotations

import json
import re
from typing import Any, TypeVar

import msgspec

from sandbox.wire.types import Kind, WireError

T = TypeVar("T")
SURROGATES = re.compile("[\ud800-\udfff]")


def decode(decoder: msgspec.json.Decoder[T], data: bytes) -> T:
    """What ``decoder`` reads; wrong UTF-8 and half surrogate pairs become U+FFFD. Raises ``malformed``."""
    try:
        return decoder.decode(data)
    except (ValueError, RecursionError):
        try:
            return decoder.decode(repair(data))
        except (ValueError, RecursionError):
            raise WireError(Kind.MALFORMED, "The stream holds something that is not the agreed JSON.") from None


def repair(data: bytes) -> bytes:
    """The same JSON in proper UTF-8. Half a surrogate pair is legal JSON, but no text."""
    value = json.loads(data.decode("utf-8", "replace"))
    return SURROGATES.sub("\ufffd", json.dumps(value, ensure_ascii=False)).encode()


def count(value: Any) -> int | None:
    """A number of tokens as the upstream wrote it, however absurd; None where it wrote none."""
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e15 else None


def within(value: Any, name: str) -> dict[str, Any]:
    """The object under ``name``; an empty one where there is none."""
    inner = value.get(name) if isinstance(value, dict) else None
    return inner if isinstance(inner, dict) else {}


def text_of(value: Any) -> str:
    """The text in a string, a part ``{"text": …}``, or a list of either."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "".join(map(text_of, value))
    if isinstance(value, dict):
        return text_of(value.get("text") or value.get("summary"))
    return ""
