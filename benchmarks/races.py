"""Selecting the best of K channels: adaptive races beside asking all of them N prompts, on tables of known truth.

Prompts are drawn with replacement and every call is counted. A choice is a *hit* when it is at most a hundredth of the
score's range worse than the best of its pool. Many races run at once; each has the pool that ``pool_of`` names.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.published import Table
from sandbox import racing, stats

Floats = NDArray[np.float64]
Places = NDArray[np.intp]

REGRET = 0.01
HIT = 0.95
POOLS, RUNS_PER_POOL, RUNS = 60, 40, 2_000
RANDOM, STRONGEST = "random", "strongest"
MOST_PROMPTS = 6_000
CHUNK = 64  # prompts at a time, to keep memory small


@dataclass(frozen=True)
class Cell:
    """One table under one question: which pools of ``size`` channels, and which race runs in which pool."""

    name: str
    size: int
    kind: str
    pools: Floats
    pool_of: Places

    @property
    def group(self) -> str:
        return f"{self.size}_{self.kind}"

    @property
    def truth(self) -> Floats:
        """Races × channels: the true mean of each."""
        return np.asarray(self.pools.mean(axis=2)[self.pool_of])


@dataclass(frozen=True)
class Raced:
    """What races found, one entry a race."""

    hits: NDArray[np.bool_]
    calls: Floats
    prompts: Floats


def cell_of(
    name: str,
    table: Table,
    *,
    size: int,
    kind: str,
    seed: int,
    pools: int = POOLS,
    runs: int = RUNS_PER_POOL,
) -> Cell:
    if kind == STRONGEST:
        best = np.argsort(-table.mean(axis=1), kind="stable")[:size]
        return Cell(name, size, kind, table[best][None], np.zeros(RUNS, dtype=np.intp))
    random = np.random.default_rng(seed)
    drawn = np.stack([table[random.choice(len(table), size, replace=False)] for _ in range(pools)])
    return Cell(name, size, kind, drawn, np.repeat(np.arange(pools), runs))


def hits(cell: Cell, chosen: Places) -> NDArray[np.bool_]:
    truth = cell.truth
    taken = np.take_along_axis(truth, chosen[:, None], axis=1)[:, 0]
    return np.asarray(truth.max(axis=1) - taken <= REGRET + 1e-12)


def race(cell: Cell, rules: racing.Rules, *, seed: int) -> Raced:
    """Run all races of a cell to their ends; whoever needs more than ``MOST_PROMPTS`` takes its leader."""
    random = np.random.default_rng(seed)
    count, size = len(cell.pool_of), cell.size
    moments = racing.Moments.empty(count, size)
    running = np.ones((count, size), dtype=bool)
    calls, prompts = np.zeros(count), np.zeros(count)
    chosen = np.zeros(count, dtype=np.intp)
    open_races = np.arange(count)
    asked = 0
    for target in rules.looks(MOST_PROMPTS):
        here, awake = _part(moments, open_races), running[open_races]
        while asked < target:
            width = min(CHUNK, target - asked)
            here.add(_draw(cell, open_races, width, random), awake)
            calls[open_races] += awake.sum(axis=1) * width
            asked += width
        _put(moments, open_races, here)
        look = racing.look(here, rules, running=awake)
        running[open_races] = ~look.rests
        chosen[open_races], prompts[open_races] = look.leader, target
        open_races = open_races[~look.is_over]
        if not open_races.size:
            break
    return Raced(hits(cell, chosen), calls, prompts)


def enough(cell: Cell, *, seed: int) -> int:
    """The fewest prompts after which asking everybody hits often enough, known with hindsight."""
    random = np.random.default_rng(seed)
    sums = np.zeros((len(cell.pool_of), cell.size))
    asked = 0
    for target in _grid():
        sums += _more(cell, target - asked, random)
        asked = target
        ties = random.random(sums.shape) * 1e-9
        if hits(cell, (sums + ties).argmax(axis=1)).mean() >= HIT:
            return target
    return asked


def _draw(cell: Cell, places: Places, width: int, random: np.random.Generator) -> Floats:
    """Scores of the next prompts, races × channels × prompts."""
    drawn = random.integers(0, cell.pools.shape[2], (len(places), width))
    pool = cell.pool_of[places]
    return cell.pools[pool[:, None, None], np.arange(cell.size)[None, :, None], drawn[:, None, :]]


def _more(cell: Cell, width: int, random: np.random.Generator) -> Floats:
    """Sums of the scores of ``width`` more prompts, races × channels."""
    sums = np.empty((len(cell.pool_of), cell.size))
    for pool, table in enumerate(cell.pools):
        mine = np.flatnonzero(cell.pool_of == pool)
        sums[mine] = stats.resampled_means(table, draws=len(mine), random=random, prompts=width) * width
    return sums


def _grid() -> list[int]:
    """Numbers of prompts: each of the first twenty, then 4 % more each time."""
    found = list(range(1, 21))
    while found[-1] < MOST_PROMPTS:
        found.append(int(found[-1] * 1.04) + 1)
    return found


def _part(moments: racing.Moments, places: Places) -> racing.Moments:
    return racing.Moments(moments.n[places], moments.total[places], moments.square[places], moments.product[places])


def _put(moments: racing.Moments, places: Places, part: racing.Moments) -> None:
    moments.n[places], moments.total[places] = part.n, part.total
    moments.square[places], moments.product[places] = part.square, part.product
