"""Draws a prompt's picture from its data: charts by Vega-Lite, papers and diagrams by Typst. Deterministic."""

from __future__ import annotations

import json
import zlib
from functools import cache
from pathlib import Path
from struct import pack
from typing import Any

import typst
import vl_convert

from sandbox.seed.pictures import MARK, digest
from sandbox.seed.pictures.charts import CHARTS
from sandbox.seed.pictures.palette import in_few_colours

HERE = Path(__file__).resolve().parent
FONTS = HERE.parents[2] / "marketplace" / "fonts"
PPI = 144.0
SCALE = 1.5


def draw(picture: dict[str, Any], *, language: str) -> bytes:
    """A PNG of few colours that says what it was drawn from."""
    kind, data = picture["draw"], picture["data"]
    drawn = _chart(kind, data) if kind in CHARTS else _paper(kind, data, language)
    return _marked(in_few_colours(drawn), digest(picture))


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, font_paths=[FONTS])


@cache
def _register_fonts() -> None:
    vl_convert.register_font_directory(str(FONTS))


def _chart(kind: str, data: dict[str, Any]) -> bytes:
    _register_fonts()
    picture: bytes = vl_convert.vegalite_to_png(CHARTS[kind](data), scale=SCALE)
    return picture


def _paper(kind: str, data: dict[str, Any], language: str) -> bytes:
    given = {"kind": kind, "language": language, "data": json.dumps(data, ensure_ascii=False)}
    compiler = typst.Compiler(HERE / "papers.typ", root=HERE, font_paths=_fonts(), sys_inputs=given)
    picture = compiler.compile(format="png", ppi=PPI)
    assert isinstance(picture, bytes)  # noqa: S101  # for the type checker: one page, no output path
    return picture


def _marked(png: bytes, mark: bytes) -> bytes:
    """``png`` with ``mark`` in a private chunk before its end."""
    end = png.rindex(b"IEND") - 4
    return png[:end] + pack(">I", len(mark)) + MARK + mark + pack(">I", zlib.crc32(MARK + mark)) + png[end:]
