"""What the calendar does to listings: letters before a last day, and the end of it. Many may call; it is done once."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from catalog.members import note as write_down
from catalog.models import AuditEntry, Channel, Listing
from catalog.onboarding import letters, life
from catalog.refusals import Refused

REMIND_DAYS = (30, 7, 1)
HAS_A_LAST_DAY = (Listing.LISTED, Listing.SUSPENDED)


def keep_days() -> int:
    """Retire what had its last day, remind of those that come; how many were retired."""
    remind()
    return retire_due()


def retire_due() -> int:
    """Retire every channel whose last day is over."""
    return sum(_retire(channel) for channel in _over().select_related("provider", "model", "successor"))


def _over() -> QuerySet[Channel]:
    return Channel.objects.filter(listing__in=HAS_A_LAST_DAY, sunset_on__lt=timezone.localdate())


@transaction.atomic
def _retire(channel: Channel) -> bool:
    if not _over().select_for_update().filter(pk=channel.pk).exists():  # its last day was moved or lifted meanwhile
        return False
    try:
        life.retire(channel, by=None)
    except Refused:  # another worker was quicker
        return False
    return True


def remind() -> int:
    """A letter so many days before each last day, once; how many channels were written about."""
    today = timezone.localdate()
    days = [today + timedelta(days=days) for days in REMIND_DAYS]
    coming = Channel.objects.filter(listing__in=HAS_A_LAST_DAY, sunset_on__in=days)
    return sum(_remind(channel) for channel in coming.select_related("provider", "model", "successor"))


def _remind(channel: Channel) -> bool:
    assert channel.sunset_on is not None  # noqa: S101  # it was found by it
    left, day = (channel.sunset_on - timezone.localdate()).days, channel.sunset_on.isoformat()
    told = AuditEntry.objects.filter(
        provider=channel.provider, action="sunset_reminded", subject=channel.slug, facts={"day": day, "days": left}
    )
    if told.exists():
        return False
    with transaction.atomic():
        # The row is locked: of two workers the second looks into the log after the first has written.
        Channel.objects.select_for_update().get(pk=channel.pk)
        if told.exists():
            return False
        write_down(channel.provider, None, "sunset_reminded", channel.slug, day=day, days=left)
        letters.tell(channel, "listing_sunset", days=left)
    return True
