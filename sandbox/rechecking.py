"""Asks listed channels again on a schedule whether they answer, and keeps the calendar of last days.

A thread of each worker, as the watch is one. Several workers ask no more often than one: the channel's row is locked
while it is looked whether it is still due. Few are asked at a time, so that a fleet is spread over the whole hour.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import close_old_connections, transaction
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from catalog.models import Channel, Listing
from catalog.onboarding import schedule
from catalog.refusals import Refused
from sandbox import conformance, weighing
from sandbox.models import ConformanceRun, RunState

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 30
DAYS_EVERY_S = 600
ASKED_AGAIN = (Listing.LISTED, Listing.SUSPENDED)


def start() -> threading.Event:
    """Begin; set the returned event to end."""
    ended = threading.Event()
    threading.Thread(target=Round().keep_going, args=(ended,), name="recheck", daemon=True).start()
    return ended


class Round:
    """One worker's round: which channels it could not ask, and when it last looked at the calendar."""

    def __init__(self) -> None:
        self.refused: dict[int, float] = {}
        self.kept_days_at = float("-inf")

    def keep_going(self, ended: threading.Event) -> None:
        while not ended.is_set():
            close_old_connections()
            try:
                self.look()
            except Exception:
                logger.exception("rechecking")
            ended.wait(LOOK_EVERY_S)

    def look(self) -> None:
        """Weigh what has come, ask what is due, and keep the calendar."""
        if time.monotonic() - self.kept_days_at > DAYS_EVERY_S:
            self.kept_days_at = time.monotonic()
            schedule.keep_days()
        if settings.RECHECK_EVERY_S <= 0:
            return
        weighing.weigh()
        self.ask()

    def ask(self) -> int:
        """Start the checks of those that have waited longest; how many."""
        patient = time.monotonic() - settings.RECHECK_EVERY_S
        self.refused = {key: at for key, at in self.refused.items() if at > patient}
        waiting = (
            due(timezone.now()).exclude(pk__in=list(self.refused)).order_by(F("asked_at").asc(nulls_first=True), "pk")
        )
        started = 0
        for channel in waiting.select_related("provider", "model", "api")[: at_a_time()]:
            try:
                started += ask_again(channel)
            except Refused as refused:  # its key is gone: the others must not wait for it
                logger.warning("%s cannot be checked: %s", channel.slug, refused.field)
                self.refused[channel.pk] = time.monotonic()
        return started


def at_a_time() -> int:
    """So many that all have their turn within half the interval."""
    count = Channel.objects.filter(api__isnull=False, listing__in=ASKED_AGAIN).count()
    return max(1, math.ceil(2 * count * LOOK_EVERY_S / settings.RECHECK_EVERY_S))


def due(now: datetime) -> QuerySet[Any]:
    """Channels of provider's own APIs that we have not asked for the interval, with ``asked_at`` and ``wholly_at``.

    What their own people ask for counts neither for nor against them, so it does not put off our turn.
    """
    before = now - timedelta(seconds=settings.RECHECK_EVERY_S)
    ours = Q(conformance_runs__asked_by__isnull=True)
    whole = ours & Q(conformance_runs__kind=ConformanceRun.Kind.FULL, conformance_runs__state=RunState.DONE)
    return (
        Channel.objects.filter(api__isnull=False, listing__in=ASKED_AGAIN, provider__listing=Listing.LISTED)
        .annotate(
            asked_at=Max("conformance_runs__created_at", filter=ours),
            wholly_at=Max("conformance_runs__created_at", filter=whole),
        )
        .filter(Q(asked_at__isnull=True) | Q(asked_at__lt=before))
        .exclude(Exists(ConformanceRun.objects.open().filter(channel=OuterRef("pk"))))
    )


@transaction.atomic
def ask_again(channel: Channel) -> bool:
    """Start its checks unless another worker just has."""
    Channel.objects.select_for_update().get(pk=channel.pk)
    now = timezone.now()
    found = due(now).filter(pk=channel.pk).values_list("wholly_at", flat=True)
    if not found:
        return False
    is_whole = found[0] is None or found[0] < now - timedelta(seconds=settings.RECHECK_WHOLLY_EVERY_S)
    kind = ConformanceRun.Kind.FULL if is_whole else ConformanceRun.Kind.VITAL
    begin(channel, kind)
    return True


def begin(channel: Channel, kind: str) -> None:
    conformance.start(channel, by=None, kind=kind)
