"""Compares a chart with the question's data: do its fields exist there, and are its numbers the question's?"""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from sandbox.graders.charts.findings import Finding, finding
from sandbox.graders.charts.tables import Table, amount, bare, derived, numbers_in, read_tables
from sandbox.graders.charts.units import Rows, Unit

SHOWN = 4
MOST_CHECKED = 2_000
SMALL = 10


@dataclass(frozen=True)
class Given:
    """What the question gives."""

    text: str

    @cached_property
    def tables(self) -> list[Table]:
        return read_tables(self.text)

    @cached_property
    def names(self) -> set[str]:
        """Column heads; the first column as well, for tables that run across."""
        return {name for table in self.tables for name in (*table.columns, *(row[0] for row in table.rows)) if name}

    @cached_property
    def by_bare_name(self) -> dict[str, str]:
        return {bare(name): name for name in self.names}

    @cached_property
    def numbers(self) -> list[float]:
        """Every number in it, and what one step makes of its tables."""
        return sorted(numbers_in(self.text).union(*(derived(table) for table in self.tables)))

    def best_table(self, names: Iterable[str]) -> Table | None:
        """The table, perhaps turned, that knows most of these names."""
        wanted = {bare(name) for name in names}
        sides = [side for table in self.tables for side in (table, table.turned())]
        return max(sides, key=lambda side: len(wanted & {bare(name) for name in side.columns}), default=None)


def check_fields(pictures: list[Unit], given: Given) -> Iterator[Finding]:
    """Fields that nobody knows, once each."""
    strange: dict[str, Finding] = {}
    for unit in pictures:
        for name in unit.names:
            if name not in strange and (problem := _field_problem(name, unit, given)) is not None:
                strange[name] = problem
    yield from strange.values()


def _field_problem(name: str, unit: Unit, given: Given) -> Finding | None:
    if unit.makes_any or name in unit.made or (not name):
        return None
    if unit.rows is not None:
        held = {str(key) for row in unit.rows for key in row}
        if name in held or name.split(".")[0].split("[")[0] in held:
            return None
        return finding("field_without_values", field=name, fields=sorted(held)[:8])
    if not given.tables or name in given.names:
        return None
    if (near := given.by_bare_name.get(bare(name))) is not None:
        return finding("named_otherwise", field=name, column=near)
    return finding("unknown_field", field=name, fields=_heads(given))


def _heads(given: Given) -> list[str]:
    return list(dict.fromkeys(name for table in given.tables for name in table.columns if name))[:8]


def check_values(pictures: list[Unit], given: Given, prose: str) -> Iterator[Finding]:
    """Numbers that contradict the question's table, and numbers that come from nowhere."""
    if not given.tables:
        return
    seen: list[int] = []
    known = _Known([*given.numbers, *numbers_in(prose)])
    for unit in pictures:
        if unit.rows is None or id(unit.rows) in seen:
            continue
        seen.append(id(unit.rows))
        rows = unit.rows[:MOST_CHECKED]
        wrong = list(_contradictions(rows, given))
        yield from wrong[:SHOWN]
        if not wrong:
            yield from _invented(rows, known)


def _contradictions(rows: Rows, given: Given) -> Iterator[Finding]:
    for table in given.tables:
        heads = _once(table.columns)
        labels = _once(row[0] for row in table.rows)
        for row in rows:
            words = [bare(value) for value in row.values() if isinstance(value, str)]
            line = next((labels[word] for word in words if labels.get(word) is not None), None)
            if line is None:
                continue
            for name, value in row.items():
                column = heads.get(bare(name)) or next((heads[word] for word in words if heads.get(word)), None)
                says = amount(value) if not isinstance(value, str) else None
                holds = amount(table.rows[line][column]) if column else None
                if says is not None and holds is not None and not _same(says, holds):
                    key, head = table.rows[line][0], table.columns[column or 0]
                    yield finding("values_disagree", field=str(head), key=key, says=says, holds=holds)


def _once(names: Iterable[str]) -> dict[str, int | None]:
    """Where each name stands; None for a name that stands twice."""
    places: dict[str, int | None] = {}
    for at, name in enumerate(names):
        key = bare(name)
        places[key] = None if key in places else at
    return places


SCALES = (1, 100, 0.01)  # as it is, as a percentage, as a part of one


def _same(says: float, holds: float) -> bool:
    return any(abs(says - holds * scale) <= _leeway(says) for scale in SCALES)


def _leeway(says: float) -> float:
    """Half of the last digit that is shown; a small whole number is meant as it stands."""
    digits = repr(says).partition(".")[2]
    if digits == "0" or "e" in digits:
        return 0.5 if abs(says) >= SMALL else 1e-9
    return 0.5 * 10.0 ** -len(digits) + abs(says) * 1e-9


class _Known:
    """Numbers that were given or worked out, for quick comparison."""

    def __init__(self, numbers: Iterable[float]) -> None:
        self.sorted = sorted(numbers)

    def has(self, says: float) -> bool:
        spans = (((says - _leeway(says)) / scale, (says + _leeway(says)) / scale) for scale in SCALES)
        return any(self._holds_one(low, high) for low, high in spans)

    def _holds_one(self, low: float, high: float) -> bool:
        at = bisect_left(self.sorted, low)
        return at < len(self.sorted) and self.sorted[at] <= high


def _invented(rows: Rows, known: _Known) -> Iterator[Finding]:
    """Numbers that are neither given nor one step from it nor worked out in the answer; plain counting is nobody's."""
    columns = dict.fromkeys(name for row in rows for name in row)
    strange: list[float] = []
    total = 0
    for name in columns:
        values = (row.get(name) for row in rows)
        numbers = [number for value in values if not isinstance(value, str) and (number := amount(value)) is not None]
        if _counts(numbers):
            continue
        total += len(numbers)
        strange += [number for number in numbers if not known.has(number)]
    if strange:
        examples = list(dict.fromkeys(strange))[:SHOWN]
        yield finding("invented_values", n=len(strange), of=total, examples=examples)


def _counts(numbers: list[float]) -> bool:
    """0 1 2 … or 1 2 3 …, or nothing but 0 or 1: places, not amounts."""
    steps = {after - before for before, after in itertools.pairwise(numbers)}
    return bool(numbers) and numbers[0] in (0, 1) and steps in (set(), {0}, {1})
