"""A channel's checks as rows: asked for, carried out under a lease, kept as they come.

Like a trial's, a run's lease and fencing number let one worker at a time write; what a dead one left is gone on with.
"""

from __future__ import annotations

import logging
import queue
import time
from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.live import reveal
from catalog.models import Channel
from catalog.refusals import Refused
from marketplace.billing import quotas
from sandbox import calling, loop
from sandbox.conformance.bench import Claims
from sandbox.conformance.engine import run_checks
from sandbox.conformance.questions import SLUGS, VITAL
from sandbox.conformance.verdicts import Found, failed
from sandbox.models import ConformanceCheck, ConformanceRun, Result, RunState
from sandbox.wire.types import Endpoint

if TYPE_CHECKING:
    from marketplace.accounts.models import User

logger = logging.getLogger(__name__)
Kind = ConformanceRun.Kind
# One that was taken this often kills its workers; it is closed instead.
MOST_TAKES = 4
# A run makes about so many calls: a channel of few calls a minute is given the time that they take.
CALLS = 80


class Exhausted(Refused):
    """The provider has no run left for now; ``wait_s`` seconds from now it has one again."""

    def __init__(self, *, limit: int, wait_s: int) -> None:
        message = _("This provider's checks were run %(count)s times today, which is the limit.")
        super().__init__("", message % {"count": limit}, _("Try again tomorrow."))
        self.wait_s = wait_s


class Overtaken(Exception):
    """Another worker holds the run now; this one must write nothing more."""


def start(channel: Channel, *, by: User | None, kind: str = Kind.FULL, only: Collection[str] = ()) -> ConformanceRun:
    """Ask for the channel's checks, or for ``only`` some: then the last run's other results are kept.

    One that is open already is returned as it is. ``by`` None is the site itself, which has no quota. Raises
    ``Refused``.
    """
    refuse_unknown(only, kind)
    if found := channel.conformance_runs.open().first():
        return found
    if not channel.is_simulated and reveal(channel) is None:
        raise Refused("key", _("There is no key for this address."), _("Enter the API's key first."))
    if by is not None:
        spend(channel)
    try:
        with transaction.atomic():
            return lay_out(channel, by=by, kind=kind, only=only)
    except IntegrityError:  # somebody else pressed at the same moment
        return channel.conformance_runs.open().get()


def refuse_unknown(only: Collection[str], kind: str) -> None:
    """Of a slug that no check has nothing would be made, and the last results would stand there as new ones."""
    known = slugs_of(kind)
    if unknown := [slug for slug in only if slug not in known]:
        message = _("There is no check “%(slug)s”.") % {"slug": unknown[0][:60]}
        raise Refused("only", message, _("Choose one of those in the report."))


def slugs_of(kind: str) -> Collection[str]:
    return VITAL if kind == Kind.VITAL else SLUGS


def spend(channel: Channel) -> None:
    """Count one of today's runs. Apart from the rows of runs: those go with a draft that is taken back."""
    limit = settings.CONFORMANCE_RUNS_PER_DAY
    try:
        quotas.spend(subject=f"provider:{channel.provider_id}", quota="checks", limit=limit)
    except quotas.OutOfQuota as out:
        wait_s = max(1, round((out.resets_at - timezone.now()).total_seconds()))
        raise Exhausted(limit=limit, wait_s=wait_s) from None


def lay_out(channel: Channel, *, by: User | None, kind: str, only: Collection[str]) -> ConformanceRun:
    from sandbox.conformance.tasks import ring  # the tasks know the runs

    facts = facts_of(channel)
    before = latest(channel, kind=kind)
    kept = {}
    if only and before and before.facts == facts:
        kept = {check.slug: check for check in before.checks.exclude(result="").exclude(slug__in=only)}
    run = ConformanceRun.objects.create(channel=channel, kind=kind, asked_by=by, facts=facts)
    ConformanceCheck.objects.bulk_create(
        row_of(run, slug, position, kept.get(slug)) for position, slug in enumerate(slugs_of(kind))
    )
    transaction.on_commit(lambda: ring(run.pk))
    return run


def row_of(run: ConformanceRun, slug: str, position: int, before: ConformanceCheck | None) -> ConformanceCheck:
    if before is None:
        return ConformanceCheck(run=run, slug=slug, position=position)
    same = ("result", "finding", "facts", "exchanges", "took_ms", "finished_at")
    values = {name: getattr(before, name) for name in same}
    return ConformanceCheck(run=run, slug=slug, position=position, **values)


def facts_of(channel: Channel) -> dict[str, str]:
    """What is checked: the same facts, the same API."""
    return {"base_url": channel.base_url, "protocol": channel.protocol, "wire_name": channel.wire_name}


def latest(channel: Channel, *, kind: str = Kind.FULL) -> ConformanceRun | None:
    """The channel's newest run of that kind, over or not."""
    return channel.conformance_runs.filter(kind=kind).first()


def conforms(run: ConformanceRun) -> bool:
    """Whether the run is over and nothing failed. Warnings are for people to weigh."""
    return run.state == RunState.DONE and not run.checks.filter(result=Result.FAIL).exists()


def is_current(run: ConformanceRun) -> bool:
    """Whether the run was made of what the channel is now."""
    return bool(run.facts == facts_of(run.channel))


def claims_of(channel: Channel) -> Claims:
    model = channel.model
    return Claims(
        names=(model.name, model.slug, channel.wire_name),
        takes_pictures=model.takes_pictures,
        calls_tools=model.calls_tools,
        structured_output=model.structured_output,
        context_window=model.context_window,
        max_parallel=channel.max_parallel,
    )


def endpoint_of(channel: Channel) -> Endpoint:
    """As trials call it, but for what was learned before: that is found out anew."""
    return replace(calling.endpoint_of(channel), dialect=channel.dialect)


def carry_out(run: ConformanceRun) -> None:
    """Make the checks that are not done yet, keep each as it comes, and close the run. Raises ``Overtaken``."""
    left = list(run.checks.filter(result="").order_by("position").values_list("slug", flat=True))
    within_s = seconds_left(run)
    if left and (run.fence > MOST_TAKES or within_s <= 0):
        for slug in left:
            keep(run, Found(slug, failed("given_up" if run.fence > MOST_TAKES else "out_of_time", seconds=0)))
    elif left:
        make(run, left, within_s=within_s)
    close(run)


def seconds_left(run: ConformanceRun) -> float:
    whole = max(settings.CONFORMANCE_DEADLINE_S, CALLS * 60 / run.channel.calls_per_minute)
    started = run.started_at or timezone.now()
    return float(whole - (timezone.now() - started).total_seconds())


def make(run: ConformanceRun, slugs: list[str], *, within_s: float) -> None:
    """The checks on the worker's loop; their rows on this thread, which also keeps the lease."""
    found: queue.SimpleQueue[Found | None] = queue.SimpleQueue()
    channel, endpoint = run.channel, endpoint_of(run.channel)
    work = loop.begin(check(channel, endpoint, slugs, found, within_s=within_s))
    work.add_done_callback(lambda _: found.put(None))
    try:
        listen(run, found)
    except BaseException:
        work.cancel()
        raise
    work.result()


def listen(run: ConformanceRun, found: queue.SimpleQueue[Found | None]) -> None:
    renew_s = settings.CONFORMANCE_LEASE_S / 3
    renew_at = time.monotonic() + renew_s
    while True:
        try:
            one = found.get(timeout=max(0.0, renew_at - time.monotonic()))
        except queue.Empty:
            keep_lease(run)
            renew_at = time.monotonic() + renew_s
            continue
        if one is None:
            return
        keep(run, one)


async def check(
    channel: Channel,
    endpoint: Endpoint,
    slugs: list[str],
    found: queue.SimpleQueue[Found | None],
    *,
    within_s: float,
) -> None:
    room = await loop.open_room()

    def pace() -> Any:
        return room.pacer.slot(
            channel.pk,
            max_parallel=channel.max_parallel,
            calls_per_minute=channel.calls_per_minute,
            given_up=lambda: False,
        )

    async for one in run_checks(room.client, endpoint, claims_of(channel), only=slugs, pace=pace, within_s=within_s):
        found.put(one)


def keep(run: ConformanceRun, found: Found) -> None:
    """Write down one check, if the run is still ours. Raises ``Overtaken``."""
    rows = ConformanceCheck.objects.filter(run=run, slug=found.slug, run__fence=run.fence, run__state=RunState.RUNNING)
    if not rows.update(
        result=found.verdict.result,
        finding=found.verdict.finding,
        facts=found.verdict.facts,
        exchanges=found.exchanges,
        took_ms=found.took_ms,
        finished_at=timezone.now(),
    ):
        raise Overtaken(run.code)
    if found.learned:
        profile = {**found.learned, "run": run.code, "on": timezone.localdate().isoformat()}
        # What was learned at an address that was left meanwhile says nothing of the new one.
        Channel.objects.filter(pk=run.channel_id, **run.facts).update(profile=profile)


def keep_lease(run: ConformanceRun) -> None:
    mine = ConformanceRun.objects.filter(pk=run.pk, fence=run.fence, state=RunState.RUNNING)
    if not mine.update(lease_until=Now() + timedelta(seconds=settings.CONFORMANCE_LEASE_S)):
        raise Overtaken(run.code)


def close(run: ConformanceRun) -> bool:
    """End the run; True for exactly one caller."""
    mine = ConformanceRun.objects.filter(pk=run.pk, fence=run.fence, state=RunState.RUNNING)
    ended = bool(mine.update(state=RunState.DONE, finished_at=timezone.now(), lease_until=None))
    if ended:
        run.refresh_from_db(fields=["state", "finished_at"])
    return ended


def let_go(run: ConformanceRun) -> None:
    """Give the lease back, so that the run is taken again soon."""
    ConformanceRun.objects.filter(pk=run.pk, fence=run.fence, state=RunState.RUNNING).update(lease_until=None)
