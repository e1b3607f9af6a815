"""The lists as tables in this process's memory, always those of the edition of the catalogue that the reader sees.

Counting a hundred choices over ten thousand channels is a millisecond here and a dozen slow queries in the database.
A table is kept under the stamps that were read before its rows, and is built once however many readers wait for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from django.conf import settings
from django.utils import timezone

from catalog import editions
from catalog.facets import facts, tables
from catalog.facets.facts import Facts, Measured
from catalog.facets.tables import Listed
from catalog.kept import Kept


def channels() -> Listed:
    return _current("channels", tables.channels, tables.with_measured_channels)


def models() -> Listed:
    """A row for every model and kind: what simulated channels offer is not mixed with what real ones do."""
    return _current("models", tables.models, tables.with_measured_models)


def providers() -> Listed:
    return _current("providers", tables.providers, lambda base, _measured: base)


_facts: Kept[Facts] = Kept()
_measured: Kept[Measured] = Kept()
# What is for sale changes seldom, what was measured with every trial: the second is laid over the first.
_for_sale: dict[str, Kept[Listed]] = defaultdict(Kept)
_complete: dict[str, Kept[Listed]] = defaultdict(Kept)


def _current(name: str, build: Callable[[Facts], Listed], complete: Callable[[Listed, Measured], Listed]) -> Listed:
    stamps, today = editions.current(), timezone.localdate()
    # The settings say which channels are live and what prices are compared in.
    key = (stamps.facts, today, settings.SIMULATORS_URL, settings.CURRENCY)

    def for_sale() -> Listed:
        return build(_facts.under(key, lambda: facts.read(today)))

    def completed() -> Listed:
        base = _for_sale[name].under(key, for_sale)
        return complete(base, _measured.under(stamps.measured, facts.read_measured))

    return _complete[name].under((key, stamps.measured), completed)
