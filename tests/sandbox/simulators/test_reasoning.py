"""Strong simulated models work the scenario's problems out; weak ones slip. Nothing is looked up."""

from __future__ import annotations

import statistics
import tomllib
from pathlib import Path
from random import Random

import pytest

from sandbox.graders import charts, rule
from sandbox.simulators.asked import Asked
from sandbox.simulators.personas import PERSONAS
from sandbox.simulators.writing import write

ROOT = Path(__file__).resolve().parents[3]
ROWS = tomllib.loads((ROOT / "sandbox/seed/deep_reasoning.toml").read_text())["prompt"]
PROBLEMS = [row for row in ROWS if row.get("checks")]


def share_right(persona):
    scores = []
    for row in PROBLEMS:
        asked = Asked(text=row["text"], system=row.get("system", ""), model=persona.name)
        _thoughts, text = write(persona.talent, asked, Random(f"{persona.name} {row['slug']}"))
        scores.append((rule.grade(row["checks"], text).value or 1) >= 9)
    return statistics.mean(scores)


@pytest.fixture(scope="module")
def shares():
    return {persona.name: share_right(persona) for persona in PERSONAS.values() if not persona.is_judge}


def test_the_best_solve_more_than_half_and_the_worst_hardly_any(shares):
    assert max(shares.values()) >= 0.5
    assert min(shares.values()) <= 0.25


def test_channels_differ_in_what_they_solve(shares):
    assert len({round(share, 2) for share in shares.values()}) >= 6


def test_every_problem_is_answered_in_its_own_language():
    persona = next(iter(PERSONAS.values()))
    for row in PROBLEMS:
        _thoughts, text = write(persona.talent, Asked(text=row["text"], model=persona.name), Random(1))
        assert text.strip()
        assert any("\u4e00" <= sign <= "\u9fff" for sign in text) == (row["language"] == "zh")


def drawn_by(name):
    """The charts of one persona's answers to every problem with a table, as a machine finds them."""
    persona = next(each for each in PERSONAS.values() if each.name == name)
    pairs = []
    for row in (row for row in PROBLEMS if "|---" in row["text"]):
        asked = Asked(text=row["text"], model=name)
        pairs.append((row["text"], write(persona.talent, asked, Random(f"{name} {row['slug']}"))[1]))
    return charts.check(pairs)


def test_a_careful_model_specifies_charts_in_which_a_machine_finds_nothing_wrong():
    found = drawn_by("heron-think")
    assert len(found) >= 5
    for chart in found:
        assert (chart.language, chart.compiles) == ("vega-lite", True)
        assert {each.level for each in chart.findings} <= {"note"}


def test_a_careless_model_names_a_field_that_does_not_exist():
    for chart in drawn_by("larch-flash"):
        assert {each.code for each in chart.findings} & {"unknown_field", "field_without_values"}


def test_another_writes_code_which_is_recognised():
    assert {chart.language for chart in drawn_by("kestrel-1")} == {"matplotlib"}
