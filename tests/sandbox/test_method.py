"""How we score: who grades what, and the record that each grader wears, or that it has none."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from sandbox.models import AnswerState, GraderRecord, PairJudgement
from sandbox.pages import judges
from sandbox.seed.records import MEASURED, load_records
from tests.factories import make_channel, make_dimension, make_scenario, make_trial
from tests.sandbox.told import facts

pytestmark = pytest.mark.django_db


def record(grader, **overrides):
    values = {
        "statistic": "spearman",
        "value": 0.61,
        "low": 0.5,
        "high": 0.7,
        "n": 1_200,
        "flip_rate": 0.125,
        "prompt_version": "v7",
        "data": "grades of two teachers",
        "measured_on": date(2026, 11, 1),
    }
    return GraderRecord.objects.create(grader=grader, **{**values, **overrides})


@pytest.fixture
def page(client):
    def page(language="en"):
        return client.get(f"/{language}/method/").content.decode()

    return page


def test_each_dimension_says_who_grades_it_and_by_which_anchors(page):
    scenario = make_scenario(dimensions=0)
    make_dimension(rubric=scenario.rubric, slug="depth", graders=["rule", "judge"])
    text = page()
    assert "a rule, where a prompt can be checked · AI judges" in text
    assert "excellent" in text


def test_a_judge_wears_its_record(page):
    judge = make_channel(slug="a-judge", is_judge=True)
    record("a-judge")
    text = page()
    for shown in (judge.name, "0.610", "[0.500, 0.700]", "1200", "12 %", "v7", "2026-11-01", "grades of two teachers"):
        assert shown in text


def test_a_grader_without_a_record_is_not_yet_calibrated(page):
    make_channel(is_judge=True)
    assert page().count("not yet calibrated") == 9  # the judge and eight rules


def test_the_seeded_rules_wear_what_was_measured(page):
    load_records()
    load_records()
    assert GraderRecord.objects.count() == len(MEASURED)
    text = page()
    assert "published readings of answers to school word problems" in text
    assert "0.999" in text


def test_what_the_planted_pairs_found_lately_stands_there(page):
    judge = make_channel(slug="a-judge", is_judge=True)
    trial = make_trial()
    for swapped, said in ((False, "left"), (True, "left")):
        PairJudgement.objects.create(
            trial=trial,
            judge=judge,
            planted="en-wrong-change",
            is_swapped=swapped,
            said=said,
            prompt_version="v",
            state=AnswerState.DONE,
        )
    assert "missed 1 of 1 planted pairs" in page()


def test_both_languages_have_the_page_and_every_foot_leads_to_it(client, page):
    make_scenario()
    assert client.get("/zh-hans/method/").status_code == 200
    assert reverse("sandbox:method") in page()


# -- on a report ---------------------------------------------------------------------------------


def used(**overrides):
    judge = {"channel": "j", "name": "J", "planted": {"asked": 2, "missed": 0, "doubtful": False}, "records": []}
    told = facts(judges={"used": [{**judge, **overrides}], "left_out": []})
    return judges.panel(told)["used"][0]


def test_a_report_says_that_its_judge_is_not_yet_calibrated():
    assert used()["record_lines"] == ["not yet calibrated against people"]


def test_a_report_tells_the_records_in_general_and_on_its_own_dimensions():
    kept = {
        "statistic": "kappa",
        "value": 0.512,
        "low": 0.4,
        "high": 0.6,
        "n": 1_200,
        "data": "votes",
        "measured_on": "2026-11-01",
    }
    shown = used(records=[kept | {"dimension": slug} for slug in ("", "logic", "elsewhere")])
    first = "Cohen's κ 0.51 [0.40, 0.60], n = 1,200, on votes, 2026-11-01"
    assert shown["record_lines"] == [first, f"Logic: {first}"]


def test_a_record_says_how_often_the_order_decided_and_with_which_prompt():
    kept = {
        "dimension": "",
        "statistic": "spearman",
        "value": 0.5,
        "low": 0.4,
        "high": 0.6,
        "n": 90,
        "data": "votes",
        "measured_on": "2026-11-01",
        "flip_rate": 0.128,
        "prompt_version": "v7",
    }
    assert used(records=[kept])["record_lines"][0].endswith("2026-11-01, the order decided 13%, judge prompt v7")


def test_the_rules_of_a_report_wear_their_records_too():
    told = facts(judges={"used": [], "left_out": [], "rules": [{"rule": "number", "records": []}]})
    assert judges.panel(told)["rules"] == [{"title": "numbers", "record_lines": ["not yet calibrated against people"]}]


def test_a_judge_that_missed_planted_pairs_is_named_and_doubted():
    assert used()["warning"] == ""
    once = used(planted={"asked": 2, "missed": 1, "doubtful": False})["warning"]
    assert once == "missed 1 of 2 planted pairs"
    assert used(planted={"asked": 2, "missed": 2, "doubtful": True})["warning"] == (
        "missed 2 of 2 planted pairs; its scores are doubtful"
    )


def test_a_report_says_why_a_judge_was_left_out():
    told = facts(
        judges={
            "used": [],
            "left_out": [
                {"channel": "k", "name": "K", "reason": "shares_maker"},
                {"channel": "l", "name": "L", "reason": "panel_full"},
            ],
        }
    )
    assert [each["why"] for each in judges.panel(told)["left_out"]] == [
        "shares a maker with a contender",
        "the jury was full",
    ]


def test_the_leaders_side_by_side_go_by_their_names():
    pairs = {"left": "cedar", "right": "heron", "judges": [{"judge": "j", "wins": 3}]}
    told = facts(judges={"used": [{"channel": "j", "name": "J"}], "left_out": []}, pairs=pairs)
    shown = judges.side_by_side(told)
    assert (shown["left_name"], shown["right_name"], shown["judges"][0]["name"]) == ("Cedar", "Heron", "J")


@pytest.mark.parametrize("without", [{}, {"pairs": None}])
def test_a_report_without_pairs_has_nothing_side_by_side(without):
    assert judges.side_by_side(facts(**without)) is None
