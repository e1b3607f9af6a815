"""Charts are checked while judges read; the report freezes what was found and shows the picture, safely."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from sandbox import charting, judging, loop, reports, tasks, visibility
from sandbox.graders import charts
from sandbox.models import Answer, AnswerState, ChartCheck, Score, Trial, TrialState
from sandbox.pages import chart as chart_page
from tests.factories import make_channel, make_dimension, make_prompt, make_prompt_set, make_scenario, make_trial
from tests.sandbox.graders.charts.answers import BARS, QUESTION, fenced

pytestmark = pytest.mark.django_db(transaction=True)
TEXTS = [fenced(BARS), fenced({**BARS, "mark": "bars"}), "```r\nggplot(d)\n```", "Bars, sorted, from zero."]


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(charting, "han", lambda: "")
    monkeypatch.setattr(tasks, "ring", lambda *bell: True)


@pytest.fixture
def scenario():
    scenario = make_scenario(dimensions=1)
    make_dimension(rubric=scenario.rubric, slug=charting.DIMENSION)
    return scenario


def answered(scenario, texts=TEXTS, **overrides):
    prompt_set = make_prompt_set(scenario=scenario, prompts=0)
    make_prompt(prompt_set=prompt_set, text=QUESTION, slug="channels")
    channels = [make_channel(scenario=scenario) for _ in texts]
    values = {"scenario": scenario, "prompt_set": prompt_set, "channels": channels, "state": TrialState.JUDGING}
    trial = make_trial(**{**values, **overrides})
    for answer, text in zip(Answer.objects.of(trial).order_by("pk"), texts, strict=True):
        Answer.objects.filter(pk=answer.pk).update(state=AnswerState.DONE, text=text, charge=Decimal("0.001"))
    return trial


def judged(trial):
    loop.run(judging.judge_answers(Trial.objects.take(trial.pk, TrialState.JUDGING)))
    return list(ChartCheck.objects.order_by("answer__pk"))


def reported(trial):
    """The trial's report; its visualization advice got a 7."""
    dimension = trial.rubric.dimensions.get(slug=charting.DIMENSION)
    Score.objects.bulk_create(
        Score(answer=answer, dimension=dimension, grader="judge", judge=answer.contender.channel, value=7.0)
        for answer in Answer.objects.of(trial).select_related("contender__channel")
    )
    Trial.objects.filter(pk=trial.pk).update(state=TrialState.REPORTING, lease_until=None)
    return reports.write(Trial.objects.take(trial.pk, TrialState.REPORTING))


def test_every_answer_gets_a_row_while_it_is_judged(worker, scenario):
    rows = judged(answered(scenario))
    assert [(row.language, row.compiles, bool(row.svg)) for row in rows] == [
        ("vega-lite", True, True),
        ("vega-lite", False, False),
        ("ggplot2", None, False),
        ("none", None, False),
    ]
    assert rows[1].findings == [
        {"code": "questions_data", "level": "note", "values": {}},
        {"code": "unknown_mark", "level": "wrong", "values": {"mark": "bars"}},
    ]


def test_what_was_checked_is_not_checked_again(worker, scenario, monkeypatch):
    trial = answered(scenario, TEXTS[2:])
    judged(trial)
    monkeypatch.setattr(charts, "check", lambda *_args, **_options: pytest.fail("again"))
    Trial.objects.filter(pk=trial.pk).update(lease_until=None)
    assert len(judged(trial)) == 2


def test_a_rubric_without_charts_and_a_stopped_trial_are_left_alone(worker, scenario):
    assert judged(answered(make_scenario(), TEXTS[:1])) == []
    assert judged(answered(scenario, TEXTS[:1], cancel_asked_at=timezone.now())) == []


def test_a_check_that_breaks_costs_no_trial(worker, scenario, monkeypatch):
    def broken(*_args, **_options):
        raise RuntimeError

    monkeypatch.setattr(charts, "check", broken)
    trial = answered(scenario, TEXTS[:1])
    assert judged(trial) == []
    assert reported(trial).facts["answers"][0]["chart"] is None


def test_when_the_time_for_judging_is_up_nothing_is_drawn(worker, scenario):
    rows = judged(answered(scenario, TEXTS[:1], deadline=timezone.now() - timedelta(seconds=1)))
    assert [(row.compiles, row.svg) for row in rows] == [(None, "")]


def test_the_check_changes_no_score(worker, scenario):
    trial = answered(scenario)
    judged(trial)
    assert not Score.objects.exists()


# -- the report ----------------------------------------------------------------------------------


@pytest.fixture
def report(scenario):
    """A report on three answers, checked without drawing anything."""
    trial = answered(scenario, TEXTS[:3])
    sound, wrong, other = Answer.objects.of(trial).order_by("pk")
    picture = '<svg xmlns="http://www.w3.org/2000/svg"><text>渠道</text></svg>'
    ChartCheck.objects.create(answer=sound, language="vega-lite", compiles=True, svg=picture)
    found = {"code": "unknown_field", "level": "wrong", "values": {"field": "<b>门店</b>", "fields": ["渠道"]}}
    ChartCheck.objects.create(answer=wrong, language="vega-lite", compiles=True, findings=[found])
    ChartCheck.objects.create(answer=other, language="ggplot2")
    return reported(trial)


def address_of(report, answer):
    return reverse("sandbox:chart_picture", args=[report.code, answer["id"]])


def test_the_facts_hold_what_was_found_and_not_the_picture(report):
    charts_ = [answer["chart"] for answer in report.facts["answers"]]
    assert [chart["picture"] for chart in charts_] == [True, False, False]
    assert charts_[1]["findings"][0]["values"]["field"] == "<b>门店</b>"
    assert "<svg" not in json.dumps(report.facts)


def test_the_prompts_page_shows_it_beside_the_judges_score(client, report):
    html = client.get(reverse("sandbox:report_prompt", args=[report.code, "channels"])).content.decode()
    assert "it compiles, its fields exist" in html
    assert "&lt;b&gt;门店&lt;/b&gt;" in html
    assert "written for ggplot2: recognised, not checked" in html
    assert html.count("<img") == 1
    assert address_of(report, report.facts["answers"][0]) in html
    assert '<span class="num">7.0</span>' in html


def test_the_picture_may_do_nothing_wherever_it_is_opened(client, report):
    response = client.get(address_of(report, report.facts["answers"][0]))
    assert response["Content-Type"] == "image/svg+xml"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"].startswith("default-src 'none'")
    assert "sandbox" in response["Content-Security-Policy"]
    assert "noindex" in response["X-Robots-Tag"]
    assert "渠道" in response.content.decode()


def test_there_is_no_picture_where_nothing_was_drawn_nor_under_another_report(client, report):
    sound, wrong, _other = report.facts["answers"]
    assert client.get(address_of(report, wrong)).status_code == 404
    assert client.get(address_of(report, sound).replace(report.code, "f" * 32)).status_code == 404


def test_a_revoked_report_shows_no_picture(client, report):
    visibility.revoke(report)
    assert client.get(address_of(report, report.facts["answers"][0])).status_code == 404


def test_a_report_from_before_the_checks_reads_as_it_did(client, report):
    for answer in report.facts["answers"]:
        del answer["chart"]
    report.save()
    response = client.get(reverse("sandbox:report_prompt", args=[report.code, "channels"]))
    assert response.status_code == 200
    assert "Vega-Lite" not in response.content.decode().replace("vega-lite", "")


# -- words ---------------------------------------------------------------------------------------


def test_every_finding_has_a_sentence():
    from sandbox.graders.charts import findings

    assert set(chart_page.SENTENCES) == findings.WRONG | findings.DOUBTFUL | findings.NOTES


@pytest.mark.parametrize("code", chart_page.SENTENCES)
def test_a_sentence_can_be_said_without_its_values(code):
    with translation.override("zh-hans"):
        assert chart_page.remark(code, {})


def test_a_code_of_another_version_stands_for_itself():
    assert chart_page.remark("new_rule", {"a": 1}) == "new_rule"


def test_words_alone_are_said_to_be_so_only_where_a_chart_was_asked_for():
    chart = {"language": "none", "compiles": None, "findings": [], "picture": False}
    assert chart_page.told(chart, is_asked_for=False) is None
    assert "in words alone" in chart_page.told(chart, is_asked_for=True).summary
