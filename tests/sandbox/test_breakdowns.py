"""Scores taken apart: by topic as the ranking adds them up, by grader as they were given."""

from __future__ import annotations

import pytest

from catalog.models import GraderKind
from sandbox import breakdowns, evidence
from sandbox.models import Answer, AnswerState, Prompt, Score
from tests.factories import make_channel, make_trial

pytestmark = pytest.mark.django_db


@pytest.fixture
def trial():
    """Two channels, four prompts of two topics, every answer done and scored 6 by rule in both dimensions."""
    trial = make_trial(channels=2, prompts=4)
    for place, prompt in enumerate(trial.prompt_set.prompts.order_by("position")):
        Prompt.objects.filter(pk=prompt.pk).update(topic="logic" if place < 3 else "rates")
    answers = Answer.objects.of(trial)
    answers.update(state=AnswerState.DONE, text="so")
    for answer in answers:
        for dimension in trial.rubric.dimensions.all():
            Score.objects.create(answer=answer, dimension=dimension, grader=GraderKind.RULE, value=6.0)
    return trial


def test_each_topic_has_its_mean_per_channel(trial):
    rates = Score.objects.filter(answer__prompt__topic="rates", answer__contender__label="A")
    rates.update(value=10.0)
    logic, rated = breakdowns.topics(evidence.gather(trial))
    a, b = (trial.contenders.get(label=label).channel.slug for label in "AB")
    assert (logic["topic"], logic["prompts"], logic["scores"]) == ("logic", 3, {a: 6.0, b: 6.0})
    assert (rated["topic"], rated["prompts"], rated["scores"]) == ("rates", 1, {a: 10.0, b: 6.0})


def test_a_topic_that_nobody_was_scored_in_is_unknown(trial):
    Score.objects.filter(answer__prompt__topic="rates").delete()
    assert set(breakdowns.topics(evidence.gather(trial))[1]["scores"].values()) == {None}


def test_one_topic_is_no_breakdown(trial):
    Prompt.objects.update(topic="logic")
    assert breakdowns.topics(evidence.gather(trial)) == []


def test_each_grader_stands_by_itself(trial):
    judge = make_channel(slug="j", is_judge=True)
    first, second = trial.rubric.dimensions.all()
    answer = Answer.objects.of(trial).filter(contender__label="A").first()
    Score.objects.create(answer=answer, dimension=second, grader=GraderKind.JUDGE, judge=judge, value=2.0)
    Score.objects.filter(answer=answer, dimension=first).update(value=None)
    rows = breakdowns.graders(evidence.gather(trial))
    assert [(row["dimension"], row["grader"], row["judge"]) for row in rows] == [
        (first.slug, "rule", None),
        (second.slug, "rule", None),
        (second.slug, "judge", "j"),
    ]
    channel = answer.contender.channel.slug
    assert rows[0]["scores"][channel] == {"value": 6.0, "n": 3}
    assert rows[2]["scores"] == {channel: {"value": 2.0, "n": 1}}
