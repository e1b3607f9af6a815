"""The house's purse: what all free trials together may spend in one day, funded once and never topped up."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.utils import timezone

from marketplace.billing import ledger


def open_today() -> str:
    """Today's payer, funded with PURSE_PER_DAY by whoever comes first; a changed setting counts from tomorrow."""
    payer = _today()
    transfer = f"fund:{payer}"
    if settings.PURSE_PER_DAY > 0 and not ledger.happened(transfer):
        ledger.fund(owner=payer, currency=settings.CURRENCY, amount=settings.PURSE_PER_DAY, transfer=transfer)
    return payer


def left() -> Decimal:
    """What today's purse can still pay for, in settings.CURRENCY; reads only."""
    payer = _today()
    if ledger.happened(f"fund:{payer}"):
        return ledger.balance(payer, settings.CURRENCY)
    return max(settings.PURSE_PER_DAY, Decimal(0))


def _today() -> str:
    return f"house:purse:{timezone.localdate():%Y-%m-%d}"
