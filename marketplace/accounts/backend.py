"""Who a login and a password belong to; an answer takes as long for a stranger as for a person with an account."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.internal.userkit import filter_users_by_email, get_user_by_username
from django.http import HttpRequest

from marketplace.accounts.models import User


class Backend(AuthenticationBackend):  # type: ignore[misc]  # allauth has no types
    """By e-mail address or username. Alone in settings, and it looks a person up once: each look costs a slow hash,
    and allauth's own, asked for both, hashes more often where there is an account."""

    def _authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        username, email = credentials.get("username") or "", credentials.get("email") or ""
        found = list(filter_users_by_email(email or username, prefer_verified=True, for_login=True))
        if username and (named := get_user_by_username(username)) and named not in found:
            found.append(named)
        return next((user for user in found if self._check_password(user, credentials["password"])), None)
