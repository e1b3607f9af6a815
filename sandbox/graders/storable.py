"""Text that every database keeps: JSON's escapes can spell a NUL and half a surrogate pair, which are no text."""

from __future__ import annotations

from typing import Any


def storable(text: str) -> str:
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def storable_json(value: Any) -> Any:
    """The same for every text in a value as JSON has them, keys included."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {storable(str(key)): storable_json(each) for key, each in value.items()}
    return [storable_json(each) for each in value] if isinstance(value, list | tuple) else value
