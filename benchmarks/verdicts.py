"""What verdicts promise, tried on tables of known truth: false winners, power, coverage, chances, how many prompts.

Everything is decided by the product's own functions. Scores from 0 to 1 become points as 1 + 9 x; prompts are drawn
with replacement. In a *null* trial each prompt's scores are dealt anew among the channels, so nobody is the best.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.published import Table
from sandbox import contest, racing, reasons, stats
from sandbox.recommend import Verdict, decide
from sandbox.value import Evidence

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Tables = dict[str, Table]

CHANNELS, PROMPTS = (2, 10, 25), (24, 100, 400)
QUALITY = {"quality": 1.0, "cost": 0.0, "speed": 0.0}
DRAWS = 200  # of the chances and of a winner's luck; the product draws more
PILOT, MOST_PROMPTS = 24, 2_000


@dataclass(frozen=True)
class Chances:
    """Trials with the chance that was told of their leader, whether it was the best, and the table it came from."""

    told: Floats
    right: Flags
    table: NDArray[np.intp]


def false_clear(tables: Tables, *, channels: int, prompts: int, adaptive: bool, trials: int, seed: int) -> float:
    """In how many null trials a winner is named, at the end or, in adaptive ones, at any look."""
    random = np.random.default_rng(seed)
    named = 0
    for cells in (_null(tables, channels, prompts, random) for _ in range(trials)):
        named += ever_clear(cells, racing.Rules()) if adaptive else is_clear(cells)
    return named / trials


def power(tables: Tables, *, prompts: int, errors: float, trials: int, seed: int) -> float:
    """How often the better of two is named when its lead is so many standard errors of the paired difference."""
    random = np.random.default_rng(seed)
    named = 0
    for _ in range(trials):
        table = _points(tables, 2, random)
        spread = math.sqrt(((table[0] - table[1]) ** 2).mean()) or 1.0  # once dealt anew, nobody leads
        cells = _deal(table[:, random.integers(0, table.shape[1], prompts)], random)
        cells[0] += errors * spread / math.sqrt(prompts)
        held = contest.hold(evidence(cells), QUALITY)
        named += held is not None and decide(held) is Verdict.CLEAR and held.leader == 0
    return named / trials


def coverage(table: Table, *, prompts: int, trials: int, seed: int) -> dict[str, float]:
    """How often 90 % intervals hold the truth: of paired differences, where shown, and of the best of ten's score."""
    random = np.random.default_rng(seed)
    points = 1 + 9 * table
    shown = held = held_winner = 0
    for _ in range(trials):
        rows = random.choice(len(points), 10, replace=False)
        cells = points[rows][:, random.integers(0, points.shape[1], prompts)]
        gap = stats.compare(cells[0], cells[1])
        assert gap is not None
        if gap.bears_interval:
            shown += 1
            held += _holds(gap.within(0.9), float((points[rows[0]] - points[rows[1]]).mean()))
        best = int(cells.mean(axis=1).argmax())
        told = stats.winner(cells, best, luck=stats.luck(cells, cells, draws=DRAWS), level=0.9)
        held_winner += _holds(told, float(points[rows[best]].mean()))
    return {
        "difference": held / shown if shown else math.nan,
        "chosen": held_winner / trials,
        "too_few": 1 - shown / trials,
    }


def chances(tables: Tables, *, channels: int, prompts: int, trials: int, seed: int) -> Chances:
    """The chance to be the best that a trial tells of its leader, beside whether it was; a new pool each time."""
    random = np.random.default_rng(seed)
    large = [place for place, table in enumerate(tables.values()) if len(table) >= channels]
    came_from = np.array(large)[random.integers(len(large), size=trials)]
    told, right = np.empty(trials), np.empty(trials, dtype=bool)
    for trial, place in enumerate(came_from):
        points = _pool(list(tables.values())[place], channels, random)
        truth = points.mean(axis=1)
        cells = points[:, random.integers(0, points.shape[1], prompts)]
        leader = int(np.argmax(stats.levels(cells)))
        drawn = stats.draw(cells, draws=DRAWS, seed=int(random.integers(1 << 30)))
        told[trial] = stats.chances_of_best(drawn)[leader]
        right[trial] = truth[leader] >= truth.max() - 1e-12
    return Chances(told, right, came_from)


def plans(table: Table, *, trials: int, seed: int) -> list[tuple[float, int]]:
    """What a pilot of two channels that cannot tell says is needed (the middle of its range), and what it then took."""
    random = np.random.default_rng(seed)
    found = []
    for _ in range(trials):
        pair = _pool(table, 2, random)
        gaps = (pair[0] - pair[1])[random.integers(0, pair.shape[1], MOST_PROMPTS)]
        if _is_decided(gaps[:PILOT]):
            continue
        low, high = reasons.prompts_needed(_leads(gaps[:PILOT]))
        looks = racing.Rules(first=PILOT).looks(MOST_PROMPTS)
        took = next((n for n in looks if _is_decided(gaps[:n])), MOST_PROMPTS)
        found.append((math.sqrt(low * (MOST_PROMPTS if high is None else high)), took))
    return found


def is_clear(cells: Floats, *, looks: int = 1) -> bool:
    """Whether a winner is named. Whoever does not beat the nearest rival beats not all: most trials end there."""
    levels = stats.levels(cells)
    leader, nearest = np.argsort(-np.where(np.isnan(levels), -np.inf, levels), kind="stable")[:2]
    gap = stats.compare(cells[leader], cells[nearest])
    if gap is None or not contest.is_beaten(gap, contest.CLEAR if looks == 1 else contest.CLEAR_LOOKING):
        return False
    held = contest.hold(evidence(cells), QUALITY, looks=looks)
    return held is not None and decide(held) is Verdict.CLEAR


def ever_clear(cells: Floats, rules: racing.Rules) -> bool:
    """Whether an adaptive trial names a winner at any look before it is over."""
    moments = racing.Moments.empty(1, len(cells))
    running = np.ones((1, len(cells)), dtype=bool)
    seen = np.full(cells.shape, np.nan)
    asked = 0
    looks = rules.looks(cells.shape[1])
    for target in looks:
        seen[running[0], asked:target] = cells[running[0], asked:target]
        moments.add((cells[None, :, asked:target] - 1) / 9, running)
        asked = target
        if is_clear(seen[:, :target], looks=len(looks)):
            return True
        look = racing.look(moments, rules, running=running)
        if look.is_over[0]:
            return False
        running = ~look.rests
    return False


def evidence(cells: Floats) -> Evidence:
    unknown = np.full(cells.shape, np.nan)
    names = tuple(map(str, range(len(cells))))
    return Evidence(names, ("quality",), cells[:, :, None], cost=unknown, time_ms=unknown)


def _points(tables: Tables, channels: int, random: np.random.Generator) -> Floats:
    """A random pool of a random table, in points."""
    large = [table for table in tables.values() if len(table) >= channels]
    return _pool(large[random.integers(len(large))], channels, random)


def _pool(table: Table, channels: int, random: np.random.Generator) -> Floats:
    return 1 + 9 * table[random.choice(len(table), channels, replace=False)]


def _null(tables: Tables, channels: int, prompts: int, random: np.random.Generator) -> Floats:
    points = _points(tables, channels, random)
    return _deal(points[:, random.integers(0, points.shape[1], prompts)], random)


def _deal(cells: Floats, random: np.random.Generator) -> Floats:
    return np.take_along_axis(cells, random.random(cells.shape).argsort(axis=0), axis=0)


def _holds(span: stats.Estimate | None, truth: float) -> bool:
    return span is not None and span.low - 1e-9 <= truth <= span.high + 1e-9


def _leads(gaps: Floats) -> stats.Difference:
    gap = stats.compare(gaps, np.zeros_like(gaps))
    assert gap is not None
    return gap


def _is_decided(gaps: Floats) -> bool:
    gap = _leads(gaps if gaps.mean() >= 0 else -gaps)
    return contest.is_beaten(gap) or contest.is_equal(gap)
