"""How a provider treats its callers: this one does everything right. A planted fault overrides one method."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any, ClassVar

from aiohttp import web

from sandbox.simulators.asked import Asked, Refusal
from sandbox.simulators.personas import Persona
from sandbox.simulators.plan import plan_reply, refuse_too_long
from sandbox.simulators.protocols import Speaker
from sandbox.simulators.protocols.speaker import encode
from sandbox.simulators.reply import Piece, Plan, ToolCall

# Keys that open the simulated providers; canaries are made by tests that look where a key turns up.
KEY = "simulated"
_KEYS = (f"{KEY}-", "canary-")
# Of requests, far above what a computer of today can ask for: said in headers, and kept.
MOST_A_MINUTE = 600_000
_MINUTE_S = 60.0


class Manners:
    """A provider's door and its voice. One of these serves one protocol; it may remember earlier calls."""

    stream_headers: ClassVar[Mapping[str, str]] = {
        "Content-Type": "text/event-stream; charset=utf-8",
        "Cache-Control": "no-store",
    }

    def __init__(self) -> None:
        self.active = 0
        self.lately: deque[float] = deque()

    # -- the door ----------------------------------------------------------------------------------
    async def greet(self, request: web.Request, kind: type[Speaker]) -> web.StreamResponse | None:
        """Raises Refusal (401) for a key that is missing or wrong; a response of its own ends the request."""
        key = kind.key_of(request.headers, request.query)
        if not key:
            self.miss_key(kind)
        elif not self.knows(key):
            self.refuse_key(key)
        return None

    def knows(self, key: str) -> bool:
        return key == KEY or key.startswith(_KEYS)

    def miss_key(self, kind: type[Speaker]) -> None:
        raise Refusal(401, "You didn't provide an API key.", word="missing_api_key")

    def refuse_key(self, key: str) -> None:
        raise Refusal(401, "Incorrect API key provided.", word="invalid_api_key")

    def refuse(self, kind: type[Speaker], no: Refusal, request: web.Request) -> web.Response:
        """The protocol's error. It never repeats the key."""
        headers = {} if no.retry_after_s is None else {"Retry-After": f"{no.retry_after_s:g}"}
        return web.json_response(kind.refusal(no), status=no.status, headers=headers)

    def list_models(self, kind: type[Speaker], entries: Sequence[dict[str, Any]]) -> web.Response:
        return web.json_response(kind.listing(entries))

    # -- the ear -----------------------------------------------------------------------------------
    def read_body(self, raw: bytes) -> dict[str, Any]:
        try:
            body = json.loads(raw)
        except (ValueError, RecursionError):
            raise Refusal(400, "The request's body is not valid JSON.") from None
        if not isinstance(body, dict):
            raise Refusal(400, "The request's body must be a JSON object.")
        return body

    def hear(self, asked: Asked, body: Mapping[str, Any]) -> Asked:
        """What it takes in of the question: all that it knows, of ``body`` nothing else."""
        return asked

    @contextmanager
    def turn(self, persona: Persona) -> Iterator[None]:
        """One call under way."""
        self.active += 1
        try:
            yield
        finally:
            self.active -= 1

    def left(self) -> None:
        """A caller has left in the middle of a stream: nothing goes on for it."""

    # -- the voice ---------------------------------------------------------------------------------
    def plan(self, persona: Persona, asked: Asked, *, seed: int, first_call: bool) -> Plan:
        refuse_too_long(persona, asked)
        return plan_reply(persona, asked, seed=seed, first_call=first_call)

    def wait_s(self) -> float:
        """How long it keeps a caller waiting beyond the model's own time."""
        return 0.0

    def limits(self, kind: type[Speaker]) -> dict[str, str]:
        """Headers that say how many requests it still takes; they are true."""
        now = monotonic()
        while self.lately and self.lately[0] < now - _MINUTE_S:
            self.lately.popleft()
        if len(self.lately) >= MOST_A_MINUTE:
            raise Refusal(429, "Rate limit reached.", word="rate_limit_exceeded", retry_after_s=1)
        self.lately.append(now)
        resets_at = datetime.now(UTC) + timedelta(seconds=_MINUTE_S)
        return kind.limits(most=MOST_A_MINUTE, left=MOST_A_MINUTE - len(self.lately), resets_at=resets_at)

    def piece(self, speaker: Speaker, piece: Piece) -> bytes:
        return speaker.piece(piece)

    def call_of(self, speaker: Speaker, number: int, call: ToolCall) -> bytes:
        return speaker.call_of(number, call)

    def frame(self, events: bytes) -> bytes:
        """Events as they leave."""
        return events

    def whole(self, speaker: Speaker, plan: Plan, headers: Mapping[str, str]) -> web.Response:
        body = encode(self.tell(speaker.whole(plan)))
        return web.Response(body=body, content_type="application/json", headers=dict(headers))

    def tell(self, answer: dict[str, Any]) -> dict[str, Any]:
        """A whole answer's object as it leaves."""
        return answer
