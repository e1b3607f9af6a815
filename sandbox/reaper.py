"""A thread of each worker that looks after forgotten trials, and says every few seconds that the worker is alive.

It is not a scheduled task, because it must also work while the broker does not.
"""

from __future__ import annotations

import logging
import threading

import redis
from django.conf import settings
from django.db import close_old_connections

from sandbox import live, tasks

logger = logging.getLogger(__name__)

ALIVE_S = 30


def start() -> threading.Event:
    """Begin; set the returned event to end."""
    ended = threading.Event()
    threading.Thread(target=keep_reaping, args=(ended,), name="reaper", daemon=True).start()
    return ended


def keep_reaping(ended: threading.Event) -> None:
    while not ended.is_set():
        say_alive()
        close_old_connections()
        try:
            tasks.reap()
        except Exception:
            logger.exception("reaping")
        ended.wait(settings.TRIAL_REAP_EVERY_S)


def say_alive() -> None:
    try:
        with live.connect() as client:
            client.set(f"{settings.REDIS_PREFIX}worker:alive", "1", ex=ALIVE_S)
    except (redis.RedisError, OSError):
        logger.warning("nobody hears that this worker is alive")
