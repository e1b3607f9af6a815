"""The leaders' answers side by side, and planted pairs: asked in both orders, once, charged once."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from catalog.models import GraderKind
from sandbox import calling, judging, loop, pairs, reports, trials
from sandbox.graders import pairwise, planted
from sandbox.models import Answer, AnswerState, Judgement, PairJudgement, Prompt, Score, Trial, TrialState
from sandbox.saver import Overtaken
from sandbox.wire.types import Outcome
from tests.factories import make_channel, make_scenario
from tests.sandbox.judged import answered, judged, judged_by, make_judge

pytestmark = pytest.mark.django_db(transaction=True)
DULL = "In today's fast-paced world, unlock a seamless experience and take it to the next level!"


def contest(*, prompts=2, **overrides):
    """Two channels: the first answers with care, the second with stock phrases."""
    scenario = make_scenario()
    channels = [make_channel(scenario=scenario) for _ in range(overrides.pop("channels", 2))]
    trial = answered(scenario=scenario, channels=channels, prompts=prompts, **overrides)
    Answer.objects.of(trial).exclude(contender__channel=channels[0]).update(text=DULL)
    return trial


def leaders_of(trial):
    return list(trial.pair_judgements.of_answers().order_by("pk"))


def test_the_leaders_answers_are_read_in_both_orders_and_the_reading_turns_with_them(worker):
    make_judge()
    trial = contest()
    judged(trial)
    rows = leaders_of(trial)
    assert [row.is_swapped for row in rows] == [False, True] * 2
    assert {row.left.contender.label for row in rows} == {"A"}
    assert {(row.is_swapped, row.said) for row in rows} == {(False, "left"), (True, "right")}
    assert {row.state for row in rows} == {AnswerState.DONE}
    assert all(row.sent_at and row.charge > 0 and row.prompt_version == pairwise.PROMPT_VERSION for row in rows)


def test_each_judge_gets_two_planted_pairs_in_both_orders_and_is_paid_for_them(worker):
    by = make_judge()
    trial = answered()
    judged(trial)
    rows = list(trial.pair_judgements.planted())
    assert {row.planted for row in rows} == set(planted.draw(language="en", by=f"{trial.code} {by.slug}"))
    assert len(rows) == 4
    assert all(row.charge > 0 for row in rows)
    settled = {(row.is_swapped, row.said) for row in rows}
    assert settled == {(False, "left"), (True, "right")}


def test_grades_go_before_pairs_so_that_a_slow_judge_grades_first(worker):
    make_judge(max_parallel=1)
    trial = contest()
    judged(trial)
    grades = Judgement.objects.filter(answer__contender__trial=trial).values_list("sent_at", flat=True)
    assert max(grades) <= min(row.sent_at for row in trial.pair_judgements.all())


def test_no_more_prompts_are_put_side_by_side_than_the_setting_says(worker, settings):
    settings.PAIRWISE_PROMPTS = 1
    make_judge()
    trial = contest(prompts=3)
    judged(trial)
    assert len(leaders_of(trial)) == 2
    settings.PAIRWISE_PROMPTS = 0
    trial = contest(prompts=3)
    judged(trial)
    assert leaders_of(trial) == []


def test_a_channel_alone_is_put_beside_nobody(worker):
    make_judge()
    trial = answered()
    judged(trial)
    assert leaders_of(trial) == []


def test_only_the_two_that_lead_are_put_side_by_side(worker):
    make_judge()
    trial = contest(channels=3)
    Answer.objects.of(trial).filter(contender__label="C").update(text="!!!!!!!!")
    judged(trial)
    assert {label for row in leaders_of(trial) for label in (row.left.contender.label, row.right.contender.label)} == {
        "A",
        "B",
    }


def test_an_answer_that_is_none_loses_and_no_judge_is_paid_for_it(worker):
    make_judge()
    trial = contest(prompts=1)
    Answer.objects.of(trial).filter(contender__label="B").update(text="!!!!!!!!")
    judged(trial)
    assert [(row.said, row.sent_at, row.charge) for row in leaders_of(trial)] == [
        ("left", None, 0),
        ("right", None, 0),
    ]


def test_a_round_that_is_not_the_last_compares_no_leaders(worker):
    make_judge()
    trial = contest()
    loop.run(judging.judge_answers(Trial.objects.take(trial.pk, TrialState.JUDGING), is_last=False))
    assert leaders_of(trial) == []
    assert trial.pair_judgements.planted().exists()


def test_what_a_dead_worker_had_asked_about_a_pair_is_not_asked_again(worker):
    by = make_judge()
    trial = contest(prompts=1)
    left, right = Answer.objects.of(trial).order_by("contender__label")
    common = {"trial": trial, "judge": by, "left": left, "right": right, "prompt_version": "1"}
    PairJudgement.objects.create(**common, sent_at=timezone.now())
    PairJudgement.objects.create(**common, is_swapped=True)
    judged(trial)
    lost, asked = leaders_of(trial)
    assert (lost.state, lost.error_kind, lost.said) == (AnswerState.FAILED, "internal", "")
    assert (asked.state, asked.said) == (AnswerState.DONE, "right")


def test_who_leads_is_not_asked_again_after_a_crash(worker):
    by = make_judge()
    trial = contest(prompts=1)
    first, second = Answer.objects.of(trial).order_by("contender__label")
    for swapped in (False, True):
        PairJudgement.objects.create(
            trial=trial, judge=by, left=second, right=first, is_swapped=swapped, prompt_version="1"
        )
    judged(trial)
    assert {row.left_id for row in leaders_of(trial)} == {second.pk}


def test_a_worker_that_was_overtaken_lays_out_no_pairs(worker):
    make_judge()
    trial = contest()
    mine = Trial.objects.take(trial.pk, TrialState.JUDGING)
    Trial.objects.filter(pk=trial.pk).update(fence=mine.fence + 1)
    with pytest.raises(Overtaken):
        loop.run(judging.judge_answers(mine))
    assert not PairJudgement.objects.exists()


def test_time_that_is_up_ends_the_pairs_too(worker):
    make_judge(wire_name="paced-n400-i20-t5")
    trial = answered(deadline=timezone.now() - timedelta(seconds=1))
    judged(trial)
    assert {row.error_kind for row in trial.pair_judgements.all()} == {"timeout"}


def test_a_judge_that_says_nothing_readable_decides_nothing_and_is_paid(worker):
    make_judge(wire_name="paced-n20-i1-t5")
    trial = answered()
    judged(trial)
    assert {(row.state, row.said) for row in trial.pair_judgements.all()} == {(AnswerState.DONE, "")}
    assert all(row.charge > 0 for row in trial.pair_judgements.all())


def test_a_planted_pair_that_is_no_longer_known_is_left_alone(worker):
    by = make_judge()
    trial = answered()
    PairJudgement.objects.create(trial=trial, judge=by, planted="long-gone", prompt_version="0")
    judged(trial)
    assert PairJudgement.objects.get(planted="long-gone").state == AnswerState.WAITING


def test_pairs_are_charged_with_the_rest_of_the_trial(worker):
    make_judge()
    trial = contest()
    judged(trial)
    Trial.objects.filter(pk=trial.pk).update(state=TrialState.REPORTING, lease_until=None)
    report = reports.write(Trial.objects.take(trial.pk, TrialState.REPORTING))
    rows = [*Answer.objects.of(trial), *trial.pair_judgements.all()]
    rows += [judgement for answer in Answer.objects.of(trial) for judgement in answer.judgements.all()]
    assert Decimal(report.facts["manifest"]["spent"]) == sum(row.charge for row in rows)


def test_a_pair_is_of_two_answers_or_planted():
    by = make_judge()
    trial = answered()
    with pytest.raises(IntegrityError), transaction.atomic():
        PairJudgement.objects.create(trial=trial, judge=by, prompt_version="1")
    answer = Answer.objects.of(trial).first()
    with pytest.raises(IntegrityError), transaction.atomic():
        PairJudgement.objects.create(trial=trial, judge=by, planted="x", left=answer, right=answer, prompt_version="1")


# -- what pairs may cost -------------------------------------------------------------------------


def asked_of(text, prompt, dimensions):
    shown = "答" * 9_000
    from sandbox.judge_calls import beginning, room_for

    cut = beginning(shown, most=room_for(prompt))
    return pairwise.build(
        prompt_text=prompt.text,
        reference=prompt.reference,
        left=cut,
        right=cut,
        dimensions=dimensions,
        language=prompt.language,
    )


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("scenario", ["text-generation", "deep-reasoning"])
def test_no_pair_is_larger_than_what_was_held_for(language, scenario):
    from catalog.models import Scenario
    from catalog.seed.scenarios import load_scenarios

    load_scenarios()
    rubric = Scenario.objects.get(slug=scenario).rubric
    dimensions = [d for d in rubric.dimensions.all() if GraderKind.JUDGE in d.graders]
    prompt = Prompt(text="为什么？<" * 900, reference="因为。" * 90, max_output_tokens=300, language=language)
    channel = make_channel()
    price = channel.prices.get()
    question = asked_of("答" * 9_000, prompt, dimensions)
    assert calling.ceiling(question, channel, price, {}) <= pairs.answers_ceiling(prompt, channel, price, {})
    for pair in planted.pairs().values():
        question = pairwise.build(
            prompt_text=pair.question,
            reference=pair.reference,
            left=pair.better,
            right=pair.worse,
            dimensions=[],
            language=pair.language,
        )
        held = pairs.planted_ceiling(pair.slug, channel, price, {})
        assert calling.ceiling(question, channel, price, {}) <= held


def test_the_quote_covers_the_planted_pairs_and_the_dearest_side_by_side(settings):
    settings.PAIRWISE_PROMPTS = 1
    by, price = make_channel(), None
    prompts = [Prompt(text="x" * size, max_output_tokens=100) for size in (10, 5_000)]
    alone = pairs.ceiling(prompts, by, price, {}, contested=False)
    assert alone == 4 * settings.UNKNOWN_PRICE_HOLD
    assert pairs.ceiling(prompts, by, price, {}, contested=True) == 6 * settings.UNKNOWN_PRICE_HOLD
    price = by.prices.get()
    dearest = pairs.answers_ceiling(prompts[1], by, price, {})
    extra = pairs.ceiling(prompts, by, price, {}, contested=True) - pairs.ceiling(
        prompts, by, price, {}, contested=False
    )
    assert extra == 2 * dearest


def test_the_plan_of_a_trial_holds_the_pairs(settings):
    settings.SIMULATORS_URL = "http://127.0.0.1:9"
    settings.PAIRWISE_PROMPTS = 0
    scenario = make_scenario()
    channels = [make_channel(scenario=scenario) for _ in range(2)]
    make_judge()
    own = [trials.OwnPrompt("Why?")]

    def held():
        return trials.plan(scenario=scenario, channels=channels, language="en", own=own).ceiling

    without = held()
    settings.PAIRWISE_PROMPTS = 6
    assert held() > without


def test_the_judges_scores_stay_as_they_are_beside_the_pairs(worker):
    make_judge()
    trial = contest()
    judged(trial)
    assert Score.objects.filter(answer__contender__trial=trial).count() == 8


# -- juries --------------------------------------------------------------------------------------


class Stubborn:
    """A judge that gives everybody 5 and always names the answer that it is shown first."""

    async def ask(self, _endpoint, question, *, before_send=None, stop=None):
        await before_send()
        slugs = re.findall(r"^- ([a-z0-9-]+):", question.system, re.MULTILINE)
        said = {"scores": dict.fromkeys(slugs, 5)} if "<<<ANSWER" in question.text else {"verdict": {"winner": "left"}}
        return Outcome(text=json.dumps(said), input_tokens=10, output_tokens=10)


def test_a_judge_that_always_names_the_first_answer_is_flagged_in_the_report_and_decides_nothing(worker):
    by = make_judge()
    trial = contest()
    judged_by(Stubborn(), worker, trial)
    Trial.objects.filter(pk=trial.pk).update(state=TrialState.REPORTING, lease_until=None)
    facts = reports.write(Trial.objects.take(trial.pk, TrialState.REPORTING)).facts
    assert facts["judges"]["used"][0]["planted"] == {"asked": 2, "missed": 2, "doubtful": True}
    assert facts["pairs"]["judges"] == [{"judge": by.slug, "wins": 0, "losses": 0, "ties": 2, "flips": 2, "unread": 0}]
    assert facts["pairs"]["flip_rate"] == 1


def test_a_jury_of_five_judges_and_each_is_tested(worker, settings):
    settings.TRIAL_JUDGES = 5
    jury = [make_judge(maker=f"maker-{number}") for number in range(6)]
    trial = answered()
    judged(trial)
    rows = trial.pair_judgements.planted()
    assert {row.judge_id for row in rows} == {by.pk for by in jury[:5]}
    assert len(rows) == 20
    assert Judgement.objects.count() == 5
