"""The house's purse is filled once a day."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.utils import timezone

from marketplace.billing import ledger, purse
from marketplace.billing.models import Account

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fifty_a_day(settings):
    settings.PURSE_PER_DAY = Decimal(50)


def spend(amount: str, reference: str = "trial:a") -> None:
    ledger.hold(payer=purse.open_today(), currency="CNY", amount=Decimal(amount), reference=reference)


def at(monkeypatch, moment: datetime) -> None:
    monkeypatch.setattr(timezone, "now", lambda: moment)


def test_opens_full_and_only_once():
    assert purse.open_today() == purse.open_today()
    assert purse.left() == 50
    assert ledger.balance(ledger.FUNDING, "CNY") == -50
    assert ledger.check() == []


def test_what_is_held_is_no_longer_left():
    spend("12.5")
    assert purse.left() == Decimal("37.5")


def test_looking_opens_nothing():
    assert purse.left() == 50
    assert not Account.objects.exists()


def test_cannot_be_overspent():
    spend("50")
    with pytest.raises(ledger.OutOfCredit):
        spend("0.000000001", reference="trial:b")


def test_a_changed_setting_counts_from_tomorrow(settings):
    purse.open_today()
    settings.PURSE_PER_DAY = Decimal(80)
    purse.open_today()
    assert purse.left() == 50


def test_a_new_day_in_shanghai_brings_a_new_purse(monkeypatch):
    at(monkeypatch, datetime(2026, 11, 24, 15, 59, tzinfo=UTC))
    spend("20")
    assert purse.open_today() == "house:purse:2026-11-24"
    at(monkeypatch, datetime(2026, 11, 24, 16, 0, tzinfo=UTC))
    assert purse.left() == 50
    assert purse.open_today() == "house:purse:2026-11-25"
    ledger.settle("trial:a", Decimal(5))
    assert purse.left() == 50
    assert ledger.balance("house:purse:2026-11-24", "CNY") == 45


@pytest.mark.parametrize("nothing", ["0", "-3"])
def test_an_empty_purse_pays_for_nothing(settings, nothing):
    settings.PURSE_PER_DAY = Decimal(nothing)
    assert purse.left() == 0
    with pytest.raises(ledger.OutOfCredit):
        spend("1")


def test_tells_what_it_was_filled_with_by_one_query_that_writes_nothing(django_assert_num_queries, settings):
    with django_assert_num_queries(1):
        assert purse.contents() == (50, 50)
    assert not Account.objects.exists()
    spend("12.5")
    settings.PURSE_PER_DAY = Decimal(80)
    with django_assert_num_queries(1):
        assert purse.contents() == (Decimal("37.5"), 50)
