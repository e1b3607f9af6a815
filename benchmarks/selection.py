"""Do adaptive trials choose well for fewer calls, and are verdicts as sure as they say? On published scores.

``python -m benchmarks.selection --data DIR --json``; DIR has the schema of ``../shared/data/eval``. One setting for all
tables, frozen beforehand: ``racing.Rules()``. Keys:

- ``calls_ratio``: calls of fixed trials over those of adaptive ones, summed over tables, where both choose a channel
  within 1 % of the score's range of the best in 95 % of trials; fixed trials get each cell's best number of prompts,
  known with hindsight. ``25_random`` needs tables of 35 models, and is null without; ``25_random_from_26`` of 26.
- ``calls_ratio_one_n``: the same beside the one number of prompts that serves every table.
- ``hit_probability_min``: of the adaptive trials in the worst cell, with its standard error over pools;
  ``worst_pool``: the least over pools.
- ``null_false_clear``, ``power``, ``coverage_90``, ``share_too_few``, ``reliability_max_gap``, ``brier``,
  ``planner_ratio``: see ``benchmarks.claims``.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import claims, races
from benchmarks.claims import Job, Results, rounded
from benchmarks.published import Table, tables
from benchmarks.races import RANDOM, STRONGEST
from sandbox import racing

SIZES = (10, 25)
ENOUGH_MODELS, NEARLY_ENOUGH = 35, 26
MANY_POOLS, RUNS_IN_MANY = 300, 8
PROCESSES = 2

Tables = dict[str, Table]


@dataclass(frozen=True)
class Cell:
    """What one table says under one question. ``hits`` is over many pools, ``worst_pool`` over long runs in few."""

    table: str
    models: int
    size: int
    kind: str
    prompts: int
    calls: float
    hits: float
    error: float
    worst_pool: float

    @property
    def fixed(self) -> int:
        return self.prompts * self.size


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    started = time.monotonic()
    found = tables(options.data)
    done = work([*race_jobs(found), *claims.jobs(found)])
    cells = [cell for key, cell in done.items() if key[0] == "race"]
    result = selection(cells) | claims.summed_up(done)
    show(cells, result)
    print(f"{time.monotonic() - started:.0f} s")
    if options.json:
        print(json.dumps(result))


def work(jobs: list[Job]) -> Results:
    """Every job's result by its key, on both cores, the matrix library on one thread each."""
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        return dict(pool.imap_unordered(do, jobs))


def do(job: Job) -> tuple[tuple[Any, ...], Any]:
    key, function, arguments = job
    return key, function(**arguments)


def race_jobs(found: Tables) -> list[Job]:
    return [
        (("race", name, size, kind), run_cell, {"name": name, "table": table, "size": size, "kind": kind})
        for size in SIZES
        for kind in (RANDOM, STRONGEST)
        for name, table in found.items()
        if len(table) >= (NEARLY_ENOUGH if (size, kind) == (25, RANDOM) else size)
    ]


def run_cell(*, name: str, table: Table, size: int, kind: str) -> Cell:
    cell = races.cell_of(name, table, size=size, kind=kind, seed=3)
    raced = races.race(cell, racing.Rules(), seed=5)
    hits, error = float(raced.hits.mean()), float(raced.hits.std() / len(raced.hits) ** 0.5)
    if kind == RANDOM:  # pools differ more than races do: the standard error needs many of them
        many = races.cell_of(name, table, size=size, kind=kind, seed=8, pools=MANY_POOLS, runs=RUNS_IN_MANY)
        by_pool = shares(many, races.race(many, racing.Rules(), seed=9))
        hits, error = float(np.mean(by_pool)), float(np.std(by_pool, ddof=1) / MANY_POOLS**0.5)
    prompts, calls = races.enough(cell, seed=4), float(raced.calls.mean())
    return Cell(name, len(table), size, kind, prompts, calls, hits, error, min(shares(cell, raced)))


def shares(cell: races.Cell, raced: races.Raced) -> list[float]:
    """Of hits, in each pool."""
    return [float(raced.hits[cell.pool_of == pool].mean()) for pool in range(len(cell.pools))]


def selection(cells: list[Cell]) -> dict[str, Any]:
    groups: dict[str, list[Cell]] = {f"{size}_{kind}": [] for size in SIZES for kind in (RANDOM, STRONGEST)}
    for cell in cells:
        groups[f"{cell.size}_{cell.kind}"].append(cell)
    large = [cell for cell in groups["25_random"] if cell.models >= ENOUGH_MODELS]
    ratios = {name: ratio(group) for name, group in groups.items()} | {"25_random": ratio(large)}
    worst = min(cells, key=lambda cell: cell.hits)
    return {
        "calls_ratio": ratios | {f"25_random_from_{NEARLY_ENOUGH}": ratio(groups["25_random"])},
        "calls_ratio_one_n": {str(size): ratio_one_n([cell for cell in cells if cell.size == size]) for size in SIZES},
        "hit_probability_min": rounded(worst.hits),
        "hit_probability_min_se": rounded(worst.error),
        "worst_pool": rounded(min(cell.worst_pool for cell in cells)),
    }


def ratio(cells: list[Cell]) -> float | None:
    return rounded(sum(cell.fixed for cell in cells) / sum(cell.calls for cell in cells)) if cells else None


def ratio_one_n(cells: list[Cell]) -> float | None:
    """Whoever cannot know the table beforehand must take what the hardest one needs."""
    most = max((cell.prompts for cell in cells), default=0)
    return rounded(sum(most * cell.size for cell in cells) / sum(cell.calls for cell in cells)) if cells else None


def show(cells: list[Cell], result: dict[str, Any]) -> None:
    heads = ("models", "question", "fixed N", "calls", "adaptive", "ratio", "hits", "±")
    print(f"{'table':<30}" + "".join(f"{head:>13}" for head in heads))
    for cell in sorted(cells, key=lambda each: (each.size, each.kind, each.table)):
        question, times = f"{cell.size} {cell.kind}", cell.fixed / cell.calls
        print(f"{cell.table:<30}{cell.models:>13}{question:>13}{cell.prompts:>13}{cell.fixed:>13}", end="")
        print(f"{cell.calls:>13.0f}{times:>13.2f}{cell.hits:>13.4f}{cell.error:>13.4f}")
    for key, value in result.items():
        print(f"{key:<32}{value}")


if __name__ == "__main__":
    main()
