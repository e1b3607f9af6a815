"""Prices as their provider states them, one or a whole API's: all or none; a row is succeeded, never edited."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog import members, pricelist
from catalog.models import Api, Channel, Listing, Price
from catalog.price_cells import Bad
from catalog.pricelist import Entry, Fault, Unreadable
from catalog.refusals import Refused
from catalog.succession import SAME, Step, Succession
from catalog.versions import Outdated, change
from marketplace.accounts.models import User
from sandbox.models import Contender
from sandbox.sheets import Cell, csv_text, neutral

__all__ = ["Plan", "plan", "read_csv", "set_price", "set_prices", "take_back", "template"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What would change: steps by channel, the models not spoken of, and the columns that were not read."""

    steps: list[Step]
    silent: list[str]
    extra: list[str]

    @property
    def changes(self) -> list[Step]:
        return [step for step in self.steps if step.is_change]

    @property
    def same(self) -> int:
        return sum(step.kind == SAME for step in self.steps)


def read_csv(api: Api, data: bytes, *, source: str = "") -> tuple[list[Entry], Plan]:
    """The entries of a file, ready for ``set_prices``, and what they would change. Raises Unreadable."""
    channels = list(_channels(api))
    found = pricelist.read(data, today=timezone.localdate(), source=source, models=_named(channels))
    steps = plan(channels, found.entries)
    spoken = {step.price.channel_id for step in steps}
    silent = [row.wire_name for row in channels if row.pk not in spoken]
    return found.entries, Plan(steps, silent, found.extra)


def plan(channels: Sequence[Channel], entries: Iterable[Entry]) -> list[Step]:
    """What entries that name ``channels`` would change; nothing is saved. Raises Unreadable."""
    named = _named(channels)
    tried = set(Contender.objects.filter(channel__in=channels).values_list("channel", flat=True))
    today = timezone.localdate()
    ways = {row.pk: Succession.of(row, today=today, was_tried=row.pk in tried) for row in channels}
    faults = []
    for entry in sorted(entries, key=lambda one: one.starts_on):
        way = ways[named[entry.model].pk]
        try:
            way.add(entry)
        except Bad as bad:
            faults.append(Fault(entry.line, "valid_from", entry.starts_on.isoformat(), bad.message, bad.mend))
    if faults:
        raise Unreadable(faults)
    return [step for way in ways.values() for step in way.steps]


@transaction.atomic
def set_prices(api: Api, *, by: User, entries: Sequence[Entry], seen: Mapping[int, int] | None = None) -> list[Price]:
    """Save what ``read_csv`` read: all or nothing. ``seen`` are the channels' versions at the time of the preview.

    Raises Unreadable, and Outdated when the price or anything else of one of the channels was changed since.
    """
    channels = list(_channels(api))
    named = _named(channels)
    if strangers := [entry for entry in entries if entry.model not in named]:
        raise Unreadable([pricelist.unknown_model(entry.line, entry.model, named) for entry in strangers])
    touched = {named[entry.model].pk for entry in entries}
    if seen is not None and any(seen.get(row.pk) != row.version for row in channels if row.pk in touched):
        raise Outdated
    steps = plan(channels, entries)
    _raise_versions({step.price.channel for step in steps if step.is_change})
    saved = _save(steps)
    if saved:
        members.note(api.provider, by, "prices_set", _subject(saved, api))
    return saved


@transaction.atomic
def set_price(channel: Channel, *, by: User, entry: Entry, seen: int | None = None) -> Price | None:
    """One channel's price (``entry.model`` is not looked at); None where it says what holds already.

    Raises Refused (field ``valid_from``), and Outdated when somebody changed the channel since version ``seen``.
    """
    channel.refresh_from_db()
    if seen not in {None, channel.version}:
        raise Outdated
    if channel.listing == Listing.RETIRED:
        raise Refused("", _("This channel is retired."), _("State prices of those that are for sale."))
    tried = Contender.objects.filter(channel=channel).exists()
    try:
        step = Succession.of(channel, today=timezone.localdate(), was_tried=tried).add(entry)
    except Bad as bad:
        raise Refused("valid_from", bad.message, bad.mend) from None
    if not step.is_change:
        return None
    _raise_versions([channel])
    (saved,) = _save([step])
    members.note(channel.provider, by, "prices_set", channel.slug)
    return saved


@transaction.atomic
def take_back(channel: Channel, *, by: User, price: int, seen: int | None = None) -> None:
    """Remove an announced price that is not in force yet; the one before it goes on. Raises Refused and Outdated."""
    channel.refresh_from_db()
    if seen not in {None, channel.version}:
        raise Outdated
    row = channel.prices.filter(pk=price, starts_on__gt=timezone.localdate()).first()
    if row is None:
        mend = _("Set a new price; it ends this one.")
        raise Refused("", _("This price is in force already, or is gone."), mend)
    _raise_versions([channel])
    channel.prices.filter(ends_on=row.starts_on).update(ends_on=row.ends_on)
    row.delete()
    members.note(channel.provider, by, "prices_set", channel.slug)


def template(api: Api) -> str:
    """The API's models as a CSV to fill in: today's and announced prices as they stand, nothing for what is unknown."""
    today = timezone.localdate()
    rows: list[list[Cell]] = [list(pricelist.COLUMNS)]
    for channel in _channels(api):
        prices = [row for row in channel.prices.all() if row.ends_on is None or row.ends_on > today]
        if not prices:
            rows.append([channel.wire_name, *[None] * (len(pricelist.COLUMNS) - 1)])
        for price in sorted(prices, key=lambda row: row.starts_on):
            rows += _lines(channel, price, announced=price.starts_on > today)
    return csv_text(rows)


def _named(channels: Iterable[Channel]) -> dict[str, Channel]:
    """By the name on the wire, also as our template spells one that a spreadsheet would take for a formula."""
    return {name: row for row in channels for name in (neutral(row.wire_name), row.wire_name)}


def _channels(api: Api) -> QuerySet[Channel]:
    rows = api.channels.exclude(listing=Listing.RETIRED).select_related("provider", "model")
    return rows.prefetch_related("prices").order_by("wire_name")


def _lines(channel: Channel, price: Price, *, announced: bool) -> list[list[Cell]]:
    """A price that holds has no day: uploaded as it is, it changes nothing; changed, it counts from that day on."""
    day = price.starts_on.isoformat() if announced else None
    rates = price.rates
    source = price.source if price.source.startswith("https://") else None
    base = [rates.input, rates.output, rates.cache_read, rates.cache_write]
    lines: list[list[Cell]] = [[channel.wire_name, price.currency, *map(_cell, base), None, day, source]]
    for tier in rates.tiers:
        amounts = [tier.input, tier.output, tier.cache_read, None]
        lines.append([channel.wire_name, None, *map(_cell, amounts), tier.above, None, None])
    return lines


def _cell(amount: object) -> Cell:
    return None if amount is None else amount.normalize() + 0  # type: ignore[attr-defined]


def _raise_versions(channels: Iterable[Channel]) -> None:
    """By one, if nobody did so since the channels were read; else Outdated undoes the transaction."""
    for channel in sorted(channels, key=lambda one: one.pk):
        change(channel, seen=channel.version)


def _save(steps: Iterable[Step]) -> list[Price]:
    saved = []
    for step in steps:
        if not step.is_change:
            continue
        if step.replaces is not None:
            step.replaces.delete()
        if step.ends is not None:
            step.ends.save(update_fields=["ends_on"])
        step.price.save()
        saved.append(step.price)
    return saved


def _subject(saved: Sequence[Price], api: Api) -> str:
    slugs = {price.channel.slug for price in saved}
    return slugs.pop() if len(slugs) == 1 else api.base_url
