"""Deletes what a visitor sent, for good: the trial with all that hangs on it, its prompts, and its stream.

What stays names nobody and quotes nothing: the ledger's opaque references, and figures about channels, which lose
the trial's code and so lead nowhere.
"""

from __future__ import annotations

import secrets
from functools import partial

from django.db import models, transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Now

from catalog.models import Measurement, PublicReport
from sandbox import live, reports
from sandbox.models import PromptSet, Trial, TrialState


@transaction.atomic
def delete_trial(trial: Trial) -> bool:
    """Delete ``trial`` and everything of it; one that still runs is stopped first and pays for what has come.

    Raising its fencing number makes whatever a worker still brings too late. True for exactly one caller.
    """
    was_open = _stop(trial)
    if not Trial.objects.filter(pk=trial.pk).update(fence=F("fence") + 1):
        return False
    if was_open:
        reports.settle(trial)
    Measurement.objects.filter(report=trial.code).update(report=secrets.token_hex(16))
    own = PromptSet.objects.filter(pk=trial.prompt_set_id, version__isnull=True)
    Trial.objects.get(pk=trial.pk).delete()
    # After the report itself: whoever was just publishing it has done so, or finds nothing to publish.
    PublicReport.objects.filter(code=trial.code).delete()
    delete_prompts(own)
    transaction.on_commit(partial(live.bury, trial.code))
    return True


def delete_prompts(own: models.QuerySet[PromptSet]) -> None:
    """Visitors' prompt sets that no trial asks any more, with their pictures."""
    own.filter(version__isnull=True, trials__isnull=True).delete()


def _stop(trial: Trial) -> bool:
    """End it as stopped; False where it had ended. Waits for a worker that is just writing."""
    ended = {"state": TrialState.CANCELLED, "finished_at": Now(), "lease_until": None}
    stopped = Trial.objects.open().filter(pk=trial.pk)
    return bool(stopped.update(cancel_asked_at=Coalesce("cancel_asked_at", Now()), **ended))
