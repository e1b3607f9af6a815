"""One press of Compare: a checked form becomes one trial, however often it is sent."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction

from catalog.models import Scenario
from marketplace.accounts.models import User
from marketplace.billing import quotas
from sandbox import trials
from sandbox.forms import TrialForm
from sandbox.models import Trial

# Where on the form a refusal is shown; the others concern all of it.
FIELDS = {"prompts": "prompt", "repeats": "repeats", "scenario": "scenario"}


def open_from(form: TrialForm, *, language: str, user: User | None, guest: str, is_new_guest: bool) -> Trial:
    """The form's trial: a new one, or the one that the same form already opened.

    Raises what ``trials.open_trial`` raises; then nothing was opened.
    """
    nonce = form.fingerprint
    if opened := _opened_by(nonce, guest if is_new_guest else ""):
        return opened
    try:
        with transaction.atomic():
            trial = trials.open_trial(**wishes(form, language=language), user=user, guest=guest)
            Trial.objects.filter(pk=trial.pk).update(nonce=nonce)
    except (IntegrityError, quotas.OutOfQuota):
        # The other click came first: it holds the nonce, or took the last of the quota.
        if opened := _opened_by(nonce, guest if is_new_guest else ""):
            return opened
        raise
    return trial


def wishes(form: TrialForm, *, language: str) -> dict[str, Any]:
    """A valid form as the arguments of ``trials.open_trial``, without who asks."""
    cleaned = form.cleaned_data
    scenario: Scenario = cleaned["scenario"]
    prompt: str = cleaned["prompt"]
    return {
        "scenario": scenario,
        "channels": form.chosen
        or trials.suggest(
            scenario,
            top=cleaned["top"] or 0,
            may_train=not cleaned["no_training"],
            with_pictures=bool(form.pictures),
        ),
        "language": language,
        "own": [trials.OwnPrompt(prompt, pictures=form.pictures)] if prompt else [],
        "repeats": cleaned["repeats"],
        "weights": form.weights,
        "mode": Trial.Mode.ADAPTIVE if cleaned["adaptive"] else Trial.Mode.FIXED,
        "is_blind": cleaned["blind"],
    }


def _opened_by(nonce: str, new_guest: str) -> Trial | None:
    """The trial this form opened. A first visitor's two clicks come as two guests: the one they stay owns it."""
    opened = Trial.objects.filter(nonce=nonce) if nonce else Trial.objects.none()
    if new_guest:
        opened.filter(owner=None).update(guest=new_guest)
    return opened.first()
