"""Reads a response's body as it comes: unpacked, bounded in size, and with one word for every way it can break."""

from __future__ import annotations

import zlib

import aiohttp

from sandbox.wire.types import Kind, WireError

# A packed bomb is opened so many bytes at a time, and ends where the limit is.
STEP = 64 * 1024


class Reader:
    """``read`` gives the next bytes, and b"" at the end. Raises ``too_large``, ``cut_off`` or ``malformed``.

    What fits within the limit is given before the rest is refused.
    """

    def __init__(self, response: aiohttp.ClientResponse, *, most: int) -> None:
        self._content = response.content
        self._left = most
        self._is_full = False
        self._inflater = choose_inflater(response.headers.get("content-encoding", "").strip().lower())

    async def read(self) -> bytes:
        while True:
            if self._is_full:
                raise WireError(Kind.TOO_LARGE, "The response is larger than we accept.")
            try:
                chunk = await self._content.readany()
            except (aiohttp.ClientError, OSError):
                raise WireError(Kind.CUT_OFF, "The connection broke before the answer was complete.") from None
            plain = self._inflate(self._inflater, chunk) if self._inflater else self._fit(chunk)
            if plain or not chunk:
                return plain

    async def read_all(self) -> bytes:
        parts = []
        while part := await self.read():
            parts.append(part)
        return b"".join(parts)

    def _fit(self, plain: bytes) -> bytes:
        if len(plain) > self._left:
            self._is_full = True
            plain = plain[: self._left]
        self._left -= len(plain)
        return plain

    def _inflate(self, inflater: zlib._Decompress, chunk: bytes) -> bytes:
        parts = []
        try:
            while chunk and not self._is_full:
                parts.append(self._fit(inflater.decompress(chunk, STEP)))
                chunk = inflater.unconsumed_tail
        except zlib.error:
            raise WireError(Kind.MALFORMED, "The response is packed wrongly.") from None
        return b"".join(parts)


def choose_inflater(encoding: str) -> zlib._Decompress | None:
    """What takes ``encoding`` off; None where there is nothing to take off. Raises ``malformed`` for others."""
    if encoding in {"", "identity"}:
        return None
    if encoding in {"gzip", "x-gzip", "deflate"}:
        return zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
    raise WireError(Kind.MALFORMED, "The response is packed in a way that we did not offer.")
