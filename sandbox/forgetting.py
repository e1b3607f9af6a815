"""Keeps the promise beside the prompt box: what a visitor sent is deleted after so many days, and its answers with it.

Measurements stay: they are figures about channels and hold no text of anyone's.
"""

from __future__ import annotations

import logging
from datetime import timedelta

import redis
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import DatabaseError
from django.db.models import Q
from django.db.models.functions import Now

from catalog.models import Probe, PublicReport
from marketplace.billing import quotas
from sandbox import deleting, live
from sandbox.models import AbuseReport, PromptSet, Trial
from sandbox.models.trials import TrialQuerySet

logger = logging.getLogger(__name__)

AT_ONCE = 50


def forget() -> int:
    """Delete what has been kept long enough, ``AT_ONCE`` trials at most; how many it were."""
    forgotten = sum(_forget_one(trial) for trial in due()[:AT_ONCE])
    forget_traces()
    forget_streams()
    return forgotten


def due() -> TrialQuerySet:
    """The trials that have ended too long ago, but for published reports on the house's prompts."""
    old = Trial.objects.filter(finished_at__lt=Now() - timedelta(days=settings.TRIAL_KEEP_DAYS))
    public = Q(report__code__in=PublicReport.objects.values("code"), prompt_set__version__isnull=False)
    return old.exclude(pk__in=old.filter(public).values("pk")).order_by("finished_at")


def _forget_one(trial: Trial) -> bool:
    """One that cannot be deleted must not keep the others."""
    try:
        return deleting.delete_trial(trial)
    except DatabaseError:
        logger.exception("trial %s is not forgotten", trial.code)
        return False


def forget_traces() -> None:
    """What is kept beside trials: prompts that no trial asks, handled complaints, counts of use, sessions, probes."""
    keep = timedelta(days=settings.TRIAL_KEEP_DAYS)
    deleting.delete_prompts(PromptSet.objects.filter(created_at__lt=Now() - timedelta(days=1)))
    AbuseReport.objects.filter(handled_at__lt=Now() - keep).delete()
    quotas.forget(days=settings.TRIAL_KEEP_DAYS)
    Session.objects.filter(expire_date__lt=Now()).delete()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    Probe.objects.filter(at__lt=Now() - timedelta(days=settings.PROBES_KEEP_DAYS)).delete()


def forget_streams() -> int:
    """Drop the streams of trials that are no more, for Redis may have been away when they were deleted; how many."""
    try:
        codes = live.codes()
    except (redis.RedisError, OSError):
        return 0
    known = set(Trial.objects.filter(code__in=codes).values_list("code", flat=True))
    return sum(live.bury(code) for code in codes if code not in known)
