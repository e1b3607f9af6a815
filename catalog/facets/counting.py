"""Rows narrowed by several filters at once, and counted under each. Pure: columns of small integers, no Django.

Values of one facet are alternatives, facets are conditions that must all hold. Each filter is a mask over the rows;
what is asked of them (how many are left, how many without this filter, which filter to drop) is read from the number
of filters that every row fails, so that ten filters cost hardly more than one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Column", "Drop", "Selection", "Table", "by_number", "by_rank", "ranks"]

Mask = NDArray[np.bool_]
Numbers = NDArray[np.float64]
Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Column:
    """A facet's values for every row. A row has a *set* of values, and rows share few different sets."""

    values: tuple[str, ...]
    codes: NDArray[np.int32]  # row → number of its set
    sets: NDArray[np.int64] | None  # set × value, 0 or 1; None where set n is just value n
    places: Mapping[str, int] = field(repr=False)

    @classmethod
    def of_one(cls, rows: Sequence[str], values: Iterable[str] = ()) -> Column:
        """Each row has exactly one value; ``values`` come first, in their order, also where no row has them."""
        places = {value: place for place, value in enumerate(dict.fromkeys([*values, *rows]))}
        codes = np.fromiter((places[value] for value in rows), np.int32, len(rows))
        return cls(tuple(places), codes, None, places)

    @classmethod
    def of_many(cls, rows: Sequence[Iterable[str]], values: Iterable[str] = ()) -> Column:
        """Each row has any number of values."""
        kinds: dict[tuple[str, ...], int] = {}
        codes = np.fromiter((kinds.setdefault(tuple(row), len(kinds)) for row in rows), np.int32, len(rows))
        places = {value: place for place, value in enumerate(dict.fromkeys([*values, *(v for k in kinds for v in k)]))}
        sets = np.zeros((len(kinds), len(places)), np.int64)
        for kind, number in kinds.items():
            sets[number, [places[value] for value in kind]] = 1
        return cls(tuple(places), codes, sets, places)

    def fits(self, chosen: Iterable[str]) -> Mask:
        """Rows with at least one of the ``chosen`` values; a value that nobody has fits no row."""
        wanted = [self.places[value] for value in chosen if value in self.places]
        lookup: Mask = np.zeros(len(self.values if self.sets is None else self.sets), np.bool_)
        lookup[wanted if self.sets is None else self.sets[:, wanted].any(axis=1)] = True
        return lookup[self.codes]

    def counts(self, mask: Mask) -> dict[str, int]:
        """How many rows of ``mask`` have each value."""
        length = len(self.values) if self.sets is None else len(self.sets)
        found = np.bincount(self.codes[mask], minlength=length)
        if self.sets is not None:
            found = found @ self.sets
        return dict(zip(self.values, found.tolist(), strict=True))


@dataclass(frozen=True, slots=True)
class Table:
    """Rows by their keys, with what they can be narrowed by and the orders they can be shown in."""

    keys: NDArray[np.int64]
    columns: Mapping[str, Column]
    numbers: Mapping[str, Numbers]  # unknown is NaN
    texts: Sequence[str]  # what a reader's words are looked for in, folded
    orders: Mapping[str, Places]  # all rows, the first one first

    def containing(self, words: Iterable[str]) -> Mask:
        """Rows whose text has every one of these folded words."""
        mask = np.ones(len(self.texts), np.bool_)
        for word in words:
            mask &= np.array([word in text for text in self.texts], np.bool_)
        return mask

    def within(self, number: str, *, low: float | None = None, high: float | None = None) -> Mask:
        """Rows whose number is known and lies between these, both included."""
        values = self.numbers[number]
        mask = ~np.isnan(values)
        if low is not None:
            mask &= values >= low
        if high is not None:
            mask &= values <= high
        return mask


class Drop(NamedTuple):
    """Filters that would have to go together, and how many rows would be left then."""

    names: tuple[str, ...]
    left: int


class Selection:
    """A table's rows under named filters."""

    def __init__(self, table: Table, filters: Mapping[str, Mask], *, among: Mask | None = None) -> None:
        """``among`` are the rows that there are at all, whatever is dropped."""
        self.table = table
        self._filters = filters
        self._among = np.ones(len(table.keys), np.bool_) if among is None else among
        self._failed = np.zeros(len(table.keys), np.uint8)
        for fits in filters.values():
            self._failed += ~fits
        self._left: Mask = self._among & (self._failed == 0)
        self._nearly: Mask = self._among & (self._failed == 1)

    @property
    def count(self) -> int:
        return int(self._left.sum())

    @property
    def total(self) -> int:
        return int(self._among.sum())

    def places_in_order(self, order: str, first: int = 0, last: int | None = None) -> list[int]:
        """What is left by its places in the table, from the ``first`` to before the ``last``."""
        places = self.table.orders[order]
        return [int(place) for place in places[self._left[places]][first:last]]

    def counts(self, name: str) -> dict[str, int]:
        """How many rows each value of a facet has under all the other filters."""
        return self.table.columns[name].counts(self._without(name))

    def left_without(self, name: str) -> int:
        """How many rows would be left if this filter were dropped."""
        return int(self._without(name).sum())

    def cheapest_drop(self) -> Drop | None:
        """The fewest filters whose dropping leaves something; of equals, those that leave most.

        None where something is left already, or where there is no row at all.
        """
        failed = self._failed[self._among]
        if not len(failed) or not (fewest := int(failed.min())):
            return None
        nearest = self._among & (self._failed == fewest)
        names = list(self._filters)
        failing = np.stack([~self._filters[name][nearest] for name in names], axis=1)
        patterns, left = np.unique(failing, axis=0, return_counts=True)
        best = int(left.argmax())
        return Drop(tuple(name for name, fails in zip(names, patterns[best], strict=True) if fails), int(left[best]))

    def _without(self, name: str) -> Mask:
        fits = self._filters.get(name)
        return self._left if fits is None else self._left | (self._nearly & ~fits)


def by_rank(*keys: Sequence[Any] | NDArray[Any]) -> Places:
    """Rows sorted by the first key, then by the next ones."""
    return np.lexsort(keys[::-1])


def by_number(values: Numbers, rank: NDArray[Any], *, falling: bool = False) -> Places:
    """Rows by a number, equals by ``rank``; the unknown ones are last either way."""
    unknown = np.isnan(values)
    known = np.where(unknown, 0.0, -values if falling else values)
    return by_rank(unknown, known, rank)


def ranks(keys: Sequence[Any]) -> Places:
    """Each row's place when its key is sorted."""
    rank = np.empty(len(keys), np.intp)
    rank[sorted(range(len(keys)), key=keys.__getitem__)] = np.arange(len(keys))
    return rank
