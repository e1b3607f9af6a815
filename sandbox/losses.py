"""Where a channel loses: by dimension and topic, against those who were asked the same prompts in the same trials.

Only trials on the house's own prompts count: what a visitor brought is nobody else's business, not even as a mean. The
prompts are the sample, so a prompt that was asked in many trials is averaged first and counts once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from catalog.models import Channel, Dimension, GraderKind, Scenario
from sandbox.models import Contender, Score, TrialState
from sandbox.stats import LEVEL, Difference, Estimate, compare

# The newest so many trials: older ones speak of what the channel was.
MOST_TRIALS = 60
LOSES, LEADS, LEVEL_WITH, CANNOT_TELL = "loses", "leads", "level", "cannot_tell"
# An interval that lies within so many points of nothing says that there is no difference worth the name.
WORTH_NAMING = 0.5


class Cell(NamedTuple):
    """The mean score of one contender's answers to one prompt in one dimension."""

    trial: int
    prompt: int
    topic: str
    dimension: int
    contender: int
    is_mine: bool
    value: float


@dataclass(frozen=True, slots=True)
class Gap:
    """How a channel does against the others: their means over ``n`` prompts, and the difference with its interval."""

    key: str
    mine: float
    others: float
    gap: Estimate
    n: int
    bears_interval: bool

    @property
    def verdict(self) -> str:
        if not self.bears_interval:
            return CANNOT_TELL
        if self.gap.high < 0:
            return LOSES
        if self.gap.low > 0:
            return LEADS
        return LEVEL_WITH if max(abs(self.gap.low), abs(self.gap.high)) <= WORTH_NAMING else CANNOT_TELL


@dataclass(frozen=True, slots=True)
class Losses:
    """``dimensions`` by slug and ``topics`` by slug, the worst first; from so many ``trials``."""

    trials: int
    dimensions: list[Gap]
    topics: list[Gap]


def of(channel: Channel, scenario: Scenario) -> Losses:
    """Three queries. Nothing in it where the channel was never scored beside another one."""
    trials = list(
        Contender.objects.filter(
            channel=channel,
            trial__scenario=scenario,
            trial__state=TrialState.DONE,
            trial__prompt_set__version__isnull=False,
        )
        .order_by("-trial__created_at")
        .values_list("trial_id", flat=True)[:MOST_TRIALS]
    )
    cells = _cells(trials, channel)
    names = dict(Dimension.objects.filter(rubric__scenario=scenario).values_list("pk", "slug"))
    return Losses(
        trials=len({cell.trial for cell in cells if cell.is_mine}),
        dimensions=_gaps(cells, key=lambda cell: names.get(cell.dimension, "")),
        topics=_gaps(cells, key=lambda cell: cell.topic),
    )


def _cells(trials: list[int], channel: Channel) -> list[Cell]:
    rows = Score.objects.filter(answer__contender__trial__in=trials, value__isnull=False).values_list(
        "answer__contender__trial_id",
        "answer__prompt_id",
        "answer__prompt__topic",
        "dimension_id",
        "answer__contender_id",
        "answer__contender__channel_id",
        "answer_id",
        "grader",
        "value",
    )
    by_answer: dict[tuple[int, int, str, int, int, int, int], dict[str, list[float]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for *where, grader, value in rows:
        by_answer[tuple(where)][grader].append(value)  # type: ignore[index,arg-type]  # as the columns stand above
    cells: dict[tuple[int, int, str, int, int, int], list[float]] = defaultdict(list)
    for (trial, prompt, topic, dimension, contender, its_channel, _answer), given in by_answer.items():
        counted = given.get(GraderKind.RULE) or [value for values in given.values() for value in values]
        cells[trial, prompt, topic, dimension, contender, its_channel].append(_mean(counted))
    return [
        Cell(trial, prompt, topic, dimension, contender, its_channel == channel.pk, _mean(values))
        for (trial, prompt, topic, dimension, contender, its_channel), values in cells.items()
    ]


def _gaps(cells: list[Cell], *, key: Callable[[Cell], str]) -> list[Gap]:
    groups: dict[str, list[Cell]] = defaultdict(list)
    for cell in cells:
        if name := key(cell):
            groups[name].append(cell)
    found = [gap for name, group in groups.items() if (gap := _gap(name, group))]
    return sorted(found, key=lambda gap: (gap.gap.value, gap.key))


def _gap(key: str, cells: list[Cell]) -> Gap | None:
    mine, others = _paired(cells)
    difference = compare(np.array(mine), np.array(others)) if mine else None
    if difference is None:
        return None
    return Gap(key, _mean(mine), _mean(others), _within(difference), difference.n, difference.bears_interval)


def _paired(cells: list[Cell]) -> tuple[list[float], list[float]]:
    """For every prompt that the channel and at least one other were scored on: its mean, and the others' mean."""
    mine: dict[tuple[int, int], list[float]] = defaultdict(list)
    others: dict[tuple[int, int], list[float]] = defaultdict(list)
    for cell in cells:
        (mine if cell.is_mine else others)[cell.prompt, cell.trial].append(cell.value)
    both = [place for place in mine if place in others]
    first, second = _by_prompt(both, mine), _by_prompt(both, others)
    return [first[prompt] for prompt in first], [second[prompt] for prompt in first]


def _by_prompt(places: list[tuple[int, int]], values: dict[tuple[int, int], list[float]]) -> dict[int, float]:
    found: dict[int, list[float]] = defaultdict(list)
    for prompt, trial in places:
        found[prompt].append(_mean(values[prompt, trial]))
    return {prompt: _mean(means) for prompt, means in found.items()}


def _within(difference: Difference) -> Estimate:
    return difference.within(LEVEL)


def _mean(values: Iterable[float]) -> float:
    known = list(values)
    return sum(known) / len(known)
