"""What a visitor tried before they signed in becomes their account's: trials, and what they used of the day."""

from __future__ import annotations

from django.db import transaction

from marketplace.accounts.models import User
from marketplace.billing import quotas
from sandbox.models import Trial


@transaction.atomic
def join(*, user: User, guest: str) -> int:
    """Make the trials of the guest with this fingerprint ``user``'s; how many they were.

    Afterwards the guest's cookie opens none of them, so that the next person at a shared computer finds nothing.
    Neither does signing in give a second day's worth of trials: what the guest has used counts for the account.
    """
    if not guest:
        return 0
    quotas.carry_over(old=f"guest:{guest}", new=f"user:{user.pk}")
    return Trial.objects.filter(guest=guest, owner=None).update(owner=user, guest="")
