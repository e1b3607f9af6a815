"""A quota stops exactly at its limit and starts anew at midnight."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from marketplace.billing import quotas

pytestmark = pytest.mark.django_db


def spend(amount: int = 1, *, subject: str = "guest:a", limit: int = 3) -> None:
    quotas.spend(subject=subject, quota="trials", limit=limit, amount=amount)


def left(subject: str = "guest:a", limit: int = 3) -> int:
    return quotas.left(subject=subject, quota="trials", limit=limit)


def test_counts_down_to_the_limit_and_not_beyond():
    for remaining in (2, 1, 0):
        spend()
        assert left() == remaining
    with pytest.raises(quotas.OutOfQuota):
        spend()
    assert left() == 0


def test_a_refused_step_uses_nothing():
    spend(2)
    with pytest.raises(quotas.OutOfQuota):
        spend(2)
    assert left() == 1
    spend(1)


def test_subjects_and_quotas_are_apart():
    spend(3)
    spend(3, subject="guest:b")
    quotas.spend(subject="guest:a", quota="reports", limit=1)
    assert left("guest:c") == 3


def test_a_lowered_limit_leaves_nothing_rather_than_less():
    spend(3)
    assert left(limit=2) == 0


def test_says_the_limit_and_when_it_starts_anew(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 11, 24, 12, 0, tzinfo=UTC))
    with pytest.raises(quotas.OutOfQuota, match="2026-11-25 00:00") as refused:
        spend(limit=0)
    assert refused.value.limit == 0
    assert refused.value.resets_at == datetime(2026, 11, 24, 16, 0, tzinfo=UTC)


def test_starts_anew_at_midnight_in_shanghai(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 11, 24, 15, 59, tzinfo=UTC))
    spend(3)
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 11, 24, 16, 0, tzinfo=UTC))
    assert left() == 3
    spend(3)


@pytest.mark.parametrize("amount", [0, -1])
def test_refuses_a_step_that_gives_quota_back(amount):
    with pytest.raises(ValueError, match="positive"):
        spend(amount)
