"""A form on a page that everybody shares carries no token; the browser itself says that our page sent it.

Browsers put Sec-Fetch-Site on every request and Origin on every POST, and no page can forge either
(https://www.w3.org/TR/fetch-metadata/). A view that says so takes such a request without Django's token; a browser
that sends neither header needs the token as ever.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponseForbidden
from django.http.response import HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def trusts_same_origin(view: View) -> View:
    """Marks a view whose form stands on pages without a token."""
    view.trusts_same_origin = True  # type: ignore[attr-defined]  # functions take attributes
    return view


class OriginMiddleware(CsrfViewMiddleware):
    """Django's check, which a marked view's request passes when the browser vouches for where it came from."""

    def process_view(
        self, request: HttpRequest, callback: Callable[..., HttpResponseBase], callback_args: Any, callback_kwargs: Any
    ) -> HttpResponseForbidden | None:
        if getattr(callback, "trusts_same_origin", False) and self._comes_from_us(request):
            return None
        return super().process_view(request, callback, callback_args, callback_kwargs)

    def _comes_from_us(self, request: HttpRequest) -> bool:
        if (site := request.headers.get("Sec-Fetch-Site")) is not None:
            return site == "same-origin"
        return "Origin" in request.headers and bool(self._origin_verified(request))  # type: ignore[attr-defined]
