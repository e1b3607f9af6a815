"""A chart as an article's author writes it: a few lines of TOML with the figures themselves. Pure: no drawing here."""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

KINDS = ("bar", "scatter", "line")
MOST_SERIES = 6  # as many as have a colour of their own
MOST_ROWS = 60
LONGEST = 300
LARGEST = 10**15
SMALLEST = Decimal(10) ** -15
UNKNOWN = "–"
PLACE = re.compile(r"\(at line (\d+), column \d+\)")
# Marks this far apart share no linear axis.
WIDE_SPAN = 50

Value = Decimal | None


class Broken(Exception):
    """What is wrong with a chart and its cure, in the reader's language, and in which of its lines (None: in all)."""

    def __init__(self, why: str, line: int | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.line = line


class Row(NamedTuple):
    label: str
    values: tuple[Value, ...]

    @property
    def shown(self) -> list[str]:
        """The figures as they were written; unknown ones are a dash."""
        return [UNKNOWN if value is None else str(value) for value in self.values]


class Chart(NamedTuple):
    """``rows`` have a label and one value for each of ``series``; a scatter's series are its x and its y."""

    title: str
    kind: str
    x: str
    y: str
    note: str
    series: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def log_axes(self) -> tuple[bool, bool]:
        """Whether a scatter's x and y span so much that only a logarithmic axis shows them."""
        if self.kind != "scatter":
            return False, False
        columns = list(zip(*(row.values for row in self.rows), strict=True))
        return _spans(columns[0]), _spans(columns[1])

    @property
    def described(self) -> str:
        """The figures in words, for those who do not see the picture."""
        rows = (
            f"{row.label}: " + ", ".join(f"{n} {v}" for n, v in zip(self.series, row.shown, strict=True))
            for row in self.rows
        )
        return "; ".join(rows)


def read(text: str) -> Chart:
    """The chart that ``text`` describes; raises Broken."""
    try:
        said = tomllib.loads(text, parse_float=Decimal)
    except ValueError as error:  # no TOML, or a number of thousands of digits
        raise _not_toml(text, str(error)) from None
    kind = said.get("kind")
    if kind not in KINDS:
        raise Broken(
            _("“kind” must be bar, scatter or line, not “%(kind)s”.") % {"kind": kind or ""}, _line(text, "kind")
        )
    series = _series(text, said.get("series"), kind=kind)
    return Chart(
        title=_words(text, said, "title", needed=True),
        kind=kind,
        x=_words(text, said, "x"),
        y=_words(text, said, "y"),
        note=_words(text, said, "note"),
        series=series,
        rows=_rows(text, said.get("rows"), names=series, kind=kind),
    )


def _not_toml(text: str, error: str) -> Broken:
    found = PLACE.search(error)
    lines = text.splitlines() or [""]
    line = min(int(found[1]), len(lines)) if found else len(lines)
    values = {"line": lines[line - 1].strip()[:80]}
    cure = _(
        "This line cannot be read: “%(line)s”. Write name = value, words in double quotes, "
        "lists in square brackets with commas between their items."
    )
    return Broken(cure % values, line)


def _words(text: str, said: dict[str, Any], name: str, *, needed: bool = False) -> str:
    value = said.get(name, "")
    if not isinstance(value, str) or len(value) > LONGEST:
        why = _("“%(name)s” must be words in double quotes, %(most)d characters at most.")
        raise Broken(why % {"name": name, "most": LONGEST}, _line(text, name))
    if needed and not value.strip():
        why = _('“%(name)s” is missing. Add a line such as: %(name)s = "…"')
        raise Broken(why % {"name": name}, _line(text, name))
    return value.strip()


def _series(text: str, value: Any, *, kind: str) -> tuple[str, ...]:
    names = tuple(value) if isinstance(value, list) else ()
    if not names or len(names) > MOST_SERIES or not all(isinstance(name, str) and name for name in names):
        why = _("“series” must be a list of 1 to %(most)d names in double quotes.") % {"most": MOST_SERIES}
        raise Broken(why, _line(text, "series"))
    if kind == "scatter" and len(names) != 2:
        raise Broken(
            _("A scatter has two “series”: the name of the x value and that of the y value."), _line(text, "series")
        )
    if len(set(names)) < len(names):
        raise Broken(_("Two of the “series” have the same name. Give each its own."), _line(text, "series"))
    return names


def _rows(text: str, value: Any, *, names: tuple[str, ...], kind: str) -> tuple[Row, ...]:
    start = _line(text, "rows")
    if not isinstance(value, list) or not value or len(value) > MOST_ROWS:
        raise Broken(_("“rows” must be a list of 1 to %(most)d rows.") % {"most": MOST_ROWS}, start)
    rows = tuple(_row(row, place, names=names, line=start) for place, row in enumerate(value, 1))
    if kind == "scatter" and any(None in row.values for row in rows):
        raise Broken(_("A point of a scatter needs both of its values; leave the row out instead."), start)
    if kind != "scatter" and len({row.label for row in rows}) < len(rows):
        raise Broken(_("Two of the “rows” begin with the same words. Give each its own."), start)
    return rows


def _row(value: Any, place: int, *, names: tuple[str, ...], line: int | None) -> Row:
    wanted = 1 + len(names)
    if not isinstance(value, list) or len(value) != wanted:
        why = _("Row %(place)d must have %(wanted)d items: its label and a value for each of: %(names)s.")
        raise Broken(why % {"place": place, "wanted": wanted, "names": ", ".join(names)}, line)
    label, *cells = value
    return Row(str(label)[:LONGEST], tuple(_number(cell, place, line=line) for cell in cells))


def _number(cell: Any, place: int, *, line: int | None) -> Value:
    """A figure as it was written; an empty string is an unknown one."""
    if cell == "":
        return None
    is_number = isinstance(cell, int | Decimal) and not isinstance(cell, bool) and Decimal(cell).is_finite()
    if not is_number or abs(Decimal(cell)) > LARGEST or 0 < abs(Decimal(cell)) < SMALLEST:
        why = _('In row %(place)d, “%(cell)s” is not a number. Write it without quotes or units; "" means unknown.')
        raise Broken(why % {"place": place, "cell": str(cell)[:40]}, line)
    return Decimal(cell)


def _line(text: str, name: str) -> int | None:
    """The line where ``name`` is set."""
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(rf"\s*{name}\s*=", line):
            return number
    return None


def _spans(values: tuple[Value, ...]) -> bool:
    known = [value for value in values if value is not None]
    least: Decimal = min(known)
    return bool(least > 0 and max(known) / least >= WIDE_SPAN)
