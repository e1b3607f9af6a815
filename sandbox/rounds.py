"""Adaptive trials, round by round: after each the race is looked at, and only who may still win is asked on.

A round is a run through the usual stages. When its answers are scored, ``go_on`` looks, says who rests, and either
lays out the next round or leaves the trial to its report.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from sandbox import evidence, live, racing
from sandbox.contest import ENOUGH_PROMPTS, MARGIN
from sandbox.evidence import Found
from sandbox.models import Answer, Contender, Round, Trial, TrialState
from sandbox.saver import Overtaken
from sandbox.stats import FLOOR, TOP
from sandbox.value import complete, value_cells

# What matters is the margin of a tie; the first look comes where a verdict may first be clear.
RULES = racing.Rules(first=ENOUGH_PROMPTS, margin=MARGIN / (TOP - FLOOR))
# A round that starts with less time than this would not end.
LEAST_LEFT = timedelta(seconds=15)


@dataclass(frozen=True)
class Standing:
    """A look at a trial, by contender: who leads, who rests, and by how little."""

    leader: Contender
    threats: dict[int, float]
    resting: set[int]
    risk: float
    is_over: bool


def portions(prompts: Sequence[Any]) -> list[Sequence[Any]]:
    """The prompts, cut where the race is looked at."""
    looks = RULES.looks(len(prompts))
    return [prompts[start:end] for start, end in zip([0, *looks], looks, strict=False)]


def looks(trial: Trial) -> int:
    """How often a trial may stop for what it sees: an adaptive one after every round, another only at its end."""
    return 1 if trial.mode == Trial.Mode.FIXED else len(RULES.looks(len(trial.plan)))


def lay_out(trial: Trial, number: int, contenders: Sequence[Contender]) -> None:
    """Rows for one round: what it asks, and every answer that it awaits of ``contenders``."""
    prompts = portions(trial.plan)[number - 1]
    Round.objects.create(trial=trial, number=number, prompts=prompts)
    grid = product(contenders, prompts, range(trial.repeats))
    Answer.objects.bulk_create(Answer(contender=c, prompt_id=p, repeat=n) for c, p, n in grid)


def go_on(trial: Trial) -> bool:
    """Look at the round that was scored; lay out another, with the trial moved to it, if one is worth asking.

    False leaves the trial where it is: it was not adaptive, the race is over, or prompts, time or patience have ended.
    Raises Overtaken when the trial is no longer ours.
    """
    if trial.mode != Trial.Mode.ADAPTIVE:
        return False
    current = trial.rounds.filter(looked_at__isnull=True).first()
    if current is None:  # a worker looked, saw that it was over, and died before it said so
        return False
    found = evidence.gather(trial, texts=False)
    standing = look(found, awake(trial, found.contenders))
    with transaction.atomic():
        if not trial.keep_lease():
            raise Overtaken(trial.code)
        record(current, standing)
        moved = is_worth_more(trial, current, standing)
        if moved and standing:
            running = [each for each in found.contenders if each.pk not in standing.resting]
            lay_out(trial, current.number + 1, running)
            # Last: should anything before it fail, the trial is where it was, here and in the database.
            moved = trial.move(TrialState.JUDGING, TrialState.RUNNING)
    live.say(trial.code, ("round", {"number": current.number, "goes_on": moved}))
    return moved


def awake(trial: Trial, contenders: Sequence[Contender]) -> set[int]:
    """Who was asked in the round that has just been scored."""
    before = trial.rounds.filter(looked_at__isnull=False).last()
    return {each.pk for each in contenders} - set(before.resting if before else [])


def look(found: Found, asked: set[int]) -> Standing | None:
    """The race as it stands, by the visitor's weights; None while nobody can be compared."""
    laid_out = evidence.lay_out(found)
    values = value_cells(laid_out, complete(found.trial.weights, laid_out))
    running = np.array([contender.pk in asked for contender in found.contenders])
    if len(found.contenders) < 2 or np.isnan(values[running]).all():
        return None
    moments = racing.Moments.empty(len(values))
    moments.add((values - FLOOR) / (TOP - FLOOR), np.ones(len(values), dtype=bool))
    seen = racing.look(moments, RULES, running=running)
    return Standing(
        leader=found.contenders[int(seen.leader)],
        threats={each.pk: float(threat) for each, threat in zip(found.contenders, seen.threats, strict=True)},
        resting={each.pk for each, rests in zip(found.contenders, seen.rests, strict=True) if rests},
        risk=float(seen.risk),
        is_over=bool(seen.is_over),
    )


def record(current: Round, standing: Standing | None) -> None:
    """Write a look down; with nobody to compare nobody rests."""
    said: dict[str, Any] = {}
    if standing:
        said = {
            "leader": standing.leader,
            "risk": standing.risk,
            "threats": {str(pk): threat for pk, threat in standing.threats.items()},
            "resting": sorted(standing.resting),
        }
    Round.objects.filter(pk=current.pk).update(looked_at=Now(), **said)


def is_worth_more(trial: Trial, current: Round, standing: Standing | None) -> bool:
    """Whether the race is open, and there are prompts and time left for another round."""
    trial.refresh_from_db(fields=["cancel_asked_at"])
    has_prompts = current.number < len(portions(trial.plan))
    has_time = timezone.now() + LEAST_LEFT < trial.running_until
    is_open = standing is not None and not standing.is_over
    return is_open and has_prompts and has_time and not trial.cancel_asked_at


def facts(found: Found) -> dict[str, Any] | None:
    """What a report says of the rounds: who rested from when on, and how many calls that saved; None if fixed."""
    if found.trial.mode != Trial.Mode.ADAPTIVE:
        return None
    rounds = found.trial.rounds.select_related("leader__channel")
    slugs = {contender.pk: contender.channel.slug for contender in found.contenders}
    prompts = {prompt.pk: prompt.slug for prompt in found.prompts}
    planned = len(found.contenders) * len(found.trial.plan) * found.trial.repeats
    return {
        "planned": planned,
        "asked": len(found.answers),
        "saved": planned - len(found.answers),
        "rounds": [
            {
                "number": each.number,
                "prompts": [prompts[pk] for pk in each.prompts if pk in prompts],
                "leader": each.leader.channel.slug if each.leader else None,
                "risk": each.risk,
                "rests": [
                    {"channel": slugs[pk], "threat": each.threats[str(pk)]} for pk in each.resting if pk in slugs
                ],
            }
            for each in rounds
        ],
    }
