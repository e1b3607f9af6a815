"""Bare arithmetic: expressions, percentages, equations, sequences, clocks and weekdays."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise

from sandbox.simulators.solving.problem import NUMBER, Problem, Solution, number, plain

_RUN = re.compile(r"[\d\s+\-*/×÷^().,]+")
_EXPRESSION = re.compile(r"[(\d].*[+\-*/×÷^].*[\d)]", re.DOTALL)
_LONGEST = 120
_ASKS = re.compile(
    r"what is|what's|calculate|compute|evaluate|how much is|计算|等于多少|是多少|=\s*[?？]", re.IGNORECASE
)
_OPERATORS: dict[type[ast.operator], Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_WEEK = [
    ("monday", "一"),
    ("tuesday", "二"),
    ("wednesday", "三"),
    ("thursday", "四"),
    ("friday", "五"),
    ("saturday", "六"),
    ("sunday", "日"),
]


def evaluate(text: str) -> Fraction:
    """The value of an expression in + - × ÷ ^ and brackets; raises ValueError, also for towering powers."""
    clean = text.replace("×", "*").replace("÷", "/").replace("^", "**").replace(",", "").strip()
    try:
        return _value(ast.parse(clean, mode="eval").body)
    except (SyntaxError, ZeroDivisionError, RecursionError, MemoryError):
        raise ValueError(text) from None


def _value(node: ast.expr) -> Fraction:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return Fraction(str(node.value))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_value(node.operand)
    if isinstance(node, ast.BinOp):
        left, right = _value(node.left), _value(node.right)
        if isinstance(node.op, ast.Pow):
            if right.denominator != 1 or abs(right) > 32 or abs(left) > 10**6:
                raise ValueError("a power too far")
            return left**right.numerator
        if type(node.op) in _OPERATORS:
            return _OPERATORS[type(node.op)](left, right)
    raise ValueError("not arithmetic")


def expression(p: Problem) -> Solution | None:
    if not _ASKS.search(p.text):
        return None
    runs = (run.strip(" \n\t.,") for run in _RUN.findall(p.text))
    written = next((run for run in runs if len(run) <= _LONGEST and _EXPRESSION.fullmatch(run)), None)
    if written is None:
        return None
    value = evaluate(written)
    answer = p.shown(value)
    return Solution(
        answer,
        (p.say(f"先乘除后加减：{written} = {answer}。", f"Products before sums: {written} = {answer}."),),
        slips=(plain(value + 1), plain(value - 10), plain(value * 10)),
        trap=p.say("最容易错在从左到右硬算，忽略运算顺序。", "The tempting mistake is to work from left to right."),
        check=p.say("倒着算一遍可以验证。", "Working backwards confirms it."),
    )


def percent_of(p: Problem) -> Solution | None:
    match = p.find(rf"({NUMBER})\s*(?:%|per cent|percent) of ({NUMBER})")
    swapped = p.find(rf"({NUMBER})\s*的\s*({NUMBER})\s*%")
    if match is None and swapped is None:
        return None
    share, whole = (match[1], match[2]) if match else (swapped[2], swapped[1])  # type: ignore[index]
    value = number(share) * number(whole) / 100
    step = p.say(f"{whole} × {share}% = {plain(value)}。", f"{whole} × {share} % = {plain(value)}.")
    return Solution(p.shown(value), (step,), slips=(plain(value / 10), plain(number(whole) / number(share))))


def sequence(p: Problem) -> Solution | None:
    """The next term of a series whose differences, ratios or sums follow a rule."""
    if not p.find(r"next (?:number|term)|下一个数|下一项|数列|sequence|series"):
        return None
    match = p.find(r"-?\d+(?:\s*[,，、]\s*-?\d+){3,}")
    if match is None:
        return None
    terms = [Fraction(part) for part in re.findall(r"-?\d+", match[0])]
    found = _geometric(terms) or _fibonacci(terms) or _by_differences(terms)
    if found is None:
        return None
    value, zh, en = found
    return Solution(plain(value), (p.say(zh, en),), slips=(plain(value + 1), plain(terms[-1] * 2 - terms[-2])))


def _geometric(terms: list[Fraction]) -> tuple[Fraction, str, str] | None:
    if 0 in terms or len({b / a for a, b in pairwise(terms)}) != 1 or terms[0] == terms[1]:
        return None
    ratio = terms[1] / terms[0]
    return (
        terms[-1] * ratio,
        f"每一项是前一项的 {plain(ratio)} 倍。",
        f"Each term is {plain(ratio)} times the one before.",
    )


def _fibonacci(terms: list[Fraction]) -> tuple[Fraction, str, str] | None:
    if any(a + b != c for a, b, c in zip(terms, terms[1:], terms[2:], strict=False)):
        return None
    return terms[-1] + terms[-2], "每一项是前两项之和。", "Each term is the sum of the two before."


def _by_differences(terms: list[Fraction]) -> tuple[Fraction, str, str] | None:
    """Differences of differences until they are constant, with at least one more difference to confirm it."""
    rows = [terms]
    while len(rows[-1]) > 2 and len(set(rows[-1])) > 1:
        rows.append([b - a for a, b in pairwise(rows[-1])])
    if len(set(rows[-1])) > 1:
        return None
    value = sum((row[-1] for row in rows), Fraction(0))
    order = len(rows) - 1
    return (
        value,
        f"第 {order} 阶差为常数 {plain(rows[-1][0])}。",
        f"Differences of order {order} are {plain(rows[-1][0])}.",
    )


def linear(p: Problem) -> Solution | None:
    """One equation in one unknown, or two in two."""
    runs = re.split(r"[^-+\d. a-z*=]|[a-z]{2,}", p.text)
    equations = [_equation(run) for run in runs if run.count("=") == 1 and len(run) <= _LONGEST]
    held = [equation for equation in equations if equation]
    unknowns = sorted({name for terms in held for name in terms if name})
    if not held or len(held) != len(unknowns) or len(unknowns) > 2:
        return None
    values = _solve(held, unknowns)
    if values is None:
        return None
    shown = ", ".join(f"{name} = {plain(value)}" for name, value in zip(unknowns, values, strict=True))
    answer = plain(values[0]) if len(values) == 1 else shown
    wrong = plain(-values[0]) if len(values) == 1 else shown.replace("= ", "= -", 1)
    step = p.say(f"移项合并，解得 {shown}。", f"Collect the unknowns on one side: {shown}.")
    return Solution(answer, (step,), slips=(wrong, plain(values[0] + 1)))


def _equation(text: str) -> dict[str, Fraction] | None:
    """``3x + 7 = 22`` as ``{"x": 3, "": -15}`` (the sum that is zero); None if it is nothing of the kind."""
    terms: dict[str, Fraction] = {}
    for side, sign in zip(text.split("="), (1, -1), strict=False):
        compact = side.replace(" ", "").replace("*", "").replace("\n", "")
        if not compact or re.search(r"[a-z]{2}", compact):
            return None
        for part, amount, name in re.findall(r"([-+]?)(\d+(?:\.\d+)?)?([a-z])?", compact):
            if amount or name:
                value = Fraction(amount or 1) * (-1 if part == "-" else 1) * sign
                terms[name] = terms.get(name, Fraction(0)) + value
    return terms if any(terms) else None


def _solve(equations: list[dict[str, Fraction]], unknowns: list[str]) -> list[Fraction] | None:
    zero = Fraction(0)
    if len(unknowns) == 1:
        factor = equations[0].get(unknowns[0], zero)
        return [-equations[0].get("", zero) / factor] if factor else None
    (a, b), (c, d) = ([equation.get(name, zero) for name in unknowns] for equation in equations)
    e, f = (-equation.get("", zero) for equation in equations)
    base = a * d - b * c
    return [(e * d - b * f) / base, (a * f - e * c) / base] if base else None


def clock(p: Problem) -> Solution | None:
    """How long from one time of day to another."""
    times = re.findall(r"\b(\d{1,2}):(\d{2})\b", p.text)
    if len(times) != 2 or not p.find(r"how long|how many (?:minutes|hours)|多久|多长时间|多少分钟"):
        return None
    start, end = (int(hour) * 60 + int(minute) for hour, minute in times)
    span = (end - start) % 1440
    hours, minutes = divmod(span, 60)
    answer = p.say(f"{hours} 小时 {minutes} 分钟", f"{hours} hours {minutes} minutes")
    step = p.say(
        f"从第 {start} 分钟到第 {end} 分钟，共 {span} 分钟。", f"From minute {start} to minute {end}: {span} minutes."
    )
    wrong = p.say(f"{hours + 1} 小时 {minutes} 分钟", f"{hours + 1} hours {minutes} minutes")
    return Solution(
        answer, (step,), slips=(wrong,), trap=p.say("一小时是 60 分钟，不能按百进位。", "An hour has 60 minutes.")
    )


def weekday(p: Problem) -> Solution | None:
    """Which day of the week it is some days on."""
    today = p.find(r"today is (\w+day)|今天是?(?:星期|周)([一二三四五六日天])")
    later = p.find(rf"({NUMBER}) days (?:later|from now|after)|({NUMBER})\s*天[以之]?后")
    if today is None or later is None:
        return None
    named = (today[1] or today[2]).lower().replace("天", "日")
    start = next((at for at, names in enumerate(_WEEK) if named in names), None)
    if start is None:
        return None
    days = int(number(later[1] or later[2]))
    names = [p.say(f"星期{zh}", en.title()) for en, zh in _WEEK]
    step = p.say(f"{days} 除以 7 余 {days % 7}。", f"{days} leaves {days % 7} when divided by 7.")
    return Solution(names[(start + days) % 7], (step,), slips=(names[(start + days + 1) % 7],))


SOLVERS = (linear, sequence, weekday, clock, percent_of, expression)
