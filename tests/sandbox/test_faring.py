"""A channel's days: how many answers came, how fast, how they failed; what is not its fault does not count."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from sandbox import faring
from sandbox.models import Answer, AnswerState
from tests.factories import make_channel, make_scenario, make_trial

pytestmark = pytest.mark.django_db


@pytest.fixture
def trial():
    scenario = make_scenario()
    return make_trial(scenario=scenario, channels=[make_channel(scenario=scenario), make_channel()], prompts=4)


def answers_of(trial):
    return Answer.objects.filter(contender__trial=trial, contender__label="A").order_by("pk")


def test_sums_up_each_day_and_leaves_out_days_without_answers(trial):
    channel, today = trial.contenders.first().channel, timezone.now()
    for place, answer in enumerate(answers_of(trial)):
        at = today - timedelta(days=2) if place == 0 else today
        figures = {"ttft_ms": 100.0 * (place + 1), "output_tps": 50.0, "finished_at": at}
        Answer.objects.filter(pk=answer.pk).update(state=AnswerState.DONE, **figures)
    found = faring.of(channel, days=7)
    assert [(day.answers, day.ttft_ms_p50) for day in found.days] == [(1, 100.0), (3, 300.0)]
    assert (found.trials, found.answers, found.failed, found.output_tps_p50) == (1, 4, 0, 50.0)


def test_counts_failures_by_kind_and_not_those_that_are_ours_or_the_visitors(trial):
    kinds = ["timeout", "timeout", "cancelled", "internal"]
    for answer, kind in zip(answers_of(trial), kinds, strict=True):
        ended = {"state": AnswerState.FAILED, "error_kind": kind, "finished_at": timezone.now()}
        Answer.objects.filter(pk=answer.pk).update(**ended)
    found = faring.of(trial.contenders.first().channel, days=7)
    assert found.errors == [("timeout", 2)]
    assert (found.answers, found.failed, found.days[0].failed_share) == (2, 2, 1.0)
    assert found.days[0].ttft_ms_p50 is None


def test_looks_no_further_back_than_asked(trial):
    Answer.objects.of(trial).update(state=AnswerState.DONE, finished_at=timezone.now() - timedelta(days=8))
    assert faring.of(trial.contenders.first().channel, days=7).answers == 0
    assert faring.of(trial.contenders.first().channel, days=30).answers == 4


def test_a_glance_asks_once_for_all_channels(trial, django_assert_num_queries):
    Answer.objects.of(trial).update(state=AnswerState.DONE, ttft_ms=120.0, finished_at=timezone.now())
    channels = [contender.channel for contender in trial.contenders.all()] + [make_channel()]
    with django_assert_num_queries(1):
        rows = faring.glance(channels, days=30)
    assert [(row.answers, row.failed, row.ttft_ms_p50) for row in rows] == [(4, 0, 120.0), (4, 0, 120.0), (0, 0, None)]
