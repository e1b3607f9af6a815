"""Adaptive trials: a round is judged, looked at, and followed by another only when one is worth asking."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from catalog.models import GraderKind
from sandbox import evidence, live, rounds
from sandbox.models import Answer, AnswerState, Contender, Score, Trial, TrialState
from sandbox.saver import Overtaken
from tests.factories import make_channel, make_prompt_set, make_scenario

pytestmark = pytest.mark.django_db

LEVELS = {"A": 9.0, "B": 8.8, "C": 3.0}
SHAKE = (0.6, -0.6, 0.4, -0.4, 0.2, -0.2)


@pytest.fixture(autouse=True)
def silent(monkeypatch):
    said = []
    monkeypatch.setattr(live, "say", lambda code, *events: said.append(events))
    return said


@pytest.fixture
def make_adaptive():
    """An adaptive trial under a lease, as it stands once its first round was laid out."""

    def make(*, channels=3, prompts=14, **overrides):
        scenario = make_scenario()
        prompt_set = make_prompt_set(scenario=scenario, prompts=prompts)
        trial = Trial.objects.create(
            scenario=scenario,
            rubric=scenario.rubric,
            prompt_set=prompt_set,
            language="en",
            currency="CNY",
            ceiling=1,
            mode=Trial.Mode.ADAPTIVE,
            plan=[prompt.pk for prompt in prompt_set.prompts.all()],
            weights={"quality-1": 1.0, "quality-2": 1.0, "cost": 0.0, "speed": 0.0},
            deadline=timezone.now() + timedelta(minutes=5),
            state=TrialState.JUDGING,
            is_simulated=True,
        )
        for _, label in zip(range(channels), "ABCDEF", strict=False):
            Contender.objects.create(trial=trial, channel=make_channel(scenario=scenario), label=label)
        rounds.lay_out(trial, 1, list(trial.contenders.all()))
        Trial.objects.filter(pk=trial.pk).update(**overrides)
        return Trial.objects.take(trial.pk, TrialState.JUDGING)

    return make


def answer(trial, levels=LEVELS):
    """Every waiting answer comes and is scored at its channel's level, shaken a little by the prompt."""
    dimensions = list(trial.rubric.dimensions.all())
    waiting = list(Answer.objects.of(trial).waiting().select_related("contender"))
    for each in waiting:
        place = trial.plan.index(each.prompt_id) + ord(each.contender.label)
        value = levels[each.contender.label] + SHAKE[place % 6]
        Answer.objects.filter(pk=each.pk).update(state=AnswerState.DONE, text="so")
        Score.objects.bulk_create(
            Score(answer=each, dimension=d, grader=GraderKind.RULE, value=value) for d in dimensions
        )
    return len(waiting)


def judge_again(trial):
    """What running the next round leaves: the trial in JUDGING, held by us."""
    Trial.objects.filter(pk=trial.pk).update(state=TrialState.JUDGING, lease_until=None)
    return Trial.objects.take(trial.pk, TrialState.JUDGING)


def labels(trial, pks):
    return sorted(trial.contenders.filter(pk__in=pks).values_list("label", flat=True))


def test_the_first_round_asks_everybody_six_prompts(make_adaptive):
    trial = make_adaptive()
    assert Answer.objects.of(trial).waiting().count() == 3 * 6
    assert trial.rounds.get().prompts == trial.plan[:6]


def test_who_can_hardly_win_rests_and_the_others_are_asked_on(make_adaptive, silent):
    trial = make_adaptive()
    answer(trial)
    assert rounds.go_on(trial)
    first, second = trial.rounds.all()
    assert labels(trial, first.resting) == ["C"]
    assert first.threats[str(trial.contenders.get(label="C").pk)] < rounds.RULES.risk < first.risk
    assert second.prompts == trial.plan[6:8]
    asked = Answer.objects.of(trial).waiting()
    assert sorted(asked.values_list("contender__label", flat=True)) == ["A", "A", "B", "B"]
    trial.refresh_from_db()
    assert (trial.state, trial.lease_until) == (TrialState.RUNNING, None)
    assert silent == [(("round", {"number": 1, "goes_on": True}),)]


def test_a_race_that_is_decided_asks_no_more(make_adaptive):
    trial = make_adaptive()
    answer(trial, {"A": 9.2, "B": 4.0, "C": 2.0})
    assert not rounds.go_on(trial)
    assert trial.rounds.count() == 1
    assert trial.rounds.get().looked_at
    assert Trial.objects.get(pk=trial.pk).state == TrialState.JUDGING


def test_equals_are_asked_until_the_prompts_are_used_up(make_adaptive):
    trial, asked = make_adaptive(channels=2), 0
    asked += answer(trial, {"A": 7.0, "B": 7.0})
    while rounds.go_on(trial):
        trial = judge_again(trial)
        asked += answer(trial, {"A": 7.0, "B": 7.0})
    assert asked <= 2 * 14
    assert [len(each.prompts) for each in trial.rounds.all()][:3] == [6, 2, 2]


def test_a_resting_channel_returns_when_the_leader_falls(make_adaptive):
    trial = make_adaptive()
    answer(trial, {"A": 9.0, "B": 7.6, "C": 6.6})
    assert rounds.go_on(trial)
    assert labels(trial, trial.rounds.first().resting) == ["C"]
    trial = judge_again(trial)
    answer(trial, {"A": 2.0, "B": 7.6})
    assert rounds.go_on(trial)
    second = trial.rounds.get(number=2)
    assert second.leader.label == "B"
    assert "C" not in labels(trial, second.resting)
    assert trial.rounds.get(number=3).prompts
    assert "C" in Answer.objects.of(trial).waiting().values_list("contender__label", flat=True)


@pytest.mark.parametrize(
    "changes",
    [{"cancel_asked_at": timezone.now()}, {"deadline": timezone.now()}],
    ids=["stopped", "out of time"],
)
def test_a_stopped_or_late_trial_asks_no_more(make_adaptive, changes):
    trial = make_adaptive(**changes)
    answer(trial)
    assert not rounds.go_on(trial)
    assert not Answer.objects.of(trial).waiting().exists()


def test_with_nobody_to_compare_the_trial_goes_to_its_report(make_adaptive):
    trial = make_adaptive()
    Answer.objects.of(trial).update(state=AnswerState.FAILED, error_kind="internal")
    assert not rounds.go_on(trial)
    assert trial.rounds.get().leader is None


def test_a_look_is_taken_once_though_its_worker_dies_behind_it(make_adaptive):
    trial = make_adaptive()
    answer(trial, {"A": 9.2, "B": 4.0, "C": 2.0})
    assert not rounds.go_on(trial)
    assert not rounds.go_on(judge_again(trial))
    assert trial.rounds.count() == 1


def test_whoever_was_overtaken_writes_no_round(make_adaptive):
    trial = make_adaptive()
    answer(trial)
    Trial.objects.filter(pk=trial.pk).update(fence=trial.fence + 1)
    with pytest.raises(Overtaken):
        rounds.go_on(trial)
    assert trial.rounds.filter(looked_at__isnull=False).count() == 0
    assert trial.rounds.count() == 1


def test_a_fixed_trial_has_no_rounds(make_adaptive):
    trial = make_adaptive(mode=Trial.Mode.FIXED)
    answer(trial)
    assert not rounds.go_on(trial)
    assert rounds.facts(evidence.gather(trial)) is None


def test_a_report_tells_who_rested_and_what_that_saved(make_adaptive):
    trial = make_adaptive()
    answer(trial)
    rounds.go_on(trial)
    answer(trial)
    told = rounds.facts(evidence.gather(trial))
    assert (told["planned"], told["asked"], told["saved"]) == (42, 22, 20)
    slug = trial.contenders.get(label="C").channel.slug
    assert [rest["channel"] for rest in told["rounds"][0]["rests"]] == [slug]
    assert told["rounds"][0]["leader"] == trial.contenders.get(label="A").channel.slug
