"""A page's rows as words and figures, from what is in memory already: a list costs the database one query.

They are plain dictionaries, which the template engine reads fastest, of texts that are ready to be shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import TypedDict

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from catalog.countries import country_name
from catalog.facets.choices import Named
from catalog.facets.facts import ModelFacts, Tariff
from catalog.facets.panel import Panel
from catalog.templatetags.measures import UNKNOWN, ms, price, tokens
from marketplace import money


class ChannelRow(TypedDict):
    slug: str
    address: str
    name: str
    provider: str
    notes: str
    last_day: str  # empty: none is set
    is_live: bool
    is_local: bool
    context: str
    price: str  # input and output in the provider's currency
    blended: str  # in the site's
    ttft: str
    tps: str


class ModelRow(TypedDict):
    address: str
    name: str
    maker: str
    notes: str
    offers: int
    cheapest: str
    dearest: str
    spread: str
    is_apart: bool
    context: str
    released: str


class ProviderRow(TypedDict):
    address: str
    name: str
    country: str
    is_local: bool
    offers: int
    models: int
    live: int
    trains_on_inputs: bool | None
    retention_days: int | None
    allows_trials: bool | None
    checked: str


def channels(panel: Panel) -> list[ChannelRow]:
    facts, measured = panel.listed.facts, panel.listed.measured
    base, notes = reverse("catalog:channels"), _notes()
    found: list[ChannelRow] = []
    for place in panel.places:
        row = facts.channels[place]
        model, seller = facts.models[row.model_id], facts.providers[row.provider_id]
        told, figure, tps = facts.tariffs.get(row.pk), facts.prices.get(row.pk), measured.tps.get(row.pk)
        converted = "≈ " if told and figure is not None and told.currency != settings.CURRENCY else ""
        found.append(
            {
                "slug": row.slug,
                "address": f"{base}{row.slug}/",
                "name": model.name,
                "provider": str(Named(seller.name_zh, seller.name_en)),
                "notes": _noted(model, notes),
                "last_day": date_format(row.sunset_on, "DATE_FORMAT") if row.sunset_on else "",
                "is_live": row.live,
                "is_local": seller.is_local,
                "context": tokens(model.context_window),
                "price": _pair(told),
                "blended": converted + money.show(figure, settings.CURRENCY),
                "ttft": ms(measured.ttft[row.pk]) if row.pk in measured.ttft else "",
                "tps": "" if tps is None else f"{tps:,.0f}",
            }
        )
    return found


def models(panel: Panel) -> list[ModelRow]:
    facts, numbers = panel.listed.facts, panel.listed.table.numbers
    base, notes = reverse("catalog:models"), _notes()
    found: list[ModelRow] = []
    for place, key in zip(panel.places, panel.keys, strict=True):
        model = facts.models[key]
        spread = numbers["spread"][place]
        found.append(
            {
                "address": f"{base}{model.slug}/",
                "name": model.name,
                "maker": model.maker_name,
                "notes": _noted(model, notes),
                "offers": int(numbers["offers"][place]),
                "cheapest": _amount(numbers["cheapest"][place]),
                "dearest": _amount(numbers["dearest"][place]),
                "spread": UNKNOWN if spread != spread else f"{spread:,.1f}×",
                "is_apart": bool(spread >= 1.05),
                "context": tokens(model.context_window),
                "released": date_format(model.released_on, "Y-m") if model.released_on else UNKNOWN,
            }
        )
    return found


def providers(panel: Panel) -> list[ProviderRow]:
    facts, numbers = panel.listed.facts, panel.listed.table.numbers
    base = reverse("catalog:providers")
    found: list[ProviderRow] = []
    for place, key in zip(panel.places, panel.keys, strict=True):
        row = facts.providers[key]
        found.append(
            {
                "address": f"{base}{row.slug}/",
                "name": str(Named(row.name_zh, row.name_en)),
                "country": country_name(row.country),
                "is_local": row.is_local,
                "offers": int(numbers["offers"][place]),
                "models": int(numbers["models"][place]),
                "live": int(numbers["live"][place]),
                "trains_on_inputs": row.trains_on_inputs,
                "retention_days": row.retention_days,
                "allows_trials": row.allows_trials,
                "checked": row.terms_checked_on.isoformat() if row.terms_checked_on else UNKNOWN,
            }
        )
    return found


def _pair(told: Tariff | None) -> str:
    return f"{price(told.input, told.currency)} / {price(told.output, told.currency)}" if told else UNKNOWN


def _notes() -> tuple[str, str, str]:
    return _("reasoning"), _("tools"), _("open weights")


def _noted(model: ModelFacts, notes: Iterable[str]) -> str:
    """What is known to be true of a model; what is unknown or not so is silent."""
    known = (model.reasons, model.calls_tools, model.open_weights)
    return " · ".join(note for note, is_so in zip(notes, known, strict=True) if is_so)


def _amount(value: float) -> str:
    return UNKNOWN if value != value else money.show(Decimal(repr(float(value))), settings.CURRENCY)
