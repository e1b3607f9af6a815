"""One function per rule, and the mean over a question's checks."""

from __future__ import annotations

import json
import operator
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple, TypeVar

import jsonschema

from sandbox.graders.rule.amounts import expected_amount
from sandbox.graders.rule.choices import committed_letters, sorted_letters
from sandbox.graders.rule.committed import LONGEST_TEXT, Reading, last_reading, spans
from sandbox.graders.rule.literals import committed_output, json_values, same_output
from sandbox.graders.rule.numbers import committed_number
from sandbox.graders.rule.plain import plain
from sandbox.graders.storable import storable

RIGHT, WRONG = 10.0, 1.0
SHOWN = 200

Check = Mapping[str, Any]
T = TypeVar("T")


class RuleScore(NamedTuple):
    """``value`` is 1-10, or None without checks.

    ``evidence`` is {"rule", "expected", "read", "where", "others"} of the first check that failed, else of the first;
    with several checks "checks" lists them all. ``read`` None: the answer commits to nothing that can be read;
    ``others`` are different values that it committed to earlier.
    """

    value: float | None
    reason: str
    evidence: dict[str, Any]


class Finding(NamedTuple):
    """What one check found."""

    is_right: bool
    expected: str
    read: str | None
    where: str = ""
    others: tuple[str, ...] = ()


def grade(checks: Sequence[Check], text: str) -> RuleScore:
    """The mean over ``checks`` of what ``text`` earns; raises KeyError for a rule that does not exist."""
    if not checks:
        return RuleScore(None, "", {})
    text = text.replace("\r\n", "\n")[-LONGEST_TEXT:]
    found = [(check["rule"], RULES[check["rule"]](check, under_its_label(check, text))) for check in checks]
    value = sum(RIGHT if finding.is_right else WRONG for _, finding in found) / len(found)
    return RuleScore(value, " · ".join(in_symbols(finding) for _, finding in found), evidence_of(found))


def concerning(checks: Sequence[Check], dimension: str) -> list[Check]:
    """The checks that say something about ``dimension``; one that names none is about all of them."""
    return [check for check in checks if check.get("dimension", dimension) == dimension]


def under_its_label(check: Check, text: str) -> str:
    """What the last line that begins with the check's label says, as a committed answer; nothing where none does.

    A question may ask for a reading beside its answer, each on a line of its own.
    """
    label = check.get("label")
    if label is None:
        return text
    lines = re.findall(rf"^\W*{re.escape(label)}\W*?[:：](.*)$", text, re.MULTILINE | re.IGNORECASE)
    return f"Answer: {lines[-1].strip()}" if lines else ""


def evidence_of(found: list[tuple[str, Finding]]) -> dict[str, Any]:
    rows = [{"rule": rule, **f._asdict()} for rule, f in found]
    for row in rows:
        row.pop("is_right")
        row["others"] = list(row["others"])
    told = next((row for row, (_, finding) in zip(rows, found, strict=True) if not finding.is_right), rows[0])
    return {**told, "checks": rows} if len(rows) > 1 else told


def in_symbols(finding: Finding) -> str:
    """The finding in signs that need no translation: ``42 = 42``, ``∅ ≠ 42``."""
    return f"{'∅' if finding.read is None else finding.read} {'=' if finding.is_right else '≠'} {finding.expected}"


def shown(text: str) -> str:
    text = " ".join(storable(text).split())
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def check_number(check: Check, text: str) -> Finding:
    unit = str(check.get("unit", ""))
    expected = expected_amount(check["value"], tolerance=str(check.get("tolerance", "")), unit=unit)
    told = f"{check['value']} {unit}".strip()
    found = last_reading(text, partial(committed_number, wants=expected.unit), lambda one, two: one.size == two.size)
    return judged(told, found, lambda number: expected.is_met_by(number), lambda number: number.text)


def check_choice(check: Check, text: str) -> Finding:
    expected = sorted_letters(check["value"])
    found = last_reading(text, committed_letters, operator.eq)
    return judged(expected, found, lambda letters: letters == expected, lambda letters: letters)


def check_exact(check: Check, text: str) -> Finding:
    """The committed answer, or its last line, says the same: letters and digits, whatever stands between them."""
    expected = bare(check["value"])
    found = last_reading(text, lambda span: bare(plain(span.sentence)) or None, operator.eq)
    return judged(check["value"], found, lambda said: said == expected, lambda said: said)


def check_code_output(check: Check, text: str) -> Finding:
    found = last_reading(text, committed_output, same_output)
    return judged(check["value"], found, lambda output: same_output(output, check["value"]), lambda output: output)


def judged(expected: str, found: Reading[T] | None, is_right: Callable[[T], bool], told: Callable[[T], str]) -> Finding:
    if found is None:
        return Finding(False, expected, None)
    others = tuple(shown(told(other)) for other in found.others)
    return Finding(is_right(found.value), expected, shown(told(found.value)) or None, found.span.where, others)


def check_regex(check: Check, text: str) -> Finding:
    """The pattern occurs in the committed answer; in the whole text where nothing is marked."""
    pattern = re.compile(check["pattern"])
    span = next(iter(spans(text)))
    found = pattern.search(span.text if span.where in {"json", "boxed", "marker"} else text)
    return Finding(bool(found), f"/{check['pattern']}/", shown(found[0] if found else span.text) or None, span.where)


def check_json(check: Check, text: str) -> Finding:
    """The last JSON of the answer fits the schema."""
    value = next(json_values(text), MISSING)
    if value is MISSING:
        return Finding(False, "JSON", None)
    errors = jsonschema.Draft202012Validator(check["schema"]).iter_errors(value)
    wrong = next(errors, None)
    told = json.dumps(value, ensure_ascii=False)
    path = "$" if wrong is None else wrong.json_path
    return Finding(wrong is None, "JSON" if wrong is None else f"JSON {path}", shown(told), "json")


def check_contains(check: Check, text: str) -> Finding:
    missing = [value for value in check["values"] if bare(value) not in bare(text)]
    present = [value for value in check["values"] if value not in missing]
    return Finding(not missing, shown(" + ".join(check["values"])), shown(" + ".join(present)) or None, "whole")


def check_forbids(check: Check, text: str) -> Finding:
    present = [value for value in check["values"] if bare(value) in bare(text)]
    told = shown("¬ " + " ¬ ".join(check["values"]))
    return Finding(not present, told, shown(" + ".join(present)) if present else told, "whole")


def bare(text: str) -> str:
    """Letters and digits alone, in one form."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


MISSING = object()
RULES: dict[str, Callable[[Check, str], Finding]] = {
    "number": check_number,
    "choice": check_choice,
    "exact": check_exact,
    "code_output": check_code_output,
    "regex": check_regex,
    "json": check_json,
    "contains": check_contains,
    "forbids": check_forbids,
}
