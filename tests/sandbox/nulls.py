"""Scores as they might be: trials with a known truth, for the tests of what the statistics promise."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sandbox import contest
from sandbox.stats import Cells
from sandbox.value import Evidence

Draw = Callable[[np.random.Generator, int, int], Cells]


def normal(random: np.random.Generator, channels: int, prompts: int) -> Cells:
    """Prompts differ, and so do answers, by the bell curve."""
    return 6 + random.normal(0, 1.5, (1, prompts)) + random.normal(0, 1, (channels, prompts))


def discrete(random: np.random.Generator, channels: int, prompts: int) -> Cells:
    """Whole grades from 1 to 10."""
    drawn = random.normal(0, 1.5, (1, prompts)) + random.normal(0, 1.2, (channels, prompts))
    return np.clip(np.round(6 + drawn), 1, 10)


def tied(random: np.random.Generator, channels: int, prompts: int) -> Cells:
    """Nearly always 8, now and then 1 or 10."""
    odd = random.random((channels, prompts)) < 0.15
    return np.where(odd, random.choice([1.0, 10.0], (channels, prompts)), 8.0)


def right_or_wrong(random: np.random.Generator, channels: int, prompts: int) -> Cells:
    """10 or 1, on prompts from easy to hard."""
    return np.where(random.random((channels, prompts)) < random.beta(1, 1, (1, prompts)), 10.0, 1.0)


def uneven(random: np.random.Generator, channels: int, prompts: int) -> Cells:
    """Some channels are steady, some erratic: the spread grows fifteenfold."""
    spread = np.geomspace(0.2, 3, channels)[:, None]
    return 6 + random.normal(0, 1.5, (1, prompts)) + spread * random.normal(0, 1, (channels, prompts))


def failing(random: np.random.Generator, channels: int, prompts: int) -> Cells:
    """Each fails one answer in ten."""
    good = 8 + random.normal(0, 0.7, (channels, prompts))
    return np.where(random.random((channels, prompts)) < 0.1, 1.0, good)


def two_best(random: np.random.Generator, channels: int, prompts: int) -> Cells:
    """Two equal channels ahead of all others."""
    cells = normal(random, channels, prompts)
    cells[2:] -= 2
    return cells


def evidence(cells: Cells, *, cost: Cells | None = None, time_ms: Cells | None = None) -> Evidence:
    """One dimension, ``quality``; channels are called ``0``, ``1``, …"""
    unknown = np.full(cells.shape, np.nan)
    return Evidence(
        channels=tuple(str(place) for place in range(len(cells))),
        dimensions=("quality",),
        quality=cells[:, :, None],
        cost=unknown if cost is None else cost,
        time_ms=unknown if time_ms is None else time_ms,
    )


def winner(cells: Cells) -> int | None:
    """The channel that would be named, None when none would."""
    held = contest.hold(evidence(cells), {"quality": 1.0, "cost": 0.0, "speed": 0.0})
    return None if held is None or held.rivals_left or held.equals else held.leader


def share_clear(draw: Draw, *, channels: int, prompts: int, trials: int, lead: float = 0.0) -> float:
    """In how many of ``trials`` a winner is named; ``lead`` lifts the first channel."""
    random = np.random.default_rng([channels, prompts, trials])
    named = 0
    for _trial in range(trials):
        cells = draw(random, channels, prompts)
        cells[0] += lead
        named += winner(cells) is not None
    return named / trials
