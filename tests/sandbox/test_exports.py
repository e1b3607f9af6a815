"""Exports: JSON with sentences, and CSV that a spreadsheet cannot mistake for a program."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.utils.translation import override

from sandbox import exports
from sandbox.models import Report
from tests.sandbox.told import answered, decided, facts

LEADS = tuple("=+-@\t\r\n\0\uff1d\uff0b\uff0d\uff20")

RISKY = [
    "=1+1",
    "=SUM(1)*cmd|'/C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "\t=1+1",
    "\n=1+1",
    "\r=1+1",
    "\u00a0=1+1",
    "\ufeff=1+1",
    "\u0000=1+1",
    "\u2028=1+1",
    "\u200b=1+1",
    "'=1+1",
    '"\n=1+1',
    "\uff1d1+1",
    "\uff20SUM(1)",
    "\ufe66SUM(1)",
    "=\u202e1+1",
    "+86 then =1",
    "-vega-7",
    "\u202e=1",
]
PLAIN = [
    "plain answer",
    "a-b",
    "mail me @ noon",
    '中文，含逗号与"引号"',
    "O'Hara",
    "a;b",
    "",
    'a\n"=1+1"\nb',
    "%0A=1+1",
    "#REF!=1",
    "\n",
]


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


@pytest.mark.parametrize("text", RISKY)
def test_what_might_be_a_formula_gets_one_quote_in_front(text):
    cell = exports.neutral(text)
    assert cell == "'" + text.replace("\0", "")
    assert not cell.lstrip(' \ufeff"').startswith(LEADS)


@pytest.mark.parametrize("text", PLAIN)
def test_what_cannot_be_a_formula_stays_as_it_is(text):
    assert exports.neutral(text) == text


def test_half_a_character_does_not_stop_an_export():
    assert exports.neutral("a\ud800b") == "a?b"


@pytest.mark.parametrize("text", [*RISKY, *PLAIN])
def test_a_table_keeps_its_shape_whatever_an_answer_says(text):
    report = make_report(answers=[answered("cedar", text=text, error_detail=text), answered("heron")])
    rows = rows_of(report)
    assert len(rows) == 2
    assert rows[0]["answer"] == exports.neutral(text)
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
