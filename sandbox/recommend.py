"""Who to choose, and how sure we are: evidence in, a verdict with a ranking out. Pure numpy; codes, never sentences."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from sandbox import contest as contests
from sandbox import reasons, stats
from sandbox.contest import Contest
from sandbox.reasons import Remark
from sandbox.stats import Cells, Estimate
from sandbox.value import Evidence, complete, is_uncalibrated, row_means, score_cells


class Verdict(StrEnum):
    CLEAR = "clear"  # the leader has beaten every other channel
    TIE = "tie"  # it has beaten all but some that surely differ too little to matter
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True)
class Standing:
    """One channel in the ranking. ``score`` is quality alone; ``value`` has cost and speed in it, by weight.

    The leader was picked for its value, so its score is less its luck; ``raw`` is what it scored. None for the others.
    """

    channel: str
    score: Estimate | None
    value: float | None
    probability_best: float | None
    dimensions: dict[str, Estimate | None]
    raw: float | None = None


@dataclass(frozen=True, slots=True)
class Recommendation:
    """``channel`` is the one to choose; under ``cannot_tell`` the one to take until more is known.

    ``expected_regret`` and ``lead`` (of the first over the next by value) are in points.
    """

    verdict: Verdict
    channel: str | None
    runner_up: str | None
    probability_best: float | None
    expected_regret: float | None
    scored_prompts: int
    lead: float | None
    reasons: list[Remark]
    flips_when: list[Remark]
    ranking: list[Standing]


def recommend(
    evidence: Evidence, weights: Mapping[str, float], *, bars: Sequence[Remark] = (), looks: int = 1, seed: int = 0
) -> Recommendation:
    """Rank the channels and say which to choose. Each of ``bars`` is a reason why this trial may not be ``clear``.

    ``looks`` is how often the trial looked at its own verdict to decide whether to go on.
    """
    weights = complete(weights, evidence)
    contest = contests.hold(evidence, weights, looks=looks)
    if contest is None:
        return _nothing_scored(evidence, weights, bars)
    bars = [*bars, *_doubts(contest)]
    drawn = stats.draw(contest.cells, seed=seed, effect=contest.effect, bias=contest.bias)
    chances = stats.chances_of_best(drawn)
    verdict = decide(contest, bars)
    chosen, second = _choose(contest, verdict)
    return Recommendation(
        verdict=verdict,
        channel=evidence.channels[chosen],
        runner_up=None if second is None else evidence.channels[second],
        probability_best=float(chances[chosen]),
        expected_regret=stats.regret(drawn, chosen),
        scored_prompts=_scored_prompts(contest.cells),
        lead=None if contest.runner_up is None else contest.gaps[contest.runner_up].value,
        reasons=_reasons(contest, verdict, chosen=chosen, bars=bars),
        flips_when=_flips(contest, verdict, chosen),
        ranking=_rank(contest, chances, seed=seed),
    )


def decide(contest: Contest, bars: Sequence[Remark] = ()) -> Verdict:
    """The verdict on a contest."""
    if not contest.gaps or contest.rivals_left:
        return Verdict.CANNOT_TELL
    if contest.equals:
        return Verdict.TIE
    return Verdict.CANNOT_TELL if bars else Verdict.CLEAR


def _doubts(contest: Contest) -> list[Remark]:
    """Bars that lie in the evidence itself."""
    found = [Remark("uncalibrated_judge")] if is_uncalibrated(contest.evidence, contest.weights) else []
    if contest.is_won and (unsafe := contest.unsafe()):
        found.append(reasons.missing_scores(contest, unsafe))
    return found


def _choose(contest: Contest, verdict: Verdict) -> tuple[int, int | None]:
    """The channel to take and the next best. Of equals the cheaper is the better choice, then the faster."""
    if verdict is not Verdict.TIE:
        return contest.leader, contest.runner_up
    equals = [contest.leader, *contest.equals]
    first, second = sorted(equals, key=lambda channel: _burden(contest.evidence, channel))[:2]
    return first, second


def _burden(evidence: Evidence, channel: int) -> tuple[float, float]:
    """Money, then time, per answer; unknown is the worst."""
    means = (row_means(evidence.cost)[channel], row_means(evidence.time_ms)[channel])
    cost, time_ms = (math.inf if math.isnan(mean) else float(mean) for mean in means)
    return cost, time_ms


def _reasons(contest: Contest, verdict: Verdict, *, chosen: int, bars: Sequence[Remark]) -> list[Remark]:
    why = {
        Verdict.CLEAR: reasons.why_clear,
        Verdict.TIE: reasons.why_tied,
        Verdict.CANNOT_TELL: reasons.why_unknown,
    }[verdict]
    told = [*bars, *why(contest, chosen), *reasons.gaps_in_knowledge(contest)]
    # More of one's own prompts would not make a clear winner either.
    hopeless = any(bar.code == "own_prompts" for bar in bars)
    return [remark for remark in told if not (hopeless and remark.code == "more_prompts")]


def _flips(contest: Contest, verdict: Verdict, chosen: int) -> list[Remark]:
    if not contest.gaps:
        return []
    if verdict is Verdict.TIE:
        return reasons.price_flip_of_equals(contest, chosen)
    return [*reasons.weight_flips(contest), *reasons.price_flip(contest), *reasons.topic_flips(contest)]


def _rank(contest: Contest, chances: Cells, *, seed: int) -> list[Standing]:
    """By value. The leader's score is told without its luck; nobody's place changes by that."""
    scores = score_cells(contest.evidence, contest.weights)
    luck = stats.luck(contest.cells, scores, seed=seed) if contest.gaps else 0.0
    name = contest.evidence.channels[contest.leader]
    return [
        _without_luck(each, stats.winner(scores, contest.leader, luck=luck)) if each.channel == name else each
        for each in _standings(contest.evidence, scores, values=contest.values, chances=chances)
    ]


def _without_luck(leader: Standing, score: Estimate | None) -> Standing:
    return replace(leader, score=score, raw=None if leader.score is None else leader.score.value)


def _standings(evidence: Evidence, scores: Cells, *, values: Cells, chances: Cells) -> list[Standing]:
    order = sorted(range(len(values)), key=lambda k: (math.isnan(values[k]), -values[k], evidence.channels[k]))
    return [
        Standing(
            channel=evidence.channels[k],
            score=stats.estimate(scores[k]),
            value=_known(values[k]),
            probability_best=_known(chances[k]),
            dimensions={slug: stats.estimate(evidence.quality[k, :, d]) for d, slug in enumerate(evidence.dimensions)},
        )
        for k in order
    ]


def _known(number: float) -> float | None:
    return None if math.isnan(number) else float(number)


def _scored_prompts(cells: Cells) -> int:
    """Prompts on which at least two channels can be compared (one, where only one takes part)."""
    return int(((~np.isnan(cells)).sum(axis=0) >= min(2, len(cells))).sum())


def _nothing_scored(evidence: Evidence, weights: Mapping[str, float], bars: Sequence[Remark]) -> Recommendation:
    blank = np.full(len(evidence.channels), np.nan)
    return Recommendation(
        verdict=Verdict.CANNOT_TELL,
        channel=None,
        runner_up=None,
        probability_best=None,
        expected_regret=None,
        scored_prompts=0,
        lead=None,
        reasons=[*bars, Remark("nothing_scored")],
        flips_when=[],
        ranking=_standings(evidence, score_cells(evidence, weights), values=blank, chances=blank),
    )
