"""Programs sign in with ``Authorization: Bearer <key>``; a key does only what its scopes say.

A request that brings any ``Authorization`` is judged by it alone: what is no key in force is 401, never a guest. So a
program with a mistyped or revoked key learns that, instead of acting as somebody else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from marketplace.accounts import keys
from marketplace.accounts.models import ApiKey, User
from marketplace.problems import Problem

CHALLENGE = 'Bearer realm="touchstone"'
MOST_CHARACTERS = 200


class KeyAuthentication(BaseAuthentication):
    """``request.auth`` is the ApiKey; its user is the request's. Such requests need no CSRF token: no browser sends
    this header by itself."""

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        header = request.META.get("HTTP_AUTHORIZATION")
        if header is None:
            return None
        key = key_in(header)
        if key is None or not key.user.is_active:
            raise AuthenticationFailed(_("This is no key of ours, or it has been revoked or has expired."))
        keys.used(key)
        return key.user, key

    def authenticate_header(self, request: Request) -> str:
        bad = "HTTP_AUTHORIZATION" in request.META
        return f'{CHALLENGE}, error="invalid_token"' if bad else CHALLENGE


def key_in(header: str) -> ApiKey | None:
    """The key in force that an ``Authorization`` header brings. Only whole digests are compared."""
    if len(header) > MOST_CHARACTERS:
        return None
    scheme, _space, secret = header.partition(" ")
    if scheme.lower() != "bearer" or not keys.looks_right(secret):
        return None
    return ApiKey.objects.matching(secret)


def scope_of(view: Any, method: str) -> str:
    """The scope that a view asks of a key for this method; empty where any key will do."""
    scopes: Mapping[str, str] = getattr(view, "scopes", {})
    return scopes.get("read" if method in SAFE_METHODS else "write", "")


class WithinScopes(BasePermission):
    """People who are signed in may do anything of theirs; a key only what the view's ``scopes`` ask of it.

    A view says ``scopes = {"read": "trials:read", "write": "trials:write"}``; one that says nothing is open to any key.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        needed = scope_of(view, request.method or "")
        if needed and isinstance(request.auth, ApiKey) and needed not in request.auth.scopes:
            raise lacks(needed)
        return True


class SignedIn(WithinScopes):
    """``WithinScopes``, and not for guests."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not isinstance(request.user, User):
            raise NotAuthenticated(_("This is for people who are signed in, and for their keys."))
        return super().has_permission(request, view)


def lacks(scope: str) -> Problem:
    return Problem(
        403,
        _("This key may not do that: it lacks the scope “%s”.") % scope,
        mend=_("Make a key with this scope on the page “API keys” of your account."),
        headers={"WWW-Authenticate": f'{CHALLENGE}, error="insufficient_scope", scope="{scope}"'},
    )


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # it counts its subclasses
    """How the API's description names it."""

    target_class = KeyAuthentication
    name = "key"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        words = "; ".join(f"`{scope}`: {meaning}" for scope, meaning in keys.SCOPES.items())
        return {
            "type": "http",
            "scheme": "bearer",
            "description": f"A personal API key, made on the page “API keys” of your account. Its scopes: {words}.",
        }
