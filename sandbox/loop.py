"""The worker process's one event loop: a long-lived uvloop on its own thread, with warm connections.

Celery's tasks run on threads; each hands its coroutine over here and waits, so trials and judging share the process.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

import uvloop
from django.conf import settings

from sandbox import live
from sandbox.line import Line
from sandbox.pacing import Pacer
from sandbox.vetting import local_addresses, own_addresses
from sandbox.wire.addresses import Resolver
from sandbox.wire.client import Client
from sandbox.wire.types import Limits

T = TypeVar("T")


@dataclass(frozen=True)
class Room:
    """What coroutines on the loop share: the wire's client, the pacer, and a line to Redis."""

    client: Client
    pacer: Pacer
    line: Line


def new_client(*, resolver: Resolver | None = None, **tighter: Any) -> Client:
    """A client under the site's limits, of which some may be ``tighter``; our own hosts are nobody's channel."""
    return Client(
        Limits(**{**settings.WIRE_LIMITS, **tighter}),
        local_addresses(),
        resolver,
        own=own_addresses(),
    )


class Loop:
    """Starts with the first coroutine it is handed; one per process."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.loop: asyncio.AbstractEventLoop | None = None
        self.room: Room | None = None

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run ``work`` on the loop's thread and wait for what it returns or raises."""
        return self.begin(work).result()

    def begin(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Start ``work`` on the loop's thread; the future is for any thread."""
        return asyncio.run_coroutine_threadsafe(work, self.started())

    def started(self) -> asyncio.AbstractEventLoop:
        with self.lock:
            if self.loop is None:
                self.loop = uvloop.new_event_loop()
                self.thread = threading.Thread(target=self.loop.run_forever, name="wire", daemon=True)
                self.thread.start()
            return self.loop

    def close(self) -> None:
        """Close the shared things and end the thread."""
        if self.loop is None:
            return
        self.run(self.close_room())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()
        self.loop = None

    async def close_room(self) -> None:
        if self.room:
            await self.room.client.close()
            await self.room.line.close()
            self.room = None

    async def open_room(self) -> Room:
        """The shared things, made on the loop they belong to."""
        if self.room is None:
            line = live.open_line()
            self.room = Room(client=new_client(), pacer=Pacer(line), line=line)
        return self.room


_loop = Loop()
run = _loop.run
begin = _loop.begin
open_room = _loop.open_room
close = _loop.close
