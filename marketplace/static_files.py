"""Static files from the process itself, at no cost to the pages of a WSGI server.

ServeStatic's middleware speaks only async: behind WSGI each request would start an event loop and change threads to go
through it, which takes longer than a cached page. There, only the files go that way.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction
from typing import Any, cast

from asgiref.sync import async_to_sync, sync_to_async
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware
from servestatic.middleware import ServeStaticMiddleware

Respond = Callable[[HttpRequest], HttpResponseBase]


@sync_and_async_middleware
def serve_static(get_response: Any) -> Respond | Callable[[HttpRequest], Awaitable[HttpResponseBase]]:
    """Answers what is asked below STATIC_URL and there; the rest of the site answers everything else."""
    if iscoroutinefunction(get_response):
        return cast("Callable[[HttpRequest], Awaitable[HttpResponseBase]]", ServeStaticMiddleware(get_response))
    from_disk = async_to_sync(ServeStaticMiddleware(sync_to_async(get_response)))

    def respond(request: HttpRequest) -> HttpResponseBase:
        is_file = request.path_info.startswith(settings.STATIC_URL)
        return cast("HttpResponseBase", from_disk(request) if is_file else get_response(request))

    return respond
