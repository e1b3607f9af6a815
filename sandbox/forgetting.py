"""Keeps the promise beside the prompt box: what a visitor sent is deleted after so many days, and its answers with it.

Measurements stay: they are figures about channels and hold no text of anyone's.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from catalog.models import PublicReport
from sandbox.models import PromptSet, Trial

AT_ONCE = 50


def forget() -> int:
    """Delete the trials that have ended too long ago, but for published reports on the house's prompts; how many."""
    old = Trial.objects.filter(finished_at__lt=Now() - timedelta(days=settings.TRIAL_KEEP_DAYS))
    published = PublicReport.objects.values("code")
    kept = old.filter(report__code__in=published, prompt_set__version__isnull=False)
    forgotten = 0
    for trial in old.exclude(pk__in=kept.values("pk"))[:AT_ONCE]:
        forget_trial(trial)
        forgotten += 1
    return forgotten


@transaction.atomic
def forget_trial(trial: Trial) -> None:
    """With its report, and the catalogue's link to that."""
    PublicReport.objects.filter(code=trial.code).delete()
    trial.delete()
    PromptSet.objects.filter(pk=trial.prompt_set_id, version__isnull=True).delete()
