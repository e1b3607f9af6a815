"""``manage.py draw_icons``: the site's mark in the sizes that browsers and telephones ask for, from favicon.svg."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import vl_convert
from django.conf import settings
from django.core.management.base import BaseCommand

FOLDER = Path("marketplace/static/img")
MARK = 32  # the drawing's side
ROUND = 'rx="8" '
ICO_SIDE = 32
# One colour for the stone: its gradient, hardly seen at this size, would make the files four times as large.
STONE = ('fill="url(#s)"', 'fill="#282d34"')


class Command(BaseCommand):
    help = "Draw the PNG and ICO icons anew from favicon.svg."

    def handle(self, **_options: Any) -> None:
        folder = settings.BASE_DIR / FOLDER
        svg = (folder / "favicon.svg").read_text().replace(*STONE)
        drawings = {
            "apple-touch-icon.png": png(full_bleed(svg), side=180),
            "icon-192.png": png(svg, side=192),
            "icon-512.png": png(svg, side=512),
            "icon-maskable-512.png": png(full_bleed(svg, margin=4), side=512),
            "favicon.ico": ico(png(svg, side=ICO_SIDE)),
        }
        for name, drawing in drawings.items():
            (folder / name).write_bytes(drawing)
            self.stdout.write(f"{name}: {len(drawing)} bytes")


def full_bleed(svg: str, *, margin: int = 0) -> str:
    """The stone to the very edge, for whoever cuts its own corners; the streak keeps ``margin`` from them."""
    whole = svg.replace(ROUND, "")
    shrunk = f'<g transform="translate({margin} {margin}) scale({1 - 2 * margin / MARK})"><path'
    return whole.replace("<path", shrunk).replace("</svg>", "</g></svg>")


def png(svg: str, *, side: int) -> bytes:
    sized = svg.replace("<svg ", f'<svg width="{MARK}" height="{MARK}" ', 1)
    drawn: bytes = vl_convert.svg_to_png(sized, scale=side / MARK)
    return drawn


def ico(image: bytes) -> bytes:
    """An icon file around one PNG."""
    header = struct.pack("<HHH", 0, 1, 1)
    entry = struct.pack("<BBBBHHII", ICO_SIDE, ICO_SIDE, 0, 0, 1, 32, len(image), len(header) + 16)
    return header + entry + image
