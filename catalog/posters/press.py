"""Draws a poster: words in, PNG out. Layout is in ``poster.typ``; nothing of a poster's words is read as markup."""

from __future__ import annotations

import hashlib
import json
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

import typst
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import condition

HERE = Path(__file__).resolve().parent
CONTENT_TYPE = "image/png"
# So many pictures of some 40 kB are kept; all others are drawn again, in a tenth of a second.
KEPT = 128
LONGEST_TITLE = 200


class Poster(NamedTuple):
    """``eyebrow`` says what it is, ``note`` what else is to be known; ``badge`` is there for what is simulated."""

    language: str  # zh or en
    eyebrow: str
    title: str
    note: str = ""
    badge: str = ""

    @property
    def etag(self) -> str:
        said = repr((tuple(self), _layout()))
        return f'"{hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:32]}"'


def answer(request: HttpRequest, poster: Poster, *, cache_control: str) -> HttpResponse:
    """The poster as a response; whoever has it already is told so instead."""

    @condition(etag_func=lambda _request: poster.etag)
    def drawn(request: HttpRequest) -> HttpResponse:
        return HttpResponse(draw(poster), content_type=CONTENT_TYPE)

    response = drawn(request)
    response["Cache-Control"] = cache_control
    return response


@lru_cache(maxsize=KEPT)
def draw(poster: Poster) -> bytes:
    """The poster's PNG; the same words give the same bytes."""
    words = {name: value[:LONGEST_TITLE] for name, value in poster._asdict().items()}
    # Half a surrogate pair is no character of any text, and JSON's readers refuse it.
    data = json.dumps(words, ensure_ascii=False).encode("utf-8", "replace").decode()
    compiler = typst.Compiler(HERE / "poster.typ", root=HERE, font_paths=_fonts(), sys_inputs={"poster": data})
    png = compiler.compile(format="png", ppi=72)
    assert isinstance(png, bytes)  # noqa: S101  # for the type checker: one page, no output path
    return png


@cache
def _fonts() -> typst.Fonts:
    """Ours, then whatever this computer has, for scripts that ours lack."""
    return typst.Fonts(include_system_fonts=True, font_paths=[settings.BASE_DIR / "marketplace" / "fonts"])


@cache
def _layout() -> str:
    return (HERE / "poster.typ").read_text(encoding="utf-8")
