"""One reader per web process: it tails every followed trial's stream and hands each event to all its viewers.

An open page costs one queue here and no database connection; an event is framed once, however many are watching.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator
from typing import Any
from weakref import WeakKeyDictionary

import redis
import redis.asyncio

from sandbox import live

logger = logging.getLogger(__name__)

BLOCK_MS = 200  # also how long a newly followed trial waits to join the common read
HEARTBEAT_S = 15.0
WAIT_FOR_STREAM_S = 30.0
MAX_BEHIND = 2_000  # a viewer this far behind is told to reload

RELOAD = b"event: reload\ndata: {}\n\n"
HEARTBEAT = b": still here\n\n"


def frame(epoch: str, place: str, name: bytes, data: bytes) -> bytes:
    return b"id: %s.%s\nevent: %s\ndata: %s\n\n" % (epoch.encode(), place.encode(), name, data)


def order(place: str) -> tuple[int, int]:
    milliseconds, _, sequence = place.partition("-")
    return int(milliseconds), int(sequence)


class Viewer:
    """One open page: frames wait here until its connection takes them."""

    def __init__(self) -> None:
        self.frames: asyncio.Queue[tuple[tuple[int, int], bytes]] = asyncio.Queue()

    def put(self, place: tuple[int, int], data: bytes) -> None:
        if self.frames.qsize() < MAX_BEHIND:
            self.frames.put_nowait((place, data))
        elif self.frames.qsize() == MAX_BEHIND:
            self.frames.put_nowait(((0, 0), RELOAD))


class Topic:
    """A followed trial: its epoch, how far the common reader has come, and who is watching."""

    def __init__(self, epoch: str) -> None:
        self.epoch = epoch
        self.cursor: str | None = None
        self.viewers: set[Viewer] = set()

    def tell(self, place: tuple[int, int], data: bytes) -> None:
        for viewer in self.viewers:
            viewer.put(place, data)


class Hub:
    """The process's reader. It runs while somebody watches."""

    def __init__(self) -> None:
        self.redis: redis.asyncio.Redis = live.connect_async()
        self.topics: dict[str, Topic] = {}
        self.reader: asyncio.Task[None] | None = None

    async def follow(self, code: str, after: live.Marker) -> AsyncIterator[bytes]:
        """Server-sent events of a trial after ``after``, until its ``end``; one ``reload`` when they are gone."""
        epoch = await self.wait_for_epoch(code, after)
        if epoch is None or after.epoch not in {"", epoch}:
            yield RELOAD
            return
        viewer = Viewer()
        topic = self.join(code, epoch, viewer)
        try:
            missed = await self.catch_up(code, after)
            if missed is None:
                yield RELOAD
                return
            seen = order(after.id)
            for place, fields in missed:
                seen = order(place.decode())
                yield frame(epoch, place.decode(), fields[b"n"], fields[b"d"])
                if fields[b"n"] == b"end":
                    return
            if topic.cursor is None:
                topic.cursor = f"{seen[0]}-{seen[1]}"
            async for data in self.listen(viewer, seen):
                yield data
        finally:
            self.leave(code, viewer)

    async def aclose(self) -> None:
        """End the reader and its connection."""
        if self.reader:
            self.reader.cancel()
            await asyncio.gather(self.reader, return_exceptions=True)
        await self.redis.aclose()

    async def listen(self, viewer: Viewer, seen: tuple[int, int]) -> AsyncIterator[bytes]:
        while True:
            place, data = await viewer.frames.get()
            if data is HEARTBEAT or data is RELOAD:
                yield data
                if data is RELOAD:
                    return
            elif place > seen:
                seen = place
                yield data
                if b"\nevent: end\n" in data:
                    return

    async def knows(self, code: str) -> bool:
        """Whether Redis has this trial's stream; False also when Redis is away."""
        try:
            return bool(await self.redis.exists(live.epoch_key(code)))
        except (redis.RedisError, OSError):
            return False

    async def wait_for_epoch(self, code: str, after: live.Marker) -> str | None:
        """The stream's epoch. A viewer with nothing to resume waits for a worker to begin one."""
        give_up = time.monotonic() + WAIT_FOR_STREAM_S
        while True:
            with contextlib.suppress(redis.RedisError, OSError):
                epoch: Any = await self.redis.get(live.epoch_key(code))
                if epoch:
                    return str(epoch.decode())
            if after.epoch or time.monotonic() > give_up:
                return None
            await asyncio.sleep(0.5)

    async def catch_up(self, code: str, after: live.Marker) -> list[live.Entry] | None:
        """What was said after the marker; None when part of it has been trimmed away or Redis is away."""
        try:
            start = "-" if after.id == "0-0" else f"({after.id}"
            entries: Any = await self.redis.xrange(live.stream_key(code), min=start)
        except (redis.RedisError, OSError):
            return None
        return list(entries)

    def join(self, code: str, epoch: str, viewer: Viewer) -> Topic:
        topic = self.topics.get(code)
        if topic is None or topic.epoch != epoch:
            if topic:
                topic.tell((0, 0), RELOAD)
            topic = self.topics[code] = Topic(epoch)
        topic.viewers.add(viewer)
        if self.reader is None or self.reader.done():
            self.reader = asyncio.create_task(self.read())
        return topic

    def leave(self, code: str, viewer: Viewer) -> None:
        topic = self.topics.get(code)
        if topic:
            topic.viewers.discard(viewer)
            if not topic.viewers:
                del self.topics[code]

    async def read(self) -> None:
        """Tail all followed streams with one connection, and tell every viewer now and then that we are here."""
        beat = time.monotonic()
        while self.topics:
            try:
                await self.read_once()
            except (redis.RedisError, OSError) as error:
                logger.warning("live streams are interrupted: %s", type(error).__name__)
                self.dismiss()
                return
            if time.monotonic() - beat > HEARTBEAT_S:
                beat = time.monotonic()
                for topic in self.topics.values():
                    topic.tell((0, 0), HEARTBEAT)

    async def read_once(self) -> None:
        cursors: dict[Any, Any] = {
            live.stream_key(code): topic.cursor for code, topic in self.topics.items() if topic.cursor
        }
        if not cursors:
            await asyncio.sleep(0.02)
            return
        found: Any = await self.redis.xread(cursors, block=BLOCK_MS, count=500)
        for key, entries in found:
            code = key.decode().rsplit(":", 1)[-1]
            if topic := self.topics.get(code):
                self.hand_out(topic, entries)
        if not found:
            await self.notice_flush()

    def hand_out(self, topic: Topic, entries: list[live.Entry]) -> None:
        for place, fields in entries:
            topic.cursor = place.decode()
            topic.tell(order(topic.cursor), frame(topic.epoch, topic.cursor, fields[b"n"], fields[b"d"]))

    async def notice_flush(self) -> None:
        """In a quiet moment: viewers of a stream whose epoch has changed must reload."""
        codes = list(self.topics)
        epochs: Any = await self.redis.mget([live.epoch_key(code) for code in codes])
        for code, epoch in zip(codes, epochs, strict=True):
            topic = self.topics.get(code)
            if topic and (epoch or b"").decode() != topic.epoch:
                topic.tell((0, 0), RELOAD)
                del self.topics[code]

    def dismiss(self) -> None:
        """Redis is away: every viewer reloads, and finds the database's snapshot."""
        for topic in self.topics.values():
            topic.tell((0, 0), RELOAD)
        self.topics.clear()


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def hub() -> Hub:
    """The running loop's hub; in a web process there is one loop, so one hub."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub()
    return _hubs[loop]
