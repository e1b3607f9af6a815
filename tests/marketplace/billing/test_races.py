"""Many spenders at once: exactly as many are let through as there is money or quota for."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connection, connections

from marketplace.billing import ledger, purse, quotas
from marketplace.billing.models import Hold

pytestmark = pytest.mark.django_db(transaction=True)
# Two processes of the suite may race at once, and PostgreSQL admits a hundred connections in all.
MANY = 32
on_postgres = pytest.mark.skipif(connection.vendor != "postgresql", reason="a race that only PostgreSQL decides")


def race(act: Callable[[int], object], *, times: int, threads: int, refusal: tuple[type[Exception], ...] = ()) -> int:
    """Call ``act(0 … times-1)`` from ``threads`` threads that start together; how many were let through."""
    start = Barrier(threads, timeout=60)

    def run(first: int) -> int:
        try:
            start.wait()
            return sum(attempt(number) for number in range(first, times, threads))
        finally:
            connections.close_all()

    def attempt(number: int) -> bool:
        try:
            act(number)
        except refusal:
            return False
        return True

    with ThreadPoolExecutor(threads) as pool:
        return sum(pool.map(run, range(threads)))


def hold_one(number: int) -> Hold:
    return ledger.hold(payer="user:1", currency="CNY", amount=Decimal("0.01"), reference=f"trial:{number}")


def fund(holds: int) -> None:
    ledger.fund(owner="user:1", currency="CNY", amount=Decimal("0.01") * holds, transfer="fund")


@pytest.mark.postgres
@on_postgres
def test_a_thousand_parallel_holds_with_money_for_729_admit_729():
    fund(729)
    assert race(hold_one, times=1000, threads=MANY, refusal=(ledger.OutOfCredit,)) == 729
    assert ledger.balance("user:1", "CNY") == 0
    assert Hold.objects.count() == 729
    assert ledger.check() == []


@pytest.mark.postgres
@on_postgres
def test_holds_and_settlements_cross_without_a_deadlock():
    fund(1000)

    def hold_and_settle(number: int) -> None:
        hold_one(number)
        assert ledger.settle(f"trial:{number}", Decimal("0.004"))

    assert race(hold_and_settle, times=200, threads=20) == 200
    assert ledger.balance(ledger.SPENT, "CNY") == Decimal("0.8")
    assert ledger.balance(ledger.HELD, "CNY") == 0
    assert ledger.check() == []


@pytest.mark.postgres
@on_postgres
def test_two_hundred_parallel_guests_at_a_limit_of_20_start_20():
    def start(number: int) -> None:
        quotas.spend(subject="network:203.0.113.0/24", quota="trials", limit=20)

    assert race(start, times=200, threads=MANY, refusal=(quotas.OutOfQuota,)) == 20


def test_a_few_parallel_holds_with_money_for_7_admit_7():
    fund(7)
    assert race(hold_one, times=12, threads=4, refusal=(ledger.OutOfCredit,)) == 7
    assert ledger.check() == []


def test_a_purse_opened_by_many_at_once_is_funded_once(settings):
    settings.PURSE_PER_DAY = Decimal(50)
    race(lambda number: purse.open_today(), times=8, threads=8)
    assert purse.left() == 50
    assert ledger.balance(ledger.FUNDING, "CNY") == -50


def test_one_reference_held_by_many_at_once_is_one_hold():
    fund(10)
    assert race(lambda number: hold_one(0), times=8, threads=8) == 8
    assert Hold.objects.count() == 1
    assert ledger.balance("user:1", "CNY") == Decimal("0.09")


def test_a_hold_closed_by_many_at_once_is_closed_once():
    fund(1)
    hold_one(0)
    closed: list[bool] = []

    def close(number: int) -> None:
        closed.append(ledger.release("trial:0") if number % 2 else ledger.settle("trial:0", Decimal("0.01")))

    race(close, times=8, threads=8)
    assert closed.count(True) == 1
    assert ledger.check() == []
