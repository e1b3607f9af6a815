"""Writes a running trial's rows off the event loop, in batches, each under the trial's fencing number.

Whatever was handed in while a write was going on goes into the next transaction: no timer, no row waits for company.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from time import monotonic
from typing import Any, TypeVar

from django.db import close_old_connections, transaction
from django.db.models.functions import Now

from sandbox.models import Answer, AnswerState, JudgeCall, Trial

logger = logging.getLogger(__name__)
T = TypeVar("T")

# One thread per process: SQLite has one writer, and on PostgreSQL a batch is cheap.
_thread = ThreadPoolExecutor(1, thread_name_prefix="saver")
# What only reads has another, so that no trial's answers wait for another trial's verdict.
_reader = ThreadPoolExecutor(1, thread_name_prefix="reader")
_watcher = ThreadPoolExecutor(1, thread_name_prefix="watcher")
THREADS = (_thread, _reader, _watcher)


class Overtaken(Exception):
    """Another worker holds the trial now; this one must write nothing more."""


async def on_thread(work: Callable[[], T]) -> T:
    """Run ``work`` (ORM allowed) on the saver's thread."""
    return await _on(_thread, work)


async def aside(work: Callable[[], T]) -> T:
    """Run ``work`` that only reads on a thread that no save waits for."""
    return await _on(_reader, work)


async def glance(work: Callable[[], T]) -> T:
    """Run ``work`` that reads a row or two on a thread that only such ones use: a stop must not wait for a verdict."""
    return await _on(_watcher, work)


async def _on(thread: ThreadPoolExecutor, work: Callable[[], T]) -> T:
    def fresh() -> T:
        close_old_connections()
        return work()

    return await asyncio.get_running_loop().run_in_executor(thread, fresh)


async def all_of(work: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Run everything together; one that is Overtaken ends the others, and is raised as itself."""
    overtaken: Overtaken | None = None
    try:
        async with asyncio.TaskGroup() as group:
            for one in work:
                group.create_task(one)
    except* Overtaken as found:
        first = found.exceptions[0]
        overtaken = first if isinstance(first, Overtaken) else Overtaken()
    if overtaken:
        raise overtaken


@dataclass
class Batch:
    """What goes into one transaction, and who waits for it."""

    leaving: list[Answer | JudgeCall] = field(default_factory=list)
    finished: list[Answer] = field(default_factory=list)
    writes: list[Callable[[], Any]] = field(default_factory=list)
    waiting: list[asyncio.Future[None]] = field(default_factory=list)


class Saver:
    """One trial's pending writes. ``kept_at`` is when a write last prolonged its lease, on the monotonic clock."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        self.kept_at = float("-inf")
        self.batch = Batch()
        self.writing: asyncio.Task[None] | None = None

    async def save(self, write: Callable[[], Any]) -> None:
        """Have ``write`` committed; raises Overtaken when the trial is no longer ours."""
        self.batch.writes.append(write)
        await self.commit_batch()

    async def mark_sent(self, row: Answer | JudgeCall) -> None:
        """Have ``sent_at`` committed, before the request leaves: should we die then, nobody will send it again."""
        self.batch.leaving.append(row)
        await self.commit_batch()

    async def finish(self, answer: Answer) -> None:
        """Have the end of ``answer`` committed."""
        self.batch.finished.append(answer)
        await self.commit_batch()

    async def commit_batch(self) -> None:
        """Wait until the batch that is being filled is committed."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.batch.waiting.append(done)
        if self.writing is None or self.writing.done():
            self.writing = asyncio.create_task(self.write_batches())
        await done

    async def write_batches(self) -> None:
        while self.batch.waiting:
            batch, self.batch = self.batch, Batch()
            try:
                await on_thread(partial(self.commit, batch))
            except Exception as error:  # handed to whoever waits
                for done in batch.waiting:
                    if not done.done():
                        done.set_exception(error)
            else:
                for done in batch.waiting:
                    if not done.done():
                        done.set_result(None)

    def commit(self, batch: Batch) -> None:
        with transaction.atomic():
            if not self.trial.keep_lease():
                raise Overtaken(self.trial.code)
            mark_sent(batch.leaving)
            if batch.finished:
                Answer.objects.finish(batch.finished)
            for write in batch.writes:
                write()
        self.kept_at = monotonic()


def mark_sent(rows: Sequence[Answer | JudgeCall]) -> None:
    """One statement for all rows of a kind."""
    for kind in {type(row) for row in rows}:
        pks = [row.pk for row in rows if type(row) is kind]
        kind._default_manager.filter(pk__in=pks, state=AnswerState.WAITING).update(sent_at=Now())
