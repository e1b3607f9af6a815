"""Trials whose answers are in, and their judging as a worker does it."""

from __future__ import annotations

import dataclasses
from decimal import Decimal

from sandbox import judging, loop
from sandbox.models import Answer, AnswerState, Score, Trial, TrialState
from tests.factories import make_channel, make_model, make_prompt, make_prompt_set, make_scenario, make_trial

ANSWER = "A lighthouse keeps its promise to ships that it will never meet. That is the whole of its work."


def make_judge(**overrides):
    """The simulated fleet's own judge, by another maker than the contenders'."""
    maker = overrides.pop("maker", "a-judges-maker")
    values = {"is_judge": True, "wire_name": "sim-judge", "model": make_model(maker=maker)}
    values |= {"max_parallel": 16, "calls_per_minute": 6_000}
    return make_channel(**{**values, **overrides})


def answered(*, text=ANSWER, prompts=1, checks=(), **overrides):
    """A trial whose answers are in."""
    scenario = overrides.pop("scenario", None) or make_scenario()
    prompt_set = make_prompt_set(scenario=scenario, prompts=0)
    for place in range(prompts):
        make_prompt(prompt_set=prompt_set, position=place, checks=list(checks))
    channels = overrides.pop("channels", None) or [make_channel(scenario=scenario)]
    values = {"scenario": scenario, "prompt_set": prompt_set, "channels": channels, "state": TrialState.JUDGING}
    trial = make_trial(**{**values, **overrides})
    Answer.objects.of(trial).update(state=AnswerState.DONE, text=text, charge=Decimal("0.001"))
    return trial


def judged(trial):
    """The same after its judging, as a worker does it."""
    loop.run(judging.judge_answers(Trial.objects.take(trial.pk, TrialState.JUDGING)))
    return {score.dimension.slug: score for score in Score.objects.select_related("dimension", "judge")}


def judged_by(client, worker, trial):
    """The same with another ``client`` than the wire's in the worker's room."""
    mine = Trial.objects.take(trial.pk, TrialState.JUDGING)

    async def judge():
        room = await loop.open_room()
        worker.room = dataclasses.replace(room, client=client)
        try:
            await judging.judge_answers(mine)
        finally:
            worker.room = room

    loop.run(judge())
