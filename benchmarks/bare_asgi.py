"""The floor for live pages: one ASGI function, one Redis reader, no framework, no resuming, no checks."""

from __future__ import annotations

import asyncio
import os
from typing import Any

import redis.asyncio

_viewers: set[asyncio.Queue[bytes]] = set()
_reader: list[asyncio.Task[None]] = []


async def read(key: str) -> None:
    client = redis.asyncio.Redis.from_url(os.environ["REDIS_URL"], protocol=2, socket_timeout=10)
    last: Any = "$"
    while True:
        for _key, entries in await client.xread({key: last}, block=1000, count=500):
            for place, fields in entries:
                last = place
                frame = b"id: %s\nevent: %s\ndata: %s\n\n" % (place, fields[b"n"], fields[b"d"])
                for viewer in _viewers:
                    viewer.put_nowait(frame)


async def application(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        return
    headers = [(b"content-type", b"text/event-stream")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    if not scope["query_string"]:
        await send({"type": "http.response.body", "body": b"up"})
        return
    if not _reader:
        _reader.append(asyncio.create_task(read(scope["query_string"].decode())))
    frames: asyncio.Queue[bytes] = asyncio.Queue()
    _viewers.add(frames)
    gone = asyncio.create_task(receive_disconnect(receive))
    try:
        while not gone.done():
            await send({"type": "http.response.body", "body": await frames.get(), "more_body": True})
    finally:
        _viewers.discard(frames)
        gone.cancel()


async def receive_disconnect(receive: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
