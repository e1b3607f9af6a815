"""Puts pairs before the judges, each in both orders: the two leaders' answers, and planted pairs to test the judges."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import partial
from itertools import product
from typing import Any, NamedTuple

from django.conf import settings

from catalog.models import Channel, Dimension, GraderKind, Price
from sandbox import calling, evidence, judge_calls
from sandbox.graders import pairwise, planted
from sandbox.graders.pictures import NOTHING
from sandbox.judge_calls import AskingJudge, Desk
from sandbox.models import Answer, AnswerState, PairJudgement, Prompt, Trial
from sandbox.recommend import recommend
from sandbox.saver import all_of, on_thread
from sandbox.wire.types import Endpoint, Question

ORDERS = (False, True)


class Material(NamedTuple):
    """What a judge is shown of a pair, in the order of our rows."""

    question: str
    reference: str
    left: str
    right: str
    language: str


def ceiling(
    prompts: Sequence[Prompt], by: Channel, price: Price | None, fx: dict[str, str], *, contested: bool
) -> Decimal:
    """The most that one judge's pairs may cost in a trial: planted ones and, if ``contested``, the leaders' answers."""
    house = max(planted_ceiling(slug, by, price, fx) for slug in planted.pairs())
    dearest = sorted((answers_ceiling(prompt, by, price, fx) for prompt in prompts), reverse=True)
    leaders = sum(dearest[: settings.PAIRWISE_PROMPTS], Decimal(0)) if contested else Decimal(0)
    return len(ORDERS) * (planted.PER_JUDGE * house + leaders)


def answers_ceiling(prompt: Prompt, by: Channel, price: Price | None, fx: dict[str, str]) -> Decimal:
    return judge_calls.ceiling(
        texts=[prompt.text, prompt.reference],
        more=2 * judge_calls.room_for(prompt),
        output_tokens=pairwise.OUTPUT_TOKENS,
        by=by,
        price=price,
        fx=fx,
        pictures=prompt.shown,
    )


def planted_ceiling(slug: str, by: Channel, price: Price | None, fx: dict[str, str]) -> Decimal:
    pair = planted.pairs()[slug]
    return judge_calls.ceiling(
        texts=[pair.question, pair.reference, pair.better, pair.worse],
        more=0,
        output_tokens=pairwise.OUTPUT_TOKENS,
        by=by,
        price=price,
        fx=fx,
    )


def lay_out_planted(trial: Trial, judges: Iterable[Channel]) -> None:
    """Rows for each judge's planted pairs; once they are there, nothing."""
    PairJudgement.objects.bulk_create(
        (
            PairJudgement(
                trial=trial, judge=judge, planted=slug, is_swapped=swapped, prompt_version=pairwise.PROMPT_VERSION
            )
            for judge in judges
            for slug, swapped in product(planted.draw(language=trial.language, by=f"{trial.code} {judge.slug}"), ORDERS)
        ),
        ignore_conflicts=True,
    )


def lay_out_leaders(trial: Trial, judges: Iterable[Channel]) -> None:
    """Rows for the answers of the two channels that lead. Once there are any, who leads is not asked again."""
    if trial.pair_judgements.of_answers().exists():
        return
    PairJudgement.objects.bulk_create(
        PairJudgement(
            trial=trial,
            judge=judge,
            left=left,
            right=right,
            is_swapped=swapped,
            prompt_version=pairwise.PROMPT_VERSION,
        )
        for judge, (left, right), swapped in product(judges, leaders_answers(trial), ORDERS)
    )


def leaders_answers(trial: Trial) -> list[tuple[Answer, Answer]]:
    """First answers of leader and runner-up to the same prompts, of which a draw takes as many as are to be shown."""
    found = evidence.gather(trial, texts=False)
    decided = recommend(evidence.lay_out(found), trial.weights)
    if decided.runner_up is None:
        return []
    ids = {contender.channel.slug: contender.pk for contender in found.contenders}
    first = {
        (answer.contender_id, answer.prompt_id): answer
        for answer in found.answers
        if answer.repeat == 0 and answer.state == AnswerState.DONE
    }
    sides = [ids[slug] for slug in (decided.channel, decided.runner_up) if slug]
    both = [
        (first[sides[0], prompt.pk], first[sides[1], prompt.pk])
        for prompt in found.prompts
        if all((side, prompt.pk) in first for side in sides)
    ]
    chance = random.Random(trial.code)  # noqa: S311  # not a secret
    return chance.sample(both, min(settings.PAIRWISE_PROMPTS, len(both)))


async def ask_waiting(desk: Desk) -> None:
    """Put every pair that waits to its judge."""
    work = await on_thread(partial(load, desk))
    await all_of(call.ask() for call in work)


def load(desk: Desk) -> list[AskingPair]:
    rows = desk.trial.pair_judgements.filter(state=AnswerState.WAITING)
    rows = rows.select_related("judge__provider", "judge__model", "left", "right").order_by("pk")
    rows = rows.prefetch_related("left__prompt__pictures")
    dimensions = [d for d in desk.trial.rubric.dimensions.all() if GraderKind.JUDGE in d.graders]
    judges = {row.judge_id: row.judge for row in rows}
    endpoints = {pk: calling.endpoint_of(judge) for pk, judge in judges.items()}
    known = [row for row in rows if not row.planted or row.planted in planted.pairs()]
    return [AskingPair(row, endpoints[row.judge_id], desk, dimensions) for row in known]


class AskingPair(AskingJudge[PairJudgement]):
    """One call to one judge about one pair in one order."""

    def __init__(self, row: PairJudgement, endpoint: Endpoint, desk: Desk, dimensions: list[Dimension]) -> None:
        super().__init__(row, endpoint, desk)
        self.dimensions = [] if row.planted else dimensions
        self.shown = in_order(material(row), swapped=row.is_swapped)
        self.pictures = judge_calls.shown_to(row.judge, row.left.prompt) if row.left else NOTHING

    async def ask(self) -> None:
        shown = self.shown
        if side := pairwise.at_the_floor(shown.question, shown.left, shown.right):
            await self.save(state=AnswerState.DONE, charge=Decimal(0), said=side)
            return
        outcome = await self.outcome()
        said = None if outcome.error else pairwise.read(outcome.text)
        await self.save(**await self.fields(outcome), said=said or "", saw_pictures=self.pictures.saw)

    def question(self) -> Question:
        shown = self.shown
        return pairwise.build(
            prompt_text=shown.question,
            reference=shown.reference,
            left=shown.left,
            right=shown.right,
            dimensions=self.dimensions,
            language=shown.language,
            shown=self.pictures,
        )

    def ceiling(self, price: Price | None) -> Decimal:
        row, fx = self.row, self.desk.trial.fx
        if row.left is None:
            return planted_ceiling(row.planted, row.judge, price, fx)
        return answers_ceiling(row.left.prompt, row.judge, price, fx)

    async def save(self, **columns: Any) -> None:
        await self.desk.saver.save(partial(self.waiting().update, **columns))


def material(row: PairJudgement) -> Material:
    if row.left is None or row.right is None:
        pair = planted.pairs()[row.planted]
        return Material(pair.question, pair.reference, pair.better, pair.worse, pair.language)
    prompt = row.left.prompt
    left, right = (
        judge_calls.beginning(answer.text, most=judge_calls.room_for(prompt)) for answer in (row.left, row.right)
    )
    return Material(prompt.text, prompt.reference, left, right, prompt.language)


def in_order(shown: Material, *, swapped: bool) -> Material:
    return shown._replace(left=shown.right, right=shown.left) if swapped else shown
