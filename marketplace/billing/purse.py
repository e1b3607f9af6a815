"""The house's purse: what all free trials together may spend in one day, funded once and never topped up."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from django.conf import settings
from django.utils import timezone

from marketplace.billing import ledger
from marketplace.billing.models import LedgerEntry
from marketplace.money import from_nano


def open_today() -> str:
    """Today's payer, funded with PURSE_PER_DAY by whoever comes first; a changed setting counts from tomorrow."""
    payer = _today()
    transfer = f"fund:{payer}"
    if settings.PURSE_PER_DAY > 0 and not ledger.happened(transfer):
        ledger.fund(owner=payer, currency=settings.CURRENCY, amount=settings.PURSE_PER_DAY, transfer=transfer)
    return payer


class Contents(NamedTuple):
    """What is left of a day's purse, and what it was filled with."""

    left: Decimal
    total: Decimal


def contents() -> Contents:
    """Today's purse in settings.CURRENCY, full while nobody has opened it: one query, and nothing is written."""
    payer = _today()
    fund = LedgerEntry.objects.filter(
        transfer=f"fund:{payer}", account__owner=payer, account__currency=settings.CURRENCY
    )
    if found := next(iter(fund.values_list("account__balance_nano", "amount_nano")), None):
        return Contents(*map(from_nano, found))
    full = max(settings.PURSE_PER_DAY, Decimal(0))
    return Contents(full, full)


def left() -> Decimal:
    """What today's purse can still pay for, in settings.CURRENCY; reads only."""
    return contents().left


def _today() -> str:
    return f"house:purse:{timezone.localdate():%Y-%m-%d}"
