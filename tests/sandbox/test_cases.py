"""Cases are read line by line, and a line that is none is named."""

from __future__ import annotations

import json

import pytest

from sandbox import cases
from sandbox.cases import Graded, Paired, Unreadable


def read(*rows):
    return list(cases.read(json.dumps(row, ensure_ascii=False) for row in rows))


def test_a_score_is_of_the_whole_answer_and_scores_are_of_dimensions():
    whole, parts = read(
        {"question": "q", "answer": "a", "human": 7},
        {"question": "q", "answer": "a", "human": {"depth": 3.5}, "system": "s", "reference": "r"},
    )
    assert whole == Graded("q", "a", {"": 7.0}, "en")
    assert parts == Graded("q", "a", {"depth": 3.5}, "en", reference="r", system="s")


def test_a_pair_names_the_better_side():
    assert read({"question": "谁写的？", "left": "a", "right": "b", "human": "tie"}) == [
        Paired("谁写的？", "a", "b", "tie", "zh")
    ]


def test_blank_lines_are_passed_over():
    assert list(cases.read(["", "  \n"])) == []


@pytest.mark.parametrize(
    "row",
    [
        {"answer": "a", "human": 7},
        {"question": "q", "answer": 5, "human": 7},
        {"question": "q", "answer": "a"},
        {"question": "q", "answer": "a", "human": 0},
        {"question": "q", "answer": "a", "human": 11},
        {"question": "q", "answer": "a", "human": True},
        {"question": "q", "answer": "a", "human": {}},
        {"question": "q", "answer": "a", "human": {"depth": "high"}},
        {"question": "q", "left": "a", "right": "b", "human": "both"},
        {"question": "q", "left": "a", "human": "left"},
        ["q", "a", 7],
    ],
)
def test_a_line_that_is_no_case_is_named(row):
    with pytest.raises(Unreadable, match="line 2: "):
        read({"question": "q", "answer": "a", "human": 7}, row)


def test_a_line_that_is_no_json_is_named():
    with pytest.raises(Unreadable, match="line 1: "):
        list(cases.read(["{"]))
