"""Reads the number an answer commits to, with its unit, and compares it with the one expected."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from sandbox.graders.rule import chinese
from sandbox.graders.rule.committed import Span
from sandbox.graders.rule.expressions import Value, evaluate
from sandbox.graders.rule.plain import plain
from sandbox.graders.rule.units import Unit, multiplier_at, percent_at, unit_at


class Number(NamedTuple):
    """A number as written: ``value`` before its percent sign or multiplier is applied."""

    value: Value
    text: str
    multiplier: int = 1
    is_percent: bool = False
    unit: Unit | None = None

    @property
    def size(self) -> Value:
        """In base units: 3.5 万元 is 35000, 2 km is 2000."""
        return self.value * self.multiplier * (self.unit.size if self.unit else 1)


DIGITS = re.compile(
    r"(?P<sign>(?<![\w)])-\s?|(?<![\w)])\+)?(?P<currency>[$¥€£]\s?)?(?P<late>-)?"
    r"(?:(?P<whole>\d{1,3}(?:[,，' ]\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)(?P<base>_\d+)?)"
    r"(?:\s*[*x]\s*10\s*\^\s*\(?\s*(?P<power>[-+]?\d+)\s*\)?|[eE](?P<exponent>[-+]?\d{1,3})(?!\w))?"
    r"(?:\s*/\s*(?P<below>\d+(?:\.\d+)?)(?![\d/]))?"
)
MIXED = re.compile(r"(?<![\d.,])(\d+)\s+(?:and\s+)?(\d+)/(\d+)(?![\d/])")
RUN = re.compile(r"(?:\d|\bsqrt\b|\broot\b|\bpi\b|[-+*/^()!._,\s])+|(?:sqrt|root|pi)")
CLOSED = re.compile(r"[\^!_]|sqrt|root|pi")
QUOTIENT = re.compile(r"[-+(\s]*\d+(?:\.\d+)?[)\s]*(?:(?:\+\s*\d+\s*)?/[(\s]*\d+(?:\.\d+)?[)\s]*)?")
TURN = re.compile(
    r"=|≈|≃|\b(?:is|are|equals?|gives|makes|approximately|about|roughly)\b|等于|大约|约为|应为|是|为|(?<![一-龥])约"
)
REASON = re.compile(
    r"\b(?:because|since|as|where|which|when|given|so|out of|not)\b|因为|由于|其中|而不是|而非|不是|即", re.IGNORECASE
)
ASIDE = re.compile(r"\([^()]*[^\d\s()*/^+.,_-][^()]*\)|（[^（）]*）")
STOP = re.compile(r"(?<=\w)[.;](?=\s)|[。；！？]")


def committed_number(span: Span, *, wants: Unit | None = None) -> Number | None:
    """The number that a span of an answer gives, or None.

    What follows the last equals sign (or "is", 为 …) counts; a number in the unit that is asked for comes first.
    """
    text = plain(unquoted(span.text) if span.where == "json" else span.sentence)
    if span.where in {"json", "boxed"} and (found := whole_expression(text)):
        return found
    parts = [part for part in TURN.split(ASIDE.sub(" ", text)) if part.strip(" $.*:")]
    for part in reversed(parts):
        if found := of_part(part, wants=wants, takes_last=span.where in {"tail", "whole"}):
            return found
    return first([*numbers(text)], wants=wants, takes_last=True)


def of_part(part: str, *, wants: Unit | None, takes_last: bool) -> Number | None:
    if found := whole_expression(part):
        return found
    clause = next((c for c in REASON.split(part) if any(numbers(c))), part)
    sentence = next((s for s in STOP.split(clause) if any(numbers(s))), clause)
    return first([*numbers(sentence)], wants=wants, takes_last=takes_last)


def first(found: list[Number], *, wants: Unit | None, takes_last: bool) -> Number | None:
    fitting = [number for number in found if wants and number.unit and number.unit.of == wants.of] or found
    if not fitting:
        return None
    return fitting[-1 if takes_last else 0]


def whole_expression(text: str) -> Number | None:
    """The value of a text that is one closed form (3/4, 2√3, 5!). A sum that was left to the reader is none."""
    text = text.strip().strip("$").strip().removesuffix(".")
    value = evaluate(text) if CLOSED.search(text) or QUOTIENT.fullmatch(text) else None
    return None if value is None else Number(value, text)


def unquoted(text: str) -> str:
    return text.strip().strip("\"'").replace('\\"', '"').replace("\\n", " ")


def numbers(text: str) -> Iterator[Number]:
    """Every number in plain ``text``; neighbours such as 2 h 35 min are one."""
    found = [*arabic(text)] or [*numerals(text)]
    at = 0
    while at < len(found):
        number = found[at]
        while at + 1 < len(found) and continues(number, found[at + 1]):
            at += 1
            number = joined(number, found[at])
        yield number
        at += 1


def continues(number: Number, following: Number) -> bool:
    one, two = number.unit, following.unit
    return bool(one and two and one.of == two.of and one.size > two.size and following.size < one.size)


def joined(number: Number, following: Number) -> Number:
    unit = number.unit
    value = number.value + following.size / (unit.size if unit else 1)
    return number._replace(value=value, text=f"{number.text} {following.text}")


def arabic(text: str) -> Iterator[Number]:
    at = 0
    while match := next_number(text, at):
        number, at = match
        yield number


def next_number(text: str, at: int) -> tuple[Number, int] | None:
    """The next number, or expression that is more than a sum, from ``at``; and where it ends."""
    digits = DIGITS.search(text, at)
    run = RUN.search(text, at)
    while run and not is_closed(run[0]):
        run = RUN.search(text, run.end())
    if run and (digits is None or run.start() <= digits.start()):
        value = evaluate(run[0].strip(" ,."))
        if value is not None:
            return with_unit(Number(value, run[0].strip(" ,.")), text, run.end())
    if mixed := MIXED.match(text, digits.start()) if digits else None:
        value = int(mixed[1]) + Fraction(int(mixed[2]), int(mixed[3]) or 1)
        return with_unit(Number(value, mixed[0]), text, mixed.end())
    return with_unit(as_number(digits), text, digits.end()) if digits else None


def is_closed(run: str) -> bool:
    """Whether a run of signs and digits is a closed form such as ((3)/(4)) or 2^10."""
    return any(c.isdigit() for c in run) and bool(CLOSED.search(run) or (QUOTIENT.fullmatch(run) and "(" in run))


def as_number(match: re.Match[str]) -> Number:
    value = Fraction(re.sub(r"[,，' ]", "", match["whole"]))
    if match["base"]:
        value = Fraction(evaluate(match["whole"] + match["base"]) or value)
    if power := match["power"] or match["exponent"]:
        value *= Fraction(10) ** max(-400, min(400, int(power)))
    if match["below"] and Fraction(match["below"]):
        value /= Fraction(match["below"])
    if "-" in (match["sign"] or "") or match["late"]:
        value = -value
    unit = unit_at(match["currency"].strip())[0] if match["currency"] else None
    return Number(value, match[0].strip(), unit=unit)


def with_unit(number: Number, text: str, at: int) -> tuple[Number, int]:
    """``number`` with the multiplier, percent sign and unit that follow it."""
    at = skip_spaces(text, at)
    factor, length = multiplier_at(text[at : at + 12])
    at = skip_spaces(text, at + length)
    percent = percent_at(text[at : at + 20])
    at += percent
    unit, length = (None, 0) if number.unit or percent else unit_at(text[at : at + 20])
    found = number._replace(multiplier=factor, is_percent=bool(percent), unit=number.unit or unit)
    return found, at + length


def skip_spaces(text: str, at: int) -> int:
    while at < len(text) and text[at] in " -":
        at += 1
    return at


def numerals(text: str) -> Iterator[Number]:
    """Chinese numerals; a lone 一 or 两 is most often no answer and comes only when there is nothing longer."""
    found = []
    for match in chinese.CHINESE.finditer(text):
        value = chinese.read(match)
        if value is not None:
            number, _ = with_unit(Number(value[0], match[0], is_percent=value[1]), text, match.end())
            found.append(number._replace(is_percent=value[1] or number.is_percent))
    yield from [number for number in found if len(number.text) > 1 or number.unit] or found
