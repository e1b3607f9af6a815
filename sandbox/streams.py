"""Server-sent events of a trial: Redis only, so an open page costs no database connection."""

from __future__ import annotations

from collections.abc import AsyncIterator

from asgiref.sync import sync_to_async
from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.views.decorators.http import require_GET

from sandbox import live, unlisted
from sandbox.hub import hub
from sandbox.models import Trial

RETRY = b"retry: 2000\n\n"


@require_GET
async def follow_trial(request: HttpRequest, code: str) -> StreamingHttpResponse:
    """The trial as it happens, after ``Last-Event-ID`` (or ``?after=``).

    404 for a code that never was, and for a trial whose report its owner has closed.
    """
    after = live.Marker.read(request.headers.get("Last-Event-ID") or request.GET.get("after", ""))
    # The database is asked only when Redis does not know the trial: a wrong code, or a flushed Redis.
    if not await hub().knows(code) and not await sync_to_async(is_open_to_all)(code):
        raise Http404
    headers = {**unlisted.HEADERS, "X-Accel-Buffering": "no"}
    return StreamingHttpResponse(follow(code, after), content_type="text/event-stream", headers=headers)


def is_open_to_all(code: str) -> bool:
    return Trial.objects.filter(code=code, report__revoked_at__isnull=True).exists()


async def follow(code: str, after: live.Marker) -> AsyncIterator[bytes]:
    yield RETRY
    async for data in hub().follow(code, after):
        yield data
