"""A running trial's voice: coalesces what happens and appends it to the live stream every 40 ms.

Redis may go away or be flushed at any time; the trial never waits for it. After a flush the stream begins anew with
the whole text of every answer that is still open, so that a page that reloads misses nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

import redis

from sandbox import live
from sandbox.line import Line
from sandbox.wire.types import Reasoning, Text

logger = logging.getLogger(__name__)

FLUSH_MS = 40


class Relay:
    """Collects one trial's events on the event loop and flushes them in the background."""

    def __init__(self, code: str, line: Line) -> None:
        self.code = code
        self.line = line
        self.fresh: dict[int, tuple[list[str], list[str]]] = {}
        self.whole: dict[int, tuple[list[str], list[str]]] = {}
        self.events: list[tuple[str, Any]] = []
        self.started = False
        self.gap = False  # something was not heard: the next flush repeats whole texts
        self.alarm: asyncio.TimerHandle | None = None
        self.flushing: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Relay:
        self.rest()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self.alarm:
            self.alarm.cancel()
        if self.flushing:
            await self.flushing
        await self.flush()

    def piece(self, answer: int, piece: Text | Reasoning) -> None:
        """Hot path: one call per streamed piece."""
        side = 0 if isinstance(piece, Text) else 1
        buffers = self.fresh.get(answer)
        if buffers is None:
            buffers = self.fresh[answer] = ([], [])
        buffers[side].append(piece.text)

    def say(self, name: str, data: Mapping[str, Any]) -> None:
        """Queue an event behind the pieces that came before it."""
        self.take_pieces()
        self.events.append((name, data))

    def close(self, answer: int) -> None:
        """The answer is saved: its text need not be kept here for a new beginning."""
        self.take_pieces()
        self.whole.pop(answer, None)

    def take_pieces(self) -> None:
        if not self.fresh:
            return
        data = {}
        for answer, (text, reasoning) in self.fresh.items():
            kept = self.whole.setdefault(answer, ([], []))
            kept[0].extend(text)
            kept[1].extend(reasoning)
            data[str(answer)] = as_piece(text, reasoning)
        self.fresh = {}
        self.events.append(("pieces", data))

    def rest(self) -> None:
        """Until the next of the moments that all trials have in common, so that they share a round trip."""
        loop = asyncio.get_running_loop()
        wait_ms = FLUSH_MS - round(loop.time() * 1000) % FLUSH_MS
        self.alarm = loop.call_later(wait_ms / 1000, self.wake)

    def wake(self) -> None:
        is_flushing = self.flushing is not None and not self.flushing.done()
        if (self.fresh or self.events) and not is_flushing:
            self.flushing = asyncio.create_task(self.flush())
        self.rest()

    async def flush(self) -> None:
        self.take_pieces()
        if not self.events:
            return
        events, self.events = self.events, []
        try:
            if self.gap or await self.append(events, fresh=not self.started) is None:
                await self.append(self.begin_anew(events), fresh=True)
            self.started, self.gap = True, False
        except (redis.RedisError, OSError) as error:
            self.gap = True
            self.events = [event for event in events if event[0] != "pieces"] + self.events
            logger.warning("nobody hears trial %s: %s", self.code, type(error).__name__)

    def begin_anew(self, events: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
        """Whole texts of the open answers, then everything among ``events`` that is not a piece."""
        whole = {str(answer): {**as_piece(*kept), "again": True} for answer, kept in self.whole.items()}
        return [("pieces", whole), *((name, data) for name, data in events if name != "pieces")]

    async def append(self, events: list[tuple[str, Any]], *, fresh: bool) -> Any:
        keys = (live.stream_key(self.code), live.epoch_key(self.code))
        return await self.line.run(live.APPEND, keys, live.append_arguments(events, fresh=fresh))


def as_piece(text: list[str], reasoning: list[str]) -> dict[str, Any]:
    piece = {}
    if text:
        piece["text"] = "".join(text)
    if reasoning:
        piece["reasoning"] = "".join(reasoning)
    return piece
