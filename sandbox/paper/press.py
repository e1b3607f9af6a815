"""Prints a document: words and figures in, PDF out. Layout is in ``report.typ``; nothing of a document is markup."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst
from django.conf import settings

HERE = Path(__file__).resolve().parent


@cache
def fonts() -> typst.Fonts:
    """Ours, then whatever this computer has, for scripts that ours lack (such as Hebrew, or emoji)."""
    return typst.Fonts(include_system_fonts=True, font_paths=[settings.BASE_DIR / "marketplace" / "fonts"])


def print_pdf(document: dict[str, Any], *, printed_at: datetime) -> bytes:
    """The document's PDF; the same document gives the same bytes."""
    # Half a surrogate pair is no character of any text, and JSON's readers refuse it.
    data = json.dumps(document, ensure_ascii=False).encode("utf-8", "replace").decode()
    compiler = typst.Compiler(HERE / "report.typ", root=HERE, font_paths=fonts(), sys_inputs={"document": data})
    pdf = compiler.compile(format="pdf", timestamp=int(printed_at.timestamp()))
    assert isinstance(pdf, bytes)  # noqa: S101  # for the type checker: one document, no output path
    return pdf
