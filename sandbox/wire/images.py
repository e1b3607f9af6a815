"""Reads a picture's first bytes: what it is and how large, and the same picture without what a camera wrote beside it.

PNG, JPEG and WebP, which all three protocols take. Nothing is decoded: sizes stand in headers, and everything that is
no part of the picture itself (EXIF, XMP, comments, thumbnails, places) is left out of the copy.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from struct import error as StructError  # noqa: N812
from struct import pack, unpack_from
from typing import TypeVar

from sandbox.wire.types import Image

PNG, JPEG, WEBP = "image/png", "image/jpeg", "image/webp"
MEDIA_TYPES = (PNG, JPEG, WEBP)
LONGEST_SIDE = 8_000  # Anthropic's, the tightest
MOST_PIXELS = 40_000_000
SIGNATURE = b"\x89PNG\r\n\x1a\n"
# What a still picture is made of; text, time, EXIF and the frames of an animation are not.
PNG_KEPT = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"sBIT", b"sRGB", b"bKGD", b"pHYs"}
)
WEBP_KEPT = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH"})
WEBP_ALPHA, WEBP_ANIMATED = 0x10, 0x02
SCAN, LAST, ADOBE, EXIF = 0xDA, 0xD9, 0xEE, 0xE1
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
ALONE = frozenset({0x01, *range(0xD0, 0xDA)})
# Inside a scan 0xFF is followed by 0, or by one of the marks that only divide it.
FILL = re.compile(rb"\xff+")
SCAN_ENDS = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)
# APP1 to APP15 and comments hold what is said about a picture, but for Adobe's, which says how its colours are meant.
ASIDES = (frozenset(range(0xE1, 0xF0)) - {ADOBE}) | {0xFE}
UPRIGHT = 1
JFIF = 0xE0
# Real pictures have some hundreds of parts; of the smallest that there are, a file could bring millions.
MOST_PARTS = 10_000
T = TypeVar("T")


class BadImage(ValueError):
    """No picture that can be sent. ``why`` is ``kind``, ``broken``, ``animated``, ``size`` or ``empty``."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def read_image(data: bytes) -> Image:
    """The picture, bare. Raises BadImage."""
    if not data:
        raise BadImage("empty")
    try:
        image = _read(data)
    except (StructError, IndexError, ValueError) as error:
        raise error if isinstance(error, BadImage) else BadImage("broken") from None
    sides = (image.width, image.height)
    if min(sides) < 1 or max(sides) > LONGEST_SIDE or image.width * image.height > MOST_PIXELS:
        raise BadImage("size")
    return image


def _read(data: bytes) -> Image:
    if data.startswith(SIGNATURE):
        return _png(data)
    if data.startswith(b"\xff\xd8\xff"):
        return _jpeg(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _webp(data)
    raise BadImage("kind")


def _few(parts: Iterator[T]) -> Iterator[T]:
    """``parts`` as they come; raises where there are more than any picture has."""
    for number, part in enumerate(parts):
        if number == MOST_PARTS:
            raise BadImage("broken")
        yield part


# -- PNG -------------------------------------------------------------------------------------------------------------
def _png(data: bytes) -> Image:
    chunks = list(_few(_png_chunks(data)))
    if not chunks or chunks[0][0] != b"IHDR" or chunks[-1][0] != b"IEND" or b"IDAT" not in dict(chunks):
        raise BadImage("broken")
    width, height = unpack_from(">II", chunks[0][1])
    kept = b"".join(_png_chunk(name, body) for name, body in chunks if name in PNG_KEPT)
    return Image(PNG, width, height, SIGNATURE + kept)


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Name and body of each, up to the last; raises where a sum is wrong or the file ends early."""
    at, name = len(SIGNATURE), b""
    while name != b"IEND":
        length, name = unpack_from(">I4s", data, at)
        body = data[at + 8 : at + 8 + length]
        (checked,) = unpack_from(">I", data, at + 8 + length)
        if zlib.crc32(name + body) != checked:
            raise BadImage("broken")
        yield name, body
        at += 12 + length


def _png_chunk(name: bytes, body: bytes) -> bytes:
    return pack(">I4s", len(body), name) + body + pack(">I", zlib.crc32(name + body))


# -- JPEG ------------------------------------------------------------------------------------------------------------
def _jpeg(data: bytes) -> Image:
    """Which way is up is all that is kept of what a camera wrote: without it a portrait would lie on its side.

    What follows the picture's end, such as a second and smaller one, is left out.
    """
    kept, size, turned, has_ended = [], (0, 0), UPRIGHT, False
    for marker, part in _few(_jpeg_parts(data)):
        if marker in FRAMES:
            height, width = unpack_from(">HH", part, 5)
            size = (width, height)
        if marker == EXIF:
            turned = _orientation(part[4:]) or turned
        if marker == JFIF:
            part = _without_thumbnail(part)
        if marker not in ASIDES:
            kept.append(part)
        has_ended = marker == LAST
    if size == (0, 0) or not has_ended:
        raise BadImage("broken")
    if turned != UPRIGHT:
        kept.insert(1, _turned(turned))
    return Image(JPEG, *size, b"".join(kept))


def _jpeg_parts(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Each marker with what belongs to it, up to the end of the picture; a scan's data belong to its header."""
    at, marker = 0, 0
    while marker != LAST:
        if data[at] != 0xFF:
            raise BadImage("broken")
        marker = data[at + 1]
        if marker == 0xFF:  # a fill byte, or many
            at = FILL.match(data, at).end() - 1  # type: ignore[union-attr]  # it begins with one
            continue
        end = at + 2
        if marker not in ALONE:
            (length,) = unpack_from(">H", data, at + 2)
            end += length
        if marker == SCAN:
            found = SCAN_ENDS.search(data, end)
            end = found.start() if found else len(data)
        if end > len(data) or end < at + 2:
            raise BadImage("broken")
        yield marker, data[at:end]
        at = end


def _without_thumbnail(part: bytes) -> bytes:
    """JFIF's own header alone: it, and the second one that may follow it, can bring a small copy of the picture."""
    if part[4:9] != b"JFIF\0" or len(part) < 18:
        return b""
    return part[:2] + pack(">H", 16) + part[4:16] + b"\0\0"


def _orientation(exif: bytes) -> int | None:
    """From 1 to 8 as EXIF's first directory says it; None where it does not."""
    if not exif.startswith(b"Exif\0\0"):
        return None
    tiff = exif[6:]
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return None
    try:
        (first,) = unpack_from(f"{order}I", tiff, 4)
        (entries,) = unpack_from(f"{order}H", tiff, first)
        for at in range(first + 2, first + 2 + 12 * entries, 12):
            tag, kind, _count, value = unpack_from(f"{order}HHIH", tiff, at)
            if tag == 0x0112 and kind == 3 and 1 <= value <= 8:
                return int(value)
    except StructError:
        return None
    return None


def _turned(orientation: int) -> bytes:
    """An EXIF segment that says nothing else."""
    tiff = b"MM\0\x2a" + pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, orientation, 0, 0)
    body = b"Exif\0\0" + tiff
    return b"\xff\xe1" + pack(">H", len(body) + 2) + body


# -- WebP ------------------------------------------------------------------------------------------------------------
def _webp(data: bytes) -> Image:
    chunks = dict(_few(_webp_chunks(data)))
    if b"ANIM" in chunks or b"ANMF" in chunks:
        raise BadImage("animated")
    size = _webp_size(chunks)
    kept = [(name, _still(body) if name == b"VP8X" else body) for name, body in chunks.items() if name in WEBP_KEPT]
    body = b"WEBP" + b"".join(pack("<4sI", name, len(body)) + body + b"\0" * (len(body) % 2) for name, body in kept)
    return Image(WEBP, *size, b"RIFF" + pack("<I", len(body)) + body)


def _webp_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    (length,) = unpack_from("<I", data, 4)
    end = min(8 + length, len(data))
    at = 12
    while at + 8 <= end:
        name, size = unpack_from("<4sI", data, at)
        if at + 8 + size > len(data):
            raise BadImage("broken")
        yield name, data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


def _webp_size(chunks: dict[bytes, bytes]) -> tuple[int, int]:
    if lossy := chunks.get(b"VP8 "):
        if lossy[3:6] != b"\x9d\x01\x2a":
            raise BadImage("broken")
        width, height = unpack_from("<HH", lossy, 6)
        return width & 0x3FFF, height & 0x3FFF
    if lossless := chunks.get(b"VP8L"):
        if lossless[0] != 0x2F:
            raise BadImage("broken")
        (bits,) = unpack_from("<I", lossless, 1)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    raise BadImage("broken")


def _still(header: bytes) -> bytes:
    """VP8X that promises no EXIF, XMP or colour profile, for they are gone."""
    return bytes([header[0] & WEBP_ALPHA]) + header[1:]
