"""Workers die, Redis dies, bells ring twice: no answer is lost, none is asked for twice, none is paid twice."""

from __future__ import annotations

import itertools

import pytest
from django.utils import timezone
from kombu import pools

from catalog.models import Channel, Scenario
from catalog.seed.scenarios import load_scenarios
from marketplace import celery_app
from marketplace.billing import ledger
from marketplace.billing.models import Hold, LedgerEntry
from sandbox import tasks, trials
from sandbox.models import Answer, AnswerState, Trial, TrialState
from sandbox.seed.fleet import load_fleet
from sandbox.seed.prompts import load_prompts
from tests.stack import Stack, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

GRACE_S = 20
_visitors = itertools.count()


@pytest.fixture
def stack(tmp_path, settings):
    load_scenarios()
    load_prompts()
    load_fleet()
    stack = Stack(tmp_path, speed=0.5)
    settings.REDIS_URL = stack.redis_url
    ring_at(stack.redis_url)
    settings.SIMULATORS_URL = stack.simulators_url
    yield stack
    stack.close()


def ring_at(url):
    """Have this process's bells ring at another broker."""
    pools.reset()
    celery_app._pool = celery_app.amqp._producer_pool = None
    celery_app.conf.broker_url = celery_app.conf.broker_write_url = url


def open_trial(*, channels=5, prompts=4, deadline_s=90, settings=None):
    """A trial of questions that nobody else asks, so that the simulators' counts are its own."""
    if settings:
        settings.TRIAL_DEADLINE_S = deadline_s
    scenario = Scenario.objects.get(slug="text-generation")
    visitor = next(_visitors)
    own = [
        trials.OwnPrompt(f"Visitor {visitor}, question {n}: describe a lighthouse in winter.") for n in range(prompts)
    ]
    steady = Channel.objects.filter(scenarios=scenario, wire_name__in=steady_models()).for_lists()[:channels]
    return trials.open_trial(scenario=scenario, channels=list(steady), language="en", own=own, guest=f"guest-{visitor}")


def steady_models():
    from sandbox.simulators.personas import PERSONAS

    return [persona.name for persona in PERSONAS.values() if not persona.flaw and not persona.is_judge]


def answers(trial, state=None):
    rows = Answer.objects.of(trial)
    return rows.filter(state=state) if state else rows


def has_ended(trial):
    trial.refresh_from_db()
    return not trial.is_open


def assert_nothing_was_asked_or_paid_twice(stack, trial):
    questions = set(trial.prompt_set.prompts.values_list("text", flat=True))
    counts = [c for c in stack.calls()["calls"].values() if any(q.startswith(c["prompt"][:60]) for q in questions)]
    judged_apart = [count for count in counts if count["calls"] > 1]
    assert judged_apart == []
    assert Hold.objects.get(reference=trial.hold_reference).state == Hold.State.SETTLED
    settlements = LedgerEntry.objects.filter(transfer=f"settle:{trial.hold_reference}")
    assert settlements.values("account").distinct().count() == settlements.count()
    assert ledger.check() == []


def test_a_killed_worker_loses_no_answer_and_asks_for_none_twice(stack):
    trial = open_trial()
    first = stack.start_worker()
    wait_for(lambda: answers(trial, "done").count() >= 3, seconds=40, what="the first answers")
    first.kill()
    first.wait()
    saved = dict(answers(trial, AnswerState.DONE).values_list("pk", "text"))
    unsent = set(answers(trial, AnswerState.WAITING).filter(sent_at__isnull=True).values_list("pk", flat=True))
    assert answers(trial, AnswerState.WAITING).exists()

    stack.start_worker()
    wait_for(lambda: has_ended(trial), seconds=90, what="the trial's end")
    assert trial.state == TrialState.DONE
    assert trial.report
    kept = dict(answers(trial).filter(pk__in=saved).values_list("pk", "text"))
    assert kept == saved
    assert not answers(trial, AnswerState.WAITING).exists()
    assert set(answers(trial, AnswerState.DONE).values_list("pk", flat=True)) >= unsent
    lost = answers(trial, AnswerState.FAILED)
    assert set(lost.values_list("error_kind", flat=True)) <= {"internal"}
    assert_nothing_was_asked_or_paid_twice(stack, trial)


def test_a_redis_that_dies_and_comes_back_empty_costs_no_answer(stack):
    trial = open_trial()
    stack.start_worker()
    wait_for(lambda: answers(trial, "done").exists(), seconds=40, what="the first answer")
    stack.kill_redis()
    wait_for(lambda: answers(trial, "done").count() >= 4, seconds=40, what="answers without Redis")
    stack.start_redis()
    wait_for(lambda: has_ended(trial), seconds=90, what="the trial's end")
    assert trial.state == TrialState.DONE
    assert answers(trial, AnswerState.DONE).count() == answers(trial).count()
    assert_nothing_was_asked_or_paid_twice(stack, trial)


def test_a_trial_ends_in_time_though_redis_never_comes_back(stack, settings):
    trial = open_trial(deadline_s=40, settings=settings, channels=3, prompts=2)
    stack.start_worker()
    wait_for(lambda: answers(trial, "done").exists(), seconds=40, what="the first answer")
    stack.kill_redis()
    left_s = (trial.deadline - timezone.now()).total_seconds()
    wait_for(lambda: has_ended(trial), seconds=left_s + GRACE_S, what="the trial's end by its deadline + 20 s")
    assert trial.report
    assert_nothing_was_asked_or_paid_twice(stack, trial)


def test_a_task_delivered_five_times_to_two_workers_is_done_once(stack):
    trial = open_trial(channels=4, prompts=2)
    for _ in range(4):
        tasks.run_trial.apply_async((trial.pk,))
    stack.start_worker()
    stack.start_worker()
    wait_for(lambda: has_ended(trial), seconds=90, what="the trial's end")
    assert trial.state == TrialState.DONE
    assert answers(trial, AnswerState.DONE).count() == answers(trial).count()
    assert_nothing_was_asked_or_paid_twice(stack, trial)


def test_a_trial_whose_worker_never_returns_is_ended_by_the_next_one_at_its_deadline(stack, settings):
    trial = open_trial(deadline_s=20, settings=settings, channels=3, prompts=2)
    Trial.objects.filter(pk=trial.pk).update(deadline=timezone.now())
    stack.start_worker()
    wait_for(lambda: has_ended(trial), seconds=GRACE_S, what="the trial's end")
    assert not answers(trial, AnswerState.WAITING).exists()
    assert_nothing_was_asked_or_paid_twice(stack, trial)
