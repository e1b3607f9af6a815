"""Spreadsheets: nothing that somebody wrote runs as a formula, and figures stay figures."""

from __future__ import annotations

import csv
import io
import json
import os
from decimal import Decimal
from pathlib import Path

import pytest

from sandbox import sheets

ROWS = Path(os.environ.get("CSV_ROWS", Path(__file__).parents[3] / "shared/security/csv_injection.txt"))
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


@pytest.mark.parametrize("text", RISKY)
def test_what_might_be_a_formula_gets_one_quote_in_front(text):
    cell = sheets.neutral(text)
    assert cell == "'" + text.replace("\0", "")
    assert not cell.lstrip(' \ufeff"').startswith(LEADS)


@pytest.mark.parametrize("text", PLAIN)
def test_what_cannot_be_a_formula_stays_as_it_is(text):
    assert sheets.neutral(text) == text


def test_half_a_character_does_not_stop_an_export():
    assert sheets.neutral("a\ud800b") == "a?b"


def read(text: str) -> list[list[str]]:
    assert text.startswith(sheets.BOM)
    return list(csv.reader(io.StringIO(text[1:], newline=""), strict=True))


@pytest.mark.parametrize(
    ("number", "written"),
    [(-12.5, "-12.5"), (Decimal("-0.30"), "-0.30"), (Decimal("0.0000001"), "0.0000001"), (0, "0"), (None, "")],
)
def test_numbers_stay_numbers_and_unknown_is_empty(number, written):
    assert sheets.written(number) == written


@pytest.mark.parametrize("text", [*RISKY, *PLAIN])
def test_a_row_keeps_its_cells_whatever_one_of_them_says(text):
    cells = read(sheets.csv_text([["before", text, "after"], ["next", "", ""]]))
    assert [len(row) for row in cells] == [3, 3]
    assert cells[0] == ["before", sheets.neutral(text), "after"]


@pytest.mark.skipif(not ROWS.exists(), reason="needs the shared attack rows")
def test_every_known_attack_comes_out_as_text_and_every_control_as_it_was():
    lines = [line.split("\t", 3) for line in ROWS.read_text("utf-8").splitlines() if not line.startswith("#")]
    assert lines
    for name, _kind, expected, body in lines:
        value = json.loads(f'"{body}"')
        cell = Decimal(value) if expected == "number" else value
        rows = read(sheets.csv_text([["id", "value", "end"], [name, cell, "end"]]))
        assert [len(row) for row in rows] == [3, 3], name
        if expected in {"verbatim", "number"}:
            assert rows[1][1] == value, name
        else:
            assert not rows[1][1].lstrip(' \u00a0\ufeff"').startswith(LEADS), name
