"""Estimates over prompts, paired between channels, with intervals that hold for few prompts. Pure numpy.

A table of *cells* has a row per channel and a column per prompt; a cell is that channel's mean over its repeats, and
NaN where there is none. The prompts are the sample: every statement is about *prompts like these*, so a prompt is
counted once however often it was asked.

Two things keep a handful of prompts from giving certainty. Intervals are Student's (Gosset, 1908), so they widen as
prompts get fewer. And every pair of channels carries ``UNSEEN``: one imagined prompt on which they differ by a third
of the scale, nobody knows in whose favour. It rules when six prompts happen to agree, and is forgotten by a hundred.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Cells = NDArray[np.float64]

FLOOR, TOP = 1.0, 10.0
WIDTH = TOP - FLOOR
LEVEL = 0.90
UNSEEN = 3.0
DRAWS = 4_000
MOST_ROUNDS = 200


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over ``n`` prompts and its interval, in points."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Difference:
    """The mean paired difference of two channels, in points, with its standard error; ``n`` prompts have both."""

    value: float
    error: float
    n: int

    def within(self, level: float) -> Estimate:
        """The interval that holds the true difference with probability ``level``."""
        reach = self.error * t_quantile((1 + level) / 2, freedom(self.n))
        return Estimate(self.value, self.value - reach, self.value + reach, self.n)


def freedom(n: int) -> int:
    """Degrees of freedom of a mean of ``n``; one prompt has none of its own, and lives on the imagined one."""
    return max(n - 1, 1)


def estimate(values: Cells, *, level: float = LEVEL) -> Estimate | None:
    """The mean of one channel's cells (1-10) with its interval, kept on the scale; None without any."""
    seen = values[~np.isnan(values)]
    if not seen.size:
        return None
    # A pair carries UNSEEN squared, so each of the two carries half of it.
    error = _error(seen, unseen=UNSEEN**2 / 2)
    span = Difference(float(seen.mean()), error, seen.size).within(level)
    return Estimate(span.value, max(span.low, min(FLOOR, span.value)), min(span.high, max(TOP, span.value)), span.n)


def compare(first: Cells, second: Cells, *, unseen: float = UNSEEN) -> Difference | None:
    """``first`` − ``second`` over the prompts that both have; None where there is none."""
    gaps = first - second
    gaps = gaps[~np.isnan(gaps)]
    if not gaps.size:
        return None
    return Difference(float(gaps.mean()), _error(gaps, unseen=unseen**2), gaps.size)


def levels(cells: Cells) -> Cells:
    """Each channel's mean, made fair where prompts are missing by an additive fit of channels and prompts.

    Without gaps it is the plain mean. A channel without any cell is NaN.
    """
    seen = ~np.isnan(cells)
    filled = np.where(seen, cells, 0.0)
    per_channel, per_prompt = seen.sum(axis=1), seen.sum(axis=0)
    effects = np.zeros(cells.shape[1])
    means = np.zeros(cells.shape[0])
    for _round in range(1 if seen.all() else MOST_ROUNDS):
        before = means
        means = (filled - np.where(seen, effects, 0.0)).sum(axis=1) / np.maximum(per_channel, 1)
        if np.abs(means - before).max() < 1e-9:
            break
        left = (filled - np.where(seen, means[:, None], 0.0)).sum(axis=0) / np.maximum(per_prompt, 1)
        effects = left - left.mean()
    return np.where(per_channel > 0, means, np.nan)


def draw(cells: Cells, *, draws: int = DRAWS, seed: int = 0) -> Cells:
    """Plausible true means, ``draws`` × channels, that keep what channels share on a prompt.

    A multiplier resampling of whole prompts (each prompt's residuals get one random weight for all channels), scaled
    so that any two channels differ by Student's t around their paired difference, as ``compare`` says. Channels
    without cells are NaN.
    """
    seen = ~np.isnan(cells)
    counts = seen.sum(axis=1)
    means = levels(cells)
    residuals = _residuals(cells, means)
    random = np.random.default_rng(seed)
    scale = np.sqrt(np.maximum(counts, 1) * np.maximum(counts - 1, 1))
    swing = random.standard_normal((draws, cells.shape[1])) @ residuals.T
    unseen = random.standard_normal((draws, cells.shape[0])) * (UNSEEN / math.sqrt(2))
    # Nested sums of squares: every channel gets a chi-square of its own freedom, and all move together.
    squares = np.cumsum(random.standard_normal((draws, max(int(counts.max(initial=0)) - 1, 1))) ** 2, axis=1)
    free = np.maximum(counts - 1, 1)
    widening = np.sqrt(free / squares[:, free - 1])
    return np.asarray(means + (swing + unseen) / scale * widening)


def chances_of_best(drawn: Cells) -> Cells:
    """Each channel's chance to be the best one; never 0 or 1, for one more draw might have said otherwise."""
    present = ~np.isnan(drawn[0])
    wins = np.bincount(np.nanargmax(drawn, axis=1), minlength=drawn.shape[1])
    chances = (wins + 1 / present.sum()) / (len(drawn) + 1)
    return np.where(present, chances, np.nan)


def regret(drawn: Cells, chosen: int) -> float:
    """How many points below the true best the chosen channel is expected to be.

    No loss counts for more than the whole scale: Student's t of one or two prompts has no mean of its own.
    """
    return float(np.minimum(np.nanmax(drawn, axis=1) - drawn[:, chosen], WIDTH).mean())


@lru_cache(maxsize=4096)
def t_quantile(probability: float, df: int) -> float:
    """Student's quantile for ``probability`` > 0.5, by halving on the finite series for whole ``df``.

    Abramowitz and Stegun, Handbook of Mathematical Functions (1964), 26.7.3 and 26.7.4.
    """
    df = min(df, 2_000)
    low, high = 0.0, 1e4
    while high - low > 1e-9 * max(1.0, high):
        middle = (low + high) / 2
        if (1 + _central(middle, df)) / 2 < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _central(t: float, df: int) -> float:
    """The probability that Student's t lies within ±t."""
    angle = math.atan2(t, math.sqrt(df))
    sine, cosine = math.sin(angle), math.cos(angle)
    odd = df % 2
    term = cosine if odd else 1.0
    total = 0.0
    for k in range(odd, df - 1, 2):
        total += term
        term *= (k + 1) / (k + 2) * cosine**2
    return (angle + sine * total) * 2 / math.pi if odd else sine * total


def _error(values: Cells, *, unseen: float) -> float:
    """The standard error of the mean of ``values``, one imagined squared deviation of ``unseen`` added."""
    squares = float(((values - values.mean()) ** 2).sum()) + unseen
    return math.sqrt(squares / (freedom(values.size) * values.size))


def _residuals(cells: Cells, means: Cells) -> Cells:
    """What neither channel nor prompt explains; 0 where there is no cell, and summing to 0 in each channel."""
    seen = ~np.isnan(cells)
    apart = np.where(seen, cells - means[:, None], 0.0)
    shared = apart.sum(axis=0) / np.maximum(seen.sum(axis=0), 1)
    left = np.where(seen, apart - shared, 0.0)
    offset = left.sum(axis=1) / np.maximum(seen.sum(axis=1), 1)
    return np.where(seen, left - offset[:, None], 0.0)
