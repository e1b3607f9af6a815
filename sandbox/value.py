"""One scale for quality, cost and speed: points. Pure numpy.

A channel's *value* is the mean of its quality score (itself the weighted mean of the dimensions), its cost and its
speed, by the visitor's weights. Cost and speed become points by their logarithm: the best contender has ``TOP``, and
each tenfold more money or time takes ``POINTS_PER_TENFOLD`` away, so a hundred times takes the whole scale. Free
counts as a hundredth of the cheapest price; an unknown price counts as the dearest known.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from sandbox.stats import FLOOR, TOP, Cells

POINTS_PER_TENFOLD = 4.5
COST, SPEED = "cost", "speed"
# What an uncalibrated judge may favour a channel by, as a standard deviation in points, where rules count beside it.
UNCALIBRATED = 0.5


@dataclass(frozen=True)
class Judged:
    """How far a dimension rests on judges: the ``share`` of its scores, and by how much they favour a channel.

    ``bias`` is the standard deviation over channels of a judge's mean error, in points; None where nobody measured it.
    """

    share: float
    bias: float | None


@dataclass(frozen=True)
class Evidence:
    """What a trial found. NaN is unknown; arrays are channels × prompts, ``quality`` × dimensions beyond that.

    ``quality`` is 1-10, ``cost`` money per answer, ``time_ms`` the whole answer's time; each averaged over repeats.
    ``clusters`` has each prompt's topic and language, ``judged`` the dimensions that judges scored. ``lost`` marks what
    should have been scored and was not, by our fault or a judge's. ``prompt_cost`` is what one more prompt would cost.
    """

    channels: tuple[str, ...]
    dimensions: tuple[str, ...]
    quality: NDArray[np.float64]
    cost: Cells
    time_ms: Cells
    clusters: tuple[tuple[str, str], ...] = ()
    judged: Mapping[str, Judged] = field(default_factory=dict)
    lost: NDArray[np.bool_] | None = None
    prompt_cost: float | None = None

    @property
    def topics(self) -> list[str]:
        """In the order of the prompts; prompts without a topic have none to be left out."""
        return [topic for topic in dict.fromkeys(topic for topic, _language in self.clusters) if topic]

    def without(self, topic: str) -> Evidence:
        kept = np.array([each != topic for each, _language in self.clusters])
        return replace(
            self,
            quality=self.quality[:, kept],
            cost=self.cost[:, kept],
            time_ms=self.time_ms[:, kept],
            clusters=tuple(cluster for cluster in self.clusters if cluster[0] != topic),
            lost=None if self.lost is None else self.lost[:, kept],
        )

    def filled(self, score: float) -> Evidence:
        """With ``score`` wherever one was lost, in the dimensions that others were scored in on that prompt."""
        if self.lost is None:
            return self
        missing = np.isnan(self.quality)
        in_play = ~missing.all(axis=0)
        return replace(self, quality=np.where(missing & in_play & self.lost[:, :, None], score, self.quality))


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


def worst_and_best(evidence: Evidence, weights: Mapping[str, float]) -> tuple[Cells, Cells]:
    """Values as they would be had every lost score been the lowest, and the highest."""
    return value_cells(evidence.filled(FLOOR), weights), value_cells(evidence.filled(TOP), weights)


def judge_bias(evidence: Evidence, weights: Mapping[str, float]) -> float:
    """By how many points of value judges may favour a channel on every prompt alike: a standard deviation.

    Dimensions add up, for a judge's taste for a channel shows in all of them.
    """
    total = sum(weights.values()) or 1.0
    return sum(
        weights.get(slug, 0.0) / total * judged.share * (UNCALIBRATED if judged.bias is None else judged.bias)
        for slug, judged in evidence.judged.items()
    )


def is_uncalibrated(evidence: Evidence, weights: Mapping[str, float]) -> bool:
    """Whether every score that counts comes from judges that nobody has compared with people."""
    weighed = [slug for slug in evidence.dimensions if weights.get(slug)]
    judged = [evidence.judged.get(slug) for slug in weighed]
    return bool(weighed) and all(each is not None and each.share >= 1 and each.bias is None for each in judged)


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
