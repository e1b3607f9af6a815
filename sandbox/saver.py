"""Writes a running trial's rows off the event loop, in batches, each under the trial's fencing number.

Whatever was handed in while a write was going on goes into the next transaction: no timer, no row waits for company.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from django.db import close_old_connections, transaction

from sandbox.models import Trial

logger = logging.getLogger(__name__)
T = TypeVar("T")

# One thread per process: SQLite has one writer, and on PostgreSQL a batch is cheap.
_thread = ThreadPoolExecutor(1, thread_name_prefix="saver")


class Overtaken(Exception):
    """Another worker holds the trial now; this one must write nothing more."""


async def on_thread(work: Callable[[], T]) -> T:
    """Run ``work`` (ORM allowed) on the saver's thread."""

    def fresh() -> T:
        close_old_connections()
        return work()

    return await asyncio.get_running_loop().run_in_executor(_thread, fresh)


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


class Saver:
    """One trial's pending writes."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        self.pending: list[tuple[Callable[[], Any], asyncio.Future[None]]] = []
        self.writing: asyncio.Task[None] | None = None

    async def save(self, write: Callable[[], Any]) -> None:
        """Have ``write`` committed; raises Overtaken when the trial is no longer ours."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.pending.append((write, done))
        if self.writing is None or self.writing.done():
            self.writing = asyncio.create_task(self.write_pending())
        await done

    async def write_pending(self) -> None:
        while self.pending:
            batch, self.pending = self.pending, []
            try:
                await on_thread(lambda batch=batch: self.commit([write for write, _ in batch]))  # type: ignore[misc]
            except Exception as error:  # handed to whoever waits
                for _, done in batch:
                    if not done.done():
                        done.set_exception(error)
            else:
                for _, done in batch:
                    if not done.done():
                        done.set_result(None)

    def commit(self, writes: list[Callable[[], Any]]) -> None:
        with transaction.atomic():
            if not self.trial.keep_lease():
                raise Overtaken(self.trial.code)
            for write in writes:
                write()
