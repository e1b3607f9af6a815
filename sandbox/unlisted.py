"""Addresses that are a permission: kept by no cache, found by no search engine unless the view says otherwise."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpResponse

HEADERS = {"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex, nofollow"}
Response = TypeVar("Response", bound=HttpResponse)


def unlisted(view: Callable[..., Response]) -> Callable[..., Response]:
    """``view`` with these headers on whatever it answers, but those that it has set itself."""

    @functools.wraps(view)
    def shown(*args: Any, **kwargs: Any) -> Response:
        response = view(*args, **kwargs)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    return shown
