"""The pipeline's promises: a stage is done once, tried again while there is time, and always ends settled."""

from __future__ import annotations

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from kombu.exceptions import OperationalError

from marketplace.billing import ledger, purse
from marketplace.billing.models import Hold
from sandbox import live, tasks
from sandbox.models import Answer, AnswerState, Judgement, Trial, TrialState
from sandbox.saver import Overtaken
from tests.factories import make_channel, make_trial

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def redis(redis_url):
    return redis_url


@pytest.fixture
def rung(monkeypatch):
    bells = []
    monkeypatch.setattr(tasks, "ring", lambda *bell: bells.append(bell) or True)
    return bells


def make_paid(**overrides):
    trial = make_trial(channels=[make_channel()], prompts=2, **overrides)
    ledger.hold(payer=purse.open_today(), currency="CNY", amount=trial.ceiling, reference=trial.hold_reference)
    return trial


def out_of_time(trial):
    Trial.objects.filter(pk=trial.pk).update(deadline=timezone.now() - timedelta(seconds=1))


def fail(_trial):
    raise RuntimeError("broken")


def last_words(trial):
    with live.connect() as client:
        entries = client.xrange(live.stream_key(trial.code))
    return [fields[b"n"].decode() for _, fields in entries]


def test_a_stage_that_is_done_moves_on_and_rings_for_the_next(rung):
    trial = make_paid()
    tasks.attend(trial.pk, TrialState.RUNNING, lambda _: None, then=TrialState.JUDGING)
    trial.refresh_from_db()
    assert (trial.state, trial.lease_until) == (TrialState.JUDGING, None)
    assert rung == [(trial.pk, TrialState.JUDGING)]


@pytest.mark.parametrize("state", [TrialState.JUDGING, TrialState.DONE])
def test_a_bell_for_another_stage_does_nothing(rung, state):
    trial = make_paid(state=state, finished_at=timezone.now())
    tasks.run_trial(trial.pk)
    assert Trial.objects.get(pk=trial.pk).fence == 0
    assert rung == []


def test_a_trial_that_somebody_holds_is_left_to_them(rung):
    trial = make_paid(lease_until=timezone.now() + timedelta(seconds=30))
    tasks.attend(trial.pk, TrialState.RUNNING, fail, then=TrialState.JUDGING)
    assert Trial.objects.get(pk=trial.pk).fence == 0


def test_a_stage_that_fails_is_given_back_while_there_is_time(rung):
    trial = make_paid()
    tasks.attend(trial.pk, TrialState.RUNNING, fail, then=TrialState.JUDGING)
    trial.refresh_from_db()
    assert (trial.state, trial.lease_until) == (TrialState.RUNNING, None)
    assert trial.rung_at, "the reaper lets it rest for a while"
    assert Answer.objects.of(trial).waiting().count() == 2
    assert rung == []


def test_running_that_fails_at_the_deadline_closes_its_answers_and_is_judged_without_them(rung):
    trial = make_paid()
    out_of_time(trial)
    first = Answer.objects.of(trial).first()
    live.say(trial.code, ("pieces", {str(first.pk): {"text": "what came"}}))
    tasks.attend(trial.pk, TrialState.RUNNING, fail, then=TrialState.JUDGING)
    trial.refresh_from_db()
    assert trial.state == TrialState.JUDGING
    assert set(Answer.objects.of(trial).values_list("state", "error_kind")) == {("failed", "internal")}
    first.refresh_from_db()
    assert first.text == "what came"


def test_judging_that_fails_at_the_deadline_closes_its_judgements_and_is_reported_without_them(rung):
    trial = make_paid(state=TrialState.JUDGING)
    out_of_time(trial)
    answer = Answer.objects.of(trial).first()
    Answer.objects.of(trial).update(state=AnswerState.DONE)
    Judgement.objects.create(answer=answer, judge=make_channel(), prompt_version="1")
    tasks.attend(trial.pk, TrialState.JUDGING, fail, then=TrialState.REPORTING)
    trial.refresh_from_db()
    assert trial.state == TrialState.REPORTING
    assert Judgement.objects.get().state == AnswerState.FAILED


def test_a_report_that_fails_at_the_deadline_ends_the_trial_settled_and_said(rung):
    trial = make_paid(state=TrialState.REPORTING)
    Answer.objects.of(trial).update(state=AnswerState.DONE, charge=Decimal("0.01"))
    out_of_time(trial)
    tasks.attend(trial.pk, TrialState.REPORTING, fail, then=None)
    trial.refresh_from_db()
    assert (trial.state, trial.problem) == (TrialState.FAILED, tasks.PROBLEM)
    hold = Hold.objects.get()
    assert (hold.state, Decimal(hold.settled_nano).scaleb(-9)) == (Hold.State.SETTLED, Decimal("0.02"))
    assert ledger.check() == []
    assert last_words(trial) == ["end"]


def test_ending_and_settling_happen_both_or_neither(rung, monkeypatch):
    trial = make_paid(state=TrialState.REPORTING)
    out_of_time(trial)
    monkeypatch.setattr(tasks.reports, "settle", fail)
    with pytest.raises(RuntimeError):
        tasks.attend(trial.pk, TrialState.REPORTING, fail, then=None)
    trial.refresh_from_db()
    assert (trial.state, trial.problem) == (TrialState.REPORTING, "")
    assert Hold.objects.get().state == Hold.State.OPEN


def test_a_trial_that_kills_its_workers_is_passed_on_untouched_and_ended(rung):
    trial = make_paid(fence=tasks.MOST_TAKES)
    for stage, then in (
        (TrialState.RUNNING, TrialState.JUDGING),
        (TrialState.JUDGING, TrialState.REPORTING),
        (TrialState.REPORTING, None),
    ):
        tasks.attend(trial.pk, stage, fail, then=then)
    trial.refresh_from_db()
    assert trial.state == TrialState.FAILED
    assert not Answer.objects.of(trial).waiting().exists()
    assert Hold.objects.get().state == Hold.State.SETTLED


@pytest.mark.parametrize("error", [Overtaken, RuntimeError])
def test_a_worker_that_was_overtaken_neither_moves_nor_ends_the_trial(rung, error):
    trial = make_paid()
    out_of_time(trial)

    def be_overtaken(mine):
        Trial.objects.filter(pk=mine.pk).update(fence=mine.fence + 1)
        raise error

    tasks.attend(trial.pk, TrialState.RUNNING, be_overtaken, then=TrialState.JUDGING)
    trial.refresh_from_db()
    assert trial.state == TrialState.RUNNING
    assert Answer.objects.of(trial).waiting().count() == 2
    assert rung == []


# -- bells ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [OperationalError, ConnectionError])
def test_a_bell_that_does_not_ring_is_survived(monkeypatch, error):
    def away(*_arguments, **_options):
        raise error

    monkeypatch.setattr(tasks.judge_trial, "apply_async", away)
    trial = make_trial(state=TrialState.JUDGING)
    assert tasks.ring(trial.pk, TrialState.JUDGING) is False
    assert Trial.objects.get(pk=trial.pk).rung_at is None


def test_a_bell_goes_through_a_real_broker_and_is_noted():
    trial = make_trial()
    assert tasks.ring(trial.pk, TrialState.RUNNING) is True
    assert Trial.objects.get(pk=trial.pk).rung_at


def make_forgotten(**overrides):
    trial = make_trial(**overrides)
    Trial.objects.filter(pk=trial.pk).update(created_at=timezone.now() - timedelta(minutes=1))
    return trial


def test_the_reaper_rings_once_for_each_forgotten_trial_and_not_again_at_once(monkeypatch):
    sent = []
    for task in tasks.STAGES.values():
        monkeypatch.setattr(task, "apply_async", lambda arguments, task=task: sent.append((task.name, *arguments)))
    running = make_forgotten()
    judging = make_forgotten(state=TrialState.JUDGING, lease_until=timezone.now() - timedelta(seconds=1))
    make_forgotten(lease_until=timezone.now() + timedelta(minutes=1))
    make_forgotten(rung_at=timezone.now())
    make_forgotten(state=TrialState.DONE, finished_at=timezone.now())
    make_trial()
    assert tasks.reap() == 2
    assert set(sent) == {("sandbox.tasks.run_trial", running.pk), ("sandbox.tasks.judge_trial", judging.pk)}
    assert tasks.reap() == 0


def test_the_reaper_does_the_stage_itself_while_the_broker_is_away(monkeypatch):
    done = threading.Event()
    seen = []

    def work(trial_id):
        seen.append(trial_id)
        done.set()

    monkeypatch.setattr(tasks, "ring", lambda *_bell: False)
    monkeypatch.setitem(tasks.STAGES, TrialState.RUNNING, work)
    trial = make_forgotten()
    assert tasks.reap() == 1
    assert done.wait(5)
    assert seen == [trial.pk]


def test_an_adaptive_trial_whose_judging_kills_workers_goes_to_its_report(rung, monkeypatch):
    trial = make_paid(state=TrialState.JUDGING, mode=Trial.Mode.ADAPTIVE, fence=tasks.MOST_TAKES)
    monkeypatch.setattr(tasks, "judge", fail)
    tasks.judge_trial(trial.pk)
    trial.refresh_from_db()
    assert trial.state == TrialState.REPORTING
    assert rung == [(trial.pk, TrialState.REPORTING)]


def test_a_look_that_fails_after_the_deadline_ends_in_a_report(rung, monkeypatch):
    trial = make_paid(state=TrialState.JUDGING, mode=Trial.Mode.ADAPTIVE)
    out_of_time(trial)
    monkeypatch.setattr(tasks.rounds, "go_on", fail)
    tasks.judge_trial(trial.pk)
    trial.refresh_from_db()
    assert trial.state == TrialState.REPORTING


def test_who_waits_for_the_pen_keeps_the_lease_or_lets_go(rung, monkeypatch):
    trial = make_paid(state=TrialState.REPORTING)
    held = Trial.objects.take(trial.pk, TrialState.REPORTING)
    Trial.objects.filter(pk=trial.pk).update(fence=held.fence + 1)
    with pytest.raises(Overtaken):
        tasks.publish(held)
    assert tasks._reporting.acquire(blocking=False)
    tasks._reporting.release()
