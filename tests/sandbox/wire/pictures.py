"""Tiny pictures of each kind, made by hand, with what a camera would write beside them."""

from __future__ import annotations

import zlib
from struct import pack

EXIF_SIDEWAYS = b"Exif\0\0II*\0" + pack("<IHHHIHHI", 8, 1, 0x0112, 3, 1, 6, 0, 0)
SECRET = b"GPS 31.2N 121.5E"


def chunk(name: bytes, body: bytes) -> bytes:
    return pack(">I4s", len(body), name) + body + pack(">I", zlib.crc32(name + body))


def png(width: int = 3, height: int = 2, *asides: tuple[bytes, bytes]) -> bytes:
    """A grey picture; ``asides`` are chunks before its data."""
    header = chunk(b"IHDR", pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    rows = zlib.compress(b"".join(b"\0" + b"\x80" * min(width, 9) for _ in range(min(height, 9))))
    beside = b"".join(chunk(*aside) for aside in asides)
    return b"\x89PNG\r\n\x1a\n" + header + beside + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + pack(">H", len(body) + 2) + body


def jpeg(width: int = 16, height: int = 8, *, exif: bytes = b"", comment: bytes = b"", after: bytes = b"") -> bytes:
    """The marks of a picture in their order; its data are noise, which nobody decodes here."""
    parts = [b"\xff\xd8", segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0")]
    parts += [segment(0xE1, exif)] if exif else []
    parts += [segment(0xFE, comment)] if comment else []
    parts += [segment(0xC0, pack(">BHHB", 8, height, width, 1) + b"\x01\x11\0")]
    parts += [segment(0xDA, b"\x01\x01\0\0\x3f\0"), b"\x12\xff\x00\x34\xff\xd0\x56", b"\xff\xd9", after]
    return b"".join(parts)


def riff(*chunks: tuple[bytes, bytes]) -> bytes:
    body = b"WEBP" + b"".join(pack("<4sI", name, len(data)) + data + b"\0" * (len(data) % 2) for name, data in chunks)
    return b"RIFF" + pack("<I", len(body)) + body


def lossy_webp(width: int = 5, height: int = 4, *asides: tuple[bytes, bytes]) -> bytes:
    """A lossy picture's header: a frame tag, the start code, and both sides with two bits of scale each."""
    frame = b"\x30\x01\0" + b"\x9d\x01\x2a" + pack("<HH", width | 1 << 14, height) + b"\0\0"
    return riff(*asides, (b"VP8 ", frame))


def webp(width: int = 5, height: int = 4, *asides: tuple[bytes, bytes]) -> bytes:
    """A lossless picture's header, with more chunks if asked for."""
    bits = (width - 1) | (height - 1) << 14
    return riff((b"VP8L", b"\x2f" + pack("<I", bits) + b"\0\0"), *asides)
