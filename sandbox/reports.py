"""Ends a trial: decides, freezes the facts, settles the hold and records what was measured, all or nothing, once."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from catalog.evidence import ENOUGH_FOR_TAILS, TAILS
from catalog.models import Channel, Measurement
from marketplace.billing import ledger
from sandbox import evidence, facts, rounds, stats
from sandbox.evidence import Found
from sandbox.models import Answer, AnswerState, Contender, Judgement, Report, Trial, TrialState
from sandbox.reasons import Remark
from sandbox.recommend import Recommendation, recommend
from sandbox.stats import Estimate
from sandbox.value import Evidence, score_cells

logger = logging.getLogger(__name__)

# A run below this says too little about a channel to advise anybody by it.
ENOUGH_FOR_ADVICE = 6


def write(trial: Trial) -> Report | None:
    """Report on a leased trial that is in REPORTING, and end it.

    Ends it as CANCELLED when its owner asked to stop, FAILED when no answer came, else DONE. A second call gives the
    same report; None when another worker has taken the trial and not yet reported.
    """
    if existing := Report.objects.filter(trial=trial).first():
        return existing
    found = evidence.gather(trial)
    judgements = list(_judgements(trial).select_related("judge__provider", "judge__model"))
    pair_judgements = list(_pair_judgements(trial))
    laid_out = evidence.lay_out(found, judgements)
    decided = _decide(found, laid_out)
    state = _last_state(found)
    frozen = facts.freeze(
        found,
        decided,
        code=trial.code,
        state=state,
        judgements=judgements,
        pair_judgements=pair_judgements,
        idle_judges=_judges_at_hand(trial),
        rounds=rounds.facts(found),
        finished_at=timezone.now(),
    )
    measured = list(_measure(found, laid_out, judgements)) if state == TrialState.DONE else []
    return _publish(
        trial, state, frozen=frozen, measured=measured, cost=facts.spent(found.answers, judgements, pair_judgements)
    )


def interim(trial: Trial) -> dict[str, Any]:
    """Where the verdict stands, as the live page's ``verdict`` event tells it. An open trial is never ``clear``."""
    found = evidence.gather(trial, texts=False)
    decided = recommend(evidence.lay_out(found), trial.weights, bars=_interim_bars(found))
    ids = {contender.channel.slug: contender.pk for contender in found.contenders}
    leader = next((standing.channel for standing in decided.ranking if standing.value is not None), None)
    return {
        "verdict": decided.verdict.value,
        "leader": ids[leader] if leader else None,
        "lead": facts.rounded(decided.lead),
        "scored": decided.scored_prompts,
        "ranking": [{"contender": ids[standing.channel], **_bounds(standing.score)} for standing in decided.ranking],
    }


def settle(trial: Trial) -> bool:
    """Charge what the calls cost and give the rest of the hold back; True for exactly one caller."""
    answers = Answer.objects.of(trial).only("charge")
    judged = _judgements(trial).only("charge")
    return _settle(trial, facts.spent(answers, judged, trial.pair_judgements.only("charge")))


def _decide(found: Found, laid_out: Evidence) -> Recommendation:
    bars = evidence.bars(found.trial, len(found.prompts))
    decided = recommend(laid_out, found.trial.weights, bars=bars, looks=rounds.looks(found.trial))
    if found.trial.prompt_set.is_own:
        decided.reasons.extend(_advice(found))
    return decided


def _interim_bars(found: Found) -> list[Remark]:
    running = [Remark("still_running")] if found.trial.is_open else []
    return [*running, *evidence.bars(found.trial, len(found.prompts))]


def _bounds(score: Estimate | None) -> dict[str, float | None]:
    if score is None:
        return {"score": None, "low": None, "high": None}
    return {"score": facts.rounded(score.value), "low": facts.rounded(score.low), "high": facts.rounded(score.high)}


def _advice(found: Found) -> list[Remark]:
    """Beside a ranking on somebody's own prompts: which of these channels did best on the scenario's own ones.

    Runs are not pooled, for they ask the same prompts again: a channel is known by its largest run, then its newest.
    """
    channels = {contender.channel_id: contender.channel.slug for contender in found.contenders}
    rows = Measurement.objects.filter(
        scenario=found.trial.scenario, metric="score", samples__gte=ENOUGH_FOR_ADVICE, channel__in=list(channels)
    )
    known: dict[int, Measurement] = {}
    for row in rows.order_by("-samples", "-measured_at"):
        known.setdefault(row.channel_id, row)
    if not known:
        return []
    best = max(known.values(), key=lambda row: row.value)
    values = {"channel": channels[best.channel_id], "n": best.samples, "score": best.value, "of": len(known)}
    return [Remark("scenario_advice", values)]


def _judgements(trial: Trial) -> Any:
    return Judgement.objects.filter(answer__contender__trial=trial).order_by("judge_id", "pk")


def _pair_judgements(trial: Trial) -> Any:
    rows = trial.pair_judgements.select_related(
        "judge", "left__contender__channel", "left__prompt", "right__contender__channel"
    )
    return rows.order_by("judge_id", "left__prompt__position", "pk")


def _judges_at_hand(trial: Trial) -> list[Channel]:
    kind = Channel.objects.filter(provider__is_simulated=trial.is_simulated)
    return list(kind.listed().live().judges().select_related("provider", "model").order_by("slug"))


def _last_state(found: Found) -> TrialState:
    if found.trial.cancel_asked_at:
        return TrialState.CANCELLED
    came = any(answer.state == AnswerState.DONE for answer in found.answers)
    return TrialState.DONE if came else TrialState.FAILED


def _publish(
    trial: Trial, state: TrialState, *, frozen: facts.Facts, measured: list[Measurement], cost: Decimal
) -> Report | None:
    """Move first: the conditional UPDATE makes everyone else wait for us, and then find the trial ended."""
    before = trial.state
    try:
        with transaction.atomic():
            if not trial.move(TrialState.REPORTING, state):
                return Report.objects.filter(trial=trial).first()
            report = Report.objects.create(trial=trial, code=trial.code, schema=facts.SCHEMA, facts=frozen)
            Measurement.objects.bulk_create(measured)
            _settle(trial, cost)
            return report
    except BaseException:
        trial.state = before
        raise


def _settle(trial: Trial, cost: Decimal) -> bool:
    try:
        return ledger.settle(trial.hold_reference, cost)
    except ledger.UnknownReference:
        logger.warning("trial %s has no hold to settle", trial.code)
        return False


def _measure(found: Found, laid_out: Evidence, judgements: list[Judgement]) -> Iterator[Measurement]:
    """What a run on the house's own prompts found out, channel by channel; a visitor's prompts measure nothing."""
    if found.trial.prompt_set.is_own:
        return
    simulated_judge = any(judgement.judge.is_simulated for judgement in judgements)
    # The scenario's own weights, not the visitor's: a measurement means the same in every run.
    weights = {dimension.slug: dimension.weight for dimension in found.dimensions}
    scores = score_cells(laid_out, weights)
    now = timezone.now()
    for place, contender in enumerate(found.contenders):
        metrics = list(_figures(found.of(contender)))
        if contender.channel.is_simulated or not simulated_judge:
            metrics.append(("score", stats.estimate(scores[place])))
            metrics += [
                (f"score:{slug}", stats.estimate(laid_out.quality[place, :, d]))
                for d, slug in enumerate(laid_out.dimensions)
            ]
        yield from _rows(found.trial, contender, metrics, measured_at=now)


def _figures(answers: list[Answer]) -> Iterator[tuple[str, Estimate | None]]:
    """Speed, reliability and cost; without intervals, which their few and skewed samples would not bear."""
    for metric, tail in TAILS.items():
        values = facts.figures(answers, metric)
        yield metric, _point(facts.percentile(values, 50), len(values))
        if len(values) >= ENOUGH_FOR_TAILS:
            yield f"{metric}_p{tail}", _point(facts.percentile(values, tail), len(values))
    telling = [answer for answer in answers if evidence.tells(answer)]
    came = sum(answer.state == AnswerState.DONE for answer in telling)
    yield "success", _point(came / len(telling) if telling else None, len(telling))
    charged = sum(answer.state == AnswerState.DONE and answer.charge is not None for answer in answers)
    cost = facts.per_hundred(answers)
    yield "cost", _point(None if cost is None else float(cost), charged)


def _point(value: float | None, samples: int) -> Estimate | None:
    return None if value is None else Estimate(value, value, value, samples)


def _rows(
    trial: Trial, contender: Contender, metrics: Iterable[tuple[str, Estimate | None]], *, measured_at: Any
) -> Iterator[Measurement]:
    for metric, estimate in metrics:
        if estimate is not None:
            has_span = metric.startswith("score")
            yield Measurement(
                channel=contender.channel,
                scenario=trial.scenario,
                metric=metric,
                value=estimate.value,
                low=estimate.low if has_span else None,
                high=estimate.high if has_span else None,
                samples=estimate.n,
                report=trial.code,
                measured_at=measured_at,
            )
