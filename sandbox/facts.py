"""A report's facts, schema 1: everything its pages, JSON and CSV say, as plain JSON in no language."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from catalog.models import Channel, Price
from sandbox import jury, pictures, verdicts
from sandbox.breakdowns import graders, topics
from sandbox.evidence import Found, failures, grade
from sandbox.models import (
    Answer,
    AnswerState,
    ChartCheck,
    Contender,
    JudgeCall,
    Judgement,
    PairJudgement,
    Prompt,
    Score,
    TrialState,
)
from sandbox.reasons import Remark
from sandbox.recommend import Recommendation, Standing
from sandbox.stats import Estimate
from sandbox.validity import valid_until

SCHEMA = 1
Facts = dict[str, Any]


def freeze(
    found: Found,
    decided: Recommendation,
    *,
    code: str,
    state: TrialState,
    judgements: list[Judgement],
    pair_judgements: list[PairJudgement],
    idle_judges: list[Channel],
    rounds: Facts | None,
    finished_at: datetime,
) -> Facts:
    """All facts of a trial as of now. Money is text in the trial's currency; unknown is None."""
    trial = found.trial
    scenario = trial.scenario
    return {
        "schema": SCHEMA,
        "code": code,
        "scenario": {"slug": scenario.slug, "title_zh": scenario.title_zh, "title_en": scenario.title_en},
        "language": trial.language,
        "started_at": trial.created_at.isoformat(),
        "finished_at": finished_at.isoformat(),
        "state": state.value,
        "simulated": trial.is_simulated,
        "own_prompts": trial.prompt_set.is_own,
        "blind": trial.is_blind,
        "currency": trial.currency,
        "repeats": trial.repeats,
        "mode": trial.mode,
        "rounds": rounds,
        "weights": trial.weights,
        "dimensions": [
            {
                field: getattr(dimension, field)
                for field in ("slug", "title_zh", "title_en", "note_zh", "note_en", "weight")
            }
            for dimension in found.dimensions
        ],
        "recommendation": _recommendation(decided),
        "valid_until": valid_until(found.contenders, decided, finished_at),
        "ranking": _ranking(found, decided),
        "topics": topics(found),
        "graders": graders(found),
        "judges": jury.told(found, judgements, idle=idle_judges, tested=verdicts.tested(pair_judgements)),
        "pairs": verdicts.side_by_side(pair_judgements),
        "prompts": [_prompt(prompt, trial.code) for prompt in found.prompts],
        "answers": _answers(found),
        "manifest": _manifest(found, [*judgements, *pair_judgements]),
    }


def spent(*calls: Iterable[Answer | JudgeCall]) -> Decimal:
    """What the calls of a trial cost; an unknown charge adds nothing (the manifest counts those)."""
    charges = [call.charge for kind in calls for call in kind]
    return sum((charge for charge in charges if charge is not None), Decimal(0))


def per_hundred(answers: Iterable[Answer]) -> Decimal | None:
    """What 100 answers cost, after those that came; None when no charge is known."""
    charges = [each.charge for each in answers if each.state == AnswerState.DONE and each.charge is not None]
    return sum(charges, Decimal(0)) * 100 / len(charges) if charges else None


def figures(answers: Iterable[Answer], field: str) -> list[float]:
    """The known values of a figure among the answers that came."""
    came = [answer for answer in answers if answer.state == AnswerState.DONE]
    return [value for answer in came if (value := getattr(answer, field)) is not None]


def percentile(values: list[float], percent: float) -> float | None:
    """Between the two values that are nearest to it, as ``np.percentile``, whose way to a few values is long."""
    if not values:
        return None
    ordered = sorted(values)
    place = (len(ordered) - 1) * (percent / 100)
    below = ordered[math.floor(place)]
    above = ordered[math.ceil(place)]
    return round(below + (above - below) * (place % 1), 1)


def money(amount: Decimal | None) -> str | None:
    """Plain digits, to a billionth, without idle zeros."""
    if amount is None:
        return None
    text = f"{amount:.9f}".rstrip("0").rstrip(".")
    return text or "0"


def _recommendation(decided: Recommendation) -> Facts:
    return {
        "verdict": decided.verdict.value,
        "channel": decided.channel,
        "runner_up": decided.runner_up,
        "probability_best": rounded(decided.probability_best),
        "expected_regret": rounded(decided.expected_regret),
        "lead": rounded(decided.lead),
        "scored_prompts": decided.scored_prompts,
        "reasons": [_remark(remark) for remark in decided.reasons],
        "flips_when": [_remark(remark) for remark in decided.flips_when],
    }


def _remark(remark: Remark) -> Facts:
    values = {key: rounded(value) if isinstance(value, float) else value for key, value in remark.values.items()}
    return {"code": remark.code, "values": values}


def _ranking(found: Found, decided: Recommendation) -> list[Facts]:
    contenders = {contender.channel.slug: contender for contender in found.contenders}
    return [_ranked(found, contenders[standing.channel], standing) for standing in decided.ranking]


def _ranked(found: Found, contender: Contender, standing: Standing) -> Facts:
    channel, answers = contender.channel, found.of(contender)
    kinds = failures(answers)
    known = [answer for answer in answers if answer.charge is not None]
    score = estimated(standing.score)
    return {
        "channel": channel.slug,
        "label": contender.label,
        "name": channel.name,
        "provider": channel.provider.slug,
        "provider_name_zh": channel.provider.name_zh,
        "provider_name_en": channel.provider.name_en,
        "simulated": channel.is_simulated,
        "score": score["value"] if score else None,
        "low": score["low"] if score else None,
        "high": score["high"] if score else None,
        "n": score["n"] if score else 0,
        # Told of the leader alone: its score before the luck of being picked was taken off.
        "raw": rounded(standing.raw),
        "value": rounded(standing.value),
        "probability_best": rounded(standing.probability_best),
        "cost": money(per_hundred(answers)),
        "spent": money(spent(known)) if known else None,
        "ttft_ms_p50": percentile(figures(answers, "ttft_ms"), 50),
        "ttft_ms_p95": percentile(figures(answers, "ttft_ms"), 95),
        "output_tps_p50": percentile(figures(answers, "output_tps"), 50),
        "total_ms_p50": percentile(figures(answers, "total_ms"), 50),
        "answers": len(answers),
        "failures": sum(kinds.values()),
        "failure_kinds": kinds,
        "dimensions": {slug: estimated(estimate) for slug, estimate in standing.dimensions.items()},
    }


def estimated(estimate: Estimate | None) -> Facts | None:
    if estimate is None:
        return None
    low, high = rounded(estimate.low), rounded(estimate.high)
    return {"value": rounded(estimate.value), "low": low, "high": high, "n": estimate.n}


def rounded(number: float | None) -> float | None:
    """Four decimals are more than is known."""
    return None if number is None or not math.isfinite(number) else round(number, 4)


def _prompt(prompt: Prompt, code: str) -> Facts:
    fields = ("slug", "title", "text", "system", "reference", "language", "topic")
    told = {field: getattr(prompt, field) for field in fields}
    return {**told, "pictures": pictures.facts(prompt, code=code)}


ANSWER_FIELDS = (
    "repeat",
    "state",
    "error_kind",
    "error_detail",
    "text",
    "reasoning",
    "ttft_ms",
    "ttfat_ms",
    "total_ms",
    "gap_p95_ms",
    "output_tps",
    "input_tokens",
    "output_tokens",
    "usage_estimated",
    "tries",
    "flags",
    "finish",
)


def _answers(found: Found) -> list[Facts]:
    channels = {contender.pk: contender.channel.slug for contender in found.contenders}
    prompts = {prompt.pk: prompt.slug for prompt in found.prompts}
    slugs = {dimension.pk: dimension.slug for dimension in found.dimensions}
    charts = ChartCheck.objects.of(found.trial).facts()
    return [
        {
            "id": answer.pk,
            "channel": channels[answer.contender_id],
            "prompt": prompts[answer.prompt_id],
            **{field: getattr(answer, field) for field in ANSWER_FIELDS},
            "charge": money(answer.charge),
            "grades": {slug: rounded(value) for slug, value in grade(found, answer).items()},
            "scores": [
                _score(score, slugs) for score in found.scores.get(answer.pk, []) if score.dimension_id in slugs
            ],
            "chart": charts.get(answer.pk),
        }
        for answer in found.answers
    ]


def _score(score: Score, slugs: dict[int, str]) -> Facts:
    return {
        "dimension": slugs[score.dimension_id],
        "grader": score.grader,
        "judge": score.judge.slug if score.judge else None,
        "value": score.value,
        "reason": score.reason,
        "evidence": score.evidence,
    }


def _manifest(found: Found, judge_calls: list[JudgeCall]) -> Facts:
    trial = found.trial
    return {
        "channels": {contender.channel.slug: _call(found, contender) for contender in found.contenders},
        "fx": trial.fx,
        "ceiling": money(trial.ceiling),
        "spent": money(spent(found.answers, judge_calls)),
        "uncharged": {"answers": _uncharged(found.answers), "judgements": _uncharged(judge_calls)},
    }


def _uncharged(calls: Iterable[Answer | JudgeCall]) -> int:
    """Calls that left, and whose price nobody knows."""
    return sum(call.sent_at is not None and call.charge is None for call in calls)


def _call(found: Found, contender: Contender) -> Facts:
    """What was sent to a channel (of its first answer, as an example) and what came back under which name."""
    channel, answers = contender.channel, found.of(contender)
    return {
        "provider": channel.provider.slug,
        "protocol": channel.protocol,
        "wire_name": channel.wire_name,
        "upstream_models": sorted({answer.upstream_model for answer in answers if answer.upstream_model}),
        "price": _price(contender.price),
        "sent": next((answer.sent_body for answer in answers if answer.sent_body), {}),
        "dropped": sorted({name for answer in answers for name in answer.dropped}),
    }


def _price(price: Price | None) -> Facts | None:
    if price is None:
        return None
    return {
        "currency": price.currency,
        **{part: money(getattr(price, part)) for part in ("input", "output", "cache_read", "cache_write")},
        "tiers": price.tiers,
        "basis": price.basis,
        "source": price.source,
        "checked_on": price.checked_on.isoformat(),
        "starts_on": price.starts_on.isoformat(),
    }
