"""Responses written straight to the socket, past aiohttp: for paced streams and for faults no server would commit."""

from __future__ import annotations

import asyncio

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.web_request import BaseRequest


class Sent(web.StreamResponse):
    """Tells aiohttp that the response has left already. With ``alive`` the connection takes the next request."""

    def __init__(self, *, alive: bool = True) -> None:
        super().__init__()
        self._alive = alive

    @property
    def keep_alive(self) -> bool | None:
        return self._alive

    async def prepare(self, request: BaseRequest) -> AbstractStreamWriter | None:
        return None

    async def write_eof(self, data: bytes = b"") -> None:
        return None


def socket_of(request: web.Request) -> asyncio.Transport:
    """The request's connection; raises ConnectionResetError when it is gone."""
    transport = request.transport
    if transport is None or transport.is_closing():
        raise ConnectionResetError("the caller has left")
    return transport


def head(
    status: str = "200 OK", *, content_type: str = "text/event-stream", chunked: bool = True, more: str = ""
) -> bytes:
    framing = "Transfer-Encoding: chunked\r\n" if chunked else ""
    return (
        f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nCache-Control: no-store\r\n{framing}{more}\r\n".encode()
    )


def chunk(data: bytes) -> bytes:
    """``data`` as one chunk of the chunked encoding."""
    return b"%x\r\n%s\r\n" % (len(data), data)


LAST_CHUNK = b"0\r\n\r\n"
