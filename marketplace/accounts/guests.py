"""A guest is a random token in a signed cookie; we keep only its hash, beside what the guest owns."""

from __future__ import annotations

import hashlib
import secrets

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse

COOKIE = "guest"
ONE_YEAR = 365 * 24 * 3600
_signer = Signer(salt="touchstone.guest")


def new_token() -> str:
    """A fresh signed token, for the cookie or for the API's ``owner_token``."""
    return _signer.sign(secrets.token_urlsafe(16))


def fingerprint(token: str) -> str:
    """What we store for a token: its hash if our signature is on it, else an empty string."""
    try:
        guest = _signer.unsign(token)
    except BadSignature:
        return ""
    return hashlib.sha256(guest.encode()).hexdigest()


def token_of(request: HttpRequest) -> str:
    """The request's guest token: the API's ``X-Owner-Token`` header, else the cookie, else nothing."""
    return request.headers.get("X-Owner-Token", "") or request.COOKIES.get(COOKIE, "")


def remember(response: HttpResponse, token: str) -> None:
    """Keep ``token`` in the visitor's browser for a year."""
    response.set_cookie(COOKIE, token, max_age=ONE_YEAR, httponly=True, samesite="Lax", secure=settings.PRODUCTION)


def forget(response: HttpResponse) -> None:
    """Take the token out of the visitor's browser."""
    response.delete_cookie(COOKIE, samesite="Lax")
