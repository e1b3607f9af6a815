"""The house's pictures: where each prompt's is, and whether it was drawn from the data that stand beside the prompt."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from struct import unpack_from
from typing import Any

from sandbox.wire.images import read_image
from sandbox.wire.types import Image

FOLDER = Path(__file__).resolve().parents[2] / "static" / "pictures"
STATIC = "pictures"
MARK = b"tsDa"  # a private chunk: what the picture was drawn from


def path_of(slug: str) -> Path:
    return FOLDER / f"{slug}.png"


def static_name(slug: str) -> str:
    """The picture's name below the static files."""
    return f"{STATIC}/{slug}.png"


@cache
def picture_of(slug: str) -> Image:
    """The picture as it is sent, without the mark."""
    return read_image(path_of(slug).read_bytes())


def fingerprint(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def digest(drawn: dict[str, Any]) -> bytes:
    """Sixteen letters that change with anything that is drawn; words about the picture are not."""
    told = {name: value for name, value in drawn.items() if not name.startswith("alt_")}
    return hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16].encode()


def mark_of(picture: bytes) -> bytes:
    """The digest that a committed picture bears; empty where it bears none."""
    at = picture.find(MARK)
    if at < 4:
        return b""
    (length,) = unpack_from(">I", picture, at - 4)
    return picture[at + 4 : at + 4 + length]
