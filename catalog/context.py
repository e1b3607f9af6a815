"""What every page shows whatever it is about: the same page in the other language, and the way in."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.conf import settings
from django.core.exceptions import TooManyFieldsSent
from django.db import DatabaseError
from django.http import HttpRequest, QueryDict
from django.utils.translation import get_language

# A language is named in itself, so that its readers find it.
SHORT_NAMES = {"zh-hans": "中文", "en": "EN"}


class LanguageLink(NamedTuple):
    code: str
    name: str
    path: str
    is_current: bool


def site(request: HttpRequest) -> dict[str, Any]:
    """``language_links``: this address in each language; an address without one leads to the language's home.

    ``is_signed_in``: whether this is somebody's page.
    """
    codes = [code for code, _name in settings.LANGUAGES]
    prefix, _slash, rest = request.path.removeprefix("/").partition("/")
    tail = rest if prefix in codes else ""
    query = _parameters(request).urlencode()
    ending = f"{tail}?{query}" if query and prefix in codes else tail
    current = get_language()
    links = [LanguageLink(code, SHORT_NAMES.get(code, code), f"/{code}/{ending}", code == current) for code in codes]
    return {"language_links": links, "is_signed_in": _signed_in(request)}


def _signed_in(request: HttpRequest) -> bool:
    """Whoever has no session is a guest, and nothing is asked of the database about them."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or not hasattr(request, "user"):
        return False
    try:
        return bool(request.user.is_authenticated)
    except DatabaseError:  # this page may be the one that says so
        return False


def _parameters(request: HttpRequest) -> QueryDict:
    """The address's parameters; none where there are more than Django reads, which every page would stumble over."""
    try:
        return request.GET
    except TooManyFieldsSent:
        request.GET = QueryDict()  # the page that says so is about none of them
        return request.GET
