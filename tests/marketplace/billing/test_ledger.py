"""The ledger adds up, pays once, and cannot be overspent or rewritten."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from marketplace.billing import ledger
from marketplace.billing.models import Account, Hold, LedgerEntry

pytestmark = pytest.mark.django_db


def fund(amount: str = "10", owner: str = "user:1", currency: str = "CNY") -> None:
    ledger.fund(owner=owner, currency=currency, amount=Decimal(amount), transfer=f"fund:{owner}:{currency}")


def hold(amount: str = "4", *, payer: str = "user:1", currency: str = "CNY", reference: str = "trial:a") -> Hold:
    return ledger.hold(payer=payer, currency=currency, amount=Decimal(amount), reference=reference)


def have(owner: str, currency: str = "CNY") -> Decimal:
    return ledger.balance(owner, currency)


def test_funding_comes_from_outside_and_sums_to_zero():
    fund("10")
    assert have("user:1") == 10
    assert have(ledger.FUNDING) == -10
    assert ledger.check() == []


def test_funding_happens_once_per_transfer():
    assert ledger.fund(owner="user:1", currency="CNY", amount=Decimal(10), transfer="t") is True
    assert ledger.fund(owner="user:1", currency="CNY", amount=Decimal(10), transfer="t") is False
    assert have("user:1") == 10
    assert ledger.happened("t")
    assert not ledger.happened("another")


@pytest.mark.parametrize("change", [{"amount": Decimal(11)}, {"owner": "user:2"}])
def test_refuses_a_transfer_that_happened_differently(change):
    same = {"owner": "user:1", "currency": "CNY", "amount": Decimal(10), "transfer": "t"}
    ledger.fund(**same)
    with pytest.raises(ledger.ReferenceTaken):
        ledger.fund(**{**same, **change})
    assert have("user:1") == 10
    assert ledger.check() == []


def test_an_account_nobody_funded_has_nothing():
    assert have("user:nobody") == 0


def test_a_hold_takes_money_from_its_payer_and_keeps_it():
    fund("10")
    opened = hold("4")
    assert opened.state == Hold.State.OPEN
    assert have("user:1") == 6
    assert have(ledger.HELD) == 4
    assert ledger.check() == []


def test_a_hold_rounds_up_to_a_billionth():
    fund("10")
    assert hold("0.0000000001").amount_nano == 1


def test_refuses_a_hold_the_payer_cannot_cover():
    fund("10")
    with pytest.raises(ledger.OutOfCredit) as refused:
        hold("10.5")
    assert refused.value.needed == Decimal("10.5")
    assert refused.value.left == 10
    assert have("user:1") == 10
    assert not Hold.objects.exists()
    assert ledger.check() == []


def test_refuses_a_hold_of_an_account_that_does_not_exist():
    with pytest.raises(ledger.OutOfCredit) as refused:
        hold("1")
    assert refused.value.left == 0
    assert not Account.objects.exists()


def test_the_last_unit_can_be_held():
    fund("4")
    hold("4")
    assert have("user:1") == 0


def test_the_same_hold_again_is_the_same_hold():
    fund("10")
    assert hold("8") == hold("8")
    assert have("user:1") == 2


def test_the_same_hold_again_is_found_after_it_was_settled():
    fund("10")
    hold("8")
    ledger.settle("trial:a", Decimal(8))
    assert hold("8").state == Hold.State.SETTLED
    assert have("user:1") == 2


@pytest.mark.parametrize("change", [{"amount": "5"}, {"payer": "user:2"}, {"currency": "USD"}])
def test_refuses_a_reference_that_stands_for_another_hold(change):
    fund("10")
    fund("10", owner="user:2")
    fund("10", currency="USD")
    hold("4")
    with pytest.raises(ledger.ReferenceTaken):
        hold(**{"amount": "4", **change})
    assert have("user:1") == 6
    assert ledger.check() == []


def test_a_free_thing_is_held_without_entries():
    before = LedgerEntry.objects.count()
    hold("0")
    assert ledger.settle("trial:a", Decimal(0)) is True
    assert LedgerEntry.objects.count() == before
    assert ledger.check() == []


@pytest.mark.parametrize("amount", ["-1", "NaN", "sNaN", "Infinity", "1e30"])
def test_refuses_an_amount_that_is_no_sensible_sum(amount):
    fund("10")
    with pytest.raises(ValueError, match=r"amount|negative"):
        hold(amount)
    with pytest.raises(ValueError, match=r"amount|negative"):
        fund(amount, owner="user:2")
    assert have("user:1") == 10


def test_refuses_to_fund_with_nothing():
    with pytest.raises(ValueError, match="nothing"):
        fund("0")


def test_settling_charges_the_cost_and_gives_the_rest_back():
    fund("10")
    hold("4")
    assert ledger.settle("trial:a", Decimal("1.5")) is True
    assert have("user:1") == Decimal("8.5")
    assert have(ledger.SPENT) == Decimal("1.5")
    assert have(ledger.HELD) == 0
    settled = Hold.objects.get()
    assert (settled.state, settled.settled_nano) == (Hold.State.SETTLED, 1_500_000_000)
    assert settled.closed_at is not None
    assert ledger.check() == []


@pytest.mark.parametrize(("cost", "charged"), [("400", "4"), ("4", "4"), ("0", "0"), ("-3", "0")])
def test_a_cost_is_clamped_to_what_was_held(cost, charged):
    fund("10")
    hold("4")
    ledger.settle("trial:a", Decimal(cost))
    assert have(ledger.SPENT) == Decimal(charged)
    assert have("user:1") == 10 - Decimal(charged)
    assert ledger.check() == []


def test_refuses_to_settle_at_a_cost_that_is_not_a_number():
    fund("10")
    hold("4")
    with pytest.raises(ValueError, match="amount"):
        ledger.settle("trial:a", Decimal("NaN"))
    assert Hold.objects.get().state == Hold.State.OPEN


def test_releasing_gives_everything_back():
    fund("10")
    hold("4")
    assert ledger.release("trial:a") is True
    assert have("user:1") == 10
    assert have(ledger.HELD) == 0
    assert ledger.check() == []


def test_a_hold_is_closed_once():
    fund("10")
    hold("4")
    assert ledger.settle("trial:a", Decimal(1)) is True
    assert ledger.settle("trial:a", Decimal(1)) is False
    assert ledger.release("trial:a") is False
    hold("4", reference="trial:b")
    assert ledger.release("trial:b") is True
    assert ledger.settle("trial:b", Decimal(4)) is False
    assert have("user:1") == 9
    assert ledger.check() == []


def test_says_when_a_reference_is_unknown():
    with pytest.raises(ledger.UnknownReference):
        ledger.settle("trial:never", Decimal(1))
    with pytest.raises(ledger.UnknownReference):
        ledger.release("trial:never")


def test_currencies_do_not_mix():
    fund("10")
    fund("5", currency="USD")
    hold("4", currency="USD")
    assert have("user:1") == 10
    assert have("user:1", "USD") == 1
    assert ledger.check() == []


def test_refuses_a_transfer_that_does_not_sum_to_zero():
    with pytest.raises(ValueError, match="sum to zero"):
        ledger._transfer("crooked", currency="CNY", moves={"user:1": 1})


def test_a_failure_around_a_hold_takes_the_hold_back():
    fund("10")

    @transaction.atomic
    def hold_twice() -> None:
        hold("4")
        hold("7", reference="trial:b")

    with pytest.raises(ledger.OutOfCredit):
        hold_twice()
    assert have("user:1") == 10
    assert ledger.check() == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE billing_ledgerentry SET amount_nano = 1",
        "DELETE FROM billing_ledgerentry",
        "DELETE FROM billing_ledgerentry WHERE amount_nano < 0",
    ],
)
def test_the_database_refuses_to_rewrite_the_ledger(statement):
    fund("10")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert have(ledger.FUNDING) == -10
    assert ledger.check() == []


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no TRUNCATE")
def test_the_database_refuses_to_empty_the_ledger():
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE billing_ledgerentry")


@pytest.mark.django_db(transaction=True)
def test_the_ledger_is_still_append_only_after_the_flush_between_tests():
    fund("10")
    call_command("flush", interactive=False, verbosity=0, inhibit_post_migrate=True)
    assert not LedgerEntry.objects.exists()
    fund("10")
    with pytest.raises(IntegrityError, match="append-only"):
        LedgerEntry.objects.update(amount_nano=2)


def test_the_check_finds_a_balance_that_its_entries_do_not_explain():
    fund("10")
    Account.objects.filter(owner="user:1").update(balance_nano=11_000_000_000)
    assert ledger.check() == ["account user:1 CNY says 11.000000000, its entries say 10.000000000"]


def test_the_check_finds_a_lopsided_transfer():
    fund("10")
    account = Account.objects.get(owner="user:1")
    LedgerEntry.objects.create(transfer="slip", account=account, amount_nano=5)
    assert ledger.check()[0] == "transfer slip is off by 5E-9 CNY"


def test_the_check_finds_a_hold_without_its_money():
    account = Account.objects.create(owner="user:1", currency="CNY")
    Hold.objects.create(reference="ghost", account=account, amount_nano=7_000_000_000)
    assert ledger.check() == ["house:held has 0E-9 CNY, the open holds say 7.000000000"]


def test_the_check_finds_a_settlement_that_was_not_booked():
    account = Account.objects.create(owner="user:1", currency="CNY")
    Hold.objects.create(reference="ghost", account=account, amount_nano=7, settled_nano=7, state=Hold.State.SETTLED)
    assert ledger.check() == ["house:spent has 0E-9 CNY, the settled holds say 7E-9"]


def test_a_hold_settles_in_few_queries(django_assert_max_num_queries):
    fund("10")
    hold("1", reference="warm")
    ledger.settle("warm", Decimal(1))
    with django_assert_max_num_queries(9):
        hold("4")
    with django_assert_max_num_queries(9):
        ledger.settle("trial:a", Decimal(1))
