"""Calibration asks within its bounds, compares with people, and keeps what it found as a record."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from sandbox import agreement, records
from sandbox.graders import judge, pairwise
from sandbox.models import GraderRecord
from tests.factories import make_dimension, make_scenario
from tests.sandbox.judged import make_judge

pytestmark = pytest.mark.django_db(transaction=True)
LLMBAR = (
    Path(os.environ.get("TOUCHSTONE_DATA", Path(__file__).parents[3] / "shared" / "data"))
    / "eval"
    / "d_llmbar_pairs.jsonl.gz"
)
CAREFUL = "The lamp in the window stays on, and the kettle is warm, because somebody comes home late tonight."
STALE = "In today's fast-paced world, unlock a seamless experience and take it to the next level!"


@pytest.fixture(autouse=True)
def _fleet_somewhere(settings):
    settings.SIMULATORS_URL = "http://127.0.0.1:9"


@pytest.fixture
def write(tmp_path):
    def write(rows, name="cases.jsonl"):
        path = tmp_path / name
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return str(path)

    return write


def graded(count=12, **overrides):
    """Answers of which people like the first half, by systems a, b and c in turn."""
    return [
        {
            "question": f"Write a line for lamp {place}.",
            "answer": CAREFUL if place < count / 2 else STALE,
            "human": 8 if place < count / 2 else 2,
            "system": "abc"[place % 3],
            **overrides,
        }
        for place in range(count)
    ]


def paired(count=12):
    return [
        {
            "question": f"Write a line for lamp {place}.",
            "left": CAREFUL if place % 2 else STALE,
            "right": STALE if place % 2 else CAREFUL,
            "human": "left" if place % 2 else "right",
        }
        for place in range(count)
    ]


def calibrate(path, grader="a-judge", **options):
    call_command("calibrate", grader=grader, data=path, **options)


def test_a_judge_is_asked_about_answers_and_its_record_kept(worker, write, capsys):
    make_judge(slug="a-judge")
    calibrate(write(graded(18)), label="people's grades of lines")
    record = GraderRecord.objects.get()
    assert (record.grader, record.dimension, record.statistic, record.n) == ("a-judge", "", "spearman", 18)
    assert record.value == pytest.approx(1)
    assert record.prompt_version == judge.PROMPT_VERSION
    assert record.data == "people's grades of lines"
    assert record.bias_points == pytest.approx(0)
    assert records.judge_bias([make_judge(), make_judge()], "depth") is None
    assert "18 cases, 0 unreadable, 0 left out" in capsys.readouterr().out


def test_a_judge_is_asked_about_pairs_in_both_orders(worker, write):
    make_judge(slug="a-judge")
    calibrate(write(paired()))
    record = GraderRecord.objects.get()
    assert (record.statistic, record.n, record.flip_rate) == ("kappa", 12, 0)
    assert record.value == pytest.approx(1)
    assert (record.prompt_version, record.data) == (pairwise.PROMPT_VERSION, "cases.jsonl")


def test_each_dimension_gets_a_record_of_its_own(worker, write):
    make_judge(slug="a-judge")
    make_dimension(rubric=make_scenario().rubric, slug="depth", graders=["judge"])
    halves = [{"": 8, "depth": 7}] * 6 + [{"": 2, "depth": 3}] * 6
    calibrate(write(row | {"human": human} for row, human in zip(graded(), halves, strict=True)))
    assert set(GraderRecord.objects.values_list("dimension", flat=True)) == {"", "depth"}


def test_no_more_is_asked_than_the_limits_allow(worker, write, capsys):
    make_judge(slug="a-judge")
    path = write(graded(20))
    calibrate(path, limit=15)
    assert GraderRecord.objects.get().n == 15
    with pytest.raises(CommandError, match="Too few"):
        calibrate(path, max_cost="0.000001")
    assert "0 cases, 0 unreadable, 20 left out for their cost" in capsys.readouterr().out


def test_what_cannot_be_read_is_no_verdict(worker, write, capsys):
    make_judge(slug="a-judge", wire_name="paced-n20-i1-t5")
    with pytest.raises(CommandError, match="Too few"):
        calibrate(write(graded() + paired()))
    assert "24 cases, 24 unreadable" in capsys.readouterr().out


def test_an_answer_that_is_none_has_the_floor_without_asking(write):
    make_judge(slug="a-judge")
    rows = graded()[:6] + [row | {"answer": ""} for row in graded()[6:]]
    pairs = [row | {"left": "", "right": "", "human": "tie"} for row in paired()]
    words = [{"question": row["question"], "answer": CAREFUL, "text": '{"scores": {"overall": 8}}'} for row in rows[:6]]
    calibrate(write(rows + pairs), replay=write(words, "words.jsonl"))
    assert [record.value for record in GraderRecord.objects.all()] == [pytest.approx(1)]


def test_recorded_words_are_measured_without_asking_anybody(write):
    make_judge(slug="a-judge", wire_name="somebody")
    rows = graded()
    words = [
        {
            "question": row["question"],
            "answer": row["answer"],
            "text": json.dumps({"scores": {"overall": place % 9 + 1}}),
        }
        for place, row in enumerate(rows)
    ]
    calibrate(write(rows), replay=write(words, "words.jsonl"), dry_run=True)
    assert not GraderRecord.objects.exists()
    calibrate(write(rows), replay=write(words, "words.jsonl"))
    assert GraderRecord.objects.get().value < 0.5


def test_a_rule_is_measured_by_its_agreement(write):
    rows = [
        {"question": "6 × 7?", "answer": f"The answer is {42 if place else 41}.", "reference": "42", "human": 10}
        for place in range(20)
    ]
    calibrate(write(rows), grader="rule:number")
    record = GraderRecord.objects.get()
    assert (record.grader, record.statistic, record.n) == ("rule:number", "agreement", 20)
    assert record.value == pytest.approx(0.95)
    assert record.low < 0.95 < record.high < 1


def test_a_rules_checks_may_stand_in_the_case(write):
    rows = [
        {
            "question": "Name a lamp.",
            "answer": "a lamp" if place % 2 else "a cup",
            "human": 9 if place % 2 else 1,
            "checks": [{"rule": "contains", "values": ["lamp"]}],
        }
        for place in range(20)
    ]
    calibrate(write(rows), grader="rule:contains")
    assert {record.statistic: record.value for record in GraderRecord.objects.all()} == {
        "agreement": 1,
        "kappa": pytest.approx(1),
    }


@pytest.mark.skipif(not LLMBAR.exists(), reason="needs TOUCHSTONE_DATA")
def test_a_real_judges_recorded_verdicts_get_the_kappa_that_they_have(write):
    make_judge(slug="a-judge", wire_name="somebody")
    sides = {"model_a": "left", "model_b": "right"}
    with gzip.open(LLMBAR, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    rows = [row for row in rows if all(row["judges"]["GPT-4/Metrics_Reference"])]
    given, words, expected = [], [], []
    for row in rows:
        one, two = row["response_a"], row["response_b"]
        given.append({"question": row["prompt"], "left": one, "right": two, "human": sides[row["human"]]})
        straight, swapped = (sides[each] for each in row["judges"]["GPT-4/Metrics_Reference"])
        for left, right, said in ((one, two, straight), (two, one, pairwise.MIRRORED[swapped])):
            text = f"Thus. {json.dumps({'verdict': {'winner': said}})}"
            words.append({"question": row["prompt"], "left": left, "right": right, "text": text})
        expected.append(straight if straight == swapped else "tie")
    calibrate(write(given), replay=write(words, "words.jsonl"), limit=1_000)
    record = GraderRecord.objects.get()
    assert record.n == len(rows)
    assert record.value == pytest.approx(agreement.kappa([row["human"] for row in given], expected).value, abs=0.01)
    assert record.flip_rate == pytest.approx(expected.count("tie") / len(rows), abs=0.01)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"grader": "rule:guess"}, "There is no rule"),
        ({"grader": "nobody"}, "no channel"),
        ({"data": "absent.jsonl"}, "absent.jsonl"),
        ({"replay": "absent.jsonl"}, "absent.jsonl"),
    ],
)
def test_says_what_is_wrong_with_what_was_asked(write, options, why):
    make_judge(slug="a-judge")
    values = {"grader": "a-judge", "data": write(graded()), **options}
    with pytest.raises(CommandError, match=why):
        call_command("calibrate", **values)


def test_an_unknown_dimension_and_a_broken_line_are_named(write):
    make_judge(slug="a-judge")
    with pytest.raises(CommandError, match="No rubric has the dimension 'nowhere'"):
        calibrate(write(graded(human={"nowhere": 3})))
    with pytest.raises(CommandError, match="line 1: "):
        calibrate(write([{"question": "q"}]))
