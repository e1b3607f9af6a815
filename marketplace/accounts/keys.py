"""Personal API keys: made, shown once, and revoked. What a key may do is its ``scopes``."""

from __future__ import annotations

import secrets
import zlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import ApiKey, User, digest_of

# By it, people and scanners of leaked secrets know one of our keys.
PREFIX = "tsk_"
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
BITS = 256
# 62 ** 43 > 2 ** 256, and 62 ** 6 > 2 ** 32.
RANDOM_LENGTH = 43
CHECK_LENGTH = 6
LENGTH = len(PREFIX) + RANDOM_LENGTH + CHECK_LENGTH
BEGINNING = len(PREFIX) + 8
USED_EVERY = timedelta(minutes=1)
MOST_KEYS = 50

# What a key may be allowed to do. To write includes nothing: a key that also reads has both.
SCOPES: dict[str, str | Promise] = {
    "trials:read": _("read trials and reports"),
    "trials:write": _("start, stop and delete trials, and say who sees their reports"),
    "portal:read": _("read everything of your providers that you may see in the portal"),
    "portal:write": _("change your providers, as far as your role goes"),
    "account:read": _("read who you are"),
}


class TooMany(Exception):
    """The person has as many keys in force as one may have; revoke one first."""


def make(
    user: User, *, name: str, scopes: Iterable[str], expires_at: datetime | None = None, at_most: int = MOST_KEYS
) -> tuple[ApiKey, str]:
    """A new key and its secret, which is kept nowhere. Raises ValueError for unknown scopes, TooMany."""
    wanted = set(scopes)
    if unknown := wanted - SCOPES.keys():
        raise ValueError(f"no such scopes: {', '.join(sorted(unknown))}")
    if user.api_keys.in_force().count() >= at_most:
        raise TooMany
    secret = new_secret()
    key = ApiKey.objects.create(
        user=user,
        name=name,
        beginning=secret[:BEGINNING],
        digest=digest_of(secret),
        scopes=[scope for scope in SCOPES if scope in wanted],
        expires_at=expires_at,
    )
    return key, secret


def revoke(user: User, pk: int) -> bool:
    """Ends the user's key at once; True for the one call that did."""
    mine = ApiKey.objects.filter(pk=pk, user=user, revoked_at__isnull=True)
    return bool(mine.update(revoked_at=timezone.now()))


def used(key: ApiKey) -> None:
    """Note that the key was used, once a minute at most: a busy program must not write at every request."""
    before = timezone.now() - USED_EVERY
    if key.last_used_at is None or key.last_used_at < before:
        due = Q(last_used_at__isnull=True) | Q(last_used_at__lt=before)
        ApiKey.objects.filter(due, pk=key.pk).update(last_used_at=timezone.now())


def new_secret() -> str:
    """``tsk_``, 256 random bits, and a checksum by which a mistyped key is known without asking the database."""
    body = PREFIX + _in_base_62(secrets.randbits(BITS), RANDOM_LENGTH)
    return body + _checksum(body)


def looks_right(text: str) -> bool:
    """Whether ``text`` has the shape of a key and its checksum holds. Says nothing of whether there is such a key."""
    if len(text) != LENGTH or not text.startswith(PREFIX) or not text.isascii():
        return False
    body, check = text[:-CHECK_LENGTH], text[-CHECK_LENGTH:]
    return check == _checksum(body)


def _checksum(body: str) -> str:
    return _in_base_62(zlib.crc32(body.encode()), CHECK_LENGTH)


def _in_base_62(number: int, length: int) -> str:
    digits = []
    for _place in range(length):
        number, digit = divmod(number, len(ALPHABET))
        digits.append(ALPHABET[digit])
    return "".join(reversed(digits))
