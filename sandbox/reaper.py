"""A thread of each worker: looks after trials nobody holds, deletes old ones, and says that the worker is alive.

It is not a scheduled task, because it must also work while the broker does not.
"""

from __future__ import annotations

import logging
import threading
import time

import redis
from django.conf import settings
from django.db import close_old_connections

from sandbox import forgetting, live, tasks
from sandbox.conformance import tasks as checks

logger = logging.getLogger(__name__)

ALIVE_S = 30
FORGET_EVERY_S = 600


def start() -> threading.Event:
    """Begin; set the returned event to end."""
    ended = threading.Event()
    threading.Thread(target=keep_reaping, args=(ended,), name="reaper", daemon=True).start()
    return ended


def keep_reaping(ended: threading.Event) -> None:
    forgot_at = float("-inf")
    while not ended.is_set():
        say_alive()
        close_old_connections()
        try:
            tasks.reap()
            checks.reap()
            if time.monotonic() - forgot_at > FORGET_EVERY_S:
                forgot_at = time.monotonic()
                if forgetting.forget() >= forgetting.AT_ONCE:  # there may be more: a busy day must not outrun us
                    forgot_at = float("-inf")
        except Exception:
            logger.exception("reaping")
        ended.wait(settings.TRIAL_REAP_EVERY_S)


def say_alive() -> None:
    try:
        with live.connect() as client:
            client.set(f"{settings.REDIS_PREFIX}worker:alive", "1", ex=ALIVE_S)
    except (redis.RedisError, OSError):
        logger.warning("nobody hears that this worker is alive")
