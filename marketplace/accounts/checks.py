"""What whoever runs the site should hear before others meet it; shown by ``manage.py check --deploy``."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Info


def check_letters(**_asked: Any) -> list[CheckMessage]:
    """Without a mail server nobody can prove an address, so nobody can sign up."""
    found: list[CheckMessage] = []
    if not settings.EMAIL_URL:
        hint = "Set EMAIL_URL to smtp://user:password@host:587; docs/operations.md says more."
        found.append(Info("Letters are files, so nobody new can sign up.", hint=hint, id="accounts.I001"))
    if not settings.LETTERS_SITE:
        hint = "Set SITE_URL to https://host, or name the host in ALLOWED_HOSTS."
        found.append(Info("Links in letters lead nowhere.", hint=hint, id="accounts.I002"))
    return found
