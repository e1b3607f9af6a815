"""A trial's rows, gathered in few queries and laid out as arrays for the statistics."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from catalog.models import Channel, Dimension, GraderKind
from sandbox import pictures, records
from sandbox.models import Answer, AnswerState, Contender, Judgement, Prompt, Score, Trial
from sandbox.reasons import Remark
from sandbox.stats import FLOOR, Cells
from sandbox.value import Evidence, Judged
from sandbox.wire.types import Kind

# Failures that tell nothing about the channel: ours, the visitor's, or those of the key and address that we hold.
OURS = frozenset({Kind.INTERNAL, Kind.CANCELLED, Kind.BLOCKED_ADDRESS, Kind.UNAUTHORISED})
LONG_FIELDS = ("text", "reasoning", "error_detail", "sent_body", "dropped", "flags")

ENDED = (AnswerState.DONE, AnswerState.FAILED)

Grades = dict[str, float]


@dataclass(frozen=True)
class Found:
    """Everything a verdict rests on, in the order in which reports show it."""

    trial: Trial
    contenders: list[Contender]
    prompts: list[Prompt]
    dimensions: list[Dimension]
    answers: list[Answer]
    scores: dict[int, list[Score]]

    @cached_property
    def cells(self) -> dict[tuple[int, int], list[Answer]]:
        """Answers by contender and prompt."""
        cells: dict[tuple[int, int], list[Answer]] = defaultdict(list)
        for answer in self.answers:
            cells[answer.contender_id, answer.prompt_id].append(answer)
        return cells

    def of(self, contender: Contender) -> list[Answer]:
        return [answer for answer in self.answers if answer.contender_id == contender.pk]


def gather(trial: Trial, *, texts: bool = True) -> Found:
    """Read a trial in six queries, or five without ``texts``, for a verdict alone."""
    rows = Answer.objects.of(trial).order_by("prompt__position", "prompt_id", "contender_id", "repeat")
    answers = list(rows if texts else rows.defer(*LONG_FIELDS))
    asked = {answer.prompt_id for answer in answers}
    scores: dict[int, list[Score]] = defaultdict(list)
    graded = Score.objects.filter(answer__contender__trial=trial).select_related("judge").order_by("pk")
    for score in graded if texts else graded.defer("reason", "evidence"):
        scores[score.answer_id].append(score)
    contenders = trial.contenders.select_related("channel__provider", "channel__model", "price").order_by("pk")
    prompts = Prompt.objects.filter(pk__in=asked).order_by("position", "pk")
    return Found(
        trial=trial,
        contenders=list(contenders),
        prompts=list(pictures.with_outlines(prompts) if texts else prompts),
        dimensions=list(trial.rubric.dimensions.all()),
        answers=answers,
        scores=scores,
    )


def lay_out(found: Found, judgements: Iterable[Judgement] = ()) -> Evidence:
    """The arrays that ``recommend`` takes; a channel goes by its slug. ``judgements`` count in a prompt's price."""
    slugs = tuple(dimension.slug for dimension in found.dimensions)
    grades = {answer.pk: grade(found, answer) for answer in found.answers}
    quality = np.full((len(found.contenders), len(found.prompts), len(slugs)), np.nan)
    for p, prompt in enumerate(found.prompts):
        floor = dict.fromkeys(_in_play(found, prompt, grades) or slugs, FLOOR)
        for c, contender in enumerate(found.contenders):
            answers = found.cells.get((contender.pk, prompt.pk), [])
            marks = [floor if _is_own_fault(answer) else grades[answer.pk] for answer in answers]
            quality[c, p] = [_mean(each[slug] for each in marks if slug in each) for slug in slugs]
    return Evidence(
        channels=tuple(contender.channel.slug for contender in found.contenders),
        dimensions=slugs,
        quality=quality,
        cost=_table(found, "charge"),
        time_ms=_table(found, "total_ms"),
        clusters=tuple((prompt.topic, prompt.language) for prompt in found.prompts),
        judged={d.slug: judged for d in found.dimensions if (judged := _judged(found, d)) is not None},
        lost=_lost(found, quality),
        prompt_cost=_prompt_cost(found, judgements),
    )


def grade(found: Found, answer: Answer) -> Grades:
    """One score per dimension: the mean over graders, except that a rule's finding stands alone."""
    if answer.state != AnswerState.DONE:
        return {}
    slugs = {dimension.pk: dimension.slug for dimension in found.dimensions}
    by_rule: dict[str, list[float]] = defaultdict(list)
    by_others: dict[str, list[float]] = defaultdict(list)
    for score in found.scores.get(answer.pk, []):
        if score.value is not None and score.dimension_id in slugs:
            kept = by_rule if score.grader == GraderKind.RULE else by_others
            kept[slugs[score.dimension_id]].append(score.value)
    return {slug: _mean(values) for slug, values in {**by_others, **by_rule}.items()}


def _judged(found: Found, dimension: Dimension) -> Judged | None:
    """How far a dimension's scores rest on judges; None where no judge scored it."""
    judges: dict[int, Channel] = {}
    by_judge = all_scored = 0
    for scores in found.scores.values():
        mine = [score for score in scores if score.dimension_id == dimension.pk and score.value is not None]
        rules = any(score.grader == GraderKind.RULE for score in mine)
        asked = {score.judge_id: score.judge for score in mine if score.judge is not None and not rules}
        all_scored += bool(mine)
        by_judge += bool(asked)
        judges |= {pk: judge for pk, judge in asked.items() if pk is not None}
    if not judges:
        return None
    return Judged(by_judge / all_scored, records.judge_bias(list(judges.values()), dimension.slug))


def _lost(found: Found, quality: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Cells without a score though the channel was asked and others were scored: our failure, or a judge's.

    A visitor's stop loses nothing, for a stopped trial is never clear.
    """
    lost = np.zeros(quality.shape[:2], dtype=bool)
    in_play = np.asarray(~np.isnan(quality).all(axis=0))
    for p, prompt in enumerate(found.prompts):
        for c, contender in enumerate(found.contenders):
            answers = found.cells.get((contender.pk, prompt.pk), [])
            asked = any(answer.state in ENDED and answer.error_kind != Kind.CANCELLED for answer in answers)
            lost[c, p] = asked and bool((np.isnan(quality[c, p]) & in_play[p]).any())
    return lost


def _prompt_cost(found: Found, judgements: Iterable[Judgement]) -> float | None:
    """What putting one more prompt to all of them would cost, judges included; None where no charge is known."""
    asked = {answer.prompt_id for answer in found.answers if answer.charge is not None}
    calls: list[Answer | Judgement] = [*found.answers, *judgements]
    return float(sum(call.charge for call in calls if call.charge is not None)) / len(asked) if asked else None


def bars(trial: Trial, prompts: int) -> list[Remark]:
    """Why this trial may not end ``clear``, whatever its figures say."""
    remarks = []
    if trial.prompt_set.is_own:
        remarks.append(Remark("own_prompts", {"n": prompts}))
    if trial.cancel_asked_at:
        # Whoever stops when the lead looks good has looked many times; the error was promised for one look.
        remarks.append(Remark("stopped_early"))
    return remarks


def failures(answers: Iterable[Answer]) -> dict[str, int]:
    """How many answers failed, by kind."""
    counts: dict[str, int] = defaultdict(int)
    for answer in answers:
        if answer.state == AnswerState.FAILED:
            counts[answer.error_kind] += 1
    return dict(sorted(counts.items()))


def tells(answer: Answer) -> bool:
    """Whether an answer says something about its channel: it came, or failed by the channel's own fault."""
    return answer.state == AnswerState.DONE or _is_own_fault(answer)


def _is_own_fault(answer: Answer) -> bool:
    return answer.state == AnswerState.FAILED and answer.error_kind not in OURS


def _in_play(found: Found, prompt: Prompt, grades: dict[int, Grades]) -> set[str]:
    """Dimensions that somebody was scored in on this prompt: those in which a failure counts at the floor."""
    played: set[str] = set()
    for contender in found.contenders:
        for answer in found.cells.get((contender.pk, prompt.pk), []):
            played |= grades[answer.pk].keys()
    return played


def _mean(values: Iterable[float]) -> float:
    known = list(values)
    return sum(known) / len(known) if known else float("nan")


def _table(found: Found, field: str) -> Cells:
    """Contenders × prompts: the mean of a figure over the answers that came."""
    return np.array(
        [
            [
                _mean(
                    float(value)
                    for answer in found.cells.get((contender.pk, prompt.pk), [])
                    if answer.state == AnswerState.DONE and (value := getattr(answer, field)) is not None
                )
                for prompt in found.prompts
            ]
            for contender in found.contenders
        ],
        dtype=np.float64,
    ).reshape(len(found.contenders), len(found.prompts))
