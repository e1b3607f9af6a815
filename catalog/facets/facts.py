"""The rows that the lists are made of, as plain values: read together, a handful of queries however many there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from django.conf import settings

from catalog import evidence, pricing, shelf
from catalog.facets.choices import Named
from catalog.models import AIModel, Channel, FxRate, Price, Provider, Scenario


class ChannelFacts(NamedTuple):
    pk: int
    slug: str
    provider_id: int
    model_id: int
    protocol: str
    wire_name: str
    live: bool
    sunset_on: date | None = None


class ModelFacts(NamedTuple):
    pk: int
    slug: str
    name: str
    maker: str
    maker_name: str
    family: str
    released_on: date | None
    context_window: int | None
    input_kinds: list[str]
    reasons: bool | None
    calls_tools: bool | None
    structured_output: bool | None
    open_weights: bool | None


class ProviderFacts(NamedTuple):
    pk: int
    slug: str
    name_zh: str
    name_en: str
    is_simulated: bool
    is_local: bool
    country: str
    processing_region: str
    trains_on_inputs: bool | None
    allows_trials: bool | None
    retention_days: int | None
    terms_checked_on: date | None


class Tariff(NamedTuple):
    """What a channel's provider asks for; None is unknown."""

    currency: str
    input: Decimal | None
    output: Decimal | None


@dataclass(frozen=True)
class Facts:
    """What is for sale on one day."""

    channels: list[ChannelFacts]
    models: Mapping[int, ModelFacts]
    providers: Mapping[int, ProviderFacts]
    scenarios: Mapping[str, Named]  # by slug, in their order
    scenarios_of: Mapping[int, list[str]]  # by channel
    tariffs: Mapping[int, Tariff]  # by channel; the unknown ones are absent
    fx: Mapping[str, FxRate]  # into the site's currency, by the one it comes from
    prices: Mapping[int, Decimal]  # by channel, blended, in the site's currency; the unknown ones are absent

    @cached_property
    def by_model(self) -> Mapping[int, list[ChannelFacts]]:
        return _grouped(self.channels, lambda each: each.model_id)

    @cached_property
    def by_provider(self) -> Mapping[int, list[ChannelFacts]]:
        return _grouped(self.channels, lambda each: each.provider_id)

    @cached_property
    def live(self) -> frozenset[int]:
        return frozenset(each.pk for each in self.channels if each.live)


def _grouped(channels: list[ChannelFacts], by: Callable[[ChannelFacts], int]) -> Mapping[int, list[ChannelFacts]]:
    found: defaultdict[int, list[ChannelFacts]] = defaultdict(list)
    for channel in channels:
        found[by(channel)].append(channel)
    return dict(found)


def read(today: date) -> Facts:
    offered = Channel.objects.listed().contenders()
    channels = offered.with_live().order_by("slug").values_list(*ChannelFacts._fields)
    providers = Provider.objects.listed().values_list(*ProviderFacts._fields)
    scenarios, scenarios_of = _scenarios()
    tariffs, fx = _tariffs(today), shelf.rates()
    sold = [ChannelFacts(*row) for row in channels]
    models = {row[0]: ModelFacts(*row) for row in AIModel.objects.values_list(*ModelFacts._fields)}
    sellers = {row[0]: ProviderFacts(*row) for row in providers}
    return Facts(
        # Each query sees a moment of its own: a channel whose provider was just taken off the list is off it, too.
        channels=[row for row in sold if row.provider_id in sellers and row.model_id in models],
        models=models,
        providers=sellers,
        scenarios=scenarios,
        scenarios_of=scenarios_of,
        tariffs=tariffs,
        fx=fx,
        prices=_prices(tariffs, fx),
    )


def _scenarios() -> tuple[dict[str, Named], dict[int, list[str]]]:
    """The open ones by slug, in their order, and the slugs of each channel's: one query, also for those with none."""
    named: dict[str, Named] = {}
    of: defaultdict[int, list[str]] = defaultdict(list)
    rows = Scenario.objects.open().order_by("position", "slug")
    for slug, zh, en, channel in rows.values_list("slug", "title_zh", "title_en", "channels"):
        named[slug] = Named(zh, en)
        if channel is not None:
            of[channel].append(slug)
    return named, dict(of)


def _tariffs(today: date) -> dict[int, Tariff]:
    rows = Price.objects.on(today).order_by("starts_on").values_list("channel_id", *Tariff._fields)
    return {channel: Tariff(*told) for channel, *told in rows}


def _prices(tariffs: Mapping[int, Tariff], fx: Mapping[str, FxRate]) -> dict[int, Decimal]:
    found = {}
    for channel, told in tariffs.items():
        amount = pricing.blended(pricing.Rates(currency=told.currency, input=told.input, output=told.output))
        if told.currency != settings.CURRENCY:
            amount = pricing.convert(amount, fx[told.currency].rate) if told.currency in fx else None
        if amount is not None:
            found[channel] = amount
    return found


@dataclass(frozen=True, slots=True)
class Measured:
    """Which channels were measured, and how fast they were; what was not measured is absent."""

    channels: frozenset[int]
    ttft: Mapping[int, float]
    tps: Mapping[int, float]


def read_measured() -> Measured:
    rows = evidence.best_values((evidence.SCORE, *evidence.SPEED))
    found: defaultdict[str, dict[int, float]] = defaultdict(dict)
    for channel, metric, value in rows:
        found[metric][channel] = value
    ttft, tps = (found[metric] for metric in evidence.SPEED)
    return Measured(frozenset(channel for values in found.values() for channel in values), ttft, tps)
