"""Trials run against simulated providers over real HTTP, saved by a real saver thread."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from sandbox import live, loop, runner
from sandbox.models import Answer, AnswerState, Trial, TrialState
from sandbox.saver import Overtaken, Saver
from sandbox.simulators.personas import PERSONAS
from sandbox.wire.client import Stop
from tests.factories import make_channel, make_prompt, make_prompt_set, make_scenario, make_trial

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]


def paced(**overrides):
    """A channel that streams 20 pieces, one a millisecond."""
    return make_channel(wire_name="paced-n20-i1-t5", **overrides)


def take(trial):
    return Trial.objects.take(trial.pk, TrialState.RUNNING)


def run(trial):
    loop.run(runner.run(take(trial)))
    return Answer.objects.of(trial).order_by("contender", "prompt__position")


def test_every_answer_is_asked_measured_and_charged(worker):
    scenario = make_scenario()
    trial = make_trial(scenario=scenario, channels=[paced(scenario=scenario), paced(scenario=scenario)], prompts=3)
    for answer in run(trial):
        assert answer.state == AnswerState.DONE
        assert answer.text
        assert answer.tries == 1
        assert 0 < answer.ttft_ms <= answer.total_ms
        assert answer.output_tokens >= 20
        assert answer.charge == answer.cost > 0
        assert answer.sent_body["model"] == "paced-n20-i1-t5"
        assert "messages" not in answer.sent_body


def test_viewers_see_pieces_states_and_figures(worker):
    trial = make_trial(channels=[paced()], prompts=1)
    (answer,) = run(trial)
    with live.connect() as client:
        entries = client.xrange(live.stream_key(trial.code))
    said = [fields[b"n"].decode() for _, fields in entries]
    assert said[0] == "state"
    assert said.count("answer") == 3  # sent, streaming, done
    assert live.snapshot(trial.code).texts[answer.pk][0] == answer.text


@pytest.mark.parametrize(
    ("fault", "kind"),
    [("up-d15", "cut_off"), ("up-d14", "malformed"), ("up-d11", "refused"), ("up-d08", "rate_limited")],
)
def test_a_failed_answer_says_why_and_keeps_its_text(worker, fault, kind):
    scenario = make_scenario()
    prompt_set = make_prompt_set(scenario=scenario, prompts=0)
    make_prompt(prompt_set=prompt_set, text=f"Tell me of lighthouses. [[fault:{fault}]]")
    steady = next(name for (protocol, name), persona in PERSONAS.items() if protocol == "openai" and not persona.flaw)
    trial = make_trial(scenario=scenario, prompt_set=prompt_set, channels=[make_channel(wire_name=steady)])
    (answer,) = run(trial)
    assert (answer.state, answer.error_kind) == (AnswerState.FAILED, kind)
    assert answer.error_detail
    assert bool(answer.text) == (kind in {"cut_off", "malformed"})
    assert answer.charge is not None


def test_stopping_a_trial_ends_its_calls_and_keeps_what_came(worker):
    trial = make_trial(channels=[make_channel(wire_name="paced-n400-i20-t5")], prompts=1)
    Trial.objects.filter(pk=trial.pk).update(cancel_asked_at=timezone.now())
    (answer,) = run(trial)
    assert (answer.state, answer.error_kind) == (AnswerState.FAILED, "cancelled")


def test_time_that_is_up_ends_the_calls(worker):
    trial = make_trial(channels=[paced()], prompts=2, deadline=timezone.now() + timedelta(milliseconds=1))
    assert {answer.error_kind for answer in run(trial)} == {"timeout"}


def test_what_a_dead_worker_had_sent_is_closed_with_the_text_that_was_streamed(worker):
    trial = make_trial(channels=[paced()], prompts=2)
    sent, unsent = Answer.objects.of(trial).order_by("pk")
    Answer.objects.filter(pk=sent.pk).update(sent_at=timezone.now())
    live.say(trial.code, ("pieces", {str(sent.pk): {"text": "what came"}}))
    run(trial)
    sent.refresh_from_db()
    unsent.refresh_from_db()
    assert (sent.state, sent.error_kind, sent.text) == (AnswerState.FAILED, "internal", "what came")
    assert unsent.state == AnswerState.DONE


def test_a_worker_that_was_overtaken_writes_nothing(worker):
    trial = make_trial(channels=[paced()], prompts=2)
    mine = take(trial)
    Trial.objects.filter(pk=trial.pk).update(fence=mine.fence + 1)
    with pytest.raises(Overtaken):
        loop.run(runner.run(mine))
    assert not Answer.objects.of(trial).exclude(state=AnswerState.WAITING).exists()


async def watch_for_a_while(trial, *, kept_at=float("-inf")):
    """The stop that a watch of a tenth of a second leaves behind."""
    saver, stop = Saver(trial), Stop()
    saver.kept_at = kept_at
    async with runner.watched(trial, stop, until=trial.running_until, saver=saver):
        await asyncio.sleep(0.1)
    return stop


@pytest.mark.parametrize(("seconds_ago", "is_prolonged"), [(0, False), (6, True)])
def test_only_a_trial_that_saves_nothing_prolongs_its_lease_by_itself(worker, seconds_ago, is_prolonged):
    trial = take(make_trial(channels=1))
    before = Trial.objects.get(pk=trial.pk).lease_until
    worker.run(watch_for_a_while(trial, kept_at=time.monotonic() - seconds_ago))
    assert (Trial.objects.get(pk=trial.pk).lease_until > before) is is_prolonged


def test_a_trial_that_is_taken_from_us_stops_its_calls(worker):
    trial = take(make_trial(channels=1))
    Trial.objects.filter(pk=trial.pk).update(fence=trial.fence + 1)
    assert worker.run(watch_for_a_while(trial)).error.detail == runner.NOT_SENT_AGAIN


def test_a_trial_that_was_stopped_before_it_ran_sends_nothing(worker):
    trial = take(make_trial(channels=2))
    Trial.objects.filter(pk=trial.pk).update(cancel_asked_at=timezone.now())
    worker.run(runner.run(trial))
    answers = Answer.objects.of(trial)
    assert set(answers.values_list("error_kind", flat=True)) == {"cancelled"}
    assert not answers.filter(sent_at__isnull=False).exists()


def test_a_trial_is_taken_once(worker):
    trial = make_trial(channels=1)
    assert take(trial)
    assert take(trial) is None
    Trial.objects.filter(pk=trial.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert take(trial).fence == 2


def test_the_end_of_running_belongs_to_one_caller(worker):
    trial = make_trial(channels=1)
    mine = take(trial)
    other = Trial.objects.get(pk=trial.pk)
    assert mine.finish_running()
    assert not other.finish_running()


def test_a_trial_goes_on_while_redis_is_away(worker, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    (answer,) = run(make_trial(channels=[paced()], prompts=1))
    assert answer.state == AnswerState.DONE
