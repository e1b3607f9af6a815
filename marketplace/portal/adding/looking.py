"""How often, and how much at once, a person may have us call addresses that they name: we are nobody's scanner."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from django.conf import settings
from django.utils.translation import gettext as _

from catalog.models import Provider
from catalog.refusals import Refused
from marketplace.accounts.models import User
from marketplace.billing import quotas

# Each look holds one of this process's threads for some seconds.
AT_ONCE = 2
_lock = Lock()
_open: Counter[str] = Counter()


@contextmanager
def look(provider: Provider, by: User | None) -> Iterator[None]:
    """One look at an address, counted for ``by``, or for the provider where nobody is named. Raises Refused."""
    subject = f"user:{by.pk}" if by else f"provider:{provider.pk}"
    with _lock:
        if _open[subject] >= AT_ONCE:
            raise Refused("", _("Another address is being looked at for you."), _("Try again in a few seconds."))
        _open[subject] += 1
    try:
        _spend(subject)
        yield
    finally:
        with _lock:
            _open[subject] -= 1
            if not _open[subject]:
                del _open[subject]


def _spend(subject: str) -> None:
    limit = settings.LOOKS_PER_DAY
    try:
        quotas.spend(subject=subject, quota="looks", limit=limit)
    except quotas.OutOfQuota:
        message = _("Addresses and keys were tried %(count)s times today, which is the limit.") % {"count": limit}
        raise Refused("", message, _("Try again tomorrow.")) from None
