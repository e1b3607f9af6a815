"""From calls in two orders to verdicts, who won side by side, and which judge the planted pairs caught."""

from __future__ import annotations

import pytest

from sandbox import verdicts
from sandbox.models import Answer, AnswerState, PairJudgement
from tests.factories import make_channel, make_trial

pytestmark = pytest.mark.django_db
BOTH = {"left": ("left", "right"), "right": ("right", "left"), "tie": ("tie", "tie"), "flip": ("left", "left")}


@pytest.fixture
def by():
    return make_channel(slug="a-judge", is_judge=True)


def pair(trial, by, readings, **fields):
    for said, swapped in zip(readings, (False, True), strict=True):
        values = {"trial": trial, "judge": by, "said": said, "is_swapped": swapped, "prompt_version": "v"}
        PairJudgement.objects.create(**values, state=AnswerState.DONE, **fields)


def of_answers(trial, by, *readings):
    answers = Answer.objects.of(trial)
    prompts = trial.prompt_set.prompts.all()
    for prompt, each in zip(prompts, readings, strict=True):
        left, right = answers.filter(prompt=prompt).order_by("contender__label")
        pair(trial, by, each, left=left, right=right)
    return trial.pair_judgements.order_by("pk")


def test_wins_losses_ties_and_flips_are_counted_for_the_leader(by):
    trial = make_trial(prompts=5)
    rows = of_answers(trial, by, BOTH["left"], BOTH["right"], BOTH["tie"], BOTH["flip"], ("left", ""))
    told = verdicts.side_by_side(rows)
    assert told["judges"] == [{"judge": "a-judge", "wins": 1, "losses": 1, "ties": 2, "flips": 1, "unread": 1}]
    assert told["flip_rate"] == 0.25
    assert [told["left"], told["right"]] == [c.channel.slug for c in trial.contenders.order_by("label")]
    assert [each["winner"] for each in told["verdicts"]] == ["left", "right", "tie", "tie", None]


def test_judges_are_told_apart(by):
    trial, other = make_trial(prompts=1), make_channel(slug="another", is_judge=True)
    of_answers(trial, by, BOTH["left"])
    told = verdicts.side_by_side(of_answers(trial, other, BOTH["right"]))
    assert [(each["judge"], each["wins"]) for each in told["judges"]] == [("a-judge", 1), ("another", 0)]


def test_where_nobody_compared_there_is_nothing_to_tell(by):
    trial = make_trial()
    assert verdicts.side_by_side([]) is None
    pair(trial, by, BOTH["left"], planted="en-wrong-change")
    assert verdicts.side_by_side(trial.pair_judgements.all()) is None


def test_a_flip_rate_of_nothing_readable_is_unknown():
    assert verdicts.flip_rate([None, None]) is None


def planted(by, *readings):
    trial = make_trial()
    for number, each in enumerate(readings):
        pair(trial, by, each, planted=f"pair-{number}")
    return verdicts.tested(trial.pair_judgements.all())


def test_a_judge_that_sees_the_better_answer_has_missed_nothing(by):
    assert planted(by, BOTH["left"], BOTH["left"]) == {"a-judge": {"asked": 2, "missed": 0, "doubtful": False}}


@pytest.mark.parametrize("reading", [BOTH["right"], BOTH["tie"], BOTH["flip"], ("left", ""), ("", "")])
def test_everything_but_the_better_answer_in_both_orders_is_a_miss(by, reading):
    assert planted(by, reading, BOTH["left"])["a-judge"] == {"asked": 2, "missed": 1, "doubtful": False}


def test_a_judge_that_always_names_the_first_answer_is_in_doubt(by):
    assert planted(by, BOTH["flip"], BOTH["flip"])["a-judge"] == {"asked": 2, "missed": 2, "doubtful": True}


def test_a_pair_of_which_a_call_failed_is_held_against_nobody(by):
    trial = make_trial()
    pair(trial, by, ("", "right"), planted="pair-0")
    trial.pair_judgements.filter(said="").update(state=AnswerState.FAILED, error_kind="timeout")
    assert verdicts.tested(trial.pair_judgements.all()) == {}
