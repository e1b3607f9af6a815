"""What an arithmetic expression is worth: + - * / ^, roots, π, factorials and base subscripts, exactly if possible."""

from __future__ import annotations

import math
import re
from fractions import Fraction

Value = Fraction | float

TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?|\.\d+)|(sqrt|root|pi|[-+*/^()!,_]))")
LONGEST = 200
LARGEST_BITS = 20_000  # of an exact power; beyond it we count in floats


class NotAnExpression(ValueError):
    """Something else than arithmetic."""


def evaluate(source: str) -> Value | None:
    """The value of ``source``, or None when it is not, all of it, an expression of a finite value."""
    if not source.strip() or len(source) > LONGEST:
        return None
    try:
        parser = Parser(source)
        value = parser.sum()
        return value if parser.at == len(parser.tokens) and math.isfinite(value) else None
    except (NotAnExpression, ZeroDivisionError, OverflowError, ValueError, RecursionError):
        return None


class Parser:
    """Recursive descent; neighbours without a sign are multiplied (2√3, 4(5+1))."""

    def __init__(self, source: str) -> None:
        self.tokens = split(source)
        self.at = 0

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, *wanted: str) -> str:
        if self.peek() in wanted:
            self.at += 1
            return self.tokens[self.at - 1]
        return ""

    def need(self, wanted: str) -> None:
        if not self.take(wanted):
            raise NotAnExpression(wanted)

    def sum(self) -> Value:
        value = self.product()
        while sign := self.take("+", "-"):
            other = self.product()
            value = value + other if sign == "+" else value - other
        return value

    def product(self) -> Value:
        value = self.signed()
        while True:
            if self.take("*"):
                value = value * self.signed()
            elif self.take("/"):
                value = value / self.signed()
            elif self.peek() in {"sqrt", "root", "pi", "("}:
                value = value * self.power()
            else:
                return value

    def signed(self) -> Value:
        if self.take("-"):
            return -self.signed()
        if self.take("+"):
            return self.signed()
        return self.power()

    def power(self) -> Value:
        base = self.atom()
        while self.take("!"):
            base = factorial(base)
        if not self.take("^"):
            return base
        return raised(base, self.signed())

    def atom(self) -> Value:
        token = self.peek()
        self.at += 1
        if token == "(":  # noqa: S105
            value = self.sum()
            self.need(")")
            return value
        if token == "pi":  # noqa: S105
            return math.pi
        if token in {"sqrt", "root"}:
            return self.root(token)
        if token[:1].isdigit() or token[:1] == ".":
            return self.number(token)
        raise NotAnExpression(token)

    def number(self, digits: str) -> Value:
        if not self.take("_"):
            return Fraction(digits)
        base = self.atom()
        return Fraction(int(digits, int(base)))  # ValueError where the base does not suit

    def root(self, kind: str) -> Value:
        """sqrt(x), or root(n, x)."""
        degree: Value = Fraction(2)
        if kind == "root":
            self.need("(")
            degree = self.sum()
            self.need(",")
            of = self.sum()
            self.need(")")
        else:
            of = self.power()
        return raised(of, 1 / degree)


def split(source: str) -> list[str]:
    tokens, at, source = [], 0, source.strip()
    while at < len(source):
        match = TOKEN.match(source, at)
        if match is None:
            raise NotAnExpression(source[at])
        tokens.append(match[1] or match[2])
        at = match.end()
    return tokens


def factorial(value: Value) -> Fraction:
    if value != int(value) or not 0 <= value <= 100:
        raise NotAnExpression("factorial")
    return Fraction(math.factorial(int(value)))


def raised(base: Value, exponent: Value) -> Value:
    """``base`` ^ ``exponent``; exact where it is rational and of modest size."""
    if isinstance(base, Fraction) and isinstance(exponent, Fraction):
        if exponent.denominator == 1 and bits(base) * abs(exponent) <= LARGEST_BITS:
            return base ** int(exponent)
        exact = exact_root(base, exponent)
        if exact is not None:
            return exact
    result: float | complex = float(base) ** float(exponent)
    if isinstance(result, complex):
        raise NotAnExpression("complex")
    return result


def magnitude(value: Value) -> Value:
    return -value if value < 0 else value


def bits(value: Fraction) -> int:
    return max(value.numerator.bit_length(), value.denominator.bit_length())


def exact_root(base: Fraction, exponent: Fraction) -> Fraction | None:
    """A square root that is rational, else None."""
    if exponent != Fraction(1, 2) or base < 0:
        return None
    top, bottom = math.isqrt(base.numerator), math.isqrt(base.denominator)
    return Fraction(top, bottom) if (top * top, bottom * bottom) == (base.numerator, base.denominator) else None
