"""The lists' tables from plain facts: what each row can be narrowed by, found by and sorted by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

import numpy as np
from django.conf import settings

from catalog.countries import NAMES
from catalog.facets import choices
from catalog.facets.choices import UNKNOWN, Facet, Label, Named
from catalog.facets.counting import Column, Mask, Numbers, Places, Table, by_number, by_rank, ranks
from catalog.facets.facts import ChannelFacts, Facts, Measured, ModelFacts
from catalog.models import Protocol

NOTHING = Measured(frozenset(), {}, {})


@dataclass(frozen=True)
class Listed:
    """One list: its rows, its facets and what their values are called."""

    facts: Facts
    facets: tuple[Facet, ...]
    table: Table
    slugs: Sequence[str]
    labels: Mapping[str, Mapping[str, Label]]
    kinds: Mapping[str, Mask]  # real and simulated rows
    measured: Measured = NOTHING
    _totals: dict[str, dict[str, dict[str, int]]] = field(default_factory=dict)

    def totals(self, kind: str) -> dict[str, dict[str, int]]:
        """How many rows of a kind each value has when nothing is narrowed."""
        if kind not in self._totals:
            rows = self.kinds[kind]
            shown = [facet.name for facet in self.facets if facet.is_shown]
            self._totals[kind] = {name: self.table.columns[name].counts(rows) for name in shown}
        return self._totals[kind]


def channels(found: Facts) -> Listed:
    rows = found.channels
    models = [found.models[row.model_id] for row in rows]
    sellers = [found.providers[row.provider_id] for row in rows]
    providers = {seller.slug for seller in found.providers.values()}
    prices = [found.prices.get(row.pk) for row in rows]
    columns = {
        "scenario": Column.of_many([found.scenarios_of.get(row.pk, ()) for row in rows], found.scenarios),
        "provider": Column.of_one([seller.slug for seller in sellers], sorted(providers)),
        "protocol": Column.of_one([row.protocol for row in rows], Protocol.values),
        "live": _yes_or_no([row.live for row in rows]),
        "price": Column.of_one([choices.band_of(price) for price in prices], choices.bands("")),
        "country": Column.of_one([seller.country or UNKNOWN for seller in sellers]),
        "processing_region": Column.of_one([seller.processing_region or UNKNOWN for seller in sellers]),
        "trains_on_inputs": _flags([seller.trains_on_inputs for seller in sellers]),
        "model": Column.of_one([model.slug for model in models]),
        **_model_columns(models),
    }
    names = ranks([(model.name.casefold(), row.slug) for model, row in zip(models, rows, strict=True)])
    live = np.fromiter((row.live for row in rows), np.bool_, len(rows))
    price = _numbers(prices)
    orders = {
        "relevance": by_rank(~live, names),
        "name": by_rank(names),
        "slug": np.arange(len(rows)),
        "price": by_number(price, names),
        "-price": by_number(price, names, falling=True),
        **_model_orders(models, names),
    }
    texts = [
        "\n".join((model.name, row.slug, row.wire_name, seller.name_zh, seller.name_en, model.maker, model.maker_name))
        for row, model, seller in zip(rows, models, sellers, strict=True)
    ]
    return Listed(
        facts=found,
        facets=choices.CHANNELS,
        table=_table([row.pk for row in rows], columns, {"price": price}, texts, orders),
        slugs=[row.slug for row in rows],
        labels=_labels(found, choices.CHANNELS),
        kinds=_kinds([seller.is_simulated for seller in sellers]),
    )


def models(found: Facts) -> Listed:
    sold: defaultdict[tuple[int, bool], list[ChannelFacts]] = defaultdict(list)
    for channel in found.channels:
        sold[channel.model_id, found.providers[channel.provider_id].is_simulated].append(channel)
    rows = sorted(sold, key=lambda row: (found.models[row[0]].slug, row[1]))
    models = [found.models[pk] for pk, _simulated in rows]
    offers = _numbers([float(len(sold[row])) for row in rows])
    known = [[found.prices[one.pk] for one in sold[row] if one.pk in found.prices] for row in rows]
    cheapest = _numbers([min(prices, default=None) for prices in known])
    dearest = _numbers([max(prices, default=None) for prices in known])
    # Free offers have no "times as dear".
    spread = np.divide(dearest, cheapest, out=np.full(len(rows), np.nan), where=cheapest > 0)
    names = ranks([(model.name.casefold(), model.slug, row[1]) for model, row in zip(models, rows, strict=True)])
    orders = {
        "relevance": by_number(offers, names, falling=True),
        "name": by_rank(names),
        "slug": np.arange(len(rows)),
        "price": by_number(cheapest, names),
        "-price": by_number(dearest, names, falling=True),
        "spread": by_number(spread, names, falling=True),
        **_model_orders(models, names),
    }
    columns = _model_columns(models)
    numbers = {"offers": offers, "cheapest": cheapest, "dearest": dearest, "spread": spread}
    texts = ["\n".join((model.name, model.slug, model.family, model.maker, model.maker_name)) for model in models]
    return Listed(
        facts=found,
        facets=choices.MODELS,
        table=_table([pk for pk, _simulated in rows], columns, numbers, texts, orders),
        slugs=[model.slug for model in models],
        labels=_labels(found, choices.MODELS),
        kinds=_kinds([simulated for _pk, simulated in rows]),
    )


def providers(found: Facts) -> Listed:
    rows = sorted(found.providers.values(), key=lambda row: row.slug)
    sold: defaultdict[int, list[ChannelFacts]] = defaultdict(list)
    for channel in found.channels:
        sold[channel.provider_id].append(channel)
    live = _numbers([float(sum(one.live for one in sold[row.pk])) for row in rows])
    numbers = {
        "offers": _numbers([float(len(sold[row.pk])) for row in rows]),
        "models": _numbers([float(len({one.model_id for one in sold[row.pk]})) for row in rows]),
        "live": live,
    }
    columns = {
        "live": _yes_or_no([bool(count) for count in live]),
        "country": Column.of_one([row.country or UNKNOWN for row in rows]),
        "trains_on_inputs": _flags([row.trains_on_inputs for row in rows]),
        "allows_trials": _flags([row.allows_trials for row in rows]),
        "retention": Column.of_one(
            [choices.retention_of(row.retention_days) for row in rows], choices.PROVIDERS[-1].labels
        ),
    }
    names = ranks([(row.name_en.casefold(), row.slug) for row in rows])
    orders = {
        "relevance": by_number(numbers["offers"], names, falling=True),
        "models": by_number(numbers["models"], names, falling=True),
        "name": by_rank(names),
        "slug": np.arange(len(rows)),
    }
    texts = ["\n".join((row.slug, row.name_zh, row.name_en)) for row in rows]
    return Listed(
        facts=found,
        facets=choices.PROVIDERS,
        table=_table([row.pk for row in rows], columns, numbers, texts, orders),
        slugs=[row.slug for row in rows],
        labels=_labels(found, choices.PROVIDERS),
        kinds=_kinds([row.is_simulated for row in rows]),
    )


def with_measured_channels(base: Listed, measured: Measured) -> Listed:
    """``base`` with what was measured of its channels, which changes oftener than what is for sale."""
    keys, names = base.table.keys.tolist(), np.argsort(base.table.orders["name"])
    orders = {
        "speed": by_number(_numbers([measured.ttft.get(key) for key in keys]), names),
        "output": by_number(_numbers([measured.tps.get(key) for key in keys]), names, falling=True),
    }
    return _measured(base, measured, [key in measured.channels for key in keys], orders)


def with_measured_models(base: Listed, measured: Measured) -> Listed:
    """``base`` with which of its models were measured through a channel of the row's kind."""
    found = base.facts
    known = {
        (one.model_id, found.providers[one.provider_id].is_simulated)
        for one in found.channels
        if one.pk in measured.channels
    }
    rows = zip(base.table.keys.tolist(), base.kinds[choices.SIMULATED].tolist(), strict=True)
    return _measured(base, measured, [row in known for row in rows], {})


def _measured(base: Listed, measured: Measured, rows: Sequence[bool], orders: Mapping[str, Places]) -> Listed:
    columns = {**base.table.columns, "measured": _yes_or_no(rows)}
    table = replace(base.table, columns=columns, orders={**base.table.orders, **orders})
    return replace(base, table=table, measured=measured, _totals={})


def _model_columns(models: Sequence[ModelFacts]) -> dict[str, Column]:
    return {
        "maker": Column.of_one([model.maker for model in models]),
        "input": Column.of_many([choices.kinds_of(model.input_kinds) for model in models], choices.INPUT.labels),
        "context": Column.of_many(
            [choices.contexts_of(model.context_window) for model in models], choices.CONTEXT.labels
        ),
        "reasoning": _flags([model.reasons for model in models]),
        "open_weights": _flags([model.open_weights for model in models]),
        "tools": _flags([model.calls_tools for model in models]),
        "structured_output": _flags([model.structured_output for model in models]),
    }


def _model_orders(models: Sequence[ModelFacts], names: Places) -> dict[str, Places]:
    context = _numbers([model.context_window for model in models])
    released = _numbers([model.released_on.toordinal() if model.released_on else None for model in models])
    return {
        "context": by_number(context, names, falling=True),
        "newest": by_number(released, names, falling=True),
    }


def _labels(found: Facts, facets: Sequence[Facet]) -> dict[str, Mapping[str, Label]]:
    open_ones: dict[str, Mapping[str, Label]] = {
        "scenario": found.scenarios,
        "provider": {row.slug: Named(row.name_zh, row.name_en) for row in found.providers.values()},
        "maker": {row.maker: row.maker_name for row in found.models.values()},
        "model": {row.slug: row.name for row in found.models.values()},
        "country": {**NAMES, UNKNOWN: choices.KNOWN[UNKNOWN]},
        "processing_region": {UNKNOWN: choices.KNOWN[UNKNOWN]},
        "price": choices.bands(settings.CURRENCY),
    }
    return {facet.name: facet.labels or open_ones[facet.name] for facet in facets}


def _table(
    keys: Sequence[int],
    columns: Mapping[str, Column],
    numbers: Mapping[str, Numbers],
    texts: Sequence[str],
    orders: Mapping[str, Places],
) -> Table:
    return Table(np.array(keys, np.int64), columns, numbers, [text.casefold() for text in texts], orders)


def _kinds(simulated: Sequence[bool]) -> dict[str, Mask]:
    mask = np.array(simulated, np.bool_)
    return {choices.REAL: ~mask, choices.SIMULATED: mask}


def _flags(rows: Sequence[bool | None]) -> Column:
    return Column.of_one([choices.known(value) for value in rows], choices.KNOWN)


def _yes_or_no(rows: Sequence[bool]) -> Column:
    return Column.of_one([choices.known(value) for value in rows], (choices.YES, choices.NO))


def _numbers(values: Sequence[float | Decimal | None]) -> Numbers:
    return np.array([np.nan if value is None else float(value) for value in values], np.float64)
