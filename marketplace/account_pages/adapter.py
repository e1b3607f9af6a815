"""What this site adds to signing in."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Sign-in by e-mail; a guest's trials join the account."""
