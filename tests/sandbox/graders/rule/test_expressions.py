"""Arithmetic is evaluated exactly where it can be, and what is no arithmetic is refused without harm."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest

from sandbox.graders.rule.expressions import evaluate
from sandbox.graders.rule.plain import plain


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("42", Fraction(42)),
        ("-3/4", Fraction(-3, 4)),
        ("+2 - -3", Fraction(5)),
        ("2*3 + 4*(5 - 1)", Fraction(22)),
        ("2(3)", Fraction(6)),
        ("2^10", Fraction(1024)),
        ("2^-1", Fraction(1, 2)),
        ("5!", Fraction(120)),
        ("sqrt(9/4)", Fraction(3, 2)),
        ("root(2, 16)", Fraction(4)),
        ("1021_3", Fraction(34)),
        (".5", Fraction(1, 2)),
        ("sqrt(2)", math.sqrt(2)),
        ("2 pi", 2 * math.pi),
        ("root(3, 8)", 2.0),
        ("2^0.5", math.sqrt(2)),
        ("pi^2", math.pi**2),
    ],
)
def test_evaluates(source: str, value: Fraction | float) -> None:
    found = evaluate(source)
    assert found == pytest.approx(value) if isinstance(value, float) else found == value


@pytest.mark.parametrize(
    "source",
    [
        "",
        "x + 1",
        "2 +",
        "(2",
        "2 3",
        "2)",
        "1/0",
        "0^-1",
        "sqrt(-2)",
        "sqrt(-4)",
        "(-8)^(1/3)",
        "2.5!",
        "(-1)!",
        "1000!",
        "129_3",
        "9_1",
        "1.5_3",
        "10^400^2",
        "9^9^9^9",
        "root(2 16)",
        "root 2",
        "1, 2",
        "(" * 150,
        "1+" * 150 + "1",
    ],
)
def test_what_has_no_value_is_none(source: str) -> None:
    assert evaluate(source) is None


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (r"\frac{\sqrt{3}}{2}", math.sqrt(3) / 2),
        (r"\frac{1}{1+\frac{1}{2}}", Fraction(2, 3)),
        ("\\\\frac{1}{2}", Fraction(1, 2)),
        ("\frac{1}{2}".replace("\\f", "\f"), Fraction(1, 2)),
        (r"\sqrt[3]{27}", 3.0),
        (r"2\sqrt3", 2 * math.sqrt(3)),
        ("3²", Fraction(9)),
        ("10⁻²", Fraction(1, 100)),
        ("1021₃", Fraction(34)),
        ("２＋３", Fraction(5)),
        ("√(16)", Fraction(4)),
        (r"\left(\frac12\right)^{2}", Fraction(1, 4)),
        (r"\frac{" * 9 + "1" + "}{2}" * 9, None),
    ],
)
def test_reads_latex_and_signs(written: str, read: Fraction | float | None) -> None:
    found = evaluate(plain(written))
    assert found == (pytest.approx(read) if isinstance(read, float) else read)
