"""Where a channel loses: on the same prompts as the others, the house's own alone, and only when the gap is clear."""

from __future__ import annotations

import pytest
from django.utils import timezone

from catalog.models import GraderKind
from sandbox import losses
from sandbox.models import Answer, AnswerState, Prompt, Score, TrialState
from tests.factories import make_channel, make_prompt_set, make_scenario, make_trial

pytestmark = pytest.mark.django_db


@pytest.fixture
def scenario():
    return make_scenario(dimensions=2)


def tried(scenario, channels, *, mine, others, prompts=8, prompt_set=None):
    """A finished trial in which the first channel's answers have the score ``mine`` and all others' ``others``."""
    prompt_set = prompt_set or make_prompt_set(scenario=scenario, prompts=prompts)
    ended = {"state": TrialState.DONE, "finished_at": timezone.now()}
    trial = make_trial(scenario=scenario, prompt_set=prompt_set, channels=channels, **ended)
    answers = Answer.objects.of(trial)
    answers.update(state=AnswerState.DONE, text="so")
    for place, answer in enumerate(answers.select_related("contender")):
        value = mine if answer.contender.channel_id == channels[0].pk else others
        value += 0.1 * (place % 3)
        for dimension in trial.rubric.dimensions.all():
            Score.objects.create(answer=answer, dimension=dimension, grader=GraderKind.RULE, value=value)
    return trial


def test_says_that_a_channel_loses_where_every_prompt_says_so(scenario):
    channels = [make_channel(scenario=scenario) for _ in range(3)]
    tried(scenario, channels, mine=3.0, others=8.0)
    found = losses.of(channels[0], scenario)
    assert [(gap.key, gap.verdict, gap.n) for gap in found.dimensions] == [
        ("quality-1", "loses", 8),
        ("quality-2", "loses", 8),
    ]
    assert found.dimensions[0].mine < found.dimensions[0].others
    assert found.trials == 1


def test_cannot_tell_from_two_prompts(scenario):
    channels = [make_channel(scenario=scenario) for _ in range(2)]
    tried(scenario, channels, mine=3.0, others=8.0, prompts=2)
    assert {gap.verdict for gap in losses.of(channels[0], scenario).dimensions} == {"cannot_tell"}


def test_a_prompt_that_was_asked_again_counts_once(scenario):
    channels = [make_channel(scenario=scenario) for _ in range(2)]
    prompts = make_prompt_set(scenario=scenario, prompts=6)
    for _again in range(3):
        tried(scenario, channels, mine=7.0, others=5.0, prompt_set=prompts)
    found = losses.of(channels[0], scenario)
    assert (found.trials, found.dimensions[0].n) == (3, 6)


def test_reads_nothing_of_trials_on_visitors_own_prompts(scenario):
    channels = [make_channel(scenario=scenario) for _ in range(2)]
    own = make_prompt_set(scenario=scenario, prompts=8, version=None)
    tried(scenario, channels, mine=2.0, others=9.0, prompt_set=own)
    assert losses.of(channels[0], scenario) == losses.Losses(trials=0, dimensions=[], topics=[])


def test_names_the_worst_topic_first(scenario):
    channels = [make_channel(scenario=scenario) for _ in range(2)]
    trial = tried(scenario, channels, mine=6.0, others=6.0)
    for place, prompt in enumerate(trial.prompt_set.prompts.order_by("position")):
        Prompt.objects.filter(pk=prompt.pk).update(topic="logic" if place < 4 else "rates")
    Score.objects.filter(answer__prompt__topic="rates", answer__contender__channel=channels[0]).update(value=1.0)
    assert [gap.key for gap in losses.of(channels[0], scenario).topics] == ["rates", "logic"]


def test_has_nothing_to_say_of_a_channel_that_was_tried_alone(scenario):
    channel = make_channel(scenario=scenario)
    tried(scenario, [channel], mine=6.0, others=6.0)
    assert losses.of(channel, scenario).dimensions == []
