"""What an address asks of a list: the choices that exist, and those that do not, which are said and left out.

An address is a stranger's text. What is understood of it is written anew (``Wish.query``), so that a page's own links
repeat neither nonsense nor a hundred kilobytes of it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlencode

from django.core.exceptions import TooManyFieldsSent
from django.http import HttpRequest, QueryDict

from catalog.facets.choices import REAL, SIMULATED, Facet
from catalog.facets.counting import Mask, Selection
from catalog.facets.tables import Listed

# Longer texts name nothing that is here.
LONGEST = 200
MOST_WORDS = 8
# Of one facet; a stranger's address may repeat a parameter without end.
MOST_VALUES = 60
MOST_PARAMETERS = 400
RELEVANCE = "relevance"
WORDS, PRICE_MIN, PRICE_MAX, SORT, PAGE, KIND = "q", "price_min", "price_max", "sort", "page", "kind"


class LeftOut(NamedTuple):
    """A parameter whose value makes no sense; without a name it is all that came after too much."""

    name: str
    value: str = ""


@dataclass(frozen=True)
class Wish:
    """An address as it was understood."""

    kind: str = REAL
    words: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    bounds: Mapping[str, float] = field(default_factory=dict)
    sort: str = RELEVANCE
    page: int = 1
    left_out: tuple[LeftOut, ...] = ()

    @property
    def filters(self) -> list[str]:
        """The names of what narrows the list."""
        return [*([WORDS] if self.words else []), *self.chosen, *self.bounds]

    def query(self, *, without: Iterable[str] = (), value: tuple[str, str] | None = None, **changed: str) -> str:
        """The address's query, such as ``?live=yes``: without some filters, or without one ``value`` of a facet.

        The page is kept only where it is asked for.
        """
        dropped = set(without)
        pairs = [pair for pair in self._pairs(changed) if pair[0] not in dropped and pair != value]
        return f"?{urlencode(pairs)}" if pairs else "?"

    def _pairs(self, changed: Mapping[str, str]) -> Iterable[tuple[str, str]]:
        kind, sort = changed.get(KIND, self.kind), changed.get(SORT, self.sort)
        yield from ((KIND, kind),) if kind == SIMULATED else ()
        yield from ((WORDS, self.words),) if self.words else ()
        for name, values in self.chosen.items():
            yield from ((name, value) for value in values)
        yield from ((name, written(bound)) for name, bound in self.bounds.items())
        yield from ((SORT, sort),) if sort != RELEVANCE else ()
        yield from ((PAGE, changed[PAGE]),) if changed.get(PAGE, "1") != "1" else ()


def written(bound: float | None) -> str:
    """An amount as one types it."""
    return "" if bound is None else f"{bound:.6f}".rstrip("0").rstrip(".")


def read_address(request: HttpRequest, listed: Listed) -> Wish:
    """The wish of ``request``, whose own parameters become what was understood of them."""
    try:
        wish = read(request.GET, listed)
    except TooManyFieldsSent:
        first = request.META.get("QUERY_STRING", "").split("&", MOST_PARAMETERS)[:MOST_PARAMETERS]
        wish = read(QueryDict("&".join(first)), listed, cut_off=True)
    page = str(wish.page)
    request.GET = QueryDict(wish.query(page=page).removeprefix("?"))  # links are made from it
    return wish


def read(parameters: QueryDict, listed: Listed, *, cut_off: bool = False) -> Wish:
    """What ``parameters`` ask of a list; whatever makes no sense is in ``left_out``."""
    left_out: list[LeftOut] = []
    kind = _one_of(parameters, KIND, (REAL, SIMULATED), left_out) or REAL
    orders = [order for order in listed.table.orders if order != "slug"]
    sort = _one_of(parameters, SORT, orders, left_out) or RELEVANCE
    chosen = {facet.name: _values(parameters, facet, listed, left_out) for facet in listed.facets}
    words = _plain(parameters.get(WORDS, ""), WORDS, left_out)
    bounds = {}
    if "price" in listed.table.numbers:
        found = {name: _bound(parameters, name, left_out) for name in (PRICE_MIN, PRICE_MAX)}
        bounds = {name: bound for name, bound in found.items() if bound is not None}
    if cut_off:
        left_out.append(LeftOut(""))
    return Wish(
        kind=kind,
        words=" ".join(words.split()[:MOST_WORDS]),
        chosen={name: values for name, values in chosen.items() if values},
        bounds=bounds,
        sort=sort,
        page=_page(parameters, left_out),
        left_out=tuple(left_out),
    )


def select(wish: Wish, listed: Listed, *, kinds: Sequence[str] = ()) -> Selection:
    """The rows that fit, of the wish's kind or of all ``kinds``."""
    table = listed.table
    filters: dict[str, Mask] = {}
    if wish.words:
        filters[WORDS] = table.containing(wish.words.casefold().split())
    filters |= {name: table.columns[name].fits(values) for name, values in wish.chosen.items()}
    if (low := wish.bounds.get(PRICE_MIN)) is not None:
        filters[PRICE_MIN] = table.within("price", low=low)
    if (high := wish.bounds.get(PRICE_MAX)) is not None:
        filters[PRICE_MAX] = table.within("price", high=high)
    among = [listed.kinds[kind] for kind in kinds or (wish.kind,)]
    return Selection(table, filters, among=among[0] if len(among) == 1 else among[0] | among[1])


def _one_of(parameters: QueryDict, name: str, known: Iterable[str], left_out: list[LeftOut]) -> str:
    value = parameters.get(name, "").strip()
    if value and value not in known:
        left_out.append(LeftOut(name, value))
        return ""
    return value


def _values(parameters: QueryDict, facet: Facet, listed: Listed, left_out: list[LeftOut]) -> tuple[str, ...]:
    known = listed.table.columns[facet.name].places
    asked = [value.strip() for value in parameters.getlist(facet.name)]
    sensible: list[str] = []
    for value in dict.fromkeys(asked):
        if facet.takes(facet.read(value), known) and len(sensible) < MOST_VALUES:
            sensible.append(facet.read(value))
        elif value:
            left_out.append(LeftOut(facet.name, value))
    return tuple(dict.fromkeys(sensible))


def _plain(value: str, name: str, left_out: list[LeftOut]) -> str:
    """A text that a name could contain."""
    if len(value) > LONGEST or not value.isprintable():
        left_out.append(LeftOut(name, value))
        return ""
    return value.strip()


def _bound(parameters: QueryDict, name: str, left_out: list[LeftOut]) -> float | None:
    value = parameters.get(name, "").strip()
    if not value:
        return None
    try:
        amount = float(value[:LONGEST])
    except ValueError:
        amount = math.nan
    if not (0 <= amount < 1e9) or not value.isascii() or "_" in value:
        left_out.append(LeftOut(name, value))
        return None
    return amount


def _page(parameters: QueryDict, left_out: list[LeftOut]) -> int:
    value = parameters.get(PAGE, "").strip()
    if not value:
        return 1
    if not value.isascii() or not value.isdecimal() or not int(value[:20]):
        left_out.append(LeftOut(PAGE, value))
        return 1
    return int(value[:20])
