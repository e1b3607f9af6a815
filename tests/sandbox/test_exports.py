"""Exports: JSON with sentences, and CSV with a row per answer whatever the answer says."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.utils.translation import override

from sandbox import exports, sheets
from sandbox.models import Report
from tests.sandbox.test_sheets import PLAIN, RISKY
from tests.sandbox.told import answered, decided, facts


def rows_of(report: Report) -> list[dict[str, str]]:
    text = exports.report_csv(report)
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:], newline=""), strict=True))


def make_report(**overrides: Any) -> Report:
    return Report(code="c0de", facts=facts(**overrides))


@pytest.fixture(autouse=True)
def _english():
    with override("en"):
        yield


@pytest.mark.parametrize("text", [*RISKY, *PLAIN])
def test_a_table_keeps_its_shape_whatever_an_answer_says(text):
    report = make_report(answers=[answered("cedar", text=text, error_detail=text), answered("heron")])
    rows = rows_of(report)
    assert len(rows) == 2
    assert rows[0]["answer"] == sheets.neutral(text)
    assert rows[1]["channel"] == "heron"
    assert None not in rows[0]


def test_figures_stay_figures_and_unknown_is_empty():
    row = rows_of(make_report(answers=[answered("cedar", charge="-12.50", ttft_ms=None)]))[0]
    assert row["charge"] == "-12.50"
    assert row["ttft_ms"] == ""
    assert row["total_ms"] == "2100.0"


def test_a_row_has_its_score_by_the_rule_and_every_graders_reason():
    row = rows_of(make_report())[0]
    assert row["score logic"] == "9.0"
    assert row["reason logic"] == "j: so so | rule: right"
    unscored = rows_of(make_report(answers=[answered("cedar", scores=[])]))[0]
    assert unscored["score logic"] == ""


@pytest.mark.django_db
def test_json_speaks_in_sentences_and_keeps_the_codes():
    reason = {"code": "only_one", "values": {}}
    flip = {"code": "price", "values": {"channel": "cedar", "rival": "heron", "multiple": 2.0}}
    report = make_report(recommendation=decided(reasons=[reason], flips_when=[flip]))
    spoken = exports.report_json(report)
    assert {"schema", "recommendation", "ranking", "prompts", "answers"} <= set(spoken)
    said = spoken["recommendation"]
    assert said["summary"] == "Choose Cedar."
    assert said["reasons"] == ["It had nobody to be compared with."]
    assert said["flips_when"] == ["It would be Heron if Cedar cost 2.0 times as much."]
    assert said["reason_codes"] == [reason]
    assert report.facts["recommendation"]["reasons"] == [reason]
