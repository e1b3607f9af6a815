"""Many pages watching one live trial, as one process of raw sockets: prints what each delivery took.

``python -m benchmarks.viewers HOST PORT PATH COUNT SECONDS``; events carry ``"at"``, the sender's ``time.time()``.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time

AT = re.compile(rb'"at":([0-9.]+)')


class Page(asyncio.Protocol):
    def __init__(self, request: bytes, delays: list[float], opened: list[int]) -> None:
        self.request = request
        self.delays = delays
        self.opened = opened
        self.greeted = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        transport.write(self.request)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        now = time.time()
        if not self.greeted:
            self.greeted = True
            self.opened[0] += 1
        self.delays.extend((now - float(at)) * 1000 for at in AT.findall(data))


async def watch(host: str, port: int, path: str, count: int, seconds: float) -> None:
    request = f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nAccept: text/event-stream\r\n\r\n".encode()
    delays: list[float] = []
    opened = [0]
    loop = asyncio.get_running_loop()
    pages = []
    for _ in range(count):
        transport, _page = await loop.create_connection(lambda: Page(request, delays, opened), host, port)
        pages.append(transport)
    while opened[0] < count:  # noqa: ASYNC110  # the protocol only counts
        await asyncio.sleep(0.05)
    print("open", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)  # "go"
    delays.clear()
    await asyncio.sleep(seconds)
    print(json.dumps(delays), flush=True)
    for transport in pages:
        transport.close()


if __name__ == "__main__":
    import uvloop

    host, port, path, count, seconds = sys.argv[1:]
    uvloop.run(watch(host, int(port), path, int(count), float(seconds)))
