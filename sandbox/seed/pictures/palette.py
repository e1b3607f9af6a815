"""Writes a picture anew with at most 256 colours: drawn pictures have few, and take a third of the space."""

from __future__ import annotations

import zlib
from struct import pack, unpack_from

import numpy as np
from numpy.typing import NDArray

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHANNELS = {2: 3, 6: 4}
Pixels = NDArray[np.uint8]
# Shades this close are one: smooth edges of letters have hundreds, which no eye tells apart.
STEP = 8


def in_few_colours(png: bytes) -> bytes:
    pixels = decoded(png)
    coarse = (pixels.astype(np.int32) + STEP // 2) // STEP * STEP
    flat = np.minimum(coarse, 255).reshape(-1, 3)
    codes = flat[:, 0] << 16 | flat[:, 1] << 8 | flat[:, 2]
    known, counts = np.unique(codes, return_counts=True)
    palette = known[np.argsort(-counts, kind="stable")][:256]
    shades = np.stack([palette >> 16, palette >> 8 & 255, palette & 255], axis=1)
    given = np.stack([known >> 16, known >> 8 & 255, known & 255], axis=1)
    nearest = np.array([np.argmin(((shades - one) ** 2).sum(axis=1)) for one in given], dtype=np.uint8)
    indices = nearest[np.searchsorted(known, codes)].reshape(pixels.shape[:2])
    return encoded(indices, shades.astype(np.uint8))


def decoded(png: bytes) -> Pixels:
    """Rows × columns × RGB of a PNG of eight bits a channel, on white."""
    width, height, depth, colour = unpack_from(">IIBB", png, 16)
    if depth != 8 or colour not in CHANNELS:
        raise ValueError("only RGB and RGBA of eight bits are drawn here")
    channels = CHANNELS[colour]
    stride = width * channels
    data = np.frombuffer(zlib.decompress(_body(png)), dtype=np.uint8).reshape(height, stride + 1)
    rows = np.zeros((height, stride), dtype=np.uint8)
    above = np.zeros(stride, dtype=np.uint8)
    for number, row in enumerate(data):
        above = rows[number] = _unfiltered(int(row[0]), row[1:], above, channels)
    pixels = rows.reshape(height, width, channels)
    if channels == 3:
        return pixels
    alpha = pixels[..., 3:].astype(np.float64) / 255
    return (pixels[..., :3] * alpha + 255 * (1 - alpha)).round().astype(np.uint8)


def _body(png: bytes) -> bytes:
    parts, at = [], len(SIGNATURE)
    while at < len(png):
        length, name = unpack_from(">I4s", png, at)
        if name == b"IDAT":
            parts.append(png[at + 8 : at + 8 + length])
        at += 12 + length
    return b"".join(parts)


def _unfiltered(kind: int, row: Pixels, above: Pixels, channels: int) -> Pixels:
    if kind == 0:
        return row
    if kind == 1:
        return row.reshape(-1, channels).cumsum(axis=0, dtype=np.uint8).reshape(-1)
    if kind == 2:
        return row + above
    return np.array(_by_neighbours(kind, row.tolist(), above.tolist(), channels), dtype=np.uint8)


def _by_neighbours(kind: int, row: list[int], above: list[int], channels: int) -> list[int]:
    """The two filters that need the pixel to the left before the next one."""
    made = [0] * channels
    corner = [0] * channels + above
    for at, value in enumerate(row):
        left, up = made[at], above[at]
        guess = (left + up) // 2 if kind == 3 else _paeth(left, up, corner[at])
        made.append((value + guess) & 255)
    return made[channels:]


def _paeth(left: int, up: int, corner: int) -> int:
    base = left + up - corner
    return min((left, up, corner), key=lambda one: abs(base - one))


def encoded(indices: Pixels, shades: Pixels) -> bytes:
    height, width = indices.shape
    rows = np.concatenate([np.zeros((height, 1), dtype=np.uint8), indices], axis=1)
    chunks = (
        (b"IHDR", pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        (b"PLTE", shades.tobytes()),
        (b"IDAT", zlib.compress(rows.tobytes(), 9)),
        (b"IEND", b""),
    )
    return SIGNATURE + b"".join(
        pack(">I", len(body)) + name + body + pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )
