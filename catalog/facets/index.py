"""The lists as tables in this process's memory, always those of the edition of the catalogue that the reader sees.

Counting a hundred choices over ten thousand channels is a millisecond here and a dozen slow queries in the database.
A table is kept under the stamps that were read before its rows, and is built once however many readers wait for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date

from django.conf import settings
from django.utils import timezone

from catalog import editions
from catalog.editions import Editions
from catalog.facets import facts, tables
from catalog.facets.facts import Facts, Measured
from catalog.facets.tables import Listed
from catalog.kept import Kept

Key = tuple[str, date, str, str]


def channels() -> Listed:
    return _current("channels", tables.channels, tables.with_measured_channels)


def models() -> Listed:
    """A row for every model and kind: what simulated channels offer is not mixed with what real ones do."""
    return _current("models", tables.models, tables.with_measured_models)


def providers() -> Listed:
    return _current("providers", tables.providers, lambda base, _measured: base)


def for_sale(stamps: Editions) -> Facts:
    """The rows that the lists are made of, for pages that show a few of them."""
    return _facts_of(_key(stamps.facts))


_facts: Kept[Facts] = Kept()
_measured: Kept[Measured] = Kept()
# What is for sale changes seldom, what was measured with every trial: the second is laid over the first.
_for_sale: dict[str, Kept[Listed]] = defaultdict(Kept)
_complete: dict[str, Kept[Listed]] = defaultdict(Kept)


def _key(stamp: str) -> Key:
    """The settings say which channels are live and what prices are compared in."""
    return stamp, timezone.localdate(), settings.SIMULATORS_URL, settings.CURRENCY


def _facts_of(key: Key) -> Facts:
    return _facts.under(key, lambda: facts.read(key[1]))


def _current(name: str, build: Callable[[Facts], Listed], complete: Callable[[Listed, Measured], Listed]) -> Listed:
    stamps = editions.current()
    key = _key(stamps.facts)

    def from_facts() -> Listed:
        return build(_facts_of(key))

    def completed() -> Listed:
        base = _for_sale[name].under(key, from_facts)
        return complete(base, _measured.under(stamps.measured, facts.read_measured))

    return _complete[name].under((key, stamps.measured), completed)
