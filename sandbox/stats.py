"""Estimates over prompts, paired between channels, with intervals that hold for few prompts. Pure numpy.

A table of *cells* has a row per channel and a column per prompt; a cell is that channel's mean over its repeats, and
NaN where there is none. The prompts are the sample: every statement is about *prompts like these*, so a prompt is
counted once however often it was asked.

Two things keep a handful of prompts from giving certainty. Intervals are Student's (Gosset, 1908), so they widen as
prompts get fewer. And every pair of channels carries ``UNSEEN``: one imagined prompt on which they differ by a third
of the scale, nobody knows in whose favour. It rules when six prompts happen to agree, and is forgotten by a hundred.

Prompts of one topic and language may resemble each other, and then count for fewer: ``design_effect``. A judge may
favour a channel on every prompt alike; that ``bias`` does not average away, and stands beside the error. Whoever is
picked for the best score was lucky, too, and ``winner`` takes the luck away.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
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
DRAWS_AT_ONCE = 64
MOST_ROUNDS = 200
ENOUGH_DIFFERENCES = 5  # fewer prompts that tell two channels apart bear no interval
POOLED_PROMPTS, POOLED_CHANNELS = 12, 5


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over ``n`` prompts and its interval, in points."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Difference:
    """The mean paired difference of two channels, in points, over the ``n`` prompts that have both.

    ``error`` is the standard error that more prompts lower, ``bias`` the standard deviation of what they do not;
    on ``differ`` of the prompts the two were scored differently. Prompts that resemble each other count for ``effect``
    times fewer.
    """

    value: float
    error: float
    n: int
    differ: int
    bias: float = 0.0
    effect: float = 1.0

    @property
    def bears_interval(self) -> bool:
        return self.differ >= ENOUGH_DIFFERENCES

    def within(self, level: float) -> Estimate:
        """The interval that holds the true difference with probability ``level``."""
        reach = math.hypot(self.error, self.bias) * t_quantile((1 + level) / 2, freedom(self.n, self.effect))
        return Estimate(self.value, self.value - reach, self.value + reach, self.n)


def freedom(n: int, effect: float = 1.0) -> int:
    """Degrees of freedom of a mean of ``n``, or as many as stand on their own; one prompt lives on the imagined one."""
    return max(int(n / effect) - 1, 1)


def estimate(values: Cells, *, level: float = LEVEL) -> Estimate | None:
    """The mean of one channel's cells (1-10) with its interval, kept on the scale; None without any."""
    seen = values[~np.isnan(values)]
    if not seen.size:
        return None
    # A pair carries UNSEEN squared, so each of the two carries half of it.
    return _on_the_scale(float(seen.mean()), _error(seen, unseen=UNSEEN**2 / 2), seen.size, level=level)


def winner(cells: Cells, place: int, *, luck: float, level: float = LEVEL) -> Estimate | None:
    """The channel that was picked for its score: its mean less its ``luck``, and its interval; None without cells.

    Luck also picks whoever happened to look steady, so the variance borrows from the best few channels, as if each
    channel had ``POOLED_PROMPTS`` more prompts of their common spread.
    """
    seen = cells[place][~np.isnan(cells[place])]
    if not seen.size:
        return None
    means, spreads = levels(cells), np.array([_spread(row[~np.isnan(row)]) for row in cells])
    best = np.argsort(-np.where(np.isnan(means), -np.inf, means), kind="stable")[:POOLED_CHANNELS]
    known = spreads[best][~np.isnan(spreads[best])]
    pooled = float(known.mean()) if known.size else 0.0
    squares = float(((seen - seen.mean()) ** 2).sum()) + UNSEEN**2 / 2 + POOLED_PROMPTS * pooled
    error = math.sqrt(squares / ((freedom(seen.size) + POOLED_PROMPTS * bool(known.size)) * seen.size))
    return _on_the_scale(max(float(seen.mean()) - luck, FLOOR), error, seen.size, level=level)


def compare(
    first: Cells, second: Cells, *, unseen: float = UNSEEN, effect: float = 1.0, bias: float = 0.0
) -> Difference | None:
    """``first`` − ``second`` over the prompts that both have; None where there is none."""
    gaps = first - second
    gaps = gaps[~np.isnan(gaps)]
    if not gaps.size:
        return None
    error = _error(gaps, unseen=unseen**2, effect=effect)
    differ = int((np.abs(gaps) > 1e-9).sum())
    return Difference(float(gaps.mean()), error, gaps.size, differ, bias=bias, effect=effect)


def design_effect(cells: Cells, clusters: Sequence[Hashable]) -> float:
    """How many times wider than independent prompts those of ``clusters`` leave the variance of a paired difference.

    From the intraclass correlation of what neither channel nor prompt explains, pooled over channels, by a one-way
    analysis of variance (Donner, International Statistical Review 54, 1986); never below 1. It takes two clusters of
    two prompts each to be known.
    """
    usable = (~np.isnan(cells)).sum(axis=0) >= 2
    codes = {cluster: place for place, cluster in enumerate(dict.fromkeys(clusters))}
    member = np.array([[codes[cluster] == place for place in codes.values()] for cluster in clusters], dtype=float)
    member = member.reshape(cells.shape[1], -1)[usable]
    sizes = member.sum(axis=0)
    sizes = sizes[sizes > 0]
    total = sizes.sum()
    if (sizes >= 2).sum() < 2:
        return 1.0
    seen = ~np.isnan(cells[:, usable])
    residuals = _residuals(cells, levels(cells))[:, usable]
    counts, sums = seen @ member, residuals @ member
    between = float((sums**2 / np.maximum(counts, 1)).sum())
    within = max(float((residuals**2).sum()) - between, 0.0) / (total - sizes.size)
    between /= sizes.size - 1
    typical = (total - (sizes**2).sum() / total) / (sizes.size - 1)
    spread = between + (typical - 1) * within
    alike = max((between - within) / spread, 0.0) if spread > 0 else 0.0
    return float(1 + ((sizes**2).sum() / total - 1) * alike)


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


def draw(cells: Cells, *, draws: int = DRAWS, seed: int = 0, effect: float = 1.0, bias: float = 0.0) -> Cells:
    """Plausible true means, ``draws`` × channels, that keep what channels share on a prompt.

    A multiplier resampling of whole prompts (each prompt's residuals get one random weight for all channels), scaled
    so that any two channels differ by Student's t around their paired difference, as ``compare`` says; ``bias`` is
    each channel's own. Channels without cells are NaN.
    """
    counts = (~np.isnan(cells)).sum(axis=1)
    random = np.random.default_rng(seed)
    swing = _swing(cells, random.standard_normal((draws, cells.shape[1]))) * math.sqrt(effect)
    own = random.standard_normal((2, draws, cells.shape[0]))
    unseen = own[0] * (UNSEEN / math.sqrt(2)) / _scale(counts)
    # Nested sums of squares: every channel gets a chi-square of its own freedom, and all move together.
    squares = np.cumsum(random.standard_normal((draws, max(int(counts.max(initial=0)) - 1, 1))) ** 2, axis=1)
    free = np.array([freedom(int(count), effect) for count in counts])
    widening = np.sqrt(free / squares[:, free - 1])
    return np.asarray(levels(cells) + (swing + unseen + bias * own[1]) * widening)


def luck(values: Cells, scores: Cells, *, draws: int = DRAWS, seed: int = 0) -> float:
    """By how much the score of whoever has the best value is expected to flatter it, for it was picked by that.

    The winner's curse, as often as the trial is repeated on resampled prompts: the picked channel's score there, less
    what that channel scored here.
    """
    weights = np.random.default_rng(seed).standard_normal((draws, values.shape[1]))
    best = np.nanargmax(levels(values) + _swing(values, weights), axis=1)
    return max(float(_swing(scores, weights)[np.arange(draws), best].mean()), 0.0)


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


def resampled_means(cells: Cells, *, draws: int, random: np.random.Generator, prompts: int | None = None) -> Cells:
    """Means over prompts drawn with replacement, the same for all channels: ``draws`` × channels, without gaps.

    How often each prompt was drawn, times the cells: a matrix product in place of gathering every drawn cell.
    """
    size = cells.shape[1] if prompts is None else prompts
    by_prompt = np.ascontiguousarray(cells.T)
    means = np.empty((draws, len(cells)))
    counts = np.empty((min(draws, DRAWS_AT_ONCE), cells.shape[1]))
    for start in range(0, draws, len(counts)):
        part = counts[: draws - start]
        for row in part:
            row[:] = np.bincount(random.integers(0, cells.shape[1], size), minlength=cells.shape[1])
        means[start : start + len(part)] = part @ by_prompt
    return means / size


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


def _error(values: Cells, *, unseen: float, effect: float = 1.0) -> float:
    """The standard error of the mean of ``values``, one imagined squared deviation of ``unseen`` added."""
    squares = float(((values - values.mean()) ** 2).sum()) * effect + unseen
    return math.sqrt(squares / (freedom(values.size) * values.size))


def _on_the_scale(value: float, error: float, n: int, *, level: float) -> Estimate:
    reach = error * t_quantile((1 + level) / 2, freedom(n))
    return Estimate(value, max(value - reach, min(FLOOR, value)), min(value + reach, max(TOP, value)), n)


def _spread(values: Cells) -> float:
    """The variance; unknown of fewer than two."""
    return float(values.var(ddof=1)) if values.size > 1 else math.nan


def _scale(counts: NDArray[np.intp]) -> Cells:
    return np.asarray(np.sqrt(np.maximum(counts, 1) * np.maximum(counts - 1, 1)))


def _swing(cells: Cells, weights: Cells) -> Cells:
    """How far each channel's mean strays, draws × channels, by random ``weights`` of draws × prompts."""
    residuals = _residuals(cells, levels(cells))
    return np.asarray(weights @ residuals.T / _scale((~np.isnan(cells)).sum(axis=1)))


def _residuals(cells: Cells, means: Cells) -> Cells:
    """What neither channel nor prompt explains; 0 where there is no cell, and summing to 0 in each channel."""
    seen = ~np.isnan(cells)
    apart = np.where(seen, cells - means[:, None], 0.0)
    shared = apart.sum(axis=0) / np.maximum(seen.sum(axis=0), 1)
    left = np.where(seen, apart - shared, 0.0)
    offset = left.sum(axis=1) / np.maximum(seen.sum(axis=1), 1)
    return np.where(seen, left - offset[:, None], 0.0)
