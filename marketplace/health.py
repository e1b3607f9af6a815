"""Two plain answers for machines: is this process up, and is everything it needs there?"""

from __future__ import annotations

from functools import cache

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

OK = "ok"
UNKNOWN = "unknown"
REDIS_PATIENCE_S = 2


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """This process answers; nothing else is asked."""
    return JsonResponse({"status": OK})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when database, migrations, Redis and a worker are all there, else 503; each is named either way."""
    parts = {**_database(), **_redis()}
    ready = all(state == OK for state in parts.values())
    return JsonResponse({"status": OK if ready else "not ready", **parts}, status=200 if ready else 503)


def _database() -> dict[str, str]:
    try:
        applied = MigrationRecorder(connection).applied_migrations().keys()
    except DatabaseError:
        return {"database": "does not answer", "migrations": UNKNOWN}
    missing = len(_known_migrations() - applied)
    return {"database": OK, "migrations": f"{missing} not applied" if missing else OK}


@cache
def _known_migrations() -> frozenset[tuple[str, str]]:
    loader = MigrationLoader(None)
    return frozenset(loader.disk_migrations or ())


def _redis() -> dict[str, str]:
    patience = {"socket_timeout": REDIS_PATIENCE_S, "socket_connect_timeout": REDIS_PATIENCE_S}
    try:
        with redis.Redis.from_url(settings.REDIS_URL, **patience) as client:
            alive = client.exists(f"{settings.REDIS_PREFIX}worker:alive")
    except redis.RedisError:
        return {"redis": "does not answer", "worker": UNKNOWN}
    return {"redis": OK, "worker": OK if alive else "not seen for 30 s"}
