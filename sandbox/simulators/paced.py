"""Streams at a set pace, cheap to serve: what benchmarks measure clients against.

A model named ``paced-n200-i20-t100`` sends 200 pieces, one every 20 ms, the first after 100 ms. Every event is
encoded once per name; a stream costs a timer and a write per piece, and lateness never adds up.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from functools import lru_cache

from aiohttp import web

from sandbox.simulators.asked import Asked
from sandbox.simulators.protocols import OpenAI
from sandbox.simulators.raw import LAST_CHUNK, chunk, head, socket_of
from sandbox.simulators.reply import Piece, Plan

_NAME = re.compile(r"paced-n(\d{1,5})-i(\d{1,5})-t(\d{1,5})")


@dataclass(frozen=True, slots=True)
class Pace:
    model: str
    pieces: int
    gap_ms: int
    ttft_ms: int


def read_name(model: str) -> Pace | None:
    """The pace that ``model`` names, or None."""
    match = _NAME.fullmatch(model)
    return Pace(model, *(int(number) for number in match.groups())) if match else None


def piece_text(number: int) -> str:
    return f"w{number:04d} "


@lru_cache(maxsize=64)
def encoded(pace: Pace, *, wants_usage: bool) -> tuple[tuple[bytes, ...], bytes]:
    """(one framed chunk per piece, the framed closing) of a paced stream."""
    speaker = OpenAI(Asked(model=pace.model, text="", wants_usage=wants_usage), call="paced")
    plan = Plan((), 0, "stop", input_tokens=10, output_tokens=pace.pieces)
    chunks = tuple(chunk(speaker.piece(Piece(0, piece_text(number)))) for number in range(pace.pieces))
    return chunks, chunk(speaker.closing(plan)) + LAST_CHUNK


class _Ticker:
    """Writes chunk k at ``start + ttft + k × gap`` straight to the transport."""

    def __init__(self, transport: asyncio.Transport, pace: Pace, chunks: tuple[bytes, ...], closing: bytes) -> None:
        self.loop = asyncio.get_running_loop()
        self.transport, self.pace, self.chunks, self.closing = transport, pace, chunks, closing
        self.sent = 0
        self.over: asyncio.Future[bool] = self.loop.create_future()
        self.timer: asyncio.TimerHandle | None = None
        self.first = 0.0

    def start(self, began: float) -> None:
        self.first = began + self.pace.ttft_ms / 1000
        self.timer = self.loop.call_at(self.first, self._tick)

    def _tick(self) -> None:
        if self.transport.is_closing():
            self.over.set_result(False)
            return
        gap = self.pace.gap_ms / 1000
        now = self.loop.time()
        while self.sent < len(self.chunks) and self.first + self.sent * gap <= now:
            self.transport.write(self.chunks[self.sent])
            self.sent += 1
        if self.sent == len(self.chunks):
            self.transport.write(self.closing)
            self.over.set_result(True)
        else:
            self.timer = self.loop.call_at(self.first + self.sent * gap, self._tick)


async def serve(request: web.Request, pace: Pace, *, began: float, wants_usage: bool) -> tuple[int, bool]:
    """Streams the pace's pieces on the request's connection; returns (pieces sent, whether all of it left)."""
    transport = socket_of(request)
    chunks, closing = encoded(pace, wants_usage=wants_usage)
    ticker = _Ticker(transport, pace, chunks, closing)
    transport.write(head())
    ticker.start(began)
    try:
        whole = await ticker.over
    finally:
        if ticker.timer is not None:
            ticker.timer.cancel()
    return ticker.sent, whole
