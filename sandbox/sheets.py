"""The one writer of spreadsheets: CSV in which no text can pass for a formula and every number stays one."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence
from decimal import Decimal

BOM = "\ufeff"
# What a spreadsheet reads as the start of a formula: ASCII, full-width and small forms.
FORMULA_LEADS = frozenset("=+-@＝＋－＠﹦﹢﹣﹫−")
BREAKS = frozenset("\t\r\n\0")
QUOTES = frozenset("\"'`“”‘’")

Cell = str | int | float | Decimal | None


def csv_text(rows: Iterable[Sequence[Cell]]) -> str:
    """RFC 4180 with a byte order mark, without which spreadsheets take UTF-8 for something else."""
    sheet = io.StringIO()
    sheet.write(BOM)
    writer = csv.writer(sheet, lineterminator="\r\n")
    writer.writerows([written(cell) for cell in row] for row in rows)
    return sheet.getvalue()


def written(cell: Cell) -> str:
    """Text made harmless; a number as it is, for a quote would turn it into text; unknown is empty, never 0."""
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        return f"{cell:f}"  # never 1E-7
    return neutral(cell) if isinstance(cell, str) else str(cell)


def neutral(text: str) -> str:
    """``text`` such that no spreadsheet takes it for a formula: one single quote in front where it might.

    OWASP ASVS 5.0, V1.2.10, and wider: what stands behind leading blanks, invisible characters and quotes counts too.
    """
    text = text.encode("utf-8", "replace").decode().replace("\0", "")
    lead = next((char for char in text if not _is_skipped(char)), "")
    risky = lead in FORMULA_LEADS or text[:1] in BREAKS
    return f"'{text}" if lead and risky else text


def _is_skipped(char: str) -> bool:
    """Blank, invisible or a quote: what a reader may strip before it looks for a formula."""
    return char.isspace() or char in QUOTES or unicodedata.category(char) in {"Cc", "Cf", "Zs", "Zl", "Zp"}
