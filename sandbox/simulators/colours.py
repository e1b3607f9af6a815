"""The colour of a plain picture, from the first pixel of a PNG: all that a simulated eye decodes."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from sandbox.wire.types import Image

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_NAMED = {
    "red": (220, 20, 30), "green": (20, 150, 50), "blue": (20, 60, 220), "yellow": (250, 225, 20),
    "black": (0, 0, 0), "white": (255, 255, 255), "orange": (250, 140, 0), "purple": (130, 20, 150),
}  # fmt: skip
_GREY, _COLOUR, _PALETTE, _GREY_ALPHA, _COLOUR_ALPHA = 0, 2, 3, 4, 6


def colour_of(image: Image) -> str:
    """One word: the nearest colour with a name, or ``unknown`` where the first pixel cannot be read."""
    try:
        pixel = _first_pixel(image.data)
    except (struct.error, zlib.error, IndexError, ValueError, StopIteration):
        return "unknown"
    return min(_NAMED, key=lambda name: sum((a - b) ** 2 for a, b in zip(_NAMED[name], pixel, strict=True)))


def _first_pixel(data: bytes) -> tuple[int, int, int]:
    if not data.startswith(_SIGNATURE):
        raise IndexError
    chunks = list(_chunks(data))
    header = next(body for kind, body in chunks if kind == b"IHDR")
    depth, kind = header[8], header[9]
    packed = b"".join(body for name, body in chunks if name == b"IDAT")
    # The first byte is the row's filter, which leaves a first row's first pixel as it is.
    row = zlib.decompressobj().decompress(packed, 64)[1:]
    if kind in (_COLOUR, _COLOUR_ALPHA):
        red, green, blue = row[: 3 * depth // 8 : depth // 8]
        return red, green, blue
    if kind == _PALETTE:
        at = 3 * (row[0] >> (8 - depth))
        palette = next(body for name, body in chunks if name == b"PLTE")
        return palette[at], palette[at + 1], palette[at + 2]
    grey = (row[0] >> (8 - min(depth, 8))) * 255 // (2 ** min(depth, 8) - 1)
    return grey, grey, grey


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_SIGNATURE)
    while at + 8 <= len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        yield data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        at += 12 + length
