"""What a check asks, whatever the protocol; and the request that a trial would make of it."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from sandbox.wire.adapters import ADAPTERS
from sandbox.wire.types import Body, Endpoint, Image, Question


@dataclass(frozen=True, slots=True)
class Ask:
    """A question with its extras.

    ``turns`` are earlier (user, assistant) pairs. ``tools`` and ``schema`` say whether the tool and the JSON schema of
    ``questions`` are offered. ``extra`` is set in the payload by its path, or taken out of it where it is None.
    """

    text: str
    system: str = ""
    turns: tuple[tuple[str, str], ...] = ()
    max_tokens: int = 400
    temperature: float | None = None
    stop: tuple[str, ...] = ()
    images: tuple[Image, ...] = ()
    tools: bool = False
    schema: bool = False
    streamed: bool = True
    extra: Mapping[tuple[str, ...], Any] = field(default_factory=dict)


def as_in_trials(endpoint: Endpoint, ask: Ask) -> tuple[Body, dict[str, Any]]:
    """The body that a trial would send, and a copy of its payload to change."""
    question = Question(
        text=ask.text,
        system=ask.system,
        max_output_tokens=ask.max_tokens,
        temperature=ask.temperature,
        images=ask.images,
    )
    body = ADAPTERS[endpoint.protocol].build(endpoint, question)
    return body, deepcopy(dict(body.payload))


def put_extra(payload: dict[str, Any], ask: Ask) -> None:
    for path, value in ask.extra.items():
        inner = payload
        for key in path[:-1]:
            inner = inner.setdefault(key, {})
        if value is None:
            inner.pop(path[-1], None)
        else:
            inner[path[-1]] = value
