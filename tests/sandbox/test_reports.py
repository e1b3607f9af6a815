"""Reports: what was found is frozen once, with the money settled and the measurements kept."""

from __future__ import annotations

import itertools
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from django.db import IntegrityError
from django.utils import timezone

from catalog.models import Dimension, GraderKind, Measurement
from marketplace.billing import ledger
from marketplace.billing.models import Hold
from sandbox import evidence, facts, reports, rounds
from sandbox.models import Answer, AnswerState, Judgement, Report, Score, Trial, TrialState
from sandbox.value import Judged
from sandbox.wire.types import Kind
from tests.factories import make_channel, make_model, make_prompt_set, make_provider, make_scenario, make_trial

pytestmark = pytest.mark.django_db

LEVELS = {"A": 9.0, "B": 6.0, "C": 4.0}
SHAKE = (0.5, -0.5, 0.25, -0.25, 0.0, 0.0)


def run_trial(
    trial: Trial, *, judge: Any = None, charge: str = "0.001", levels: dict[str, float] | None = None
) -> Trial:
    """Answer everything and score it: channel A best, then B; each prompt shakes the scores a little."""
    levels = levels or LEVELS
    dimensions = list(trial.rubric.dimensions.all())
    answers = list(Answer.objects.of(trial).select_related("contender", "prompt"))
    places = {prompt.pk: place for place, prompt in enumerate(trial.prompt_set.prompts.all())}
    for answer in answers:
        finish(answer, charge=Decimal(charge))
        grade(answer, dimensions, levels[answer.contender.label] + SHAKE[places[answer.prompt_id] % 6], judge=judge)
    Trial.objects.filter(pk=trial.pk).update(state=TrialState.REPORTING)
    return Trial.objects.for_running().get(pk=trial.pk)


def finish(answer: Answer, **fields: Any) -> None:
    values = {
        "state": AnswerState.DONE,
        "text": f"an answer of {answer.contender.label}",
        "finish": "stop",
        "upstream_model": "what-it-said",
        "input_tokens": 10,
        "output_tokens": 20,
        "ttft_ms": 200.0 + answer.pk % 3,
        "total_ms": 900.0,
        "output_tps": 80.0,
        "sent_at": timezone.now(),
        "sent_body": {"model": "m", "stream": True},
    }
    Answer.objects.filter(pk=answer.pk).update(**{**values, **fields})


def fail(answers: Any, kind: Kind) -> None:
    answers.update(state=AnswerState.FAILED, error_kind=kind.value, error_detail="it broke")
    Score.objects.filter(answer__in=answers).delete()


def grade(answer: Answer, dimensions: list[Dimension], value: float | None, *, judge: Any = None) -> None:
    grader = GraderKind.JUDGE if judge else GraderKind.RULE
    Score.objects.bulk_create(
        Score(answer=answer, dimension=dimension, grader=grader, judge=judge, value=value) for dimension in dimensions
    )
    if judge:
        Judgement.objects.create(
            answer=answer,
            judge=judge,
            prompt_version="v1",
            state=AnswerState.DONE,
            charge=Decimal("0.0005"),
            sent_at=timezone.now(),
        )


def hold_for(trial: Trial, amount: str = "0.5") -> None:
    ledger.fund(owner="house:test", currency="CNY", amount=Decimal(1), transfer="test-funds")
    ledger.hold(payer="house:test", currency="CNY", amount=Decimal(amount), reference=trial.hold_reference)


def test_a_report_names_the_winner_and_ends_the_trial():
    trial = make_trial(channels=3, prompts=6)
    hold_for(trial)
    report = reports.write(run_trial(trial))
    facts = report.facts
    assert facts["recommendation"]["verdict"] == "clear"
    assert facts["recommendation"]["channel"] == trial.contenders.get(label="A").channel.slug
    assert facts["ranking"][0]["raw"] == 9.0
    trial.refresh_from_db()
    assert trial.state == TrialState.DONE
    assert trial.finished_at is not None


def test_the_facts_have_every_key_of_schema_1():
    facts = reports.write(run_trial(make_trial(channels=2, prompts=6))).facts
    assert set(facts) == {
        *("schema", "code", "scenario", "language", "started_at", "finished_at", "state", "simulated", "own_prompts"),
        *("blind", "currency", "repeats", "weights", "dimensions", "recommendation", "ranking", "judges", "prompts"),
        *("answers", "manifest", "mode", "rounds", "valid_until", "topics", "graders", "pairs"),
    }
    assert facts["schema"] == 1
    assert set(facts["recommendation"]) >= {
        *("verdict", "channel", "runner_up", "probability_best", "expected_regret", "scored_prompts"),
        *("reasons", "flips_when"),
    }
    assert len(facts["answers"]) == 12
    manifest = next(iter(facts["manifest"]["channels"].values()))
    assert manifest["upstream_models"] == ["what-it-said"]
    assert manifest["price"]["output"] == "8"
    assert manifest["sent"] == {"model": "m", "stream": True}


def test_where_a_rule_found_something_a_judge_does_not_count():
    trial = make_trial(channels=2, prompts=6)
    ready = run_trial(trial)
    answer, dimension = Answer.objects.of(trial).first(), trial.rubric.dimensions.first()
    found = Score.objects.get(answer=answer, dimension=dimension).value
    judge = make_channel(is_judge=True)
    Score.objects.create(answer=answer, dimension=dimension, grader=GraderKind.JUDGE, judge=judge, value=1)
    shown = next(each for each in reports.write(ready).facts["answers"] if each["id"] == answer.pk)
    assert len([each for each in shown["scores"] if each["dimension"] == dimension.slug]) == 2
    assert shown["grades"][dimension.slug] == found


def test_a_second_call_gives_the_same_report_and_charges_nothing():
    trial = make_trial(channels=2, prompts=6)
    hold_for(trial)
    ready = run_trial(trial)
    first = reports.write(ready)
    assert reports.write(ready) == first
    assert Report.objects.count() == 1
    assert Hold.objects.get().settled_nano == 12_000_000


def test_the_hold_is_settled_for_answers_and_judgements_and_the_rest_goes_back():
    trial = make_trial(channels=2, prompts=2)
    hold_for(trial)
    facts = reports.write(run_trial(trial, judge=make_channel(is_judge=True))).facts
    assert facts["manifest"]["spent"] == "0.006"
    assert ledger.balance("house:test", "CNY") == Decimal("0.994")


def test_an_unknown_charge_costs_nothing_and_is_named():
    trial = make_trial(channels=2, prompts=2)
    hold_for(trial)
    ready = run_trial(trial)
    Answer.objects.of(trial).filter(contender__label="A").update(charge=None)
    facts = reports.write(ready).facts
    assert facts["manifest"]["spent"] == "0.002"
    assert facts["manifest"]["uncharged"] == {"answers": 2, "judgements": 0}
    unpriced = next(row for row in facts["ranking"] if row["label"] == "A")
    assert unpriced["cost"] is None
    assert unpriced["spent"] is None


def test_a_contender_without_a_price_has_none_in_the_manifest():
    scenario = make_scenario()
    unpriced = make_channel(scenario=scenario, price=False)
    facts = reports.write(run_trial(make_trial(scenario=scenario, channels=[unpriced], prompts=1))).facts
    assert facts["manifest"]["channels"][unpriced.slug]["price"] is None


def test_whoever_lost_the_trial_to_another_worker_writes_nothing():
    ready = run_trial(make_trial(channels=2, prompts=2))
    Trial.objects.filter(pk=ready.pk).update(fence=ready.fence + 1)
    assert reports.write(ready) is None
    assert not Report.objects.exists()


def test_a_report_that_cannot_be_kept_leaves_the_trial_as_it_was(monkeypatch):
    trial = make_trial(channels=2, prompts=6)
    hold_for(trial)
    ready = run_trial(trial)

    def refuse(*_args: Any, **_kwargs: Any) -> None:
        raise IntegrityError

    monkeypatch.setattr(Measurement.objects, "bulk_create", refuse)
    with pytest.raises(IntegrityError):
        reports.write(ready)
    assert ready.state == TrialState.REPORTING
    assert Trial.objects.get(pk=trial.pk).state == TrialState.REPORTING
    assert Hold.objects.get().state == Hold.State.OPEN
    assert not Report.objects.exists()


def test_a_stopped_trial_reports_what_had_arrived_and_names_no_winner():
    ready = run_trial(make_trial(channels=2, prompts=7))
    fail(Answer.objects.of(ready).filter(prompt=ready.prompt_set.prompts.last()), Kind.CANCELLED)
    Trial.objects.filter(pk=ready.pk).update(cancel_asked_at=timezone.now())
    report = reports.write(Trial.objects.get(pk=ready.pk))
    assert report.facts["state"] == "cancelled"
    assert report.facts["recommendation"]["verdict"] == "cannot_tell"
    assert report.facts["recommendation"]["reasons"][0]["code"] == "stopped_early"
    assert report.facts["recommendation"]["scored_prompts"] == 6
    assert Trial.objects.get(pk=ready.pk).state == TrialState.CANCELLED
    assert not Measurement.objects.exists()


def test_a_trial_without_any_answer_has_failed_and_says_why():
    ready = run_trial(make_trial(channels=2, prompts=2))
    fail(Answer.objects.of(ready), Kind.OVERLOADED)
    report = reports.write(ready)
    assert report.facts["state"] == "failed"
    assert report.facts["ranking"][0]["failure_kinds"] == {"overloaded": 2}
    assert Trial.objects.get(pk=ready.pk).state == TrialState.FAILED


def test_a_trial_whose_failures_are_all_ours_scores_nobody():
    ready = run_trial(make_trial(channels=2, prompts=2))
    fail(Answer.objects.of(ready), Kind.INTERNAL)
    facts = reports.write(ready).facts
    assert facts["recommendation"]["channel"] is None
    assert facts["ranking"][0]["score"] is None


def test_a_channels_own_failure_counts_at_the_floor():
    ready = run_trial(make_trial(channels=2, prompts=2))
    fail(Answer.objects.of(ready).filter(contender__label="A", prompt=ready.prompt_set.prompts.first()), Kind.TIMEOUT)
    row = next(row for row in reports.write(ready).facts["ranking"] if row["label"] == "A")
    assert row["score"] == pytest.approx((1 + 8.5) / 2)
    assert row["n"] == 2
    assert row["failures"] == 1


@pytest.mark.parametrize("kind", [Kind.INTERNAL, Kind.CANCELLED, Kind.BLOCKED_ADDRESS, Kind.UNAUTHORISED])
def test_a_failure_of_ours_is_left_out(kind):
    ready = run_trial(make_trial(channels=2, prompts=2))
    fail(Answer.objects.of(ready).filter(contender__label="A", prompt=ready.prompt_set.prompts.first()), kind)
    row = next(row for row in reports.write(ready).facts["ranking"] if row["label"] == "A")
    assert row["score"] == 8.5
    assert row["n"] == 1


def test_a_rules_finding_stands_alone_and_judges_are_averaged():
    trial = make_trial(channels=1, prompts=1)
    judges = [make_channel(is_judge=True), make_channel(is_judge=True)]
    answer = Answer.objects.of(trial).get()
    finish(answer)
    by_rule, by_judges = trial.rubric.dimensions.all()
    for judge, value in zip(judges, (2.0, 5.0), strict=True):
        grade(answer, [by_rule, by_judges], value, judge=judge)
    grade(answer, [by_rule], 10.0)
    Trial.objects.filter(pk=trial.pk).update(state=TrialState.REPORTING)
    row = reports.write(Trial.objects.get(pk=trial.pk)).facts["ranking"][0]
    assert row["dimensions"]["quality-1"]["value"] == 10.0
    assert row["dimensions"]["quality-2"]["value"] == 3.5
    assert row["score"] == pytest.approx(6.75)


def test_an_unreadable_grade_leaves_the_answer_unscored():
    trial = make_trial(channels=1, prompts=1)
    answer = Answer.objects.of(trial).get()
    finish(answer)
    grade(answer, list(trial.rubric.dimensions.all()), None, judge=make_channel(is_judge=True))
    Trial.objects.filter(pk=trial.pk).update(state=TrialState.REPORTING)
    assert reports.write(Trial.objects.get(pk=trial.pk)).facts["ranking"][0]["score"] is None


def judged_trial(**options: Any) -> tuple[Trial, Any]:
    trial = make_trial(channels=2, prompts=12, **options)
    return trial, make_channel(is_judge=True)


def test_uncalibrated_judges_alone_name_no_winner():
    trial, judge = judged_trial()
    decided = reports.write(run_trial(trial, judge=judge)).facts["recommendation"]
    assert decided["verdict"] == "cannot_tell"
    assert decided["reasons"][0]["code"] == "uncalibrated_judge"


def test_a_judge_of_known_error_may_name_a_winner(monkeypatch):
    monkeypatch.setattr("sandbox.records.judge_bias", lambda judges, dimension: 0.3)
    trial, judge = judged_trial()
    assert reports.write(run_trial(trial, judge=judge)).facts["recommendation"]["verdict"] == "clear"


def test_a_score_that_a_judge_lost_may_cost_the_winner_the_win(monkeypatch):
    monkeypatch.setattr("sandbox.records.judge_bias", lambda judges, dimension: 0.0)
    trial, judge = judged_trial()
    ready = run_trial(trial, judge=judge, levels={"A": 8.5, "B": 7.5})
    Score.objects.filter(answer=Answer.objects.of(trial).filter(contender__label="A").first()).update(value=None)
    decided = reports.write(ready).facts["recommendation"]
    assert decided["verdict"] == "cannot_tell"
    assert decided["reasons"][0]["code"] == "missing_scores"
    assert decided["reasons"][0]["values"]["n"] == 1


def test_what_one_more_prompt_would_cost_has_the_judges_in_it():
    trial, judge = judged_trial()
    ready = run_trial(trial, judge=judge)
    judgements = list(Judgement.objects.all())
    found = evidence.gather(ready)
    assert evidence.lay_out(found, judgements).prompt_cost == pytest.approx(2 * (0.001 + 0.0005))
    Answer.objects.update(charge=None)
    assert evidence.lay_out(evidence.gather(ready), judgements).prompt_cost is None


def test_evidence_knows_its_clusters_and_who_scored():
    trial, judge = judged_trial()
    ready = run_trial(trial, judge=judge)
    first, second = trial.rubric.dimensions.all()
    Score.objects.filter(dimension=second).update(grader=GraderKind.RULE, judge=None)
    trial.prompt_set.prompts.filter(pk=trial.prompt_set.prompts.first().pk).update(topic="rates")
    laid_out = evidence.lay_out(evidence.gather(ready))
    assert laid_out.judged == {first.slug: Judged(1.0, None)}
    assert laid_out.clusters.count(("rates", ready.language)) == 1
    assert not laid_out.lost.any()


def test_only_an_adaptive_trial_looks_more_than_once():
    trial = make_trial(channels=1, prompts=1)
    assert rounds.looks(trial) == 1
    trial.mode, trial.plan = Trial.Mode.ADAPTIVE, list(range(14))
    assert rounds.looks(trial) == 5


def test_the_winners_score_is_frozen_with_and_without_its_luck():
    rows = reports.write(run_trial(make_trial(channels=3, prompts=6))).facts["ranking"]
    assert rows[0]["raw"] == 9.0
    assert rows[0]["score"] == pytest.approx(9.0, abs=0.05)
    assert rows[1]["raw"] is None


def test_repeats_are_averaged_within_their_prompt():
    ready = run_trial(make_trial(channels=2, prompts=2, repeats=3))
    assert {row["n"] for row in reports.write(ready).facts["ranking"]} == {2}


def test_house_prompts_are_measured_and_ones_own_are_not():
    scenario = make_scenario()
    channels = [make_channel(scenario=scenario), make_channel(scenario=scenario)]
    reports.write(run_trial(make_trial(scenario=scenario, channels=channels, prompts=6)))
    rows = Measurement.objects.filter(channel=channels[0])
    metrics = {"score", "score:quality-1", "score:quality-2", "ttft_ms", "output_tps", "success", "cost"}
    assert set(rows.values_list("metric", flat=True)) == metrics
    assert rows.get(metric="score").samples == 6
    assert rows.get(metric="score").low < rows.get(metric="score").value == 9.0
    assert rows.get(metric="cost").value == pytest.approx(0.1)
    assert rows.get(metric="success").value == 1.0
    before = Measurement.objects.count()
    own = make_prompt_set(scenario=scenario, prompts=6, version=None)
    reports.write(run_trial(make_trial(scenario=scenario, channels=channels, prompt_set=own)))
    assert Measurement.objects.count() == before


@pytest.mark.parametrize(("prompts", "has_tails"), [(19, False), (20, True)])
def test_the_worst_twentieth_is_measured_from_twenty_answers_on(prompts, has_tails):
    trial = make_trial(channels=2, prompts=prompts)
    ready = run_trial(trial)
    mine = Answer.objects.filter(contender__trial=trial, contender__label="A").order_by("pk")
    for place, answer in enumerate(mine, start=1):
        Answer.objects.filter(pk=answer.pk).update(ttft_ms=place * 100, ttfat_ms=place * 200, output_tps=place * 10)
    reports.write(ready)
    rows = Measurement.objects.filter(channel=trial.contenders.get(label="A").channel)
    assert rows.get(metric="ttfat_ms").samples == prompts
    tails = dict(rows.filter(metric__contains="_p").values_list("metric", "value"))
    assert tails == ({"ttft_ms_p95": 1905.0, "ttfat_ms_p95": 3810.0, "output_tps_p5": 19.5} if has_tails else {})


def test_a_measured_score_has_the_scenarios_weights_not_the_visitors():
    trial = make_trial(channels=1, prompts=1, weights={"quality-1": 1.0, "quality-2": 0.0, "cost": 0.0, "speed": 0.0})
    answer = Answer.objects.of(trial).get()
    finish(answer)
    first, second = trial.rubric.dimensions.all()
    grade(answer, [first], 8.0)
    grade(answer, [second], 4.0)
    Trial.objects.filter(pk=trial.pk).update(state=TrialState.REPORTING)
    assert reports.write(Trial.objects.get(pk=trial.pk)).facts["ranking"][0]["score"] == 8.0
    assert Measurement.objects.get(metric="score").value == 6.0


def test_a_simulated_judge_never_scores_a_real_channel_in_the_catalogue():
    scenario = make_scenario()
    real = [make_channel(scenario=scenario, provider=make_provider(is_simulated=False)) for _ in range(2)]
    trial = make_trial(scenario=scenario, channels=real, prompts=6, is_simulated=False)
    reports.write(run_trial(trial, judge=make_channel(is_judge=True)))
    metrics = set(Measurement.objects.values_list("metric", flat=True))
    assert metrics == {"ttft_ms", "output_tps", "success", "cost"}


def test_ones_own_prompts_are_ranked_but_never_clear_and_advised_from_the_scenario():
    scenario = make_scenario()
    channels = [make_channel(scenario=scenario), make_channel(scenario=scenario)]
    reports.write(run_trial(make_trial(scenario=scenario, channels=channels, prompts=6)))
    own = make_prompt_set(scenario=scenario, prompts=6, version=None)
    trial = make_trial(scenario=scenario, channels=channels, prompt_set=own)
    decided = reports.write(run_trial(trial, levels={"A": 4.0, "B": 9.0})).facts["recommendation"]
    assert decided["verdict"] == "cannot_tell"
    assert decided["channel"] == channels[1].slug
    assert decided["reasons"][0] == {"code": "own_prompts", "values": {"n": 6}}
    advice = decided["reasons"][-1]
    assert advice["code"] == "scenario_advice"
    assert advice["values"] == {"channel": channels[0].slug, "n": 6, "score": 9.0, "of": 2}


def test_no_advice_without_measurements():
    own = make_prompt_set(scenario=(scenario := make_scenario()), prompts=1, version=None)
    trial = make_trial(scenario=scenario, prompt_set=own)
    codes = [each["code"] for each in reports.write(run_trial(trial)).facts["recommendation"]["reasons"]]
    assert "scenario_advice" not in codes


def test_the_report_says_who_judged_and_who_did_not(settings):
    settings.SIMULATORS_URL = "http://127.0.0.1:1"
    trial = make_trial(channels=2, prompts=2)
    used = make_channel(is_judge=True, model=make_model(maker="neutral"))
    kin = make_channel(is_judge=True)
    spare = make_channel(is_judge=True, model=make_model(maker="another"))
    judges = reports.write(run_trial(trial, judge=used)).facts["judges"]
    assert judges["prompt_version"] == "v1"
    assert [(judge["channel"], judge["shares_maker"]) for judge in judges["used"]] == [(used.slug, False)]
    left_out = {judge["channel"]: judge["reason"] for judge in judges["left_out"]}
    assert left_out == {kin.slug: "shares_maker", spare.slug: "panel_full"}


def test_an_open_trial_is_never_clear_and_its_verdict_speaks_of_contenders():
    ready = run_trial(make_trial(channels=3, prompts=6))
    told = reports.interim(ready)
    contenders = {contender.label: contender.pk for contender in ready.contenders.all()}
    assert told["verdict"] == "cannot_tell"
    assert told["leader"] == contenders["A"]
    assert told["lead"] == pytest.approx(3.0)
    assert told["scored"] == 6
    assert [row["contender"] for row in told["ranking"]] == [contenders[label] for label in "ABC"]
    reports.write(ready)
    assert reports.interim(Trial.objects.get(pk=ready.pk))["verdict"] == "clear"


def test_before_the_first_score_there_is_no_leader():
    told = reports.interim(make_trial(channels=2, prompts=2))
    assert told["leader"] is None
    assert told["scored"] == 0
    assert told["ranking"][0]["score"] is None


def test_settling_twice_charges_once():
    trial = make_trial(channels=2, prompts=2)
    hold_for(trial)
    ready = run_trial(trial)
    assert reports.settle(ready)
    assert not reports.settle(ready)
    assert Hold.objects.get().settled_nano == 4_000_000


def test_a_trial_without_a_hold_is_reported_all_the_same(caplog):
    assert reports.write(run_trial(make_trial(channels=2, prompts=2)))
    assert "no hold" in caplog.text


@pytest.mark.parametrize("channels", [2, 8])
def test_a_report_takes_the_same_queries_however_many_channels(channels, django_assert_num_queries):
    trial = make_trial(channels=channels, prompts=6)
    hold_for(trial)
    ready = run_trial(
        trial, judge=make_channel(is_judge=True), levels=dict(zip("ABCDEFGH", itertools.count(2), strict=False))
    )
    with django_assert_num_queries(33):
        reports.write(ready)


@pytest.mark.parametrize("channels", [2, 8])
def test_an_interim_verdict_takes_the_same_queries_however_many_channels(channels, django_assert_num_queries):
    ready = run_trial(
        make_trial(channels=channels, prompts=6), levels=dict(zip("ABCDEFGH", itertools.count(2), strict=False))
    )
    with django_assert_num_queries(5):
        reports.interim(ready)


@pytest.mark.parametrize("percent", [0, 5, 50, 95, 100])
@pytest.mark.parametrize("values", [[7.0], [2.0, 1.0], [3.4, 1.2, 9.9], [float(7**n % 101) for n in range(30)]])
def test_a_percentile_lies_between_its_neighbours_as_numpys_does(values, percent):
    assert facts.percentile(values, percent) == round(float(np.percentile(values, percent)), 1)


def test_of_nothing_there_is_no_percentile():
    assert facts.percentile([], 50) is None
