"""The rows that the lists are made of, as plain values: read together, a handful of queries however many there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.conf import settings

from catalog import evidence, pricing, shelf
from catalog.facets.choices import Named
from catalog.models import AIModel, Channel, Price, Provider, Scenario


class ChannelFacts(NamedTuple):
    pk: int
    slug: str
    provider_id: int
    model_id: int
    protocol: str
    wire_name: str
    live: bool


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


@dataclass(frozen=True, slots=True)
class Facts:
    """What is for sale on one day."""

    channels: list[ChannelFacts]
    models: Mapping[int, ModelFacts]
    providers: Mapping[int, ProviderFacts]
    scenarios: Mapping[str, Named]  # by slug, in their order
    scenarios_of: Mapping[int, list[str]]  # by channel
    tariffs: Mapping[int, Tariff]  # by channel; the unknown ones are absent
    prices: Mapping[int, Decimal]  # by channel, blended, in the site's currency; the unknown ones are absent


def read(today: date) -> Facts:
    offered = Channel.objects.listed().contenders()
    channels = offered.with_live().order_by("slug").values_list(*ChannelFacts._fields)
    providers = Provider.objects.listed().values_list(*ProviderFacts._fields)
    scenarios = Scenario.objects.open().order_by("position", "slug").values_list("slug", "title_zh", "title_en")
    tariffs = _tariffs(today)
    sold = [ChannelFacts(*row) for row in channels]
    models = {row[0]: ModelFacts(*row) for row in AIModel.objects.values_list(*ModelFacts._fields)}
    sellers = {row[0]: ProviderFacts(*row) for row in providers}
    return Facts(
        # Each query sees a moment of its own: a channel whose provider was just taken off the list is off it, too.
        channels=[row for row in sold if row.provider_id in sellers and row.model_id in models],
        models=models,
        providers=sellers,
        scenarios={slug: Named(zh, en) for slug, zh, en in scenarios},
        scenarios_of=_scenarios_of(),
        tariffs=tariffs,
        prices=_prices(tariffs),
    )


def _scenarios_of() -> Mapping[int, list[str]]:
    found: defaultdict[int, list[str]] = defaultdict(list)
    links = Channel.scenarios.through.objects.filter(scenario__is_open=True).order_by(
        "scenario__position", "scenario__slug"
    )
    for channel, slug in links.values_list("channel_id", "scenario__slug"):
        found[channel].append(slug)
    return found


def _tariffs(today: date) -> dict[int, Tariff]:
    rows = Price.objects.on(today).order_by("starts_on").values_list("channel_id", *Tariff._fields)
    return {channel: Tariff(*told) for channel, *told in rows}


def _prices(tariffs: Mapping[int, Tariff]) -> dict[int, Decimal]:
    fx = {base: rate.rate for base, rate in shelf.rates().items()}
    found = {}
    for channel, told in tariffs.items():
        amount = pricing.blended(pricing.Rates(currency=told.currency, input=told.input, output=told.output))
        if told.currency != settings.CURRENCY:
            amount = pricing.convert(amount, fx.get(told.currency))
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
