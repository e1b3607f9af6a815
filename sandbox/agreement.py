"""How far two graders agree, with an interval for data like these. Pure numpy.

*Kappa* is Cohen's (1960): (seen − chance) / (1 − chance), where ``seen`` is the share of equal verdicts and ``chance``
what two graders with the same habits would agree on blindly. *Spearman* is the correlation of ranks, equal scores
sharing theirs. Both have a bootstrap interval over clusters, such as questions: verdicts on one question are not
independent. A *share* has Wilson's interval, which knows that 200 of 200 is not certainty. All intervals hold 95 %.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

LEVEL_TAILS = (2.5, 97.5)
WILSON_Z = 1.959964
RESAMPLES = 2_000
FEWEST = 10  # pairs of verdicts, below which nothing is said
FEWEST_SYSTEMS = 3
FEWEST_PER_SYSTEM = 5


@dataclass(frozen=True, slots=True)
class Agreement:
    """A statistic over ``n`` pairs of verdicts, and the interval that holds it."""

    value: float
    low: float
    high: float
    n: int


def kappa(one: Sequence[str], other: Sequence[str], *, clusters: Sequence[Hashable] | None = None) -> Agreement | None:
    """Cohen's kappa of two graders' verdicts; None for fewer than ``FEWEST``, or where one of them never varies."""
    if len(one) < FEWEST or min(len({*one}), len({*other})) < 2:
        return None
    names = sorted({*one, *other})
    places = {name: place for place, name in enumerate(names)}
    cells = np.zeros((len(one), len(names) ** 2))
    for row, (a, b) in enumerate(zip(one, other, strict=True)):
        cells[row, places[a] * len(names) + places[b]] = 1
    tables = summed(cells, clusters)
    return bounded(tables, kappas, n=len(one))


def kappas(tables: Array) -> Array:
    """One kappa for each table of counts; NaN where chance alone explains everything."""
    size = math.isqrt(tables.shape[-1])
    shares = (tables / tables.sum(axis=-1, keepdims=True)).reshape(-1, size, size)
    seen = np.trace(shares, axis1=1, axis2=2)
    chance = (shares.sum(axis=2) * shares.sum(axis=1)).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(chance < 1, (seen - chance) / (1 - chance), np.nan))


def spearman(
    one: Sequence[float], other: Sequence[float], *, clusters: Sequence[Hashable] | None = None
) -> Agreement | None:
    """The rank correlation of two graders' scores; None for fewer than ``FEWEST``, or where one of them is constant.

    Resamples keep the ranks of the whole: near enough, and much less work.
    """
    if len(one) < FEWEST:
        return None
    x, y = ranks(one), ranks(other)
    x, y = x - x.mean(), y - y.mean()
    moments = np.stack([np.ones_like(x), x, y, x * x, y * y, x * y], axis=1)
    return bounded(summed(moments, clusters), correlations, n=len(one))


def correlations(moments: Array) -> Array:
    """One correlation for each row of sums: count, x, y, xx, yy, xy; NaN where one side is constant."""
    n, x, y, xx, yy, xy = np.moveaxis(moments, -1, 0)
    spread = (xx / n - (x / n) ** 2) * (yy / n - (y / n) ** 2)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(spread > 1e-12, (xy / n - x * y / n**2) / np.sqrt(np.maximum(spread, 0)), np.nan))


def ranks(values: Sequence[float]) -> Array:
    """From 1; equal values share the mean of their places."""
    _, where, counts = np.unique(np.asarray(values, dtype=np.float64), return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return np.asarray((ends - (counts - 1) / 2)[where])


def summed(rows: Array, clusters: Sequence[Hashable] | None) -> Array:
    """``rows`` added up within each cluster; each row by itself where none are named."""
    if clusters is None:
        return rows
    places: dict[Hashable, int] = {}
    where = [places.setdefault(cluster, len(places)) for cluster in clusters]
    sums = np.zeros((len(places), rows.shape[1]))
    np.add.at(sums, where, rows)
    return sums


def bounded(parts: Array, statistic: Callable[[Array], Array], *, n: int) -> Agreement | None:
    """The statistic of all parts together, and between which values it falls when the parts are drawn anew."""
    value = float(statistic(parts.sum(axis=0, keepdims=True))[0])
    if math.isnan(value):
        return None
    counts = np.random.default_rng(0).multinomial(len(parts), np.full(len(parts), 1 / len(parts)), RESAMPLES)
    low, high = np.nanpercentile(statistic(counts @ parts), LEVEL_TAILS)
    return Agreement(value, min(float(low), value), max(float(high), value), n)


def share(hits: int, n: int) -> Agreement | None:
    """``hits`` of ``n``, with Wilson's interval (1927); None of nothing."""
    if not n:
        return None
    value, z2 = hits / n, WILSON_Z**2
    middle = (value + z2 / (2 * n)) / (1 + z2 / n)
    reach = WILSON_Z / (1 + z2 / n) * math.sqrt(value * (1 - value) / n + z2 / (4 * n * n))
    # Rounding must not leave 0 of n, or n of n, outside its own interval.
    return Agreement(value, max(0.0, min(middle - reach, value)), min(1.0, max(middle + reach, value)), n)


def bias(errors: Mapping[str, Iterable[float]]) -> float | None:
    """How much a judge favours some systems over others, in points: the standard deviation of its mean error over them.

    A harshness that all systems feel alike moves no ranking, and does not count. What chance adds with few answers per
    system is left in, so the figure errs towards doubt. None for too few systems with enough answers.
    """
    means = [float(np.mean(each)) for each in map(list, errors.values()) if len(each) >= FEWEST_PER_SYSTEM]
    return float(np.std(means, ddof=1)) if len(means) >= FEWEST_SYSTEMS else None
