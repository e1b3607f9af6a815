"""How often one subject may do a thing per day: counted in the database by one conditional UPDATE."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from marketplace.billing.models import QuotaUse


class OutOfQuota(Exception):
    """All ``limit`` of today are used; counting starts again at ``resets_at`` (aware)."""

    def __init__(self, *, limit: int, resets_at: datetime) -> None:
        super().__init__(f"limit of {limit} reached until {resets_at:%Y-%m-%d %H:%M %z}")
        self.limit = limit
        self.resets_at = resets_at


@transaction.atomic
def spend(*, subject: str, quota: str, limit: int, amount: int = 1) -> None:
    """Use ``amount`` of today's ``limit``, or raise OutOfQuota and use nothing."""
    if amount < 1:
        raise ValueError("a quota is spent in whole, positive steps")
    key = {"subject": subject, "quota": quota, "period": _today()}
    QuotaUse.objects.bulk_create([QuotaUse(**key)], ignore_conflicts=True)
    room = QuotaUse.objects.filter(**key, used__lte=limit - amount)
    if not room.update(used=F("used") + amount):
        raise OutOfQuota(limit=limit, resets_at=resets_at())


def left(*, subject: str, quota: str, limit: int) -> int:
    """How much of today's ``limit`` is unused; reads only."""
    use = QuotaUse.objects.filter(subject=subject, quota=quota, period=_today())
    used = use.values_list("used", flat=True).first() or 0
    return max(limit - used, 0)


@transaction.atomic
def carry_over(*, old: str, new: str) -> None:
    """Add what ``old`` has used today of each quota to the counts of ``new``; ``old`` is counted no more."""
    for use in QuotaUse.objects.filter(subject=old, period=_today()):
        if not QuotaUse.objects.filter(pk=use.pk, used=use.used).delete()[0]:
            continue  # somebody else has carried it over
        key = {"subject": new, "quota": use.quota, "period": use.period}
        QuotaUse.objects.bulk_create([QuotaUse(**key)], ignore_conflicts=True)
        QuotaUse.objects.filter(**key).update(used=F("used") + use.used)


def forget(*, days: int) -> int:
    """Delete the counts that are older than ``days``: they say who was here when; how many they were."""
    oldest = timezone.localdate() - timedelta(days=days)
    deleted, _kinds = QuotaUse.objects.filter(period__lt=f"{oldest:%Y-%m-%d}").delete()
    return deleted


def resets_at() -> datetime:
    """The coming midnight of settings.TIME_ZONE."""
    tomorrow = timezone.localdate() + timedelta(days=1)
    return timezone.make_aware(datetime.combine(tomorrow, time.min))


def _today() -> str:
    return f"{timezone.localdate():%Y-%m-%d}"
