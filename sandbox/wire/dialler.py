"""Opens connections to vetted addresses only, and keeps them warm: no redirects, no proxies, no cookies, no lookups."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any, cast

import aiohttp
from aiohttp import http_exceptions
from aiohttp.abc import AbstractResolver, AbstractStreamWriter, ResolveResult
from aiohttp.client_proto import ResponseHandler
from yarl import URL

from sandbox.wire.addresses import Target
from sandbox.wire.errors import RETRY_PAUSE_MS
from sandbox.wire.types import Kind, WireError

KEEP_WARM_S = 30.0
# Anything else, behind a vetted host and port, could name another host or begin another header.
PATH = re.compile(r"/[!-~]*", re.ASCII)
MOST_INTERIM = 10
MOST_HEADERS = 100
LONGEST_HEADER = 8_190
# The sockets that the running call has opened: how we know whether TCP stands while TLS is awaited.
_opened: ContextVar[list[socket.socket]] = ContextVar("opened")


class TooManyInterim(http_exceptions.HttpProcessingError):
    """An upstream that says "100 Continue" and never goes on."""


class Handler(ResponseHandler):
    """aiohttp's protocol with three mends: interim responses are bounded, what came before a break can be read, and
    a read that waited for nobody resumes nothing.

    aiohttp would read "100 Continue" for ever. It forgets a response whose first bytes hold a head and a wrong chunk,
    and when a connection breaks its exception overtakes the bytes that nobody has read yet. Here a broken body simply
    ends: whether an answer is complete is for its protocol to say. After every read aiohttp parses nothing again and
    wakes a transport that never slept, which costs a tenth of the whole way of a piece.
    """

    awaits_head = False
    interim = 0

    def set_response_params(self, **params: Any) -> None:
        self.awaits_head = True
        self.interim = 0
        super().set_response_params(**params)

    def data_received(self, data: bytes) -> None:
        if self.awaits_head and (end := data.find(b"\r\n\r\n") + 4) > 3:
            self.awaits_head = False
            super().data_received(data[:end])
            data = data[end:]
            if not data:
                return
        super().data_received(data)

    def resume_reading(self, resume_parser: bool = True) -> None:
        if self._reading_paused or self._buffer_paused:
            super().resume_reading(resume_parser)

    def connection_lost(self, exc: BaseException | None) -> None:
        self._end_body()
        super().connection_lost(exc)

    def set_exception(self, exc: BaseException, *cause: Any) -> None:
        super().set_exception(exc, *cause)
        self._end_body()

    def _end_body(self) -> None:
        payload, self._payload = self._payload, None
        if payload is not None and not payload.is_eof():
            self.force_close()
            payload.feed_eof()

    def feed_data(self, data: Any, size: int = 0) -> None:
        if 100 <= data[0].code < 200:
            self.interim += 1
            if self.interim > MOST_INTERIM:
                self.abort()
                self.set_exception(TooManyInterim(message="too many interim responses"))
                return
        super().feed_data(data, size)


class Pins(AbstractResolver):
    """Knows the names that were vetted and the addresses they were vetted to; asks nobody."""

    def __init__(self) -> None:
        self._ips: dict[str, tuple[str, ...]] = {}

    def pin(self, target: Target) -> None:
        self._ips[target.host] = target.ips

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        return [self._record(host, ip, port) for ip in self._ips[host]]

    def _record(self, host: str, ip: str, port: int) -> ResolveResult:
        family = socket.AF_INET6 if ":" in ip else socket.AF_INET
        return ResolveResult(hostname=host, host=ip, port=port, family=family, proto=0, flags=socket.AI_NUMERICHOST)

    async def close(self) -> None:
        self._ips.clear()


class Leaving(aiohttp.BytesPayload):
    """A request's body that says when its bytes, and the headers with them, leave."""

    def __init__(self, value: bytes, on_leave: Callable[[], None]) -> None:
        # Handed over at once aiohttp would warn of large ones; ours may be: pictures, and inputs that are too long.
        super().__init__(b"", content_type="application/json")
        self._value, self._size = value, len(value)
        self._on_leave = on_leave

    async def write_with_length(self, writer: AbstractStreamWriter, content_length: int | None) -> None:
        self._on_leave()
        await super().write_with_length(writer, content_length)


class Dialler:
    """One session per event loop, made when first needed."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self._pins = Pins()
        self._session: aiohttp.ClientSession | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @asynccontextmanager
    async def post(
        self, target: Target, path: str, *, headers: Mapping[str, str], body: bytes, on_leave: Callable[[], None]
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """Send ``body``; raises ``WireError`` for all that goes wrong before a response has begun."""
        async with self._request("POST", target, path, headers=headers, data=Leaving(body, on_leave)) as response:
            yield response

    @asynccontextmanager
    async def get(
        self, target: Target, path: str, *, headers: Mapping[str, str]
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        async with self._request("GET", target, path, headers=headers) as response:
            yield response

    def begin(self) -> Callable[[], bool]:
        """Start watching the running call's sockets; the answer tells whether one of them is connected."""
        opened: list[socket.socket] = []
        _opened.set(opened)
        return lambda: any(stands(each) for each in opened)

    async def close(self) -> None:
        if self._session and self._loop is asyncio.get_running_loop():
            await self._session.close()
        self._session = None
        await self._pins.close()

    @asynccontextmanager
    async def _request(
        self, method: str, target: Target, path: str, *, headers: Mapping[str, str], data: Any = None
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        if not PATH.fullmatch(path):
            raise WireError(Kind.INVALID, "The path of the call is not one.")
        session = self._ready()
        self._pins.pin(target)
        url = URL(f"{target.origin}{target.path}{path}", encoded=True)
        try:
            response = await session.request(method, url, headers=headers, data=data, allow_redirects=False)
        except (aiohttp.ClientError, OSError) as error:
            raise explain(error, is_tls=target.scheme == "https") from None
        async with response:
            yield response

    def _ready(self) -> aiohttp.ClientSession:
        loop = asyncio.get_running_loop()
        if self._session is None or self._session.closed or self._loop is not loop:
            self._loop = loop
            self._session = self._open(loop)
        return self._session

    def _open(self, loop: asyncio.AbstractEventLoop) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            resolver=self._pins,
            use_dns_cache=False,
            limit=0,  # pacing decides how many calls run
            keepalive_timeout=KEEP_WARM_S,
            ssl=self._tls or ssl.create_default_context(),
            socket_factory=open_socket,
        )
        connector._factory = cast(Any, partial(Handler, loop=loop))  # the only door to its protocol
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, connect=None, sock_connect=None, sock_read=None),
            trust_env=False,
            auto_decompress=False,
            skip_auto_headers=["User-Agent", "Accept", "Accept-Encoding"],
            max_line_size=LONGEST_HEADER,
            max_field_size=LONGEST_HEADER,
            max_headers=MOST_HEADERS,
        )


def open_socket(address: tuple[Any, ...]) -> socket.socket:
    family, kind, protocol, *_ = address
    opened = socket.socket(family, kind, protocol)
    _opened.get([]).append(opened)
    return opened


def stands(opened: socket.socket) -> bool:
    try:
        opened.getpeername()
    except OSError:
        return False
    return True


def explain(error: Exception, *, is_tls: bool) -> WireError:
    """What a failure before the response means. Only a connection that nobody answered on is tried once more."""
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return WireError(Kind.TLS, "The certificate is not valid for this provider.")
    if isinstance(error, aiohttp.ClientSSLError | ssl.SSLError):
        return WireError(Kind.TLS, "The TLS handshake failed.")
    if isinstance(error, aiohttp.ClientConnectorError):
        if is_tls and isinstance(error.os_error, ConnectionResetError | ConnectionAbortedError):
            return WireError(Kind.TLS, "The connection was closed during the TLS handshake.")
        return WireError(Kind.CONNECT, "The provider does not accept connections.", retry_after_ms=RETRY_PAUSE_MS)
    if isinstance(error, aiohttp.ServerDisconnectedError) and not isinstance(error.message, str):
        return WireError(Kind.MALFORMED, "The connection was closed in the middle of the response's head.")
    if isinstance(error, aiohttp.ClientConnectionError | OSError):
        return WireError(
            Kind.CONNECT, "The connection was closed before a response began.", retry_after_ms=RETRY_PAUSE_MS
        )
    return explain_head(error)


def explain_head(error: BaseException) -> WireError:
    """A response whose head cannot be read."""
    causes = (error, error.__cause__, error.__cause__ and error.__cause__.__cause__)
    for cause in causes:
        if isinstance(cause, TooManyInterim):
            return WireError(Kind.TOO_LARGE, "Too many interim responses.")
        if isinstance(cause, http_exceptions.LineTooLong):
            return WireError(Kind.TOO_LARGE, "The response's head is larger than we accept.")
    return WireError(Kind.MALFORMED, "The response is not HTTP as we know it.")
