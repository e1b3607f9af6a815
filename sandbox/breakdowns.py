"""A report's scores taken apart for a sceptic: by topic, as the ranking adds them up, and by who gave them."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sandbox.evidence import Found, lay_out
from sandbox.models import Score
from sandbox.value import complete, row_means, score_cells

Facts = dict[str, Any]
# Who gave a score, and in which dimension: (dimension, grader, judge's slug or None).
By = tuple[str, str, str | None]


def topics(found: Found) -> list[Facts]:
    """Mean score per topic and channel, made as the ranking's is; nothing where the prompts share one topic."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, prompt in enumerate(found.prompts):
        places[prompt.topic].append(place)
    if len(places) < 2:
        return []
    laid_out = lay_out(found)
    cells = score_cells(laid_out, complete(found.trial.weights, laid_out))
    return [
        {
            "topic": topic,
            "prompts": len(columns),
            "scores": dict(zip(laid_out.channels, map(_rounded, row_means(cells[:, columns])), strict=True)),
        }
        for topic, columns in places.items()
    ]


def graders(found: Found) -> list[Facts]:
    """Mean score and count per grader, dimension and channel: what each of them gave, before any is preferred."""
    channels = {contender.pk: contender.channel.slug for contender in found.contenders}
    slugs = {dimension.pk: dimension.slug for dimension in found.dimensions}
    given: dict[By, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for answer in found.answers:
        for score in found.scores.get(answer.pk, []):
            if score.value is not None and score.dimension_id in slugs:
                given[_by(score, slugs)][channels[answer.contender_id]].append(score.value)
    order = list(slugs.values())
    ranked = sorted(given, key=lambda by: (order.index(by[0]), by[1] != "rule", by[1], by[2] or ""))
    return [
        {
            "dimension": by[0],
            "grader": by[1],
            "judge": by[2],
            "scores": {
                slug: {"value": _rounded(sum(values) / len(values)), "n": len(values)}
                for slug, values in given[by].items()
            },
        }
        for by in ranked
    ]


def _by(score: Score, slugs: dict[int, str]) -> By:
    return slugs[score.dimension_id], score.grader, score.judge.slug if score.judge else None


def _rounded(number: float) -> float | None:
    """Four decimals, as all facts; NaN is unknown."""
    return None if number != number else round(float(number), 4)  # NaN alone differs from itself
