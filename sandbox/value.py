"""One scale for quality, cost and speed: points. Pure numpy.

A channel's *value* is the mean of its quality score (itself the weighted mean of the dimensions), its cost and its
speed, by the visitor's weights. Cost and speed become points by their logarithm: the best contender has ``TOP``, and
each tenfold more money or time takes ``POINTS_PER_TENFOLD`` away, so a hundred times takes the whole scale. Free
counts as a hundredth of the cheapest price; an unknown price counts as the dearest known.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sandbox.stats import TOP, Cells

POINTS_PER_TENFOLD = 4.5
COST, SPEED = "cost", "speed"


@dataclass(frozen=True)
class Evidence:
    """What a trial found. NaN is unknown; arrays are channels × prompts, ``quality`` × dimensions beyond that.

    ``quality`` is 1-10, ``cost`` money per answer, ``time_ms`` the whole answer's time; each averaged over repeats.
    """

    channels: tuple[str, ...]
    dimensions: tuple[str, ...]
    quality: NDArray[np.float64]
    cost: Cells
    time_ms: Cells


def score_cells(evidence: Evidence, weights: Mapping[str, float]) -> Cells:
    """Channels × prompts: the weighted mean of the dimensions in play on a prompt.

    A cell that lacks a dimension which others have there is NaN: half a grade is no grade. Weights that are all zero
    count as equal.
    """
    per_dimension = np.array([weights.get(slug, 0.0) for slug in evidence.dimensions])
    if not per_dimension.any():
        per_dimension = np.ones_like(per_dimension)
    missing = np.isnan(evidence.quality)
    in_play = ~missing.all(axis=0) & (per_dimension > 0)
    shares = in_play * per_dimension
    total = shares.sum(axis=1)
    sums = (np.where(missing, 0.0, evidence.quality) * shares).sum(axis=2)
    graded = (total > 0) & ~(missing & in_play).any(axis=2)
    return np.where(graded, sums / np.where(total > 0, total, 1.0), np.nan)


def value_cells(evidence: Evidence, weights: Mapping[str, float]) -> Cells:
    """Channels × prompts in points: quality, cost and speed on one scale, by weight; NaN where quality is."""
    quality = sum(weights.get(slug, 0.0) for slug in evidence.dimensions)
    parts = [
        (quality, score_cells(evidence, weights)),
        (weights.get(COST, 0.0), cost_points(evidence.cost)),
        (weights.get(SPEED, 0.0), speed_points(evidence.time_ms)),
    ]
    total = sum(weight for weight, _points in parts) or 1.0
    scored = np.where(np.isnan(parts[0][1]), np.nan, 0.0)
    return np.asarray(scored + sum(weight / total * points for weight, points in parts if weight))


def cost_points(cost: Cells) -> Cells:
    """Points for cheapness. A channel's mean is scored, and each prompt carries its share of that mean's doubt."""
    known = row_means(cost)
    priced = known[known > 0]
    if not priced.size:
        return np.zeros_like(cost)
    mean = np.maximum(np.where(np.isnan(known), priced.max(), known), priced.min() / 100)
    level = TOP - POINTS_PER_TENFOLD * np.log10(mean / mean.min())
    # The first order of log(mean) in one prompt's cost: sums to zero over prompts, so the mean stays as scored.
    share = np.where(np.isnan(cost), 0.0, (cost - known[:, None]) / (mean[:, None] * math.log(10)))
    return np.asarray(level[:, None] - POINTS_PER_TENFOLD * share)


def speed_points(time_ms: Cells) -> Cells:
    """Points for speed, by the logarithm of each prompt, so one stalled answer does not decide. Unknown is slowest."""
    logs = np.log10(np.maximum(time_ms, 1.0))
    mean = row_means(logs)
    if np.isnan(mean).all():
        return np.zeros_like(time_ms)
    mean = np.where(np.isnan(mean), np.nanmax(mean), mean)
    logs = np.where(np.isnan(logs), mean[:, None], logs)
    return np.asarray(TOP - POINTS_PER_TENFOLD * (logs - mean.min()))


def complete(weights: Mapping[str, float], evidence: Evidence) -> dict[str, float]:
    """A weight for every dimension, cost and speed: 0 where none was named, equal dimensions where none is left."""
    known = [*evidence.dimensions, COST, SPEED]
    completed = {key: max(float(weights.get(key, 0.0)), 0.0) for key in known}
    return completed if any(completed.values()) else completed | dict.fromkeys(evidence.dimensions, 1.0)


def row_means(table: Cells) -> Cells:
    """Means that skip what is unknown; NaN where all of it is."""
    seen = ~np.isnan(table)
    counts = seen.sum(axis=1)
    return np.where(counts > 0, np.where(seen, table, 0.0).sum(axis=1) / np.maximum(counts, 1), np.nan)
