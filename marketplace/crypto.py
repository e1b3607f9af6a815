"""Secrets at rest: an encrypted text field whose keys rotate (newest encrypts, all decrypt)."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models


class Unreadable(Exception):
    """The stored secret was encrypted with a key that we no longer hold."""


def _fernet() -> MultiFernet:
    keys = [key.encode() for key in settings.CREDENTIAL_KEYS]
    if not keys:  # outside production only; settings.py sees to that
        digest = hashlib.sha256(b"credentials:" + settings.SECRET_KEY.encode()).digest()
        keys = [base64.urlsafe_b64encode(digest)]
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(text: str) -> str:
    return _fernet().encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """Raises Unreadable when no key of ours opens it."""
    try:
        return _fernet().decrypt(token.encode()).decode()
    except InvalidToken:
        raise Unreadable("this secret was encrypted with another key") from None


def rotate(token: str) -> str:
    """The same secret, encrypted anew with the newest key."""
    return _fernet().rotate(token.encode()).decode()


class EncryptedField(models.TextField):  # type: ignore[type-arg]  # not subscriptable at run time
    """Text that is ciphertext in the database and plain text on the instance."""

    def get_prep_value(self, value: Any) -> Any:
        return encrypt(value) if value else value

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return decrypt(value) if value else value
