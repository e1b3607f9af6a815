"""A provider's price list, from a form, a CSV file or the API: read as a whole or not at all. It touches no row."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from catalog import price_cells as cells
from catalog import tabular
from catalog.pricing import Rates, Tier
from catalog.tabular import Fault, Unreadable

__all__ = ["COLUMNS", "Entry", "Fault", "Pricelist", "Unreadable", "entry_of", "read", "unknown_model", "written"]

AMOUNTS = ("input", "output", "cache_read", "cache_write")
COLUMNS = ("model", "currency", *AMOUNTS, "above", "valid_from", "source")
REQUIRED = ("model", "currency", "input", "output")
MOST_TIERS = 8
# A name nearer than this to one of ours is a slip, not a column of somebody else's.
SLIP = 0.8


@dataclass(frozen=True, slots=True)
class Entry:
    """One price as stated: ``model`` is the name on the wire, ``line`` where it stood (0: in a form)."""

    model: str
    rates: Rates
    starts_on: date
    source: str
    line: int = 0

    @property
    def is_unknown(self) -> bool:
        """Stated to be unknown: no part is given."""
        return not self.rates.tiers and all(getattr(self.rates, part) is None for part in AMOUNTS)


class Pricelist(NamedTuple):
    """What a file states; ``silent`` names models of which it says nothing, ``extra`` columns that were not read."""

    entries: list[Entry]
    silent: list[str]
    extra: list[str]


def read(data: bytes, *, today: date, source: str = "", models: Collection[str] | None = None) -> Pricelist:
    """A CSV file with ``COLUMNS``; ``source`` is the page for rows that name none. Raises Unreadable.

    ``models`` are the names that may stand there (None: any).
    A line with ``above`` is a tier of the model's last line before it. A line with nothing but a model says nothing.
    """
    table = tabular.read(data, known=COLUMNS, required=REQUIRED)
    reading = _Reading(today, source, models)
    reading.faults += _slips(table.extra)
    for line in table.lines:
        reading.take(line.number, {name: line.cells.get(name, "") for name in COLUMNS})
    if reading.faults:
        raise Unreadable(reading.faults)
    extra = [cells.shown(name) for name in table.extra if name]
    return Pricelist(list(reading.entries.values()), reading.silent, extra)


def entry_of(
    row: Mapping[str, str], tiers: Sequence[Mapping[str, str]] = (), *, today: date, source: str = ""
) -> Entry:
    """One price from texts by the names of ``COLUMNS``. Raises Unreadable; a tier's faults have its place as line."""
    faults: list[Fault] = []
    entry = _base({name: row.get(name, "") for name in COLUMNS}, 0, today, source, faults)
    rows = [{name: tier.get(name, "") for name in COLUMNS} for tier in tiers]
    for place, found in enumerate(rows, 1):
        if not any(cell.strip() for cell in found.values()):
            continue
        tier = _tier(found, place, faults)
        if entry and tier:
            entry = _with_tier(entry, tier, place, found["above"], faults)
    if faults or entry is None:
        raise Unreadable(faults)
    return entry


def _base(found: Mapping[str, str], line: int, today: date, source: str, faults: list[Fault]) -> Entry | None:
    before = len(faults)
    amounts = {part: _read(cells.amount, found, part, line, faults) for part in AMOUNTS}
    currency = _read(cells.currency, found, "currency", line, faults)
    starts_on = _read(lambda text: cells.day(text, today=today), found, "valid_from", line, faults)
    page = _read(cells.address, found, "source", line, faults) if found["source"].strip() else source
    if page == "" and any(amount is not None for amount in amounts.values()):
        mend = _("Name the page on which you publish this price.")
        faults.append(_fault(line, "source", "", _("The source is missing."), mend))
    if len(faults) > before:
        return None
    return Entry(found["model"].strip(), Rates(currency=currency, **amounts), starts_on, page, line)


class _Reading:
    """A file as far as it has been read."""

    def __init__(self, today: date, source: str, models: Collection[str] | None) -> None:
        self.today = today
        self.source = source
        self.models = models
        self.entries: dict[tuple[str, date], Entry] = {}
        self.silent: list[str] = []
        self.faults: list[Fault] = []
        # The last line of each model that is no tier; None: it has a fault of its own.
        self._bases: dict[str, Entry | None] = {}

    def take(self, line: int, found: Mapping[str, str]) -> None:
        model = found["model"].strip()
        if not model:
            mend = _("Write the API's name for it.")
            self.faults.append(_fault(line, "model", "", _("The model is missing."), mend))
        elif self.models is not None and model not in self.models:
            self.faults.append(unknown_model(line, model, self.models))
        elif found["above"].strip():
            self._take_tier(line, model, found)
        elif any(cell.strip() for name, cell in found.items() if name != "model"):
            self._take_price(line, model, found)
        else:
            self.silent.append(model)

    def _take_price(self, line: int, model: str, found: Mapping[str, str]) -> None:
        entry = _base(found, line, self.today, self.source, self.faults)
        self._bases[model] = entry
        if entry and (twin := self.entries.get((model, entry.starts_on))):
            message = _("This model has a price from that day in line %(line)d already.") % {"line": twin.line}
            self.faults.append(_fault(line, "model", model, message, _("Remove one of the two lines.")))
        elif entry:
            self.entries[model, entry.starts_on] = entry

    def _take_tier(self, line: int, model: str, found: Mapping[str, str]) -> None:
        tier = _tier(found, line, self.faults)
        if model not in self._bases:
            message = _("This tier stands before its model's own price.")
            mend = _("First write the model's line without “above”, then its tiers.")
            self.faults.append(_fault(line, "above", found["above"], message, mend))
        base = self._bases.get(model)
        if base is None or tier is None:
            return
        _compare(found, "currency", base.rates.currency, cells.currency, line, self.faults)
        _compare(found, "valid_from", base.starts_on, lambda text: cells.day(text, today=self.today), line, self.faults)
        grown = _with_tier(base, tier, line, found["above"], self.faults)
        self._bases[model] = self.entries[model, base.starts_on] = grown


def _tier(found: Mapping[str, str], line: int, faults: list[Fault]) -> Tier | None:
    before = len(faults)
    above = _read(cells.prompt_size, found, "above", line, faults)
    amounts = {part: _read(cells.amount, found, part, line, faults) for part in AMOUNTS}
    if len(faults) == before and above is None:
        mend = _("Write the prompt's size in tokens from which it counts, such as 200000.")
        faults.append(_fault(line, "above", "", _("The size is missing."), mend))
    if amounts.pop("cache_write") is not None:
        message = _("Writing the cache has one price for all sizes.")
        faults.append(_fault(line, "cache_write", found["cache_write"], message, _("Leave it empty in a tier.")))
    elif all(amount is None for amount in amounts.values()) and len(faults) == before:
        faults.append(_fault(line, "input", "", _("This tier has no price."), _("Write its prices, or remove it.")))
    return None if len(faults) > before or above is None else Tier(above=above, **amounts)


def _with_tier(entry: Entry, tier: Tier, line: int, read: str, faults: list[Fault]) -> Entry:
    tiers = entry.rates.tiers
    if any(tier.above == other.above for other in tiers):
        faults.append(_fault(line, "above", read, _("This size is there twice."), _("Remove one of the two.")))
    elif len(tiers) >= MOST_TIERS:
        message = _("A price has at most %(limit)d tiers.") % {"limit": MOST_TIERS}
        faults.append(_fault(line, "above", read, message, _("Leave out those that matter least.")))
    grown = tuple(sorted((*tiers, tier), key=lambda one: one.above))
    return replace(entry, rates=replace(entry.rates, tiers=grown))


def _compare(
    found: Mapping[str, str],
    column: str,
    expected: object,
    reader: Callable[[str], Any],
    line: int,
    faults: list[Fault],
) -> None:
    """What a tier repeats of its model's line has to be the same."""
    if not found[column].strip():
        return
    before = len(faults)
    if _read(reader, found, column, line, faults) != expected and len(faults) == before:
        mend = _("Leave it empty in a tier, or write what stands in the model's own line.")
        faults.append(_fault(line, column, found[column], _("This differs from the model's own line."), mend))


def _read(reader: Callable[[str], Any], found: Mapping[str, str], column: str, line: int, faults: list[Fault]) -> Any:
    try:
        return reader(found[column])
    except cells.Bad as bad:
        faults.append(_fault(line, column, found[column], bad.message, bad.mend))
        return None


def unknown_model(line: int, model: str, models: Collection[str]) -> Fault:
    near = difflib.get_close_matches(model[:200], models, n=1)
    if near:
        mend = _("Did you mean “%(name)s”? Names are compared letter by letter.") % {"name": cells.shown(near[0])}
    else:
        mend = _("Write the name that the API uses, as it stands in the template, or add the model to the API first.")
    return _fault(line, "model", model, _("This API has no such model here."), mend)


def _slips(extra: Sequence[str]) -> list[Fault]:
    """A column that is nearly one of ours is refused: read over, its prices would be taken for unknown."""
    faults = []
    for name in extra:
        if near := difflib.get_close_matches(name[:40], COLUMNS, n=1, cutoff=SLIP):
            message = _("There is no column “%(name)s”.") % {"name": cells.shown(name)}
            mend = _("Write “%(name)s”, or remove the column.") % {"name": near[0]}
            faults.append(_fault(1, name, name, message, mend))
    return faults


def _fault(line: int, column: str, read: str, message: str, mend: str) -> Fault:
    return Fault(line, cells.shown(column), cells.shown(read), message, mend)


def written(amount: Decimal | None) -> str:
    """An amount as a cell or a form's field has it: plain digits, nothing for unknown."""
    return "" if amount is None else f"{amount.normalize() + 0:f}"
