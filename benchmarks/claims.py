"""What verdicts claim, over all tables: which trials to run, and what they add up to.

- ``null_false_clear``: the most winners named among equals, over 2, 10 and 25 channels and 24, 100 and 400 prompts.
- ``power``: one of two better by three paired standard errors, 100 prompts.
- ``coverage_90``: means over tables, with the table farthest from nine in ten; ``share_too_few``: pairs that differ on
  fewer than five prompts, whose interval is not shown.
- ``reliability_max_gap``: between the chance that is told and the share that was right, over all trials, in the fifths
  of the scale that have 400 trials (``reliability_bins`` of them); ``…_by_cell`` in five bins of equally many trials
  for each number of channels and prompts, ``…_less_2_se`` after two standard errors over tables, whose pools overlap.
  ``brier`` is over all trials.
- ``planner_ratio``: the median number of prompts that a pilot of 24 asks for, over the median that it took.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import verdicts
from benchmarks.verdicts import Chances, Tables

TRIALS, PLANS = 2_000, 400
BINS, ENOUGH_IN_BIN = 5, 400

Key = tuple[Any, ...]
Job = tuple[Key, Callable[..., Any], dict[str, Any]]
Results = dict[Key, Any]


def jobs(found: Tables) -> list[Job]:
    made: list[Job] = []
    for channels in verdicts.CHANNELS:
        large = any(len(table) >= channels for table in found.values())
        for prompts in verdicts.PROMPTS if large else ():
            where = {"tables": found, "channels": channels, "prompts": prompts, "trials": TRIALS, "seed": prompts}
            made += [
                (("null", False, channels, prompts), verdicts.false_clear, where | {"adaptive": False}),
                (("null", True, channels, prompts), verdicts.false_clear, where | {"adaptive": True}),
                (("chances", channels, prompts), verdicts.chances, where | {"trials": TRIALS * 5 // 4}),
            ]
    for name, table in found.items():
        made.append((("plans", name), verdicts.plans, {"table": table, "trials": PLANS, "seed": 7}))
        for prompts in verdicts.PROMPTS:
            how = {"table": table, "prompts": prompts, "trials": TRIALS, "seed": prompts}
            made.append((("coverage", name, prompts), verdicts.coverage, how))
    better = {"tables": found, "prompts": 100, "errors": 3.0, "trials": TRIALS, "seed": 6}
    return [*made, (("power",), verdicts.power, better)]


def summed_up(done: Results) -> dict[str, Any]:
    return {
        **nulls(of("null", done)),
        "power": rounded(done["power",]),
        **coverages(of("coverage", done)),
        **reliability(list(of("chances", done).values())),
        **planner(of("plans", done)),
    }


def of(kind: str, done: Results) -> Results:
    """Results of one kind, by the rest of their keys."""
    return {key[1:]: result for key, result in done.items() if key[0] == kind}


def nulls(found: Results) -> dict[str, Any]:
    named = {False: "fixed", True: "adaptive"}
    most = {name: max(share for key, share in found.items() if key[0] is mode) for mode, name in named.items()}
    each = {f"{named[mode]}_{channels}_{prompts}": share for (mode, channels, prompts), share in sorted(found.items())}
    return {"null_false_clear": all_rounded(most), "null_false_clear_by": all_rounded(each)}


def coverages(found: Results) -> dict[str, Any]:
    told: dict[str, dict[str, float]] = {}
    for prompts in verdicts.PROMPTS:
        here = told[str(prompts)] = {}
        for what in ("difference", "chosen"):
            shares = [each[what] for key, each in found.items() if key[1] == prompts and not np.isnan(each[what])]
            here[what] = rounded(np.mean(shares))
            here[f"{what}_farthest"] = rounded(max(shares, key=lambda share: abs(share - 0.9)))
    few = {
        str(prompts): rounded(np.mean([each["too_few"] for key, each in found.items() if key[1] == prompts]))
        for prompts in verdicts.PROMPTS
    }
    return {"coverage_90": told, "share_too_few": few}


def reliability(found: list[Chances]) -> dict[str, Any]:
    told, right, table = (
        np.concatenate([getattr(cell, name) for cell in found]) for name in ("told", "right", "table")
    )
    fifths = [np.flatnonzero(np.minimum(told * BINS, BINS - 1).astype(int) == place) for place in range(BINS)]
    overall = [gap(Chances(told, right, table), places) for places in fifths if len(places) >= ENOUGH_IN_BIN]
    by_cell = [
        gap(cell, places)
        for cell in found
        for places in np.array_split(np.argsort(cell.told, kind="stable"), BINS)
        if len(places)
    ]
    return {
        "reliability_max_gap": rounded(max((size for size, _error in overall), default=np.nan)),
        "reliability_bins": len(overall),
        "reliability_max_gap_by_cell": rounded(max(size for size, _error in by_cell)),
        "reliability_max_gap_by_cell_less_2_se": rounded(max(size - 2 * error for size, error in by_cell)),
        "brier": rounded(np.mean((told - right) ** 2)),
    }


def gap(cell: Chances, places: NDArray[np.intp]) -> tuple[float, float]:
    """Between the mean chance told in a bin and the share that was right, and its standard error over tables."""
    apart, table = cell.told[places] - cell.right[places], cell.table[places]
    sums = np.array([(apart[table == each] - apart.mean()).sum() for each in np.unique(table)])
    few = len(sums) / max(len(sums) - 1, 1)
    return abs(float(apart.mean())), float(np.sqrt(few * (sums**2).sum()) / len(places))


def planner(found: Results) -> dict[str, Any]:
    def over(plans: list[tuple[float, int]]) -> float:
        told, took = np.median(np.array(plans), axis=0)
        return float(told / took)

    by_table = [over(plans) for plans in found.values() if plans]
    return {
        "planner_ratio": rounded(over([plan for plans in found.values() for plan in plans])),
        "planner_ratio_farthest": rounded(max(by_table, key=lambda each: abs(np.log(each)))),
    }


def all_rounded(values: dict[str, float]) -> dict[str, float]:
    return {name: rounded(value) for name, value in values.items()}


def rounded(value: float | np.floating[Any]) -> float:
    return round(float(value), 4)
