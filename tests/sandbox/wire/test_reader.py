"""Bodies are unpacked and bounded; what fits is given before the rest is refused."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from types import SimpleNamespace

import aiohttp
import pytest

from sandbox.wire.reader import Reader
from sandbox.wire.types import Kind, WireError


class Content:
    """A body that comes in the given chunks, or breaks."""

    def __init__(self, *chunks: bytes | Exception) -> None:
        self.chunks = list(chunks)

    async def readany(self) -> bytes:
        chunk = self.chunks.pop(0) if self.chunks else b""
        if isinstance(chunk, Exception):
            raise chunk
        return chunk


def read(*chunks: bytes | Exception, encoding: str = "", most: int = 1_000) -> tuple[bytes, Kind | None]:
    async def run():
        reader, found = Reader(response, most=most), b""
        try:
            while part := await reader.read():
                found += part
        except WireError as error:
            return found, error.kind
        return found, None

    response = SimpleNamespace(content=Content(*chunks), headers={"content-encoding": encoding} if encoding else {})
    return asyncio.run(run())


def test_gives_plain_bytes_as_they_come():
    assert read(b"a", b"b", encoding="identity") == (b"ab", None)


@pytest.mark.parametrize(
    ("encoding", "pack"), [("gzip", gzip.compress), ("X-GZIP", gzip.compress), ("deflate", zlib.compress)]
)
def test_takes_the_packing_off_byte_by_byte(encoding, pack):
    packed = pack(b"hello " * 100)
    assert read(*[packed[at : at + 1] for at in range(len(packed))], encoding=encoding) == (b"hello " * 100, None)


def test_gives_what_fits_and_refuses_the_rest():
    assert read(b"abc", b"def", b"ghi", most=5) == (b"abcde", Kind.TOO_LARGE)
    assert read(gzip.compress(b"a" * 10_000_000), encoding="gzip", most=5) == (b"aaaaa", Kind.TOO_LARGE)


@pytest.mark.parametrize("error", [aiohttp.ClientPayloadError("x"), ConnectionResetError()])
def test_calls_a_broken_connection_cut_off(error):
    assert read(b"a", error) == (b"a", Kind.CUT_OFF)


def test_reads_all_of_a_body():
    response = SimpleNamespace(content=Content(b"a", b"b"), headers={})
    assert asyncio.run(Reader(response, most=10).read_all()) == b"ab"
