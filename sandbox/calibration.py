"""Measures a grader against what people said, and makes the records that it will wear."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from django.utils import timezone

from catalog.models import Channel, Dimension, Price, Scenario
from sandbox import agreement, calling, loop, verdicts
from sandbox.agreement import Agreement
from sandbox.cases import Case, Graded, Paired
from sandbox.graders import judge, pairwise, rule
from sandbox.graders.overall import OVERALL
from sandbox.graders.rule.references import checks_for
from sandbox.models import GraderRecord
from sandbox.wire.types import Endpoint, Outcome, Question

Statistic = GraderRecord.Statistic
Result = dict[str, float] | pairwise.Verdict
# People's score from which an answer counts as right, where a rule knows only right and wrong.
RIGHT_FROM = 5.5


class Client(Protocol):
    """The wire's client, or a replay of one."""

    async def ask(self, endpoint: Endpoint, question: Question) -> Outcome: ...


@dataclass(frozen=True)
class Tried:
    """A case that was put to a judge: what it said (None: nothing readable), and what that cost (None: unknown)."""

    case: Case
    result: Result | None
    charge: Decimal | None


def newest_dimensions() -> dict[str, Dimension]:
    """The dimensions in force, by slug."""
    scenarios = Scenario.objects.filter(rubrics__isnull=False).distinct()
    return {dimension.slug: dimension for each in scenarios for dimension in each.rubric.dimensions.all()}


def questions(case: Case, known: Mapping[str, Any]) -> list[Question]:
    """What a judge is asked about a case: one question, two for a pair, none where an answer is none.

    Raises KeyError for a dimension that no rubric has.
    """
    shown: dict[str, Any] = {"prompt_text": case.question, "reference": case.reference, "language": case.language}
    if isinstance(case, Paired):
        if pairwise.at_the_floor(case.question, case.left, case.right):
            return []
        orders = ((case.left, case.right), (case.right, case.left))
        return [pairwise.build(left=left, right=right, dimensions=(), **shown) for left, right in orders]
    if judge.floor(case.question, case.answer):
        return []
    dimensions = [known[slug] if slug else OVERALL for slug in case.human]
    return [judge.build(answer=case.answer, dimensions=dimensions, **shown)]


def reading(case: Case, texts: Sequence[str]) -> Result | None:
    """What a judge's ``texts`` say of a case; without any, the floor decides."""
    if isinstance(case, Paired):
        if texts:
            return pairwise.settle(*map(pairwise.read, texts))
        side = pairwise.at_the_floor(case.question, case.left, case.right)
        return pairwise.Verdict(side, flipped=False) if side else None
    if not texts:
        return dict.fromkeys(case.human, 1.0)
    found = judge.read(texts[0], [slug or OVERALL.slug for slug in case.human])
    scores = {slug: found[slug or OVERALL.slug].value for slug in case.human}
    return {slug: value for slug, value in scores.items() if value is not None} or None


class Trier:
    """Puts cases to one judge, at the channel's own pace or to a replay."""

    def __init__(self, by: Channel, *, fx: dict[str, str], client: Client | None = None) -> None:
        self.by = by
        self.fx = fx
        self.client = client
        self.endpoint = calling.endpoint_of(by)
        self.price = Price.objects.in_force(by)
        self.known = newest_dimensions()

    def affordable(self, cases: Iterable[Case], *, most: Decimal) -> list[Case]:
        """The first of ``cases`` that together surely cost at most so much."""
        kept, left = [], most
        for case in cases:
            left -= sum(map(self.ceiling, questions(case, self.known)), Decimal(0))
            if left < 0:
                break
            kept.append(case)
        return kept

    def ceiling(self, question: Question) -> Decimal:
        return calling.ceiling(question, self.by, self.price, self.fx)

    async def put(self, cases: Iterable[Case], *, on_case: Callable[[], None]) -> list[Tried]:
        """Ask about each case, several at a time; ``on_case`` is called after each."""
        room = asyncio.Semaphore(self.by.max_parallel)

        async def put_one(case: Case) -> Tried:
            async with room:
                asked = questions(case, self.known)
                outcomes = [await self.ask(question) for question in asked]
            texts = ["" if outcome.error else outcome.text for outcome in outcomes]
            charges = [
                calling.cost_of(outcome, self.price, self.fx, at_most=self.ceiling(question)).charge
                for question, outcome in zip(asked, outcomes, strict=True)
            ]
            on_case()
            charge = None if None in charges else sum((each for each in charges if each is not None), Decimal(0))
            return Tried(case, reading(case, texts), charge)

        return list(await asyncio.gather(*map(put_one, cases)))

    async def ask(self, question: Question) -> Outcome:
        if self.client:
            return await self.client.ask(self.endpoint, question)
        room, by = await loop.open_room(), self.by
        turn = room.pacer.slot(
            by.pk, max_parallel=by.max_parallel, calls_per_minute=by.calls_per_minute, given_up=lambda: False
        )
        async with turn:
            return await room.client.ask(self.endpoint, question)


def records_of(by: Channel, tried: Sequence[Tried], *, data: str) -> list[GraderRecord]:
    """A judge's records, unsaved: one for pairs, and one per dimension of scores."""
    pairs = [(each.case, each.result) for each in tried if isinstance(each.case, Paired)]
    kept = [(case, found) for case, found in pairs if isinstance(case, Paired) and isinstance(found, pairwise.Verdict)]
    records = []
    if kept:
        found = agreement.kappa(
            [case.human for case, _ in kept],
            [verdict.winner for _, verdict in kept],
            clusters=[case.question for case, _ in kept],
        )
        flip_rate = verdicts.flip_rate(verdict for _, verdict in kept)
        common = {"prompt_version": pairwise.PROMPT_VERSION, "flip_rate": flip_rate}
        records += made(by.slug, Statistic.KAPPA, found, data=data, **common)
    scores = [(each.case, each.result) for each in tried if isinstance(each.case, Graded)]
    for slug in sorted({slug for case, _ in scores for slug in case.human}):
        rows = [(case, result[slug]) for case, result in scores if isinstance(result, dict) and slug in result]
        records += score_records(by, slug, rows, data=data)
    return records


def score_records(by: Channel, slug: str, rows: Sequence[tuple[Graded, float]], *, data: str) -> list[GraderRecord]:
    """A judge's record on one dimension, from its scores beside people's."""
    found = agreement.spearman(
        [case.human[slug] for case, _ in rows],
        [score for _, score in rows],
        clusters=[case.question for case, _ in rows],
    )
    errors: dict[str, list[float]] = defaultdict(list)
    for case, score in rows:
        if case.system:
            errors[case.system].append(score - case.human[slug])
    common = {"prompt_version": judge.PROMPT_VERSION, "bias_points": agreement.bias(errors), "dimension": slug}
    return made(by.slug, Statistic.SPEARMAN, found, data=data, **common)


def records_of_rule(name: str, cases: Iterable[Graded], *, data: str) -> list[GraderRecord]:
    """The records, unsaved, of rule ``name`` on the cases that have a check by it: share of agreement, and kappa."""
    said = []
    for case in cases:
        checks = [check for check in case.checks or checks_for(case.reference) if check.get("rule") == name]
        value = rule.grade(checks, case.answer).value
        if value is not None:
            human = sum(case.human.values()) / len(case.human)
            said.append((case.question, value >= RIGHT_FROM, human >= RIGHT_FROM))
    grader = f"rule:{name}"
    seen = agreement.share(sum(ours == theirs for _, ours, theirs in said), len(said))
    kappa = agreement.kappa(
        [str(ours) for _, ours, _ in said],
        [str(theirs) for _, _, theirs in said],
        clusters=[question for question, _, _ in said],
    )
    return made(grader, Statistic.AGREEMENT, seen, data=data) + made(grader, Statistic.KAPPA, kappa, data=data)


def made(
    grader: str, statistic: GraderRecord.Statistic, found: Agreement | None, *, data: str, **fields: Any
) -> list[GraderRecord]:
    """The record of what was found, dated today; none where too little was."""
    if found is None:
        return []
    figures = {"value": found.value, "low": found.low, "high": found.high, "n": found.n}
    day = timezone.localdate()
    return [GraderRecord(grader=grader, statistic=statistic, data=data, measured_on=day, **figures, **fields)]
