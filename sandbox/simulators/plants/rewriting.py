"""How a plant alters what an honest provider says: event by event in a stream, and the whole answer's object."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sandbox.simulators.manners import Manners
from sandbox.simulators.protocols.speaker import encode

_EVENT = re.compile(rb"((?:event: [^\n]*\n)?)data: ([^\n]*)\n\n")
# The word that ends a stream, which is no object.
_DONE = b"[DONE]"

Change = Callable[[dict[str, Any]], dict[str, Any] | None]


def each_event(events: bytes, change: Change) -> bytes:
    """``events`` with each one's object changed; one that becomes None is left out."""

    def changed(found: re.Match[bytes]) -> bytes:
        if found[2] == _DONE:
            return found[0]
        value = change(json.loads(found[2]))
        return b"" if value is None else found[1] + b"data: " + encode(value) + b"\n\n"

    return _EVENT.sub(changed, events)


class Rewriting(Manners):
    """Changes every object that it sends, streamed or whole."""

    def frame(self, events: bytes) -> bytes:
        return each_event(events, self.change)

    def tell(self, answer: dict[str, Any]) -> dict[str, Any]:
        changed = self.change(answer)
        return answer if changed is None else changed

    def change(self, value: dict[str, Any]) -> dict[str, Any] | None:
        """One event's object, or a whole answer."""
        raise NotImplementedError


def usages(value: Mapping[str, Any]) -> Iterator[tuple[Any, str]]:
    """(holder, name) of each bill in an object of any protocol."""
    message = value.get("message")
    for holder in (value, message):
        for name in ("usage", "usageMetadata"):
            if isinstance(holder, dict) and isinstance(holder.get(name), dict):
                yield holder, name
