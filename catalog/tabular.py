"""A CSV file as lines of cells, as spreadsheets write it: strict, bounded, and every fault with its line and its cure.

UTF-8 with or without a byte order mark; comma, semicolon or tab; quoted cells; any line ends. Nothing else is guessed.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from django.utils.translation import gettext as _

from catalog.price_cells import shown

MOST_BYTES = 256 * 1024
MOST_ROWS = 2000
MOST_COLUMNS = 30
LONGEST_CELL = 500
MOST_FAULTS = 40
DELIMITERS = ",;\t"
# How files begin that are something else: workbooks and archives, pictures, documents, programs, web pages.
OTHER_KINDS = (
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0",
    b"\x1f\x8b",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"%PDF",
    b"\x7fELF",
)
WIDE = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
SEPARATOR_LINE = re.compile(r"\A\ufeff?\"?sep=([,;\t])\"?(\r\n|\r|\n)", re.IGNORECASE)


class Fault(NamedTuple):
    """What is wrong where: ``line`` 0 is the file as a whole; ``column`` and ``read`` may be empty."""

    line: int
    column: str
    read: str
    message: str
    mend: str


class Unreadable(Exception):
    """A file of which nothing was taken: its faults in the order of its lines, at most MOST_FAULTS."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        ordered = sorted(faults, key=lambda fault: fault.line)
        super().__init__("; ".join(f"{fault.line}: {fault.message} {fault.mend}" for fault in ordered[:3]))
        self.faults = ordered[:MOST_FAULTS]
        self.more = max(0, len(ordered) - MOST_FAULTS)


class Line(NamedTuple):
    """One row: ``number`` is the file's line on which it begins, ``cells`` its text by column."""

    number: int
    cells: dict[str, str]


class Table(NamedTuple):
    """The file's rows without the empty ones; ``extra`` names the columns that nobody asked for."""

    lines: list[Line]
    extra: list[str]


def read(data: bytes, *, known: Sequence[str], required: Sequence[str]) -> Table:
    """The rows of a CSV file whose first line names its columns. Raises Unreadable."""
    text = _text(data)
    skipped = 0
    if found := SEPARATOR_LINE.match(text):
        text, skipped = text[found.end() :], 1
    _refuse_control_characters(text, skipped)
    rows = _rows(text, _delimiter(text, known), skipped)
    try:
        number, header = next(rows)
    except StopIteration:
        raise _whole(_("The file is empty."), _("Its first line names the columns.")) from None
    names = _header(header, number, known, required)
    lines = [Line(at, cells) for at, cells in _lines(rows, names)]
    if not lines:
        raise _whole(
            _("The file has no rows."), _("Write a line for each model below the line that names the columns.")
        )
    return Table(lines, [name for name in names if name not in known])


def _text(data: bytes) -> str:
    save = _("Save it as CSV with the encoding UTF-8: in Excel “CSV UTF-8 (comma delimited)”.")
    if len(data) > MOST_BYTES:
        raise _whole(
            _("The file has more than %(limit)d KB.") % {"limit": MOST_BYTES // 1024},
            _("A price list is small: leave out all but the columns named here, or upload it in parts."),
        )
    if not data.strip():
        raise _whole(_("The file is empty."), _("Its first line names the columns."))
    if data.startswith(OTHER_KINDS) or data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise _whole(_("This is not a CSV file, but a workbook, an archive, a picture or a page."), save)
    if data.startswith(WIDE) or b"\0" in data:
        raise _whole(_("This file is not in UTF-8, or it is damaged."), save)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = len(re.findall(rb"\r\n|\r|\n", data[: wrong.start])) + 1
        raise Unreadable([Fault(line, "", "", _("This line is not in UTF-8."), save)]) from None


def _refuse_control_characters(text: str, skipped: int) -> None:
    for at, char in enumerate(text):
        if char == "\ufeff" or (unicodedata.category(char) == "Cc" and char not in "\t\r\n"):
            line = len(re.findall(r"\r\n|\r|\n", text[:at])) + 1 + skipped
            message = _("This line has a character that cannot be seen.")
            raise Unreadable([Fault(line, "", shown(char), message, _("Delete it, or type the cell anew."))])


def _delimiter(text: str, known: Sequence[str]) -> str:
    """The one by which the first line falls into most names that are known."""
    first = re.split(r"\r\n|\r|\n", text, maxsplit=1)[0]
    return max(DELIMITERS, key=lambda sign: sum(folded(name) in known for name in first.split(sign)))


def folded(name: str) -> str:
    """A column's name without regard to case, blanks, quotes and hyphens."""
    return re.sub(r"[\s-]+", "_", name.strip().strip('"').strip().casefold())


def _rows(text: str, delimiter: str, skipped: int) -> Iterator[tuple[int, list[str]]]:
    """Each row with the line on which it begins; rows without a single written cell are left out."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        start = reader.line_num + 1 + skipped
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as wrong:
            raise Unreadable([_broken(start, str(wrong))]) from None
        if any(cell.strip() for cell in cells):
            yield start, cells


def _broken(line: int, why: str) -> Fault:
    if "field larger" in why:
        return _too_long(line, "", "")
    return Fault(
        line,
        "",
        "",
        _("The quotes of the row that begins here do not match."),
        _("Put a cell that has a quote in it between quotes and double those inside, or let a spreadsheet save it."),
    )


def _too_long(line: int, column: str, cell: str) -> Fault:
    message = _("This cell has more than %(limit)d characters.") % {"limit": LONGEST_CELL}
    return Fault(line, column, shown(cell), message, _("Shorten it."))


def _header(header: list[str], line: int, known: Sequence[str], required: Sequence[str]) -> list[str]:
    if len(header) > MOST_COLUMNS:
        message = _("The file has %(count)d columns; at most %(limit)d are read.")
        told = {"count": len(header), "limit": MOST_COLUMNS}
        raise Unreadable([Fault(line, "", "", message % told, _("Leave out all but the columns named here."))])
    names = [folded(name) for name in header]
    faults = [
        Fault(line, name, "", _("The column “%(name)s” is missing.") % {"name": name}, _first_line(known))
        for name in required
        if name not in names
    ]
    for place, name in enumerate(names):
        if name and name in names[:place]:
            message = _("The column “%(name)s” is there twice.") % {"name": shown(name)}
            faults.append(Fault(line, shown(name), shown(header[place]), message, _("Keep one of the two.")))
    if faults:
        raise Unreadable(faults)
    return names


def _first_line(known: Sequence[str]) -> str:
    return _("The first line names the columns: %(names)s.") % {"names": ", ".join(known)}


def _lines(rows: Iterator[tuple[int, list[str]]], names: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
    faults: list[Fault] = []
    for count, (line, cells) in enumerate(rows, 1):
        if count > MOST_ROWS:
            message = _("The file has more than %(limit)d rows.") % {"limit": MOST_ROWS}
            raise Unreadable([*faults, Fault(line, "", "", message, _("Upload it in parts."))])
        if len(cells) != len(names):
            message = _("This row has %(count)d cells, and the first line names %(columns)d columns.")
            told = {"count": len(cells), "columns": len(names)}
            mend = _("Add or remove separators; put a cell that has one in it between quotes.")
            faults.append(Fault(line, "", "", message % told, mend))
            continue
        wide = [(name, cell) for name, cell in zip(names, cells, strict=True) if len(cell) > LONGEST_CELL]
        faults += [_too_long(line, name, cell) for name, cell in wide]
        yield line, dict(zip(names, cells, strict=True))
    if faults:
        raise Unreadable(faults)


def _whole(message: str, mend: str) -> Unreadable:
    return Unreadable([Fault(0, "", "", message, mend)])
