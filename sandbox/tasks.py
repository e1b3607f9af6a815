"""The pipeline on one screen: run → judge → report, and the reaper that rings again for what a dead worker left.

The database is the queue of record; the broker only rings the bell. A task takes the trial's lease by a conditional
UPDATE, so a bell that rings twice, late or not at all does no harm.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Lock

from celery import shared_task
from django.conf import settings
from django.db import close_old_connections, connection, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from kombu.exceptions import OperationalError

from catalog.models import Probe
from sandbox import judging, live, loop, reports, rounds, runner
from sandbox.conformance.tasks import check_channel as check_channel  # so that Celery finds it
from sandbox.models import Answer, Trial, TrialState
from sandbox.saver import Overtaken

logger = logging.getLogger(__name__)

# A trial needs three takes, and two more for each further round. One that was taken this often kills its workers; it
# is ended instead.
MOST_TAKES = 12
PROBLEM = "report"
# Side by side, reports would be ready no sooner, and hold up the streams of other trials longer.
_reporting = Lock()
_alone = ThreadPoolExecutor(8, thread_name_prefix="alone")


@shared_task
def run_trial(trial_id: int) -> None:
    """Get the answers; whoever finishes the last one rings for the judges."""
    attend(trial_id, TrialState.RUNNING, lambda trial: loop.run(runner.run(trial)), then=TrialState.JUDGING)


@shared_task
def judge_trial(trial_id: int) -> None:
    """Grade them by rule and by judges; an adaptive trial may then ask another round."""
    attend(trial_id, TrialState.JUDGING, judge, then=TrialState.REPORTING)


@shared_task
def write_report(trial_id: int) -> None:
    """Decide, freeze the facts, settle the hold, and say that it is over."""
    attend(trial_id, TrialState.REPORTING, publish, then=None)


@shared_task
def answer_bell(rung_at: str) -> None:
    """Say that a worker hears, and how long the queue took to bring this here."""
    at = datetime.fromisoformat(rung_at)
    waited_ms = max((timezone.now() - at).total_seconds() * 1000, 0.0)
    Probe.objects.create(subject=Probe.WORKER, ok=True, ms=waited_ms, at=at)


STAGES = {TrialState.RUNNING: run_trial, TrialState.JUDGING: judge_trial, TrialState.REPORTING: write_report}


def judge(trial: Trial) -> None:
    """Score what has come. An adaptive trial may move to another round; after its last one its leaders are compared."""
    if trial.mode == Trial.Mode.ADAPTIVE:
        loop.run(judging.judge_answers(trial, is_last=False))
        if rounds.go_on(trial):
            return
    loop.run(judging.judge_answers(trial))


def publish(trial: Trial) -> None:
    """Write the report; raises Overtaken when another worker does. Whoever waits for the pen keeps the lease."""
    while not _reporting.acquire(timeout=settings.TRIAL_LEASE_S / 3):
        keep(trial)
    try:
        keep(trial)
        report = reports.write(trial)
    finally:
        _reporting.release()
    if report is None:
        raise Overtaken(trial.code)
    trial.refresh_from_db(fields=["state"])
    live.say(trial.code, ("end", {"state": trial.state, "report": report.code}))


def keep(trial: Trial) -> None:
    if not trial.keep_lease():
        raise Overtaken(trial.code)


def attend(trial_id: int, state: TrialState, work: Callable[[Trial], object], *, then: TrialState | None) -> None:
    """Take the trial if it waits in ``state``, do its ``work``, move it on and ring for the next stage.

    Work that has itself moved the trial, to another round, is rung for as it is.
    """
    trial = Trial.objects.take(trial_id, state)
    if trial is None:
        return
    if trial.fence > MOST_TAKES + 2 * trial.rounds.count():
        give_up(trial)
    elif not attempt(trial, state, work):
        return
    if trial.state == TrialState.RUNNING != state:
        ring(trial_id, TrialState.RUNNING)
    elif then and trial.move(state, then):
        ring(trial_id, then)
    elif fail(trial, state):
        live.say(trial.code, ("end", {"state": TrialState.FAILED, "report": None}))


def attempt(trial: Trial, state: TrialState, work: Callable[[Trial], object]) -> bool:
    """Do the ``work``; False when somebody else goes on with the trial, now or later."""
    try:
        work(trial)
    except Overtaken:
        logger.warning("trial %s was taken by another worker", trial.code)
        return False
    except Exception:
        logger.exception("trial %s: %s failed", trial.code, state)
        if trial.let_go():
            return False  # the reaper rings again
        give_up(trial)
    return True


@transaction.atomic
def give_up(trial: Trial) -> None:
    """Close what a stage that cannot be done awaits: the trial goes on without."""
    if trial.keep_lease():
        runner.close(trial, Answer.objects.of(trial).waiting(), why=runner.GIVEN_UP)
        judging.close(trial)


@transaction.atomic
def fail(trial: Trial, state: TrialState) -> bool:
    """End the trial without a report and settle its hold, both or neither; True for exactly one caller."""
    if not trial.fail(state, PROBLEM):
        return False
    reports.settle(trial)
    return True


def ring(trial_id: int, state: TrialState) -> bool:
    """Tell a worker that a trial waits; False when the broker is away (the reaper rings again)."""
    try:
        STAGES[state].apply_async((trial_id,))
    except (OperationalError, OSError) as error:
        logger.warning("the bell for trial %s does not ring: %s", trial_id, type(error).__name__)
        return False
    Trial.objects.filter(pk=trial_id, state=state).update(rung_at=Now())
    return True


def reap() -> int:
    """Ring for every open trial that nobody holds and nobody rang for lately; how many there were.

    While the broker is away its stage is done by this process, so that no trial outlives its deadline by much.
    """
    a_while_ago = Now() - timedelta(seconds=settings.TRIAL_REAP_EVERY_S)
    forgotten = Trial.objects.unattended().filter(Q(rung_at__isnull=True) | Q(rung_at__lt=a_while_ago))
    trials = list(forgotten.filter(created_at__lt=Now() - timedelta(seconds=2)).values_list("pk", "state"))
    for trial_id, state in trials:
        stage = TrialState(state)
        if not ring(trial_id, stage):
            _alone.submit(attend_alone, trial_id, stage)
    return len(trials)


def attend_alone(trial_id: int, state: TrialState) -> None:
    close_old_connections()
    try:
        STAGES[state](trial_id)
    finally:
        connection.close()
