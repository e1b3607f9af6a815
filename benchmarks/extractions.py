"""What our rules read in published answers beside what published extractions read: the shares on which they agree."""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.published import rows
from sandbox.graders.rule.choices import committed_letters
from sandbox.graders.rule.committed import Reading, Span, last_reading
from sandbox.graders.rule.literals import committed_output, same_output
from sandbox.graders.rule.numbers import Number, committed_number

Rows = Iterator[tuple[str, str]]


@dataclass
class Counted:
    """One data set's answers; ``empty`` is what we read where the reference is, ``missed`` what we read otherwise."""

    agreed: int = 0
    single: int = 0
    agreed_of_two: int = 0
    two: int = 0
    empty: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)

    @property
    def share(self) -> float | None:
        return round(self.agreed / self.single, 5) if self.single else None


def count(answers: Rows, read: Callable[[Span], Any], same: Callable[[Any, Any], bool], agrees: Any) -> Counted:
    counted = Counted()
    for output, reference in answers:
        found = last_reading(output, read, same)
        if not reference:
            counted.empty[told(found)] += 1
            continue
        is_right = agrees(None if found is None else found.value, reference)
        if found is not None and found.others:
            counted.two += 1
            counted.agreed_of_two += is_right
        else:
            counted.single += 1
            counted.agreed += is_right
            if not is_right:
                counted.missed[f"{told(found)} ≠ {reference[:80]!r}"] += 1
    return counted


def told(found: Reading[Any] | None) -> str:
    """What was read, ∅ for nothing."""
    if found is None:
        return "∅"
    return found.value.text if isinstance(found.value, Number) else repr(found.value)


def same_size(one: Number, two: Number) -> bool:
    return abs(float(one.size) - float(two.size)) <= 1e-6 * max(1.0, abs(float(two.size)))


def is_the_number(number: Number | None, reference: str) -> bool:
    """The same number; where the reference is none ("no solution"), we must read none."""
    expected = committed_number(Span(reference, "json"))
    return number is expected if number is None or expected is None else same_size(number, expected)


def is_the_output(output: str | None, reference: str) -> bool:
    return output is not None and same_output(output, reference)


def numbers(folder: Path, task: str) -> Counted:
    found = rows(folder, f"c_zeroeval_{task}_outputs.jsonl.gz")
    answers = ((row["output"], row["ref_extracted"] or "") for row in found)
    return count(answers, committed_number, same_size, is_the_number)


def code_outputs(folder: Path) -> Counted:
    found = rows(folder, "c_zeroeval_crux_outputs.jsonl.gz")
    answers = ((row["output"], row["ref_extracted"] or "") for row in found)
    return count(answers, committed_output, same_output, is_the_output)


def letters_of_ten(folder: Path) -> Counted:
    answers = (
        (row["output"], row["official_pred"] or "")
        for row in rows(folder, "c_mmlupro_outputs.jsonl.gz")
        if not row["random_fill_possible"]
    )
    return count(answers, committed_letters, operator.eq, operator.eq)


def letters_of_examinations(folder: Path) -> Counted:
    """Answers to one question; those to several at once commit to several values.

    Where the reference is one letter it takes the last of several, so there we compare ours.
    """
    answers = (
        (row["output"], (row["official_extracted"] or [""])[0])
        for row in rows(folder, "c_gaokao_obj_zh.jsonl.gz")
        if len(row["official_extracted"]) <= 1
    )

    def are_the_letters(letters: str | None, reference: str) -> bool:
        return letters is not None and (letters[-1:] if len(reference) == 1 else letters) == reference

    return count(answers, committed_letters, operator.eq, are_the_letters)


RULES: dict[str, Callable[[Path], Counted]] = {
    "gsm": lambda folder: numbers(folder, "gsm"),
    "math-l5": lambda folder: numbers(folder, "math-l5"),
    "crux": code_outputs,
    "mmlu_pro": letters_of_ten,
    "gaokao": letters_of_examinations,
}
