"""Reads the data that a question gives: its tables (Markdown, CSV, JSON), and every number in its text."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
from collections.abc import Iterator
from typing import NamedTuple

NUMBER = re.compile(r"[-−]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")
AMOUNT = re.compile(rf"^[^\d\-−/]{{0,6}}({NUMBER.pattern})\s*(%|％)?[^\d/]{{0,12}}$")
PAIR = re.compile(rf"({NUMBER.pattern})\s*/\s*({NUMBER.pattern})")
RULE = re.compile(r"^\|?[\s:|-]*-[\s:|-]*\|?$")
FENCED = re.compile(r"```[ \t]*(\w*)[^\n]*\n(.*?)```", re.DOTALL)
IN_BRACKETS = re.compile(r"[(（\[【][^)）\]】]*[)）\]】]")
MOST_ROWS = 500
MOST_COLUMNS = 40
MOST_DERIVED = 60_000
LONGEST_CELL = 200
LARGEST = 1e15


class Table(NamedTuple):
    """Cells as they are written; the first row is the head."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def turned(self) -> Table:
        """The same with rows for columns: some tables run across."""
        lines = [self.columns, *self.rows]
        across = list(zip(*lines, strict=True))
        return Table(across[0], tuple(across[1:]))

    @property
    def records(self) -> list[dict[str, str | float]]:
        return [dict(zip(self.columns, map(_plain, row), strict=True)) for row in self.rows]


def _plain(cell: str) -> str | float:
    number = amount(cell)
    return cell if number is None else number


def amount(text: object) -> float | None:
    """``$1,200.50``, ``90 %`` or ``12 天`` as a number; None for a word, a pair, a span, and whatever is no cell."""
    if isinstance(text, bool) or not isinstance(text, str | int | float):
        return None
    if isinstance(text, int | float):
        return float(text) if abs(text) < LARGEST else None
    match = AMOUNT.match(text.strip()[:LONGEST_CELL])
    return _float(match[1]) if match else None


def _float(text: str) -> float:
    return max(-LARGEST, min(float(text.replace(",", "").replace("−", "-")), LARGEST))


def bare(name: object) -> str:
    """A column's name without its unit, blanks and case: ``花费（元）`` is ``花费``."""
    text = re.sub(r"[\W_]+", "", IN_BRACKETS.sub("", str(name))).casefold()
    return text or re.sub(r"[\W_]+", "", str(name)).casefold()


def read_tables(text: str) -> list[Table]:
    """The tables of ``text``, as they come."""
    found = [*_markdown(text), *_fenced(text)]
    return [table for table in found if table.rows and len(table.columns) >= 2][:8]


def _markdown(text: str) -> Iterator[Table]:
    block: list[str] = []
    for line in [*text.splitlines(), ""]:
        if "|" in line and line.strip().startswith("|"):
            block.append(line.strip())
            continue
        if len(block) >= 2:
            rows = [_cells(row) for row in block if not RULE.match(row)]
            yield from _table(rows)
        block = []


def _cells(row: str) -> list[str]:
    return [cell.strip().strip("*`") for cell in row.strip().strip("|").split("|")]


def _fenced(text: str) -> Iterator[Table]:
    for match in FENCED.finditer(text):
        label, body = match[1].lower(), match[2].strip()
        if label in {"json", ""} and body.startswith("["):
            yield from _json(body)
        elif label in {"csv", "tsv", "text", "txt", ""}:
            yield from _csv(body)
    if not FENCED.search(text):
        for block in re.split(r"\n\s*\n", text):
            yield from _csv(block)
            if block.strip().startswith("["):
                yield from _json(block.strip())


def _csv(body: str) -> Iterator[Table]:
    lines = [line for line in body.splitlines() if line.strip()]
    mark = "\t" if lines and "\t" in lines[0] else ","
    # Sentences have commas, too; a table has as many in every line, and no blank behind any.
    if len(lines) < 2 or any("|" in line or f"{mark} " in line for line in lines) or mark not in lines[0]:
        return
    rows = list(csv.reader(io.StringIO("\n".join(lines)), delimiter=mark))
    if len({len(row) for row in rows}) == 1:
        yield from _table([[cell.strip() for cell in row] for row in rows])


def _json(body: str) -> Iterator[Table]:
    try:
        values = json.loads(body)
    except (ValueError, RecursionError):
        return
    records = [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []
    columns = list(dict.fromkeys(str(name) for record in records for name in record))
    yield from _table([columns, *([str(record.get(name, "")) for name in columns] for record in records)])


def _table(rows: list[list[str]]) -> Iterator[Table]:
    if not rows or len(rows) > MOST_ROWS or not 2 <= len(rows[0]) <= MOST_COLUMNS:
        return
    width = len(rows[0])
    level = [tuple(cell[:LONGEST_CELL] for cell in [*row, *[""] * width][:width]) for row in rows]
    yield Table(level[0], tuple(level[1:]))


def numbers_in(text: str) -> set[float]:
    return {_float(match) for match in NUMBER.findall(text)[:5_000]}


def derived(table: Table) -> set[float]:
    """What one step of reckoning makes of a table: ratios, differences, sums, totals, means and shares."""
    columns = [[amount(cell) for cell in column] for column in zip(*table.rows, strict=True)]
    numeric = [column for column in columns if any(value is not None for value in column)]
    made = {number for row in table.rows for cell in row for number in _of_pairs(cell)}
    for column in numeric:
        made |= _along([value for value in column if value is not None])
    for one, other in itertools.combinations(numeric, 2):
        if len(made) > MOST_DERIVED:
            break
        for a, b in zip(one, other, strict=True):
            if a is not None and b is not None:
                made |= {a + b, a - b, b - a, a * b, *_ratio(a, b), *_ratio(b, a)}
    return made


def _of_pairs(cell: str) -> set[float]:
    """``180 / 200``: both, and the rate."""
    pairs = [(_float(over), _float(under)) for over, under in PAIR.findall(cell)]
    return {number for over, under in pairs for number in (over, under, *_ratio(over, under))}


def _along(column: list[float]) -> set[float]:
    """A column's total and mean, its running sum, shares, steps and growth."""
    total = sum(column)
    made = {total, total / len(column), *itertools.accumulate(column)}
    for value in column:
        made |= _ratio(value, total)
    for before, value in itertools.pairwise(column):
        made |= {value - before, *_ratio(value, before)}
    return made


def _ratio(over: float, under: float) -> set[float]:
    return {over / under, over / under - 1} if under else set()
