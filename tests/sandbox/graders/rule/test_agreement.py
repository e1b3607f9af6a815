"""On real models' answers we read what the published extractions read, where an answer commits to one value.

The data stays outside the project: set TOUCHSTONE_DATA to its folder. Every n-th row keeps this short.
"""

from __future__ import annotations

import gzip
import json
import operator
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.graders.rule.choices import committed_letters
from sandbox.graders.rule.committed import Span, last_reading
from sandbox.graders.rule.literals import committed_output, same_output
from sandbox.graders.rule.numbers import Number, committed_number

EVAL = Path(os.environ.get("TOUCHSTONE_DATA", Path(__file__).parents[5] / "shared" / "data")) / "eval"
SAMPLE = 1_200

pytestmark = pytest.mark.skipif(not EVAL.exists(), reason="needs TOUCHSTONE_DATA")


def rows(name: str) -> list[dict[str, Any]]:
    with gzip.open(EVAL / name, "rt", encoding="utf-8") as lines:
        found = [json.loads(line) for line in lines]
    return found[:: max(1, len(found) // SAMPLE)]


def share(
    pairs: Iterator[tuple[str, str]], read: Callable[[Span], Any], same: Callable[[Any, Any], bool], agrees: Any
) -> float:
    """Of the answers with one commitment, the share whose reading ``agrees`` with the reference."""
    agreed = total = 0
    for output, reference in pairs:
        found = last_reading(output, read, same)
        if found is None or not found.others:
            total += 1
            agreed += found is not None and agrees(found.value, reference)
    assert total > 100
    return agreed / total


def same_size(one: Number, two: Number) -> bool:
    return abs(float(one.size) - float(two.size)) <= 1e-6 * max(1.0, abs(float(two.size)))


def agrees_with_number(number: Number, reference: str) -> bool:
    expected = committed_number(Span(reference, "json"))
    return expected is not None and same_size(number, expected)


def extracted(task: str) -> Iterator[tuple[str, str]]:
    for row in rows(f"c_zeroeval_{task}_outputs.jsonl.gz"):
        reference = row["ref_extracted"]
        if reference and (task == "crux" or committed_number(Span(reference, "json"))):
            yield row["output"], reference


@pytest.mark.parametrize(("task", "level"), [("gsm", 0.995), ("math-l5", 0.99)])
def test_numbers(task: str, level: float) -> None:
    assert share(extracted(task), committed_number, same_size, agrees_with_number) >= level


def test_code_output() -> None:
    assert share(extracted("crux"), committed_output, same_output, same_output) >= 0.98


def test_letters_of_ten_options() -> None:
    pairs = (
        (row["output"], row["official_pred"])
        for row in rows("c_mmlupro_outputs.jsonl.gz")
        if row["official_pred"] and not row["random_fill_possible"]
    )
    assert share(pairs, committed_letters, operator.eq, operator.eq) >= 0.99


def test_letters_of_chinese_examinations() -> None:
    """Rows that answer one question with one letter; the reference takes the last of several, we take all."""

    def singles() -> Iterator[tuple[str, str]]:
        for row in rows("c_gaokao_obj_zh.jsonl.gz"):
            if len(row["official_extracted"]) == 1 and len(row["official_extracted"][0]) == 1:
                yield row["output"], row["official_extracted"][0]

    def read(span: Span) -> str | None:
        letters = committed_letters(span)
        return None if letters is None else letters[-1:]

    assert share(singles(), read, operator.eq, operator.eq) >= 0.98
