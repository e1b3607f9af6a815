"""Asks every few minutes whether the site's own parts and the providers answer, for the status page.

A thread of each worker, apart from the reaper, which must not wait for anybody. Several workers ask no more often than
one: who finds a part asked a moment ago leaves it. What cannot be written down while the database is away is kept and
written when it is back, so that its absence shows.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

import redis
from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection
from django.utils import timezone
from kombu.exceptions import OperationalError

from catalog.models import Probe
from sandbox import live, reaching, tasks
from sandbox.reaching import Reached

logger = logging.getLogger(__name__)

# A bell that nobody answered for so long was not heard.
PATIENCE_S = 60
MOST_UNWRITTEN = 5_000
CONNECT = "connect"
TIMEOUT = "timeout"


def start() -> threading.Event:
    """Begin; set the returned event to end."""
    ended = threading.Event()
    threading.Thread(target=Watch().keep_watching, args=(ended,), name="watch", daemon=True).start()
    return ended


class Watch:
    """One worker's watch: what it has found out and not yet written, and the bell that it waits for."""

    def __init__(self) -> None:
        self.unwritten: deque[Probe] = deque(maxlen=MOST_UNWRITTEN)
        self.rung_at: datetime | None = None

    def keep_watching(self, ended: threading.Event) -> None:
        while not ended.is_set():
            close_old_connections()
            try:
                self.look()
            except Exception:
                logger.exception("watching")
            ended.wait(settings.PROBE_EVERY_S)

    def look(self) -> None:
        """Ask all that is due once, and write down what came of it."""
        for ask in (ask_database, ask_redis, self.ring, ask_simulators, ask_providers):
            self.unwritten.extend(ask())
        self.write()

    def ring(self) -> Iterator[Probe]:
        """Ring the queue's bell, which a worker answers by a probe of its own (``tasks.answer_bell``)."""
        now = timezone.now()
        if self.rung_at and now - self.rung_at > timedelta(seconds=PATIENCE_S):
            if not was_asked(Probe.WORKER, since=self.rung_at):
                yield Probe(subject=Probe.WORKER, ok=False, error=TIMEOUT, at=self.rung_at)
            self.rung_at = None
        if self.rung_at or not is_due(Probe.WORKER):
            return
        try:
            tasks.answer_bell.apply_async((now.isoformat(),), expires=PATIENCE_S)
            self.rung_at = now
        except (OperationalError, OSError):
            yield Probe(subject=Probe.WORKER, ok=False, error=CONNECT, at=now)

    def write(self) -> None:
        try:
            Probe.objects.bulk_create(list(self.unwritten))
            self.unwritten.clear()
        except DatabaseError:
            logger.warning("%d probes wait for the database", len(self.unwritten))


def ask_database() -> Iterator[Probe]:
    def answers() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")

    if is_due(Probe.DATABASE):
        yield timed(Probe.DATABASE, answers)


def ask_redis() -> Iterator[Probe]:
    def answers() -> None:
        with live.connect() as client:
            client.ping()

    if is_due(Probe.REDIS):
        yield timed(Probe.REDIS, answers)


def timed(subject: str, answers: Callable[[], None]) -> Probe:
    at, started = timezone.now(), time.perf_counter()
    try:
        answers()
    except (DatabaseError, redis.RedisError, OSError):
        return Probe(subject=subject, ok=False, error=CONNECT, at=at)
    return Probe(subject=subject, ok=True, ms=(time.perf_counter() - started) * 1000, at=at)


def ask_simulators() -> Iterable[Probe]:
    return as_probes(reaching.simulators()) if is_due(Probe.SIMULATORS) else []


def ask_providers() -> Iterable[Probe]:
    since = timezone.now() - timedelta(seconds=settings.PROBE_PROVIDERS_EVERY_S * 0.9)
    try:
        if Probe.objects.of_providers().filter(at__gte=since).exists():
            return []
        return as_probes(reaching.providers(), prefix=Probe.PROVIDER)
    except DatabaseError:
        return []  # which providers there are is not known just now


def as_probes(reached: Iterable[Reached], *, prefix: str = "") -> list[Probe]:
    now = timezone.now()
    return [Probe(subject=prefix + name, ok=not error, error=error, ms=ms, at=now) for name, error, ms in reached]


def is_due(subject: str) -> bool:
    """Nobody has asked it lately; while the database is away nobody knows, and everything is due."""
    return not was_asked(subject, since=timezone.now() - timedelta(seconds=settings.PROBE_EVERY_S * 0.9))


def was_asked(subject: str, *, since: datetime) -> bool:
    try:
        return Probe.objects.filter(subject=subject, at__gte=since).exists()
    except DatabaseError:
        return False
