"""The rows of a comparison in the reader's language: each fact of a channel as a cell."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog import evidence, pricing
from catalog.comparison import HIGH, LOW, Cell, Compared, Group, Row, row
from catalog.countries import country_name
from catalog.models import Measurement
from catalog.shelf import Item
from catalog.templatetags import measures

Read = Callable[[Item], Cell]


def groups(compared: Compared) -> list[Group]:
    """Everything that is compared, in the order in which one decides by it."""
    return [
        Group(_("Price per million tokens"), list(_prices(compared))),
        *(Group(title, rows) for title, rows in _measured(compared)),
        Group(_("Limits and abilities"), list(_abilities(compared))),
        Group(_("How it is called"), list(_calling(compared))),
        Group(_("Provider and terms"), list(_terms(compared))),
        Group(_("Age of these facts"), list(_ages(compared))),
    ]


def _prices(compared: Compared) -> Iterator[Row]:
    parts = [("input", _("Input")), ("output", _("Output")), ("cache_read", _("Cached input"))]
    for field, label in [*parts, ("cache_write", _("Writing the cache"))]:
        yield row(label, compared.items, _part(field), better=LOW, mixed=compared.is_mixed)
    yield row(_("3:1 blend"), compared.items, _blend, better=LOW, mixed=compared.is_mixed)
    yield row(_("Dearer for long prompts"), compared.items, _tiers)
    yield row(_("Basis"), compared.items, _basis)


def _part(field: str) -> Read:
    def read(item: Item) -> Cell:
        amount: Decimal | None = getattr(item.tariff.price, field) if item.tariff else None
        return _amount(item, amount, measures.price)

    return read


def _blend(item: Item) -> Cell:
    return _amount(item, item.tariff.blended if item.tariff else None, measures.money)


def _amount(item: Item, amount: Decimal | None, write: Callable[[Decimal, str], str]) -> Cell:
    """Amounts are told apart and ranked in the site's currency; one that cannot be converted has no rank."""
    if item.tariff is None or amount is None:
        return _unknown()
    currency = item.tariff.price.currency
    if currency == settings.CURRENCY:
        return Cell(write(amount, currency), amount.normalize(), amount)
    converted = pricing.convert(amount, item.tariff.fx.rate) if item.tariff.fx else None
    note = f"≈ {measures.money(converted, settings.CURRENCY)}" if converted is not None else ""
    key = (currency, amount.normalize()) if converted is None else converted.normalize()
    return Cell(write(amount, currency), key, converted, note)


def _tiers(item: Item) -> Cell:
    if item.tariff is None:
        return _unknown()
    tiers = item.tariff.price.rates.tiers
    currency = item.tariff.price.currency
    told = [
        _("above %(size)s: %(input)s / %(output)s")
        % {
            "size": measures.tokens(tier.above),
            "input": measures.price(tier.input, currency),
            "output": measures.price(tier.output, currency),
        }
        for tier in tiers
    ]
    return Cell("; ".join(told) or _("no such tier is known"), (currency, tiers) if tiers else ())


def _basis(item: Item) -> Cell:
    if item.tariff is None:
        return _unknown()
    price = item.tariff.price
    basis, source = str(price.get_basis_display()), measures.source_words(price.source)
    return Cell(basis, price.basis, note="" if source == basis else source)


def _measured(compared: Compared) -> Iterator[tuple[str, list[Row]]]:
    for scenario, rows in compared.across.items():
        metrics = [rows.get(item.channel.pk, {}) for item in compared.items]
        mixed = compared.is_mixed
        yield (
            _("Measured: %(scenario)s") % {"scenario": scenario.title},
            [
                Row(_("Score of 10"), _scores(metrics, mixed=mixed), "" if mixed else HIGH),
                _timing(_("First words, median"), metrics, "ttft_ms", LOW, measures.ms, mixed=mixed),
                _timing(_("Tokens/s, median"), metrics, "output_tps", HIGH, _whole, mixed=mixed),
                _timing(_("Answers that arrived whole"), metrics, "success", HIGH, measures.percent, mixed=mixed),
                _timing(_("Cost of 100 answers"), metrics, "cost", LOW, _cost, mixed=mixed),
            ],
        )


def _scores(metrics: list[dict[str, Measurement]], *, mixed: bool) -> list[Cell]:
    """A best score is one whose interval lies above all others'; ranks are 1 for it and 0 for the rest."""
    found = [each.get(evidence.SCORE) for each in metrics]
    leads = [not mixed and _leads(score, found) for score in found]
    return [
        _unknown(_("not measured"))
        if score is None
        else Cell(measures.score(score.value), score.value, int(lead), _n(score), score)
        for score, lead in zip(found, leads, strict=True)
    ]


def _leads(score: Measurement | None, found: list[Measurement | None]) -> bool:
    others = [other for other in found if other is not score]
    return (
        score is not None
        and score.low is not None
        and bool(others)
        and all(other is not None and other.high is not None and score.low > other.high for other in others)
    )


def _timing(
    label: str,
    metrics: list[dict[str, Measurement]],
    metric: str,
    better: str,
    write: Callable[[float], str],
    *,
    mixed: bool,
) -> Row:
    """Medians of a handful of answers are noise: below ENOUGH_FOR_TAILS answers nobody is called better."""
    cells = []
    for each in metrics:
        found = each.get(metric)
        if found is None:
            cells.append(_unknown(_("not measured")))
            continue
        rank = found.value if found.samples >= evidence.ENOUGH_FOR_TAILS else None
        cells.append(Cell(write(found.value), found.value, rank, _n(found)))
    return Row(label, cells, "" if mixed else better)


def _abilities(compared: Compared) -> Iterator[Row]:
    items, mixed = compared.items, compared.is_mixed
    yield row(_("Model"), items, lambda item: _text(item.channel.model.name, note=item.channel.model.maker_name))
    yield row(_("Context"), items, _model("context_window", measures.tokens), better=HIGH, mixed=mixed)
    yield row(_("Longest output"), items, _model("max_output", measures.tokens), better=HIGH, mixed=mixed)
    yield row(_("Input"), items, _kinds("input_kinds"))
    yield row(_("Output"), items, _kinds("output_kinds"))
    yield row(_("Reasoning"), items, _model("reasons", _yes_no))
    yield row(_("Tools"), items, _model("calls_tools", _yes_no))
    yield row(_("Structured output"), items, _model("structured_output", _yes_no))
    yield row(_("Open weights"), items, _model("open_weights", _yes_no))
    yield row(_("Parameters"), items, _model("parameters_b", measures.billions))
    yield row(_("At work per token"), items, _model("active_parameters_b", measures.billions))
    yield row(_("Released"), items, _model("released_on", _day))


def _calling(compared: Compared) -> Iterator[Row]:
    items = compared.items
    yield row(_("Protocol"), items, lambda item: _text(str(item.channel.get_protocol_display())))
    yield row(_("Name on the wire"), items, lambda item: _text(item.channel.wire_name))
    yield row(_("Calls at once in our trials"), items, lambda item: _count(item.channel.max_parallel))
    yield row(_("Calls a minute in our trials"), items, lambda item: _count(item.channel.calls_per_minute))


def _terms(compared: Compared) -> Iterator[Row]:
    items = compared.items
    yield row(_("Provider"), items, lambda item: _text(item.channel.provider.name))
    yield row(_("Country"), items, lambda item: _text(country_name(item.channel.provider.country)))
    yield row(_("Processed in"), items, _where)
    yield row(_("Trains on inputs"), items, _provider("trains_on_inputs", _yes_no))
    yield row(_("Keeps prompts"), items, _provider("retention_days", _days))
    yield row(_("Terms allow trials"), items, _provider("allows_trials", _yes_no))
    yield row(_("Available in mainland China"), items, _provider("available_in_mainland", _yes_no))
    yield row(_("Filing number"), items, lambda item: _text(item.channel.provider.filing_number))


def _ages(compared: Compared) -> Iterator[Row]:
    yield row(
        _("Price checked"), compared.items, lambda item: _age(item.tariff.price.checked_on if item.tariff else None)
    )
    yield row(_("Channel checked"), compared.items, lambda item: _age(item.channel.checked_on))
    yield row(_("Terms checked"), compared.items, lambda item: _age(item.channel.provider.terms_checked_on))


def _where(item: Item) -> Cell:
    return _text(_("on this site") if item.channel.is_simulated else item.channel.provider.processing_region)


def _model(field: str, write: Callable[[Any], str]) -> Read:
    return lambda item: _fact(getattr(item.channel.model, field), write)


def _provider(field: str, write: Callable[[Any], str]) -> Read:
    return lambda item: _fact(getattr(item.channel.provider, field), write)


def _fact(value: Any, write: Callable[[Any], str]) -> Cell:
    """What reads the same is no difference: 128,000 and 131,072 tokens are both told as 128K."""
    return _unknown() if value is None else Cell(text := write(value), text, value)


def _text(text: str, *, note: str = "") -> Cell:
    return Cell(text, text, note=note) if text else _unknown()


def _count(count: int) -> Cell:
    return Cell(str(count), count, count)


def _kinds(field: str) -> Read:
    def read(item: Item) -> Cell:
        kinds: list[str] = getattr(item.channel.model, field)
        return Cell(measures.kinds(kinds), frozenset(kinds)) if kinds else _unknown()

    return read


def _age(day: date | None) -> Cell:
    if day is None:
        return _unknown()
    days = max(0, (timezone.localdate() - day).days)
    text = ngettext("%(count)d day ago", "%(count)d days ago", days) % {"count": days} if days else _("today")
    return Cell(text, days, note=_("long ago") if days > measures.STALE_AFTER_DAYS else "")


def _unknown(word: str = "") -> Cell:
    return Cell(word or _("unknown"))


def _n(measured: Measurement) -> str:
    return f"n = {measured.samples}"


def _yes_no(value: bool) -> str:
    return _("yes") if value else _("no")


def _day(day: date) -> str:
    return date_format(day, "DATE_FORMAT")


def _days(days: int) -> str:
    return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}


def _whole(value: float) -> str:
    return f"{value:.0f}"


def _cost(value: float) -> str:
    return measures.money(Decimal(value), settings.CURRENCY)
