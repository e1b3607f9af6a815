"""The bootstrap of means by counting, beside gathering every drawn cell. ``python -m benchmarks.stats --json``.

``mean_ci_over_gather``: the time for 90 % intervals of the means of 25 channels over 10,000 prompts from 1,000 paired
resamples, over that of plain index gathering; each the best of five turns, one thread, the same random prompts.
"""

from __future__ import annotations

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before numpy reads it

import argparse
import json
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sandbox import stats

CHANNELS, PROMPTS, DRAWS, TURNS = 25, 10_000, 1_000, 5

Floats = NDArray[np.float64]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    cells = np.random.default_rng(0).uniform(1, 10, (CHANNELS, PROMPTS))
    assert np.allclose(by_counting(cells), by_gathering(cells))
    seconds = {"counting": [], "gathering": []}
    for _turn in range(TURNS):  # in turns, so that a busy machine slows both
        seconds["counting"].append(timed(by_counting, cells))
        seconds["gathering"].append(timed(by_gathering, cells))
    for name, times in seconds.items():
        print(f"{name:<12}{min(times):8.3f} s")
    result = {"mean_ci_over_gather": round(min(seconds["counting"]) / min(seconds["gathering"]), 4)}
    print(f"mean_ci_over_gather {result['mean_ci_over_gather']}")
    if options.json:
        print(json.dumps(result))


def by_counting(cells: Floats) -> Floats:
    return interval(stats.resampled_means(cells, draws=DRAWS, random=np.random.default_rng(1)))


def by_gathering(cells: Floats) -> Floats:
    random = np.random.default_rng(1)
    return interval(np.array([cells[:, random.integers(0, PROMPTS, PROMPTS)].mean(axis=1) for _ in range(DRAWS)]))


def interval(means: Floats) -> Floats:
    return np.asarray(np.quantile(means, [0.05, 0.95], axis=0))


def timed(work: Callable[[Floats], Floats], cells: Floats) -> float:
    started = time.perf_counter()
    work(cells)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
