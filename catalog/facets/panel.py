"""A narrowed list as its page shows it: the facets with their counts, what is chosen, and why nothing is left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from catalog.facets.choices import SIMULATED, UNKNOWN, Facet, Label
from catalog.facets.counting import Selection
from catalog.facets.tables import Listed
from catalog.facets.wishes import (
    KIND,
    PAGE,
    PRICE_MAX,
    PRICE_MIN,
    SORT,
    WORDS,
    Wish,
    read_address,
    select,
    written,
)
from marketplace import money

# A facet with more values shows so many and folds the rest away; of those no more than MOST are written out.
FIRST, MOST = 8, 48
MOST_LEFT_OUT, LONGEST_SHOWN = 6, 60


class Choice(NamedTuple):
    value: str
    label: str
    left: int
    is_chosen: bool


class Group(NamedTuple):
    """A facet on the page: its first choices, those that are folded away, and how many are not shown at all."""

    facet: Facet
    first: list[Choice]
    more: list[Choice]
    hidden: int
    chosen: int

    @property
    def is_open(self) -> bool:
        return self.facet.is_unfolded or bool(self.chosen)


class Chip(NamedTuple):
    """One thing that narrows the list, and the address without it."""

    title: str
    label: str
    address: str


class Way(NamedTuple):
    """A way out of an empty list: what to drop, how many would be left, and where that is."""

    names: list[str]
    left: int
    address: str


class Sorting(NamedTuple):
    value: str
    label: Label
    address: str
    is_current: bool


@dataclass(frozen=True)
class Panel:
    """Everything around the rows of a list's page."""

    listed: Listed
    wish: Wish
    selection: Selection
    per_page: int
    sortings: Mapping[str, Label]

    @classmethod
    def of(cls, request: HttpRequest, listed: Listed, *, per_page: int, sortings: Mapping[str, Label]) -> Panel:
        """What ``request`` asks of a list."""
        wish = read_address(request, listed)
        return cls(listed, wish, select(wish, listed), per_page, sortings)

    @cached_property
    def count(self) -> int:
        return self.selection.count

    @property
    def pages(self) -> int:
        return max(1, ceil(self.count / self.per_page))

    @property
    def page(self) -> int:
        """The wished one, or the last where there are not so many."""
        return min(self.wish.page, self.pages)

    @property
    def is_too_far(self) -> bool:
        return self.wish.page > self.pages

    @cached_property
    def places(self) -> list[int]:
        """The rows on this page, by their place in the table."""
        first = (self.page - 1) * self.per_page
        return self.selection.places_in_order(self.wish.sort, first, first + self.per_page)

    @cached_property
    def keys(self) -> list[int]:
        return [int(key) for key in self.listed.table.keys[self.places]]

    @property
    def previous(self) -> str:
        return self.wish.query(page=str(self.page - 1)) if self.page > 1 else ""

    @property
    def next(self) -> str:
        return self.wish.query(page=str(self.page + 1)) if self.page < self.pages else ""

    @property
    def kinds(self) -> list[tuple[str, int, str, bool]]:
        """Real and simulated: how many of each there are, and where."""
        return [
            (kind, int(mask.sum()), Wish(kind=kind).query(), kind == self.wish.kind)
            for kind, mask in self.listed.kinds.items()
        ]

    @property
    def is_simulated(self) -> bool:
        return self.wish.kind == SIMULATED

    @property
    def has_bounds(self) -> bool:
        return "price" in self.listed.table.numbers

    @property
    def bound_sign(self) -> str:
        return money.SIGNS.get(settings.CURRENCY, settings.CURRENCY)

    @property
    def price_min(self) -> str:
        return written(self.wish.bounds.get(PRICE_MIN))

    @property
    def price_max(self) -> str:
        return written(self.wish.bounds.get(PRICE_MAX))

    @property
    def drop_all(self) -> str:
        return self.wish.query(without=self.wish.filters)

    @cached_property
    def narrowed(self) -> int:
        """How many choices narrow the list."""
        return len(self.chips)

    @property
    def orders(self) -> list[Sorting]:
        return list(self.sorted_by.values())

    @cached_property
    def sorted_by(self) -> dict[str, Sorting]:
        return {
            value: Sorting(value, label, self.wish.query(sort=value), value == self.wish.sort)
            for value, label in self.sortings.items()
        }

    def groups(self) -> list[Group]:
        """The facets that can tell rows of this kind apart."""
        totals = self.listed.totals(self.wish.kind)
        found = []
        for facet in self.listed.facets:
            if facet.is_shown:
                chosen = self.wish.chosen.get(facet.name, ())
                counts = self.selection.counts(facet.name) if self.wish.filters else totals[facet.name]
                present = [value for value, total in totals[facet.name].items() if total or value in chosen]
                tells_apart = any(totals[facet.name][value] < self.selection.total for value in present)
                if present and (tells_apart or chosen):
                    found.append(self._group(facet, present, counts, chosen))
        return found

    def _group(self, facet: Facet, values: list[str], counts: Mapping[str, int], chosen: tuple[str, ...]) -> Group:
        # A closed vocabulary has an order of its own; names are sorted by how many rows they have.
        if not facet.labels and facet.name not in ("price", "scenario"):
            values = sorted(values, key=lambda value: (value not in chosen, value == UNKNOWN, -counts[value]))
        is_long = len(values) > FIRST
        if is_long:
            values = [value for value in values if counts[value] or value in chosen]
        choices = [
            Choice(value, self._word(facet.name, value), counts[value], value in chosen) for value in values[:MOST]
        ]
        return Group(facet, choices[:FIRST], choices[FIRST:], len(values) - len(choices), len(chosen))

    @cached_property
    def chips(self) -> list[Chip]:
        wish, found = self.wish, []
        if wish.words:
            found.append(Chip("", f"“{wish.words}”", wish.query(without=[WORDS])))
        for facet in self.listed.facets:
            for value in wish.chosen.get(facet.name, ()):
                word = self._word(facet.name, value)
                found.append(Chip(str(facet.title), word, wish.query(value=(facet.name, value))))
        found += (Chip("", self.name_of(name), wish.query(without=[name])) for name in wish.bounds)
        return found

    @cached_property
    def ways_out(self) -> list[Way]:
        """What to drop from filters that leave nothing, the best first: single ones, else the fewest together."""
        if self.count:
            return []
        singles = [(name, self.selection.left_without(name)) for name in self.wish.filters]
        ways = [self._way([name], left) for name, left in singles if left]
        if ways or not (drop := self.selection.cheapest_drop()):
            return sorted(ways, key=lambda way: -way.left)
        return [self._way(drop.names, drop.left)]

    @property
    def in_vain(self) -> list[str]:
        """Filters whose dropping alone leaves nothing either."""
        return [self.name_of(name) for name in self.wish.filters if not self.selection.left_without(name)]

    @property
    def left_out(self) -> list[tuple[str, str]]:
        shown = self.wish.left_out[:MOST_LEFT_OUT]
        return [(self._title(one.name), _printable(one.value[:LONGEST_SHOWN])) for one in shown]

    @property
    def more_left_out(self) -> int:
        return max(0, len(self.wish.left_out) - MOST_LEFT_OUT)

    def name_of(self, name: str) -> str:
        """A filter with what was chosen, such as ``Protocol: Gemini``."""
        if name == WORDS:
            return f"“{self.wish.words}”"
        if name in self.wish.bounds:
            amount = self.bound_sign + written(self.wish.bounds[name])
            words = _("price from %(amount)s") if name == PRICE_MIN else _("price up to %(amount)s")
            return words % {"amount": amount}
        words = _(" or ").join(self._word(name, value) for value in self.wish.chosen[name])
        return f"{self._title(name)}: {words}"

    def _way(self, names: Iterable[str], left: int) -> Way:
        names = list(names)
        return Way([self.name_of(name) for name in names], left, self.wish.query(without=names))

    def _word(self, name: str, value: str) -> str:
        return str(self.listed.labels[name].get(value, value))

    def _title(self, name: str) -> str:
        titles: dict[str, Any] = {facet.name: facet.title for facet in self.listed.facets}
        titles |= {KIND: _("Kind"), SORT: _("Sorted by"), PAGE: _("Page"), WORDS: _("Search")}
        titles |= {PRICE_MIN: _("Lowest price"), PRICE_MAX: _("Highest price"), "": _("Everything beyond that")}
        return str(titles[name])


def _printable(text: str) -> str:
    """A stranger's text without what no page may have, such as a NUL."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
