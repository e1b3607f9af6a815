"""The checks' way through the worker: a bell, a run, and the reaper's second bell. The rows are the queue of record."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from celery import shared_task
from django.db import close_old_connections, connection
from django.db.models.functions import Now
from kombu.exceptions import OperationalError

from sandbox.conformance import runs
from sandbox.models import ConformanceRun

logger = logging.getLogger(__name__)
_alone = ThreadPoolExecutor(2, thread_name_prefix="checks")
# A bell has this long to be heard before the reaper rings again.
A_WHILE_S = 10


@shared_task(name="sandbox.tasks.check_channel")
def check_channel(run_id: int) -> None:
    """Make a channel's checks, unless somebody else is at it."""
    run = ConformanceRun.objects.take(run_id)
    if run is None:
        return
    try:
        runs.carry_out(run)
    except runs.Overtaken:
        logger.warning("the checks %s were taken by another worker", run.code)
    except Exception:
        logger.exception("the checks %s failed", run.code)
        runs.let_go(run)  # the reaper rings again


def ring(run_id: int) -> bool:
    """Tell a worker that a run waits; False when the broker is away (the reaper rings again)."""
    try:
        check_channel.apply_async((run_id,))
    except (OperationalError, OSError) as error:
        logger.warning("the bell for the checks %s does not ring: %s", run_id, type(error).__name__)
        return False
    return True


def reap() -> int:
    """Ring for every open run that nobody holds; while the broker is away, do it here. How many there were."""
    waiting = ConformanceRun.objects.unattended().filter(created_at__lt=Now() - timedelta(seconds=A_WHILE_S))
    found = list(waiting.values_list("pk", flat=True))
    for run_id in found:
        if not ring(run_id):
            _alone.submit(attend_alone, run_id)
    return len(found)


def attend_alone(run_id: int) -> None:
    close_old_connections()
    try:
        check_channel(run_id)
    finally:
        connection.close()
