"""Published answers with their scores, as tables of channels × prompts from 0 to 1. NaN where a score is missing.

Reads any folder of the schema that ``../shared/data/eval`` describes; a file that is absent gives no table.
"""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Hashable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Table = NDArray[np.float64]
Marks = dict[str, dict[Hashable, float]]

# A model that lacks more than this share of the prompts is left out, so that all can be asked the same.
MOST_MISSING = 0.05
TASKS = ("gsm", "math-l5", "crux")


def rows(folder: Path, name: str) -> Iterator[dict[str, Any]]:
    """A file's lines; none where it is absent."""
    path = folder / name
    if not path.exists():
        return
    with gzip.open(path, "rt", encoding="utf-8") if name.endswith(".gz") else path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def tables(folder: Path, *, models: int = 10) -> dict[str, Table]:
    """Every table with at least so many ``models``."""
    found: dict[str, Table] = {}
    for read in (alpaca, zero_eval, mmlu_pro, llm_eval, creative_writing):
        found |= {name: table_of(marks) for name, marks in read(folder).items()}
    return {name: table for name, table in found.items() if len(table) >= models}


def table_of(marks: Marks) -> Table:
    """Models × prompts that all of them have."""
    prompts = sorted({prompt for row in marks.values() for prompt in row}, key=str)
    table = np.array([[row.get(prompt, np.nan) for prompt in prompts] for _, row in sorted(marks.items())])
    if not table.size:
        return np.empty((0, 0))
    table = table[np.isnan(table).mean(axis=1) <= MOST_MISSING]
    return table[:, ~np.isnan(table).any(axis=0)]


def gathered(lines: Iterator[tuple[str, str, Hashable, float | None]]) -> dict[str, Marks]:
    """(table, model, prompt, score) by table and model."""
    found: dict[str, Marks] = defaultdict(lambda: defaultdict(dict))
    for name, model, prompt, score in lines:
        if score is not None:
            found[name][model][prompt] = score
    return found


def alpaca(folder: Path) -> dict[str, Marks]:
    """Preference over a baseline, by judge."""
    return gathered(
        (f"alpaca {row['judge']}", row["model"], row["pid"], row["score"])
        for row in rows(folder, "a_alpaca_judgments.jsonl.gz")
    )


def zero_eval(folder: Path) -> dict[str, Marks]:
    """Right or wrong."""
    return gathered(
        (task, row["model"], row["qid"], float(bool(row["ref_correct"])))
        for task in TASKS
        for row in rows(folder, f"c_zeroeval_{task}_outputs.jsonl.gz")
    )


def mmlu_pro(folder: Path) -> dict[str, Marks]:
    """Right or wrong; where nothing could be extracted it was wrong, where it was not run there is no score."""
    return gathered(
        ("mmlu-pro", model, row["qid"], None if row["pred"].get(model) == "-" else float(mark or 0))
        for row in rows(folder, "c_mmlupro_matrix.jsonl.gz")
        for model, mark in row["correct"].items()
    )


def llm_eval(folder: Path) -> dict[str, Marks]:
    """People's marks for Chinese answers: the mean over dimensions, each as a share of its maximum."""

    def share(row: dict[str, Any]) -> float | None:
        marks = [row["human"][name] / most for name, most in row["max"].items() if row["human"].get(name) is not None]
        return float(np.mean(marks)) if marks else None

    return gathered(
        (f"llmeval {row['type']}", row["model"], row["qid"], share(row))
        for row in rows(folder, "b_llmeval2_zh_rubric.jsonl.gz")
    )


def creative_writing(folder: Path) -> dict[str, Marks]:
    """A judge's marks for stories."""
    return gathered(
        ("cwbench", row["model"], (row["pid"], row["iter"]), _hundredth(row["score_0_100"]))
        for row in rows(folder, "e_cwbench_scored_outputs.jsonl.gz")
    )


def _hundredth(score: float | None) -> float | None:
    return None if score is None else score / 100
