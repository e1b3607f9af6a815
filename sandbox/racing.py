"""Adaptive trials: prompts in rounds, hopeless channels rest, and the race ends when the choice is good enough. Pure.

After every round each channel is compared with the leader on the prompts that both have answered. Its *threat* is the
chance that it is better than the leader by more than a margin: the posterior of a paired mean difference (Student's,
flat prior), one imagined prompt of a large difference added, so that few prompts that agree give no certainty. The
*risk* is the chance that any channel is; differences from one leader share the leader's own error, which is integrated
out (as Dunnett, 1955, does for comparisons with one control). Whoever adds next to nothing to the risk rests, and
returns when a later look says otherwise; once the risk is small the race is over.

One setting serves every table of scores. It was chosen by a search on some published ones and then frozen;
``python -m benchmarks.selection`` says what it costs and how often it chooses well. It is calibrated by simulation, not
valid at any time by proof; whether a verdict may be called clear is decided elsewhere (``sandbox.contest``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(11)
SHARES = _WEIGHTS / _WEIGHTS.sum()
SAFE = 9.0  # standard deviations: as good as impossible


@dataclass(frozen=True, slots=True)
class Rules:
    """When to look, who rests and when it is over. ``margin`` and ``unseen`` are shares of the score's range.

    Looks come after ``first`` prompts and then whenever their number has grown by ``growth``. The race is over when
    the chance that another channel is better by more than ``margin`` is at most ``risk``.
    """

    first: int = 8
    growth: float = 1.1
    margin: float = 0.015
    risk: float = 0.025
    unseen: float = 0.6

    def looks(self, most: int) -> list[int]:
        """Numbers of prompts after which to look, up to ``most``."""
        found = [min(self.first, most)]
        while found[-1] < most:
            found.append(min(max(found[-1] + 2, int(found[-1] * self.growth)), most))
        return found


@dataclass(slots=True)
class Moments:
    """What two channels share, for every pair: arrays of … × channels × channels.

    ``n`` prompts have both; ``total`` and ``square`` sum the first channel's scores and their squares over those,
    ``product`` the products of both.
    """

    n: Floats
    total: Floats
    square: Floats
    product: Floats

    @classmethod
    def empty(cls, *shape: int) -> Self:
        """For races of the leading dimensions, each between as many channels as the last one says."""
        pairs = (*shape, shape[-1])
        return cls(*(np.zeros(pairs) for _ in range(4)))

    def add(self, scores: Floats, asked: Flags) -> None:
        """Scores from 0 to 1, … × channels × prompts, of the channels that were ``asked``; NaN where none came."""
        seen = ~np.isnan(scores) & asked[..., None]
        known = np.where(seen, scores, 0.0)
        others = np.swapaxes(seen.astype(np.float64), -1, -2)
        self.n += seen @ others
        self.total += known @ others
        self.square += known**2 @ others
        self.product += known @ np.swapaxes(known, -1, -2)


@dataclass(frozen=True, slots=True)
class Look:
    """Where a race stands; arrays of … × channels, ``leader``, ``risk`` and ``is_over`` of … alone."""

    leader: NDArray[np.intp]
    threats: Floats
    risk: Floats
    rests: Flags
    is_over: Flags


def look(moments: Moments, rules: Rules, *, running: Flags) -> Look:
    """Judge a race after a round; ``running`` were asked in it, and the leader is one of them."""
    means = own(moments.total) / np.maximum(own(moments.n), 1)
    leader = np.where(running & (own(moments.n) > 0), means, -np.inf).argmax(axis=-1)
    ahead = distance(moments, leader, rules)
    threats = tail(ahead)
    risk = joint_risk(ahead)
    rests = resting(threats, rules)
    np.put_along_axis(rests, leader[..., None], False, axis=-1)
    return Look(leader, threats, risk, rests, risk <= rules.risk)


def own(pairs: Floats) -> Floats:
    """The diagonal: what is a channel's own."""
    return np.diagonal(pairs, axis1=-2, axis2=-1)


def distance(moments: Moments, leader: NDArray[np.intp], rules: Rules) -> Floats:
    """How far each channel is from beating the leader by the margin, in standard deviations of a normal.

    The leader itself is ``SAFE``. A channel that shares no prompt with it could be anything: 0.
    """
    row = leader[..., None, None]
    n = np.take_along_axis(moments.n, row, axis=-2)[..., 0, :]
    mine = np.take_along_axis(moments.total, row, axis=-2)[..., 0, :]
    my_squares = np.take_along_axis(moments.square, row, axis=-2)[..., 0, :]
    products = np.take_along_axis(moments.product, row, axis=-2)[..., 0, :]
    theirs = np.take_along_axis(moments.total, row, axis=-1)[..., 0]
    their_squares = np.take_along_axis(moments.square, row, axis=-1)[..., 0]
    shared = np.maximum(n, 1)
    lead = (mine - theirs) / shared
    squares = my_squares - 2 * products + their_squares - shared * lead**2
    freedom = np.maximum(shared - 1, 1)
    error = np.sqrt((np.maximum(squares, 0.0) + rules.unseen**2) / (freedom * shared))
    ahead = np.where(n > 0, as_normal((lead + rules.margin) / error, freedom), 0.0)
    np.put_along_axis(ahead, leader[..., None], SAFE, axis=-1)
    return ahead


def joint_risk(ahead: Floats) -> Floats:
    """The chance that any channel beats the leader by the margin, when all distances share half their variance."""
    safe = np.zeros(ahead.shape[:-1])
    for node, share in zip(NODES, SHARES, strict=True):
        safe += share * np.prod(1 - tail(np.sqrt(2) * ahead + node), axis=-1)
    return 1 - safe


def resting(threats: Floats, rules: Rules) -> Flags:
    """The least threatening channels, as many as together threaten no more than the risk that is allowed."""
    order = threats.argsort(axis=-1)
    together = np.cumsum(np.take_along_axis(threats, order, axis=-1), axis=-1)
    rests = np.empty(threats.shape, dtype=bool)
    np.put_along_axis(rests, order, together <= rules.risk, axis=-1)
    return rests


def tail(z: Floats) -> Floats:
    """The chance of a standard normal beyond ``z``. Abramowitz and Stegun (1964), 26.2.17: error below 1e-7."""
    size = np.minimum(np.abs(z), 30.0)
    t = 1 / (1 + 0.2316419 * size)
    terms = 0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429)))
    beyond = np.exp(-(size**2) / 2) / np.sqrt(2 * np.pi) * t * terms
    return np.asarray(np.where(z > 0, beyond, 1 - beyond))


def as_normal(t: Floats, freedom: Floats) -> Floats:
    """Student's t as the normal deviate of the same tail. Wallace, Annals of Mathematical Statistics 30 (1959)."""
    size = np.sqrt(freedom * np.log1p(t**2 / freedom))
    return np.asarray(np.sign(t) * size * (8 * freedom + 1) / (8 * freedom + 3))
