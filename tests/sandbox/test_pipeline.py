"""From one click to the report, in this process: real HTTP, real Redis, every stage as the worker runs it."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from kombu.exceptions import OperationalError

from catalog.models import Channel, Measurement, Scenario
from catalog.seed.scenarios import load_scenarios
from marketplace.billing import ledger, purse
from marketplace.billing.models import Hold
from sandbox import judging, live, reaper, tasks, trials
from sandbox.models import Answer, Judgement, PairJudgement, Report, Score, Trial, TrialState
from sandbox.seed.fleet import load_fleet
from sandbox.seed.prompts import load_prompts
from tests.factories import make_trial

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rung(monkeypatch):
    """Bells that are only counted: the test is the worker."""
    bells = []
    monkeypatch.setattr(tasks, "ring", lambda *bell: bells.append(bell) or True)
    return bells


@pytest.fixture
def seeded(worker, rung):
    load_scenarios()
    load_prompts()
    load_fleet()
    return rung


def steady(scenario, count):
    from sandbox.simulators.personas import PERSONAS

    names = [persona.name for persona in PERSONAS.values() if not persona.flaw and not persona.is_judge]
    return list(Channel.objects.filter(scenarios=scenario, wire_name__in=names).for_lists()[:count])


def open_trial(slug="deep-reasoning", count=3, **wishes):
    scenario = Scenario.objects.get(slug=slug)
    channels = steady(scenario, count)
    return trials.open_trial(scenario=scenario, channels=channels, language="zh", guest="g" * 64, **wishes)


def finish(trial):
    while trial.is_open:
        tasks.STAGES[TrialState(trial.state)](trial.pk)
        trial.refresh_from_db()
    return trial


def test_a_click_becomes_a_report_with_scores_measurements_and_a_bill(seeded):
    trial = finish(open_trial())
    assert trial.state == TrialState.DONE
    assert [state for _, state in seeded] == ["running", "judging", "reporting"]
    facts = trial.report.facts
    assert len(facts["ranking"]) == 3
    assert facts["recommendation"]["scored_prompts"] == 6
    assert {score.grader for score in Score.objects.all()} == {"rule", "judge"}
    assert Judgement.objects.filter(state="done").count() == 18
    assert Measurement.objects.filter(metric="score").count() == 3
    assert facts["pairs"]["left"] == facts["recommendation"]["channel"]
    assert [judge["planted"] for judge in facts["judges"]["used"]] == [{"asked": 2, "missed": 0, "doubtful": False}]
    assert {"rule": "number", "records": []} in facts["judges"]["rules"]
    calls = [*Answer.objects.of(trial), *Judgement.objects.all(), *PairJudgement.objects.all()]
    spent = sum(call.charge for call in calls)
    held = Hold.objects.get(reference=trial.hold_reference)
    assert Decimal(held.settled_nano).scaleb(-9) == spent
    assert ledger.balance(purse.open_today(), "CNY") + spent == 200
    assert ledger.check() == []
    names = [entry[1][b"n"] for entry in live.connect().xrange(live.stream_key(trial.code))]
    assert names[-1] == b"end"
    assert {b"pieces", b"answer", b"scores", b"verdict", b"state"} <= set(names)


def test_a_stopped_trial_asks_no_judge_and_still_reports(seeded):
    trial = open_trial(slug="text-generation")
    trials.cancel_trial(trial)
    finish(trial)
    assert trial.state == TrialState.CANCELLED
    assert not Judgement.objects.exists()
    assert trial.report.facts["recommendation"]["verdict"] == "cannot_tell"


def test_an_own_prompt_is_never_clear_and_leaves_no_measurement(seeded):
    trial = finish(open_trial(own=[trials.OwnPrompt("用三句话写一座灯塔。")]))
    assert trial.report.facts["own_prompts"]
    assert trial.report.facts["recommendation"]["verdict"] != "clear"
    assert not Measurement.objects.exists()


def test_stages_done_twice_change_nothing(seeded):
    trial = finish(open_trial(count=2))
    facts = trial.report.facts
    finish(trial)
    assert Report.objects.get().facts == facts


def test_a_judge_that_cannot_be_reached_leaves_answers_unscored(seeded):
    Channel.objects.filter(is_judge=True).update(wire_name="nobody")
    trial = finish(open_trial(slug="text-generation", count=2))
    assert trial.state == TrialState.DONE
    assert set(Judgement.objects.values_list("state", flat=True)) == {"failed"}
    assert not Score.objects.exists()
    assert trial.report.facts["recommendation"]["verdict"] == "cannot_tell"


def test_a_stage_that_fails_is_tried_again_until_the_deadline_and_then_ended(worker, rung, monkeypatch):
    def fail(_trial):
        raise RuntimeError("broken")

    monkeypatch.setattr(tasks.reports, "write", fail)
    trial = make_trial(state=TrialState.REPORTING)
    ledger.hold(payer=purse.open_today(), currency="CNY", amount=trial.ceiling, reference=trial.hold_reference)
    tasks.write_report(trial.pk)
    trial.refresh_from_db()
    assert (trial.state, trial.lease_until) == (TrialState.REPORTING, None)
    Trial.objects.filter(pk=trial.pk).update(deadline=timezone.now() - timedelta(seconds=1), rung_at=None)
    tasks.write_report(trial.pk)
    trial.refresh_from_db()
    assert trial.state == TrialState.FAILED
    assert Hold.objects.get().state == Hold.State.SETTLED


def test_a_trial_that_kills_its_workers_is_ended(worker, rung):
    trial = make_trial(fence=tasks.MOST_TAKES, state=TrialState.REPORTING)
    ledger.hold(payer=purse.open_today(), currency="CNY", amount=trial.ceiling, reference=trial.hold_reference)
    tasks.write_report(trial.pk)
    trial.refresh_from_db()
    assert trial.state == TrialState.FAILED


def test_a_bell_that_does_not_ring_is_survived(monkeypatch, worker):
    def away(*_arguments, **_options):
        raise OperationalError

    monkeypatch.setattr(tasks.run_trial, "apply_async", away)
    assert tasks.ring(make_trial().pk, TrialState.RUNNING) is False


def test_the_reaper_rings_for_the_forgotten_and_only_for_them(worker, rung):
    forgotten, fresh, held = make_trial(), make_trial(), make_trial()
    long_ago = timezone.now() - timedelta(minutes=1)
    Trial.objects.filter(pk__in=[forgotten.pk, held.pk]).update(created_at=long_ago)
    Trial.objects.filter(pk=held.pk).update(lease_until=timezone.now() + timedelta(minutes=1))
    assert tasks.reap() == 1
    assert rung == [(forgotten.pk, "running")]
    assert fresh.is_open


def test_the_reaper_does_the_stage_itself_when_the_broker_is_away(worker, monkeypatch):
    monkeypatch.setattr(tasks, "ring", lambda *_bell: False)
    done = []
    monkeypatch.setattr(tasks._alone, "submit", lambda work, *arguments: done.append(arguments))
    trial = make_trial()
    Trial.objects.filter(pk=trial.pk).update(created_at=timezone.now() - timedelta(minutes=1))
    tasks.reap()
    assert done == [(trial.pk, TrialState.RUNNING)]


def test_a_worker_says_that_it_is_alive_and_reaps(worker, rung, settings, monkeypatch):
    passes = []
    settings.TRIAL_REAP_EVERY_S = 0.01
    ended = reaper.threading.Event()
    monkeypatch.setattr(tasks, "reap", lambda: passes.append(1) if len(passes) < 2 else ended.set())
    reaper.keep_reaping(ended)
    assert len(passes) == 2
    with live.connect() as client:
        assert client.get(f"{settings.REDIS_PREFIX}worker:alive") == b"1"


def test_no_judges_without_channels(seeded):
    assert list(judging.panel_for([], Scenario.objects.first()).judges) == []


def test_a_program_starts_follows_stops_and_reads_a_trial(seeded):
    client = Client(headers={"accept-language": "en"})
    body = {"scenario": "text-generation", "top": 2, "prompts": [{"text": "Describe a lighthouse."}]}
    started = client.post("/api/v1/trials/", body, content_type="application/json")
    assert started.status_code == 201
    code, token = started.json()["code"], started.json()["owner_token"]
    assert client.get(f"/api/v1/trials/{code}/").json()["contenders"][0]["answers"][0]["state"] == "waiting"
    assert Client().post(f"/api/v1/trials/{code}/cancel/").status_code == 403
    finish(Trial.objects.get(code=code))
    report = client.get(f"/api/v1/reports/{code}/")
    assert report.json()["schema"] == 1
    assert report["X-Robots-Tag"].startswith("noindex")
    assert client.get(f"/api/v1/reports/{code}/?format=csv").content.startswith(b"\xef\xbb\xbf")
    assert client.get(f"/api/v1/reports/{code}/?format=xml").status_code == 400
    stop = Client(headers={"x-owner-token": token}).post(f"/api/v1/trials/{code}/cancel/")
    assert stop.status_code == 200
    Report.objects.update(revoked_at=timezone.now())
    assert client.get(f"/api/v1/reports/{code}/").status_code == 410
    assert client.get(f"/api/v1/trials/{code}/").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"scenario": "nothing", "top": 2},
        {"scenario": "text-generation"},
        {"scenario": "text-generation", "channels": []},
        {"scenario": "text-generation", "channels": ["nobody"]},
        {"scenario": "text-generation", "channels": ["x"] * 500},
        {"scenario": "text-generation", "top": 0},
        {"scenario": "text-generation", "top": 2, "repeats": 0},
        {"scenario": "text-generation", "top": 2, "repeats": 99},
        {"scenario": "text-generation", "top": 2, "prompts": [{"text": ""}]},
        {"scenario": "text-generation", "top": 2, "prompts": [{"text": "x" * 1_000_000}]},
        {"scenario": "text-generation", "top": 2, "weights": {"charm": 1}},
    ],
)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_bad_wish_gets_a_problem_document_in_the_readers_language(seeded, body, language):
    client = Client(headers={"accept-language": language})
    answer = client.post("/api/v1/trials/", json.dumps(body), content_type="application/json")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert all(error["detail"] and error["mend"] for error in answer.json()["errors"])
    assert not Trial.objects.exists()


def test_quota_and_purse_say_when_to_come_back(seeded, settings):
    settings.GUEST_TRIALS_PER_DAY = 1
    client = Client()
    body = {"scenario": "text-generation", "top": 2}
    token = client.post("/api/v1/trials/", body, content_type="application/json").json()["owner_token"]
    again = Client(headers={"x-owner-token": token}).post("/api/v1/trials/", body, content_type="application/json")
    assert again.status_code == 429
    assert int(again["Retry-After"]) > 0
    settings.PURSE_PER_DAY = ledger.balance(purse.open_today(), "CNY")
    ledger.hold(payer=purse.open_today(), currency="CNY", amount=settings.PURSE_PER_DAY, reference="all")
    assert client.post("/api/v1/trials/", body, content_type="application/json").status_code == 503


def test_the_terminal_runs_the_same_path(seeded, capsys):
    call_command("trial", scenario="text-generation", prompt=["Describe a lighthouse."], top=2, here=True, json=True)
    assert json.loads(capsys.readouterr().out)["schema"] == 1
    call_command("trial", scenario="text-generation", prompt=["Describe a lighthouse."], top=2, here=True)
    assert "cannot_tell" in capsys.readouterr().out


def test_the_terminal_says_what_there_is(seeded):
    with pytest.raises(CommandError, match="deep-reasoning"):
        call_command("trial", scenario="nothing")
    with pytest.raises(CommandError, match="nobody"):
        call_command("trial", scenario="text-generation", channels="nobody")


def test_an_adaptive_trial_asks_in_rounds_and_says_what_it_saved(seeded):
    trial = finish(open_trial(count=4, mode=Trial.Mode.ADAPTIVE))
    assert trial.state == TrialState.DONE
    told = trial.report.facts["rounds"]
    assert told["planned"] == 4 * 14
    assert told["asked"] + told["saved"] == told["planned"]
    assert told["asked"] == Answer.objects.of(trial).done().count()
    assert len(told["rounds"][0]["prompts"]) == 6
    assert [state for _, state in seeded].count("judging") == len(told["rounds"])
    assert ledger.check() == []
