"""The same path as a click, in a terminal: progress beside, the report as text or JSON, and every no in words."""

from __future__ import annotations

import json
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from sandbox import reports, tasks
from sandbox.management.commands import trial as command
from sandbox.models import Answer, AnswerState, Score, Trial, TrialState
from tests.factories import make_channel, make_prompt_set, make_scenario

pytestmark = pytest.mark.django_db


@pytest.fixture
def scenario(settings):
    settings.SIMULATORS_URL = "http://127.0.0.1:9"
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    scenario = make_scenario(slug="writing")
    make_prompt_set(scenario=scenario, prompts=6)
    for name in ("alpha", "beta"):
        make_channel(scenario=scenario, slug=name)
    return scenario


@pytest.fixture
def worker(scenario, monkeypatch):
    """Answers, scores and reports while the command looks away; ``judge`` False leaves everything unscored."""
    work = {"judge": True, "ends": TrialState.DONE}
    monkeypatch.setattr(tasks, "ring", lambda *_bell: True)
    monkeypatch.setattr(command.time, "sleep", lambda _seconds: finish(Trial.objects.get(), work))
    return work


def finish(trial, work):
    if work["ends"] != TrialState.DONE:
        Trial.objects.update(state=work["ends"], finished_at=timezone.now())
        return
    Answer.objects.of(trial).update(state=AnswerState.DONE, text="Light.", charge=Decimal("0.001"), ttft_ms=120.0)
    if work["judge"]:
        judge = make_channel(is_judge=True)
        for answer in Answer.objects.of(trial).select_related("contender__channel"):
            value = 9.0 if answer.contender.channel.slug == "alpha" else 4.0
            for dimension in trial.rubric.dimensions.all():
                Score.objects.create(answer=answer, dimension=dimension, grader="judge", judge=judge, value=value)
    Trial.objects.update(state=TrialState.REPORTING)
    trial.refresh_from_db()
    reports.write(trial)


def run(capsys, *arguments):
    out = StringIO()
    call_command("trial", "--scenario", "writing", *arguments, stdout=out)
    said = capsys.readouterr()
    return said.out + out.getvalue(), said.err


def test_it_prints_who_leads_why_and_every_channels_figures(worker, capsys, monkeypatch):
    monkeypatch.setattr("sandbox.records.judge_bias", lambda judges, dimension: 0.2)
    out, err = run(capsys)
    lines = out.splitlines()
    assert lines[0] == "clear: alpha"
    assert any("·" in line for line in lines[1:])
    assert any("alpha" in line and "9.0" in line and "120 ms" in line and "¥0.10/100" in line for line in lines)
    assert lines[-1] == f"/en/reports/{Trial.objects.get().code}/"
    assert "12/12" in err


def test_json_is_the_report_and_nothing_else(worker, capsys):
    out, _err = run(capsys, "--json")
    facts = json.loads(out)
    assert facts["recommendation"]["channel"] == "alpha"
    assert [row["channel"] for row in facts["ranking"]] == ["alpha", "beta"]


def test_what_is_unknown_is_a_dash(worker, capsys):
    worker["judge"] = False
    out, _err = run(capsys)
    assert out.splitlines()[0] == "cannot_tell: –"


def test_channels_and_prompts_are_taken_from_the_line(worker, capsys):
    facts = json.loads(
        run(capsys, "--channels", "beta, alpha,beta", "--prompt", "Why?", "--prompt", "How?", "--json")[0]
    )
    assert [prompt["text"] for prompt in facts["prompts"]] == ["Why?", "How?"]
    trial = Trial.objects.get()
    assert [contender.channel.slug for contender in trial.contenders.order_by("label")] == ["beta", "alpha"]


def test_top_repeats_and_language_are_taken_from_the_line(worker, capsys):
    make_prompt_set(scenario=Trial.scenario.field.related_model.objects.get(), prompts=2, language="zh", version=2)
    out, _err = run(capsys, "--top", "1", "--repeats", "2", "--language", "zh")
    trial = Trial.objects.get()
    assert (trial.contenders.count(), trial.repeats, trial.language) == (1, 2, "zh")
    assert "没有可与它比较的渠道" in out


def test_a_trial_that_ends_without_a_report_is_an_error(worker, capsys):
    worker["ends"] = TrialState.FAILED
    with pytest.raises(CommandError, match="failed"):
        run(capsys)


def test_nobody_waits_for_ever_for_a_worker(worker, settings, capsys, monkeypatch):
    monkeypatch.setattr(command.time, "sleep", lambda _seconds: None)
    monkeypatch.setattr(command, "GRACE_S", 0)
    settings.TRIAL_DEADLINE_S = 0
    with pytest.raises(CommandError, match="running"):
        run(capsys)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--scenario", "nothing"], "There are: writing"),
        (["--channels", "nobody"], "nobody"),
        (["--top", "-3"], "No channel is chosen"),
        (["--repeats", "99"], "Choose from 1 to 5"),
        (["--prompt", " "], "empty"),
        (["--prompt", "x" * 30_000], "20,000"),
    ],
)
def test_a_wish_that_cannot_be_met_is_an_error_in_words(worker, capsys, arguments, said):
    with pytest.raises(CommandError, match=said):
        run(capsys, *arguments)
    assert not Trial.objects.exists()


def test_an_empty_purse_and_a_used_up_quota_are_errors_in_words(worker, capsys, settings):
    settings.PURSE_PER_DAY = Decimal("0.000001")
    with pytest.raises(CommandError, match="of today's purse is left"):
        run(capsys)
    settings.GUEST_TRIALS_PER_DAY = 0
    with pytest.raises(CommandError, match="0 trials are used up"):
        run(capsys)


def test_whoever_interrupts_it_stops_the_trial(scenario, monkeypatch, capsys):
    def interrupt(_seconds):
        raise KeyboardInterrupt

    monkeypatch.setattr(tasks, "ring", lambda *_bell: True)
    monkeypatch.setattr(command.time, "sleep", interrupt)
    with pytest.raises(CommandError, match="Stopped"):
        run(capsys)
    assert Trial.objects.get().cancel_asked_at
