"""What re-checks mean for a listing: one failure warns, several suspend, passes in a row bring back.

It is worked out anew from the rows each time, so it does not matter which worker looks or how often. A failure that
others shared at that time, or that came while a part of ours was away, is our own and does not count.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.functional import Promise

from catalog import members, onboarding
from catalog.models import AuditEntry, Channel, Listing, Probe
from catalog.onboarding import letters
from sandbox.conformance.wording import CHECKS
from sandbox.models import ConformanceCheck, ConformanceRun, Result, RunState

logger = logging.getLogger(__name__)

# Without these a channel cannot be tried. No others count: an operator may have listed it without tools.
ESSENTIAL = ("address", "tls", "plain_answer", "stream_end")
# What the runner itself says of checks that it could not make: that is our fault.
OURS = ("given_up", "out_of_time")
# So large a part of the other providers failing at the same time is no coincidence.
SHARED = 0.8
NEAR = timedelta(minutes=5)
BACK_ON = ("channel_approved", "channel_returned")
WARNED = "recheck_failed"


def weigh() -> None:
    """Warn, suspend and bring back whom the runs of the site's own schedule say."""
    for channel, runs in _failed().items():
        counted = [run for run in runs if not is_ours(run)]
        if len(counted) >= settings.SUSPEND_AFTER_FAILURES:
            _suspend(channel, counted[-1])
        elif counted:
            _warn(channel, counted[-1])
        else:
            logger.error("%s failed, as did nearly all others, or we: nothing is held against it", channel.slug)
    suspended = Channel.objects.filter(listing=Listing.SUSPENDED, suspended_for__in=onboarding.RETURNING)
    for channel in suspended.select_related("provider", "model"):
        if has_recovered(channel):
            _bring_back(channel)


def asked_by_us() -> QuerySet[Any]:
    """Finished runs of the schedule, with ``failed`` and ``answered``; a run may be neither, and then says nothing."""
    checks = ConformanceCheck.objects.filter(run=OuterRef("pk"))
    failing = checks.filter(slug__in=ESSENTIAL, result=Result.FAIL).exclude(finding__in=OURS)
    answer = checks.filter(slug="plain_answer", result__in=(Result.PASS, Result.WARN))
    ours = ConformanceRun.objects.filter(asked_by__isnull=True, state=RunState.DONE, finished_at__isnull=False)
    return ours.annotate(failed=Exists(failing), answered=Exists(answer))


def is_ours(run: ConformanceRun) -> bool:
    """Whether a failure is to be laid at our own door."""
    return _were_we_away(run) or _did_others_fail(run)


def has_recovered(channel: Channel) -> bool:
    """Whether the newest checks since it was suspended all passed, as many as are asked for."""
    since = asked_by_us().filter(channel=channel, created_at__gt=channel.suspended_at)
    newest = [run.answered and not run.failed for run in since.order_by("-created_at")[: settings.RETURN_AFTER_PASSES]]
    return len(newest) == settings.RETURN_AFTER_PASSES and all(newest)


def title_of(slug: str) -> str | Promise:
    """A check's name in the reader's language."""
    return CHECKS[slug].title if slug in CHECKS else slug


def _failed() -> dict[Channel, list[ConformanceRun]]:
    """The failed runs within the window of channels that are listed, since they were last put on the list."""
    window = timezone.now() - timedelta(seconds=settings.SUSPEND_WINDOW_S)
    rows = asked_by_us().filter(failed=True, finished_at__gte=window, channel__listing=Listing.LISTED)
    found: defaultdict[Channel, list[ConformanceRun]] = defaultdict(list)
    for run in rows.select_related("channel__provider", "channel__model").order_by("finished_at"):
        found[run.channel].append(run)
    return {channel: since for channel, runs in found.items() if (since := _after(runs, _listed_since(channel)))}


def _after(runs: Iterable[ConformanceRun], day: datetime | None) -> list[ConformanceRun]:
    return [run for run in runs if day is None or run.created_at > day]


def _listed_since(channel: Channel) -> datetime | None:
    back = AuditEntry.objects.filter(provider=channel.provider_id, subject=channel.slug, action__in=BACK_ON)
    return back.order_by("-at").values_list("at", flat=True).first()


def _were_we_away(run: ConformanceRun) -> bool:
    parts = (Probe.DATABASE, Probe.REDIS, Probe.WORKER)
    during = (run.created_at - NEAR, run.finished_at + NEAR)  # type: ignore[operator]  # it is finished
    return Probe.objects.filter(subject__in=parts, ok=False, at__range=during).exists()


def _did_others_fail(run: ConformanceRun) -> bool:
    """Nearly every other provider failed around that time, or all that were asked since."""
    around = timedelta(seconds=settings.RECHECK_EVERY_S)
    others = (
        asked_by_us()
        .filter(finished_at__range=(run.created_at - around, run.created_at + around), channel__listing=Listing.LISTED)
        .exclude(channel__provider=run.channel.provider_id)
        .values_list("channel__provider", "finished_at", "failed")
    )
    rows = list(others)
    since = [row for row in rows if row[1] >= run.created_at]
    return _nearly_all_failed(rows) or (len({row[0] for row in since}) > 1 and _nearly_all_failed(since))


def _nearly_all_failed(rows: Iterable[tuple[int, datetime, bool]]) -> bool:
    asked = {provider for provider, _at, _failed in rows}
    failing = {provider for provider, _at, failed in rows if failed}
    return bool(asked) and len(failing) >= SHARED * len(asked)


def _suspend(channel: Channel, run: ConformanceRun) -> None:
    try:
        onboarding.suspend(channel, by=None, reason=onboarding.FAILING, proof=run)
    except onboarding.Refused:  # another worker was quicker
        return
    logger.warning("%s is suspended after failed checks", channel.slug)


def _bring_back(channel: Channel) -> None:
    try:
        onboarding.bring_back(channel, by=None)
    except onboarding.Refused:
        return
    logger.warning("%s is back on the list", channel.slug)


@transaction.atomic
def _warn(channel: Channel, run: ConformanceRun) -> None:
    """One letter within the window, whoever looks first."""
    window = timezone.now() - timedelta(seconds=settings.SUSPEND_WINDOW_S)
    warned = AuditEntry.objects.filter(
        provider=channel.provider_id, subject=channel.slug, action=WARNED, at__gte=window
    )
    if warned.exists():
        return
    Channel.objects.select_for_update().get(pk=channel.pk)
    if warned.exists():
        return
    failing = list(run.checks.filter(slug__in=ESSENTIAL, result=Result.FAIL).values_list("slug", flat=True))
    members.note(channel.provider, None, WARNED, channel.slug, checks=", ".join(failing), run=run.code)
    told = {"failures": settings.SUSPEND_AFTER_FAILURES, "hours": round(settings.SUSPEND_WINDOW_S / 3600)}
    letters.tell(channel, "listing_warned", run=run, checks=[title_of(slug) for slug in failing], **told)
