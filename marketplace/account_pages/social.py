"""Signing in by another site: its word for an address counts only where it has verified the address itself."""

from __future__ import annotations

from typing import Any

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest
from django.utils.translation import get_language

from marketplace.account_pages.adapter import Adapter
from marketplace.accounts.models import User


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """An account is never taken over by an equal address: who has one signs in with it and ties the site to it."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return Adapter().is_open_for_signup(request)

    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> User:
        sociallogin.user.language = get_language() or ""
        return super().save_user(request, sociallogin, form)  # type: ignore[no-any-return]
