"""A grader wears its newest record, and a judge's bias is known only where it was measured as it is asked today."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError

from sandbox import records
from sandbox.graders import judge
from sandbox.models import GraderRecord
from tests.factories import make_channel

pytestmark = pytest.mark.django_db


def record(grader="a-judge", **overrides):
    values = {
        "statistic": "spearman",
        "value": 0.6,
        "low": 0.5,
        "high": 0.7,
        "n": 200,
        "prompt_version": judge.PROMPT_VERSION,
        "data": "two people's grades of 200 answers",
        "measured_on": date(2026, 11, 1),
    }
    return GraderRecord.objects.create(grader=grader, **{**values, **overrides})


def test_the_newest_record_counts():
    record(measured_on=date(2026, 10, 1))
    newest = record(measured_on=date(2026, 11, 2))
    record(measured_on=date(2026, 11, 1))
    assert records.latest("a-judge") == newest
    assert records.by_grader(["a-judge"]) == {"a-judge": [newest]}


def test_a_record_on_the_dimension_goes_before_one_in_general_and_that_before_none():
    general = record()
    assert records.latest("a-judge", "depth") == general
    own = record(dimension="depth", measured_on=date(2026, 1, 1))
    assert records.latest("a-judge", "depth") == own
    assert records.latest("another-judge", "depth") is None


def test_records_are_kept_apart_by_dimension_and_statistic():
    kept = {record(), record(statistic="kappa"), record(dimension="depth")}
    record("another")
    assert set(records.by_grader(["a-judge"])["a-judge"]) == kept


def test_a_report_freezes_what_a_reader_needs_to_know_of_a_record():
    told = records.told(record(flip_rate=0.1))
    assert (told["value"], told["n"], told["flip_rate"], told["measured_on"]) == (0.6, 200, 0.1, "2026-11-01")


@pytest.fixture
def jury():
    return [make_channel(slug=slug, is_judge=True) for slug in ("one", "two")]


def test_a_panels_bias_is_the_mean_of_its_judges(jury):
    record("one", bias_points=0.4)
    record("two", bias_points=0.8)
    assert records.judge_bias(jury, "depth") == pytest.approx(0.6)


def test_the_bias_on_the_dimension_goes_before_the_one_in_general(jury):
    record("one", bias_points=0.4)
    record("one", bias_points=0.2, dimension="depth", measured_on=date(2026, 1, 1))
    assert records.judge_bias(jury[:1], "depth") == pytest.approx(0.2)
    assert records.judge_bias(jury[:1], "clarity") == pytest.approx(0.4)


def test_one_judge_without_a_record_leaves_the_bias_unknown(jury):
    record("one", bias_points=0.4)
    assert records.judge_bias(jury, "depth") is None
    assert records.judge_bias([], "depth") is None


def test_a_record_of_another_judge_prompt_or_of_one_system_tells_no_bias(jury):
    record("one", bias_points=0.4, prompt_version="older")
    record("one")
    assert records.judge_bias(jury[:1], "depth") is None


def test_a_record_lies_in_its_own_interval():
    with pytest.raises(IntegrityError):
        record(low=0.7)
