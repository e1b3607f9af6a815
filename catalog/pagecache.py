"""One guest's page serves every guest, until something on it changes.

A view opts in with ``shared_page``; what it renders may then depend on its address, the rows and the day alone. Pages
are kept in the process under the editions of the catalogue that were in force *before* they were rendered, so a page
is stale for nobody once its rows have changed. A page is also dropped after PAGE_CACHE_S seconds: what is left of the
purse and the like are on it. Whoever is signed in or has a message waiting gets a page of their own.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple, TypeVar

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.http import parse_etags

from catalog import editions

View = TypeVar("View", bound=Callable[..., HttpResponse])
Respond = Callable[[HttpRequest], HttpResponseBase]

PERSONAL_COOKIES = (settings.SESSION_COOKIE_NAME, "messages")
PAGES = tuple(f"/{code}/" for code, _name in settings.LANGUAGES)
LONGEST_QUERY = 500
# Named, and not only to say that it is not wanted.
GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))")
SHARED = "_touchstone_shared"


def shared_page(view: View) -> View:
    """The view's pages are the same for all guests: no token, no cookie, nothing about who asks."""

    @wraps(view)
    def share(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        setattr(response, SHARED, True)
        return response

    return share  # type: ignore[return-value]


class Page(NamedTuple):
    """What a guest is sent, compressed: nearly every browser takes it so, and it needs a fifth of the room."""

    packed: bytes
    headers: tuple[tuple[str, str], ...]
    etag: str
    until: float

    def response(self, request: HttpRequest) -> HttpResponse:
        if self.etag in parse_etags(request.headers.get("If-None-Match", "")):
            return self._with_headers(HttpResponse(status=304))
        if GZIP.search(request.headers.get("Accept-Encoding", "")):
            response = HttpResponse(self.packed)
            response.headers["Content-Encoding"] = "gzip"
        else:
            response = HttpResponse(gzip.decompress(self.packed))
        response.headers["Content-Length"] = str(len(response.content))
        return self._with_headers(response)

    def _with_headers(self, response: HttpResponse) -> HttpResponse:
        for name, value in self.headers:
            response.headers[name] = value
        response.headers["ETag"] = self.etag
        return response


class Shelf:
    """The newest ``most`` pages of this process, the least lately used dropped first."""

    def __init__(self, most: int) -> None:
        self._pages: OrderedDict[tuple[str, ...], Page] = OrderedDict()
        self._most = most
        self._lock = threading.Lock()

    def take(self, key: tuple[str, ...]) -> Page | None:
        with self._lock:
            page = self._pages.get(key)
            if page is None or page.until < time.monotonic():
                self._pages.pop(key, None)
                return None
            self._pages.move_to_end(key)
            return page

    def put(self, key: tuple[str, ...], page: Page) -> None:
        with self._lock:
            self._pages[key] = page
            while len(self._pages) > self._most:
                self._pages.popitem(last=False)

    def clear(self) -> None:
        with self._lock:
            self._pages.clear()


shelf = Shelf(settings.PAGE_CACHE_PAGES)


class PageCacheMiddleware:
    """Answers a guest from the shelf, or puts there what the rest of the site answers."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not _is_guests(request):
            return self.get_response(request)
        key = _key(request)
        if page := shelf.take(key):
            return page.response(request)
        response = self.get_response(request)
        if not isinstance(response, HttpResponse) or not _is_shareable(response):
            return response
        page = _page(response)
        if request.method == "GET":
            shelf.put(key, page)
        return page.response(request)


def _is_guests(request: HttpRequest) -> bool:
    """A plain reading of a page by someone about whom nothing is known."""
    if request.method not in {"GET", "HEAD"} or not settings.PAGE_CACHE_S or not request.path.startswith(PAGES):
        return False
    if len(request.META.get("QUERY_STRING", "")) > LONGEST_QUERY or request.headers.get("HX-Request"):
        return False
    if any(name in request.COOKIES for name in PERSONAL_COOKIES):
        return False
    try:
        request.get_host()
    except DisallowedHost:
        return False
    return True


def _key(request: HttpRequest) -> tuple[str, ...]:
    address = f"{request.scheme}://{request.get_host()}{request.get_full_path()}"
    return (*editions.current(), timezone.localdate().isoformat(), address)


def _is_shareable(response: HttpResponse) -> bool:
    """What a view shared and nothing on the way made personal: a token or a session sets a cookie."""
    return getattr(response, SHARED, False) and response.status_code == 200 and not response.cookies


def _page(response: HttpResponse) -> Page:
    patch_cache_control(response, max_age=0, must_revalidate=True, public=True)
    patch_vary_headers(response, ["Accept-Encoding", "Cookie"])
    plain = response.content
    # Weak: the same page may go out compressed or plain.
    etag = f'W/"{hashlib.sha256(plain).hexdigest()[:32]}"'
    headers = tuple((name, value) for name, value in response.headers.items() if name != "Content-Length")
    return Page(gzip.compress(plain, mtime=0), headers, etag, time.monotonic() + settings.PAGE_CACHE_S)
