"""A visitor's reference is checked by rule where that is safe, and left to the judge where it is not."""

import pytest

from sandbox.graders.rule import grade
from sandbox.graders.rule.references import checks_for


@pytest.mark.parametrize(
    ("reference", "answer"),
    [
        ("391", "17 × 23 is a little less than 400. The answer is 391."),
        ("1,250.5", "So it costs 1250.50 in all."),
        ("3/4", "That leaves \\boxed{\\frac{3}{4}}."),
        ("-7", "x = -7"),
        ("12.5 %", "The share is 12.5%."),
        ("３９１。", "答案是 391。"),
        ("B", "Option C is tempting, but the answer is B."),
        ("A, C", "答案：AC"),
    ],
)
def test_a_bare_amount_or_letter_is_checked(reference, answer):
    checks = checks_for(reference)
    assert grade(checks, answer).value == 10
    assert grade(checks, "The answer is 5.").value == 1


@pytest.mark.parametrize(
    "reference", ["", "Paris", "about 391", "391 or 392", "A cat", "2024-05-01", "any of A-C", "1.2.3"]
)
def test_what_needs_a_reader_is_left_to_one(reference):
    assert checks_for(reference) == []
