"""A recorded judging is played again word by word, without a call, and on real judges' words."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from sandbox import replay, verdicts
from sandbox.graders import judge, pairwise
from sandbox.models import Answer, AnswerState, Judgement, Score, TrialState
from sandbox.replay import Replay
from tests.factories import (
    make_channel,
    make_dimension,
    make_prompt,
    make_prompt_set,
    make_scenario,
    make_trial,
)
from tests.sandbox.judged import answered, judged, judged_by, make_judge

pytestmark = pytest.mark.django_db(transaction=True)
EVAL = Path(os.environ.get("TOUCHSTONE_DATA", Path(__file__).parents[3] / "shared" / "data")) / "eval"


def replayed(worker, trial, records):
    judged_by(Replay(records), worker, trial)


def scores_of(trial):
    scores = Score.objects.filter(answer__contender__trial=trial).order_by("answer", "dimension__slug")
    return [(score.dimension.slug, score.value, score.reason) for score in scores.select_related("dimension")]


def again(trial):
    """The same answers to the same prompts in another trial."""
    same = make_trial(
        scenario=trial.scenario,
        prompt_set=trial.prompt_set,
        channels=[contender.channel for contender in trial.contenders.all()],
        state=TrialState.JUDGING,
    )
    for answer in Answer.objects.of(trial):
        twin = Answer.objects.of(same).filter(prompt=answer.prompt, contender__channel=answer.contender.channel)
        twin.update(state=AnswerState.DONE, text=answer.text)
    return same


def test_a_trial_judged_again_from_its_own_records_gets_the_same_scores_and_pairs(worker):
    make_judge()
    scenario = make_scenario()
    trial = answered(prompts=2, scenario=scenario, channels=[make_channel(scenario=scenario) for _ in range(2)])
    Answer.objects.of(trial).filter(contender__label="B").update(text="A cup, and rain on the window.")
    judged(trial)
    records = list(replay.recorded(trial))
    same = again(trial)
    replayed(worker, same, records)
    assert scores_of(same) == scores_of(trial)
    told = [verdicts.side_by_side(each.pair_judgements.of_answers().order_by("pk"))["judges"] for each in (trial, same)]
    assert told[0] == told[1]


def test_what_was_never_recorded_is_an_error_and_scores_nothing(worker):
    make_judge()
    trial = answered()
    replayed(worker, trial, [])
    assert scores_of(trial) == []
    assert set(Judgement.objects.values_list("error_kind", flat=True)) == {"not_found"}


def test_the_command_prints_the_records_of_a_trial(worker, capsys):
    make_judge()
    trial = answered()
    judged(trial)
    call_command("record_judging", trial.code)
    printed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert printed == list(replay.recorded(trial))
    assert len(printed) == 5
    with pytest.raises(CommandError, match="no such trial"):
        call_command("record_judging", "nothing")


def find(records, judge, **shown):
    return (Replay(records).find(judge, {"QUESTION": "q", **shown}) or {}).get("text")


def test_records_are_found_by_judge_and_material():
    records = [
        {"judge": "one", "question": "q", "answer": "a", "text": "of one"},
        {"question": "q", "answer": "a", "text": "of anybody"},
        {"question": "q", "left": "a", "right": "b", "text": "of a pair"},
    ]
    assert find(records, "one", ANSWER="a") == "of one"
    assert find(records, "two", ANSWER="a", REFERENCE="r") == "of anybody"
    assert find(records, "two", LEFT="a", RIGHT="b") == "of a pair"
    assert find(records, "two", LEFT="b", RIGHT="a") is None


def test_several_records_of_the_same_material_are_given_in_turn_and_the_last_again():
    player = Replay({"question": "q", "answer": "a", "text": text} for text in ("first", "second"))
    texts = [player.find("any", {"QUESTION": "q", "ANSWER": "a"})["text"] for _ in range(3)]
    assert texts == ["first", "second", "second"]


# -- real judges' words --------------------------------------------------------------------------


def rows(name, *, every=1):
    with gzip.open(EVAL / name, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines][::every]


@pytest.mark.skipif(not EVAL.exists(), reason="needs TOUCHSTONE_DATA")
def test_a_real_judges_long_critique_is_read_whatever_stands_before_its_scores(worker):
    make_judge()
    scenario = make_scenario(dimensions=1)
    chosen = rows("e_cwbench_scored_outputs.jsonl.gz", every=60)
    titles = {row["pid"]: row["prompt"] for row in rows("e_cwbench_prompts.jsonl.gz")}
    prompt_set = make_prompt_set(scenario=scenario, prompts=0)
    for place, row in enumerate(chosen):
        make_prompt(prompt_set=prompt_set, position=place, text=titles[row["pid"]], max_output_tokens=4000)
    trial = make_trial(scenario=scenario, prompt_set=prompt_set, channels=[make_channel()], state=TrialState.JUDGING)
    records, expected = [], []
    for prompt, row in zip(prompt_set.prompts.all(), chosen, strict=True):
        Answer.objects.of(trial).filter(prompt=prompt).update(state=AnswerState.DONE, text=row["output"])
        score = round(1 + 9 * row["score_0_100"] / 100, 1)
        said = json.dumps({"scores": {"quality-1": {"score": score, "reason": "see above"}}})
        records.append({"question": prompt.text, "answer": row["output"], "text": f"{row['judge_text']}\n{said}"})
        expected.append(score)
    replayed(worker, trial, records)
    assert [value for _, value, _ in scores_of(trial)] == expected


@pytest.mark.skipif(not EVAL.exists(), reason="needs TOUCHSTONE_DATA")
def test_a_real_judges_feedback_without_an_object_is_unscored_and_with_one_is_read():
    for row in rows("d_prometheus_gpt4_repeats.jsonl.gz"):
        for feedback, score in zip(row["gpt4_feedback"], row["gpt4_score"], strict=True):
            assert judge.read(f"{feedback} [RESULT] {score}", ["overall"])["overall"].value is None
            closing = json.dumps({"scores": {"overall": {"score": score, "reason": feedback[:100]}}})
            assert judge.read(f"{feedback}\n{closing}", ["overall"])["overall"].value == score


@pytest.mark.skipif(not EVAL.exists(), reason="needs TOUCHSTONE_DATA")
def test_real_judges_verdicts_in_both_orders_give_the_pairs_of_a_trial(worker):
    """One channel gave the left answers and one the right ones; GPT-4's recorded verdicts judge them."""
    make_judge()
    scenario = make_scenario(dimensions=0)
    make_dimension(rubric=scenario.rubric, slug="overall", graders=["judge"])
    chosen = [row for row in rows("d_llmbar_pairs.jsonl.gz") if len(row["response_a"]) < 2_000][::20][:6]
    name = "GPT-4/Vanilla_NoRules"
    prompt_set = make_prompt_set(scenario=scenario, prompts=0)
    for place, row in enumerate(chosen):
        make_prompt(prompt_set=prompt_set, position=place, text=row["prompt"])
    channels = [make_channel() for _ in range(2)]
    trial = make_trial(
        scenario=scenario,
        prompt_set=prompt_set,
        channels=channels,
        state=TrialState.JUDGING,
        weights={"overall": 1.0, "cost": 0.0, "speed": 0.0},
    )
    records, settled = [], []
    sides = {"model_a": "left", "model_b": "right"}
    for prompt, row in zip(prompt_set.prompts.all(), chosen, strict=True):
        one, two = row["response_a"], row["response_b"]
        for channel, text, score in ((channels[0], one, 9), (channels[1], two, 3)):
            answers = Answer.objects.of(trial).filter(prompt=prompt, contender__channel=channel)
            answers.update(state=AnswerState.DONE, text=text)
            said = json.dumps({"scores": {"overall": score}})
            records.append({"question": row["prompt"], "answer": text, "text": said})
        straight, swapped = (sides[each] for each in row["judges"][name])
        for left, right, said in ((one, two, straight), (two, one, pairwise.MIRRORED[swapped])):
            text = f"The first answer keeps to it. {json.dumps({'verdict': {'winner': said}})}"
            records.append({"question": row["prompt"], "left": left, "right": right, "text": text})
        settled.append(pairwise.settle(straight, pairwise.MIRRORED[swapped]))
    replayed(worker, trial, records)
    told = verdicts.side_by_side(trial.pair_judgements.of_answers().order_by("left__prompt__position", "pk"))
    assert [(each["winner"], each["flipped"]) for each in told["verdicts"]] == [tuple(each) for each in settled]
