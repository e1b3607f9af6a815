"""Operators read the books; nobody edits them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from marketplace.accounts.models import User
from marketplace.billing import ledger, quotas
from marketplace.billing.models import Account, Hold, LedgerEntry, QuotaUse

pytestmark = pytest.mark.django_db
BOOKS = [Account, Hold, LedgerEntry, QuotaUse]


@pytest.fixture
def operator(client):
    client.force_login(User.objects.create_superuser("operator"))
    return client


def fill_the_books() -> None:
    ledger.fund(owner="user:1", currency="CNY", amount=Decimal(10), transfer="fund")
    for reference in ("trial:open", "trial:settled"):
        ledger.hold(payer="user:1", currency="CNY", amount=Decimal(2), reference=reference)
    ledger.settle("trial:settled", Decimal("0.5"))
    quotas.spend(subject="guest:a", quota="trials", limit=1)


@pytest.mark.parametrize("model", BOOKS)
def test_a_book_can_be_read_but_not_edited(operator, model):
    fill_the_books()
    name = f"admin:billing_{model._meta.model_name}"
    assert operator.get(reverse(f"{name}_changelist")).status_code == 200
    row = model.objects.first().pk
    assert operator.get(reverse(f"{name}_change", args=[row])).status_code == 200
    assert operator.post(reverse(f"{name}_change", args=[row]), {}).status_code == 403
    assert operator.post(reverse(f"{name}_delete", args=[row]), {"post": "yes"}).status_code == 403
    assert operator.get(reverse(f"{name}_add")).status_code == 403


def test_amounts_are_shown_with_their_sign(operator):
    fill_the_books()
    page = operator.get(reverse("admin:billing_account_changelist")).content.decode()
    assert "¥7.50" in page


def test_a_longer_list_costs_no_more_queries(operator, django_assert_max_num_queries):
    fill_the_books()
    with django_assert_max_num_queries(12) as short:
        operator.get(reverse("admin:billing_hold_changelist"))
    for number in range(5):
        ledger.hold(payer="user:1", currency="CNY", amount=Decimal(1), reference=f"trial:{number}")
    with django_assert_max_num_queries(len(short)):
        operator.get(reverse("admin:billing_hold_changelist"))
