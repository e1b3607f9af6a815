"""Ends a call when one of its limits on time has passed, or when somebody says stop.

One timer per call, moved lazily: bytes and pieces only note the time, and the timer looks when it fires. Arming a
timeout around every read would cost more than reading.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import NamedTuple

from sandbox.wire.types import Kind, Limits, WireError


class Deadline(NamedTuple):
    """``moment`` on the clock; then ``words`` and the limit make the error."""

    moment: float
    kind: Kind
    words: str
    limit_ms: float

    @property
    def error(self) -> WireError:
        return WireError(self.kind, f"{self.words} {self.limit_ms / 1000:g} s.")


class Stop:
    """Ends the calls that were given it, all at once; they keep the text they have. Use it on the calls' own loop."""

    def __init__(self) -> None:
        self.error: WireError | None = None
        self._watches: set[Watch] = set()

    def now(self, error: WireError) -> None:
        """End the calls with ``error``; those that begin later end at once."""
        self.error = self.error or error
        for watch in list(self._watches):
            watch.end(self.error)

    def join(self, watch: Watch) -> None:
        self._watches.add(watch)
        if self.error:
            watch.end(self.error)

    def leave(self, watch: Watch) -> None:
        self._watches.discard(watch)


class Watch:
    """The deadlines of one call. ``error`` is why it was ended, once it was."""

    def __init__(self, limits: Limits, stop: Stop | None = None) -> None:
        self.error: WireError | None = None
        self._limits = limits
        self._stop = stop
        self._timeout: asyncio.Timeout | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._began = 0.0
        self._heard = 0.0
        self._piece = 0.0
        self._deadlines: Callable[[], Iterator[Deadline]] = self._none

    @contextmanager
    def over(self, timeout: asyncio.Timeout) -> Iterator[None]:
        """Watch the block that ``timeout`` encloses."""
        self._timeout = timeout
        self._began = perf_counter()
        self._arm(self._none)
        if self._stop:
            self._stop.join(self)
        try:
            yield
        finally:
            self._timeout = None
            if self._timer:
                self._timer.cancel()
            if self._stop:
                self._stop.leave(self)

    def end(self, error: WireError) -> None:
        """End the call with ``error``, unless it is ending already."""
        if self._timeout and not self.error:
            self.error = error
            self._timeout.reschedule(asyncio.get_running_loop().time())

    def pause(self) -> None:
        """We wait for ourselves: only the whole call's limit counts."""
        self._arm(self._none)

    def dial(self, is_connected: Callable[[], bool]) -> None:
        """Resolving and connecting begin; ``is_connected`` tells whether TCP stands and TLS is what is awaited."""
        began = perf_counter()
        limit = self._limits.connect_ms

        def deadlines() -> Iterator[Deadline]:
            phase = (Kind.TLS, "No TLS handshake within") if is_connected() else (Kind.CONNECT, "No connection within")
            yield Deadline(began + limit / 1000, *phase, limit)

        self._arm(deadlines)

    def send(self, t0: float) -> None:
        """The request has left."""
        limit = self._limits.headers_ms
        self._arm(lambda: iter([Deadline(t0 + limit / 1000, Kind.TIMEOUT, "No response within", limit)]))

    def answer(self, t0: float) -> None:
        """A response has begun; its first piece is awaited."""
        limit = self._limits.first_piece_ms
        self._arm(lambda: iter([Deadline(t0 + limit / 1000, Kind.TIMEOUT, "No first piece within", limit)]))

    def hear(self, now: float) -> None:
        """Bytes came."""
        self._heard = now

    def advance(self, now: float) -> None:
        """A piece came."""
        if not self._piece:
            self._piece = now
            self._arm(self._between_pieces)
        self._piece = now

    def _none(self) -> Iterator[Deadline]:
        return iter(())

    def _between_pieces(self) -> Iterator[Deadline]:
        idle, gap = self._limits.idle_ms, self._limits.piece_gap_ms
        yield Deadline(self._heard + idle / 1000, Kind.TIMEOUT, "The stream fell silent for", idle)
        yield Deadline(self._piece + gap / 1000, Kind.TIMEOUT, "No further piece within", gap)

    def _arm(self, deadlines: Callable[[], Iterator[Deadline]]) -> None:
        self._deadlines = deadlines
        self._look()

    def _look(self) -> None:
        """End the call if a deadline has passed; else look again at the nearest."""
        if self._timer:
            self._timer.cancel()
        now = perf_counter()
        total = self._limits.total_ms
        whole = Deadline(self._began + total / 1000, Kind.TIMEOUT, "Not complete within", total)
        nearest = min([whole, *self._deadlines()], key=lambda deadline: deadline.moment)
        if nearest.moment <= now:
            self.end(nearest.error)
        else:
            self._timer = asyncio.get_running_loop().call_later(nearest.moment - now, self._look)
