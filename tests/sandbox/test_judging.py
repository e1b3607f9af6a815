"""Who judges, what a judge is shown, and what is made of what it says or does not say."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from catalog.models import Api, Credential, GraderKind, Listing
from catalog.seed.scenarios import load_scenarios
from marketplace.billing import ledger, purse
from marketplace.billing.models import Hold
from sandbox import calling, judging, loop, tasks
from sandbox.graders import judge
from sandbox.graders.fence import quote
from sandbox.models import Answer, AnswerState, Judgement, Prompt, Score, Trial, TrialState
from sandbox.saver import Overtaken
from tests.factories import (
    make_channel,
    make_dimension,
    make_measurement,
    make_model,
    make_provider,
    make_scenario,
)
from tests.sandbox.judged import answered, judged, make_judge

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rung(monkeypatch):
    bells = []
    monkeypatch.setattr(tasks, "ring", lambda *bell: bells.append(bell) or True)
    return bells


def test_a_judge_gives_a_value_with_a_reason_for_each_dimension_and_is_paid(worker):
    by = make_judge()
    scores = judged(answered())
    assert set(scores) == {"quality-1", "quality-2"}
    for score in scores.values():
        assert 1 <= score.value <= 10
        assert (score.grader, score.judge, bool(score.reason)) == (GraderKind.JUDGE, by, True)
        assert score.evidence == {"prompt_version": judge.PROMPT_VERSION}
    row = Judgement.objects.get()
    assert row.state == AnswerState.DONE
    assert row.sent_at
    assert row.charge > 0


def test_a_judge_that_says_nothing_readable_leaves_unscored_and_is_paid_all_the_same(worker):
    make_judge(wire_name="paced-n20-i1-t5")
    scores = judged(answered())
    assert [score.value for score in scores.values()] == [None, None]
    row = Judgement.objects.get()
    assert (row.state, row.error_kind, bool(row.text)) == (AnswerState.DONE, "", True)
    assert row.charge > 0


def test_a_judges_failed_call_scores_nothing(worker):
    make_judge(wire_name="nobody")
    assert judged(answered()) == {}
    row = Judgement.objects.get()
    assert (row.state, row.error_kind) == (AnswerState.FAILED, "not_found")


@pytest.mark.parametrize("text", ["", "!!!!!!!!", "Sure, here is the answer:"])
def test_what_is_no_answer_gets_the_floor_and_no_judge_is_paid_for_it(worker, text):
    make_judge()
    scores = judged(answered(text=text))
    assert {score.value for score in scores.values()} == {1.0}
    row = Judgement.objects.get()
    assert (row.sent_at, row.charge) == (None, 0)


def test_a_dimension_that_only_a_rule_may_score_is_not_the_judges(worker):
    make_judge()
    scenario = make_scenario(dimensions=1)
    make_dimension(rubric=scenario.rubric, slug="accuracy", graders=["rule"])
    checks = [{"rule": "number", "value": "42"}]
    scores = judged(answered(scenario=scenario, text="The answer is 42.", checks=checks))
    assert (scores["accuracy"].grader, scores["accuracy"].value) == (GraderKind.RULE, 10)
    assert scores["quality-1"].grader == GraderKind.JUDGE


def test_failed_answers_are_not_judged(worker):
    make_judge()
    trial = answered()
    Answer.objects.of(trial).update(state=AnswerState.FAILED, error_kind="cut_off")
    assert judged(trial) == {}
    assert not Judgement.objects.exists()


def test_a_stopped_trial_asks_no_judge(worker):
    make_judge()
    assert judged(answered(cancel_asked_at=timezone.now())) == {}
    assert not Judgement.objects.exists()


def test_time_that_is_up_ends_the_judging(worker):
    make_judge(wire_name="paced-n400-i20-t5")
    trial = answered(deadline=timezone.now() - timedelta(seconds=1))
    assert judged(trial) == {}
    assert Judgement.objects.get().error_kind == "timeout"


def test_what_a_dead_worker_had_asked_is_not_asked_again(worker):
    by = make_judge()
    trial = answered(prompts=2)
    lost, left = Answer.objects.of(trial).order_by("pk")
    Judgement.objects.create(answer=lost, judge=by, prompt_version="1", sent_at=timezone.now())
    judged(trial)
    assert Judgement.objects.get(answer=lost).error_kind == "internal"
    assert Judgement.objects.get(answer=left).state == AnswerState.DONE


def test_a_worker_that_was_overtaken_scores_nothing(worker):
    make_judge()
    trial = answered()
    mine = Trial.objects.take(trial.pk, TrialState.JUDGING)
    Trial.objects.filter(pk=trial.pk).update(fence=mine.fence + 1)
    with pytest.raises(Overtaken):
        loop.run(judging.judge_answers(mine))
    assert not Score.objects.filter(grader=GraderKind.JUDGE).exists()


def test_the_verdict_so_far_is_told_while_scores_come(worker, monkeypatch):
    from sandbox import live

    monkeypatch.setattr(judging, "VERDICT_EVERY_S", 0.0)
    make_judge()
    trial = answered(prompts=2)
    judged(trial)
    with live.connect() as client:
        names = [fields[b"n"].decode() for _, fields in client.xrange(live.stream_key(trial.code))]
    assert names.count("scores") == 2
    assert names.count("verdict") > 1


# -- who judges ----------------------------------------------------------------------------------


def panel(channels, scenario=None):
    scenario = scenario or make_scenario()
    chosen = judging.panel_for(list(channels), scenario)
    return [by.slug for by in chosen.judges], chosen.shares_maker


@pytest.fixture
def make_real(settings):
    """A live channel of a real provider, in the scenario; its maker is its own unless it is named."""

    def make(slug, *, scenario=None, maker=None, works=True, local=False, trains=None, **overrides):
        terms = {"trains_on_inputs": trains, "terms_source": f"https://{slug}.example/terms"}
        provider = make_provider(is_simulated=False, is_local=local, **terms)
        Credential.objects.create(provider=provider, origin=f"https://{slug}.example", secret="s", works=works)
        values = {"provider": provider, "slug": slug, "base_url": f"https://{slug}.example/v1"}
        return make_channel(scenario=scenario, model=make_model(maker=maker or slug), **{**values, **overrides})

    return make


def test_simulated_contenders_have_simulated_judges(settings, make_real):
    settings.SIMULATORS_URL = "http://127.0.0.1:9"
    make_real("real", is_judge=True)
    by = make_judge()
    assert panel([make_channel()]) == ([by.slug], False)
    by.listing = Listing.RETIRED
    by.save()
    assert panel([make_channel()]) == ([], False)


def test_a_providers_own_listing_judges_nobody_unless_an_operator_names_it(make_real):
    scenario = make_scenario()
    contender, listed = make_real("contender", scenario=scenario), make_real("listed", scenario=scenario)
    listed.api = Api.objects.create(provider=listed.provider, base_url=listed.base_url, protocol="openai")
    listed.save()
    assert panel([contender], scenario) == (["contender"], True)
    listed.is_judge = True
    listed.save()
    assert panel([contender], scenario) == (["listed"], False)


def test_a_named_judge_goes_before_everybody(make_real):
    scenario = make_scenario()
    contender, _other = make_real("aaa", scenario=scenario), make_real("bbb", scenario=scenario)
    make_real("judge", is_judge=True)
    assert panel([contender], scenario) == (["judge"], False)


def test_a_named_judge_of_a_contenders_maker_judges_when_there_is_no_other_and_that_is_said(make_real):
    contender = make_real("aaa", maker="one")
    make_real("judge", is_judge=True, maker="one")
    assert panel([contender]) == (["judge"], True)


def test_where_no_judge_is_named_a_live_channel_of_another_maker_judges(make_real):
    scenario = make_scenario()
    contender = make_real("aaa", scenario=scenario, maker="one")
    make_real("bbb", scenario=scenario, maker="one")
    make_real("ccc", scenario=scenario, maker="two", works=False)
    make_real("ddd", maker="three")  # of no scenario
    make_real("eee", scenario=scenario, maker="four")
    assert panel([contender], scenario) == (["eee"], False)


def test_the_best_record_in_the_scenario_judges(make_real):
    scenario = make_scenario()
    contender, _plain, good = (make_real(slug, scenario=scenario) for slug in ("aaa", "bbb", "ccc"))
    make_measurement(channel=good, scenario=scenario)
    assert panel([contender], scenario) == (["ccc"], False)


def test_of_one_maker_somebody_else_than_the_contender_judges_and_that_is_said(make_real):
    scenario = make_scenario()
    contender, _ = make_real("aaa", scenario=scenario, maker="one"), make_real("bbb", scenario=scenario, maker="one")
    assert panel([contender], scenario) == (["bbb"], True)


def test_a_channel_judges_itself_only_when_it_is_alone(make_real):
    scenario = make_scenario()
    contender = make_real("aaa", scenario=scenario)
    assert panel([contender], scenario) == (["aaa"], True)


def test_a_prompt_for_a_server_of_ones_own_stays_there(make_real):
    scenario = make_scenario()
    mine = make_real("mine", scenario=scenario, local=True)
    brand = make_real("brand", scenario=scenario)
    make_real("judge", is_judge=True)
    assert panel([mine], scenario) == (["mine"], True)
    assert panel([brand], scenario) == (["judge"], False)


def test_prompts_kept_from_those_who_train_are_kept_from_judges_who_may(make_real):
    scenario = make_scenario()
    careful, also = (make_real(slug, scenario=scenario, trains=False) for slug in ("aaa", "bbb"))
    make_real("judge-unknown", is_judge=True)
    make_real("judge-trains", is_judge=True, trains=True)
    assert panel([careful], scenario) == (["bbb"], False)  # rather one who was not named than one who may train
    make_real("judge-careful", is_judge=True, trains=False)
    assert panel([careful, also], scenario) == (["judge-careful"], False)


def test_where_one_contender_may_train_anyhow_any_judge_may_judge(make_real):
    scenario = make_scenario()
    careful, unknown = make_real("aaa", scenario=scenario, trains=False), make_real("bbb", scenario=scenario)
    make_real("judge", is_judge=True)
    assert panel([careful, unknown], scenario) == (["judge"], False)


def test_the_simulated_judge_judges_whatever_is_said_about_training(settings):
    settings.SIMULATORS_URL = "http://127.0.0.1:9"
    by = make_judge()
    provider = make_provider(trains_on_inputs=False)
    assert by.provider.trains_on_inputs is None
    assert panel([make_channel(provider=provider)]) == ([by.slug], False)


def test_real_channels_without_any_judge_still_get_a_report_that_says_so(worker, rung, make_real):
    scenario = make_scenario()
    pair = [make_real(slug, scenario=scenario) for slug in ("aaa", "bbb")]
    trial = answered(scenario=scenario, channels=pair, is_simulated=False)
    ledger.hold(payer=purse.open_today(), currency="CNY", amount=trial.ceiling, reference=trial.hold_reference)
    Credential.objects.update(works=False)
    tasks.judge_trial(trial.pk)
    tasks.write_report(trial.pk)
    trial.refresh_from_db()
    facts = trial.report.facts
    assert trial.state == TrialState.DONE
    assert facts["judges"]["used"] == []
    assert facts["recommendation"]["verdict"] == "cannot_tell"
    assert "nothing_scored" in [reason["code"] for reason in facts["recommendation"]["reasons"]]
    assert Hold.objects.get().state == Hold.State.SETTLED


# -- what a judgement may cost -------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["plain words " * 400, "汉字" * 4_000, "<" * 9_000, "\u200b" * 9_000, "🦊" * 5_000, "", "x"]
)
def test_a_long_answer_is_cut_to_what_was_held_for(text):
    shown = judging.beginning(text, most=2_000)
    assert text.startswith(shown)
    assert len(quote(shown).encode()) <= 2_000
    assert shown == text or len(quote(shown).encode()) > 1_000


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("scenario", ["text-generation", "deep-reasoning"])
def test_no_question_to_a_judge_is_larger_than_what_was_held_for(language, scenario):
    from catalog.models import Scenario

    load_scenarios()
    dimensions = [d for d in Scenario.objects.get(slug=scenario).rubric.dimensions.all() if "judge" in d.graders]
    prompt = Prompt(text="为什么？<" * 900, reference="因为。" * 90, max_output_tokens=300, language=language)
    question = judge.build(
        prompt_text=prompt.text,
        reference=prompt.reference,
        answer=judging.beginning("答" * 9_000, most=judging.room_for(prompt)),
        dimensions=dimensions,
        language=language,
    )
    channel = make_channel()
    price = channel.prices.get()
    held = judging.ceiling(prompt, channel, price, {})
    assert calling.ceiling(question, channel, price, {}) <= held
