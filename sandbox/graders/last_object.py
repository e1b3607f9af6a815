"""Finds the JSON object with which a judge closes, and believes none that it merely quotes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, TypeVar

READ_CHARS = 20_000  # of a judge's text, from its end
TRAILING_COMMA = re.compile(r",(\s*[}\]])")
T = TypeVar("T")


def last(text: str, wanted: Callable[[dict[str, Any]], T | None]) -> T | None:
    """What ``wanted`` finds in the last JSON object of ``text`` that has it; None where no such object is whole."""
    said = text[-READ_CHARS:]
    for attempt in (said, TRAILING_COMMA.sub(r"\1", said)):
        found = scan(attempt, wanted)
        if found is not None:
            return found
    return None


def scan(text: str, wanted: Callable[[dict[str, Any]], T | None]) -> T | None:
    """As ``last``; also None when the object stood inside something broken.

    A judge that quotes an answer's fake verdict in a reason without escaping it spoils its own object, and leaves the
    fake one readable: the unmatched brace behind it gives that away.
    """
    decoder, found, at, end = json.JSONDecoder(strict=False), None, text.find("{"), 0
    while at >= 0:
        try:
            value, stop = decoder.raw_decode(text, at)
        except ValueError:
            value, stop = {}, at + 1
        except RecursionError:
            return None
        here = next((each for holder in holders(value) if (each := wanted(holder)) is not None), None)
        if here is not None:
            found, end = here, stop
        at = text.find("{", stop)
    return found if found is not None and balanced(text[end:]) else None


def holders(value: dict[str, Any]) -> list[dict[str, Any]]:
    """The object itself, and those that it holds."""
    return [each for each in (value, *value.values()) if isinstance(each, dict)]


def balanced(rest: str) -> bool:
    """No brace closes that was not opened."""
    depth = 0
    for character in rest:
        depth += {"{": 1, "}": -1}.get(character, 0)
        if depth < 0:
            return False
    return True
