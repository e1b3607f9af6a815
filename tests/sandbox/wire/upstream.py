"""A provider made of a raw socket: what it does with each connection is a coroutine in the test."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from sandbox.wire.client import Client
from sandbox.wire.types import Endpoint, Limits

KEY = "not-a-real-key/but+long"
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
LAST_CHUNK = b"0\r\n\r\n"
FAST = Limits(
    connect_ms=1_000,  # a busy machine takes its time to shake hands, and some tests wait for this
    headers_ms=800,  # long enough for a machine with other things to do
    first_piece_ms=800,
    idle_ms=200,
    piece_gap_ms=300,
    total_ms=1_600,
    body_bytes=200_000,
    event_bytes=20_000,
    text_chars=50_000,
    events=2_000,
    retry_after_ms=1_000,
)
Script = Callable[["Request", asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Request:
    """One request as it came."""

    head: bytes
    body: bytes
    connection: int

    def header(self, name: str) -> str:
        for line in self.head.decode().split("\r\n"):
            key, _, value = line.partition(":")
            if key.lower() == name:
                return value.strip()
        return ""


@dataclass
class Upstream:
    """Where it listens and what it was asked."""

    port: int = 0
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    closed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def endpoint(self, *, protocol="openai", scheme="http", key=KEY, **dialect) -> Endpoint:
        return Endpoint(protocol, f"{scheme}://{self.address}/v1", "model-a", key, dialect)

    def client(self, limits=FAST, **options) -> Client:
        return Client(limits, frozenset({self.address}), **options)


@asynccontextmanager
async def listening(
    serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]], *, tls: ssl.SSLContext | None = None
) -> AsyncIterator[int]:
    """A server on a free port of the loopback; at the end every connection is dropped and every task is over."""
    tasks: set[asyncio.Task[None]] = set()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        tasks.add(task)
        try:
            await serve(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort() if task.cancelling() else writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    server = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()


@asynccontextmanager
async def upstream(script: Script, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[Upstream]:
    """Runs ``script`` for every request; the connection closes when it raises or asks for that."""
    seen = Upstream()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.connections += 1
        number = seen.connections
        try:
            while not writer.is_closing():
                head = await reader.readuntil(b"\r\n\r\n")
                request = Request(head[:-4], b"", number)
                request.body = await reader.readexactly(int(request.header("content-length") or 0))
                seen.requests.append(request)
                await script(request, writer)
                await writer.drain()
        finally:
            seen.closed.set()

    async with listening(serve, tls=tls) as seen.port:
        yield seen


def chunked(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data) if data else b""


def stream(*events: str | bytes) -> bytes:
    """Events as they stand in a body."""
    raw = (event.encode() if isinstance(event, str) else event for event in events)
    return b"".join(b"data: " + event + b"\n\n" for event in raw)
