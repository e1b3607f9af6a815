"""Grades a trial's answers: by rule first, then by judges, which are channels asked through the same wire."""

from __future__ import annotations

import time
from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from itertools import product
from typing import Any

from django.conf import settings
from django.db.models import Avg, F, Q, QuerySet

from catalog.models import Channel, Dimension, GraderKind, Price, Scenario
from sandbox import calling, charting, judge_calls, loop, pairs, reports
from sandbox.graders import judge, panel, rule
from sandbox.judge_calls import AskingJudge, Desk, beginning, room_for, shown_to
from sandbox.models import Answer, AnswerState, Judgement, PairJudgement, Prompt, Score, Trial
from sandbox.relay import Relay
from sandbox.runner import watched
from sandbox.saver import Saver, all_of, aside
from sandbox.wire.client import Stop
from sandbox.wire.types import Endpoint, Outcome, Question

VERDICT_EVERY_S = 1.0


def panel_for(channels: Sequence[Channel], scenario: Scenario) -> panel.Panel:
    """Who would judge these channels: live judges of their kind, without their makers' own while another is left."""
    makers = {channel.model.maker for channel in channels}
    return panel.choose(candidates(channels, scenario), makers).limited(settings.TRIAL_JUDGES)


def candidates(channels: Sequence[Channel], scenario: Scenario) -> list[Channel]:
    """Those who were named judges. Where no real one is, every live channel of the scenario, of good record first.

    What a provider has listed itself judges nobody unless an operator names it: it would grade its competitors.
    Trials on the visitor's own server are judged there, so that the prompt stays with it; others are not judged by it.
    Where every contender's provider is known not to train on inputs, so is every judge's: a prompt that was kept from
    those who may learn from it does not reach one by way of the judge. Then nobody may be left, and only rules score.
    """
    simulated = bool(channels) and channels[0].is_simulated
    local = bool(channels) and all(channel.provider.is_local for channel in channels)
    kind = Channel.objects.listed().live().filter(provider__is_simulated=simulated, provider__is_local=local)
    kind = kind.select_related("provider", "model")
    if channels and not simulated and all(channel.provider.trains_on_inputs is False for channel in channels):
        kind = kind.filter(provider__trains_on_inputs=False)
    named = list(kind.judges().order_by("slug"))
    if named or simulated:
        return named
    score = Q(measurements__metric="score", measurements__scenario=scenario)
    record = Avg("measurements__value", filter=score)
    willing = kind.filter(scenarios=scenario, api__isnull=True).annotate(record=record)
    ranked = willing.order_by(F("record").desc(nulls_last=True), "slug")
    competing = {channel.pk for channel in channels}
    return sorted(ranked, key=lambda channel: channel.pk in competing)  # nobody judges himself while another may


def ceiling(prompt: Prompt, by: Channel, price: Price | None, fx: dict[str, str]) -> Decimal:
    """The most that judging one answer to ``prompt`` may cost."""
    return judge_calls.ceiling(
        texts=[prompt.text, prompt.reference],
        more=room_for(prompt),
        output_tokens=judge.OUTPUT_TOKENS,
        by=by,
        price=price,
        fx=fx,
        pictures=prompt.shown,
    )


async def judge_answers(trial: Trial, *, is_last: bool = True) -> None:
    """Score every answer of a leased trial that has none yet; raises Overtaken when the trial is taken from us.

    When no more answers will come (``is_last``), the leaders' are put side by side, too.
    """
    room = await loop.open_room()
    saver, stop = Saver(trial), Stop()
    desk = Desk(trial, room, saver, stop)
    async with Relay(trial.code, room.line) as relay, watched(trial, stop, until=trial.judging_until, saver=saver):
        relay.say("state", {"state": trial.state})
        speaker = Speaker(trial, relay)
        await saver.save(partial(close_lost, trial))
        ruled = await aside(partial(grade_by_rule, trial))
        await saver.save(partial(Score.objects.bulk_create, ruled, ignore_conflicts=True))
        await speaker.tell(ruled)
        judges = await aside(partial(judges_of, trial))
        await saver.save(partial(lay_out, trial, judges))
        work = await aside(partial(load, desk, judges, speaker))
        await all_of([charting.check_charts(trial, saver), *(call.ask() for call in work)])
        await speaker.tell_verdict()
        if is_last and not stop.error:
            await saver.save(partial(pairs.lay_out_leaders, trial, judges))
        # After the grades: where a judge is slow, pairs must not take their time.
        await pairs.ask_waiting(desk)


def close_lost(trial: Trial) -> None:
    """End the calls that a dead worker had made: they are not made again."""
    for calls in calls_of(trial):
        judge_calls.close(calls.filter(sent_at__isnull=False))


def calls_of(trial: Trial) -> tuple[QuerySet[Any], ...]:
    """Every call to a judge of a trial, of either kind."""
    return Judgement.objects.filter(answer__contender__trial=trial), PairJudgement.objects.filter(trial=trial)


class Speaker:
    """Tells viewers the scores as they come and, about once a second, where the verdict stands."""

    def __init__(self, trial: Trial, relay: Relay) -> None:
        self.trial = trial
        self.relay = relay
        self.told_at = time.monotonic()

    async def tell(self, scores: list[Score]) -> None:
        by_answer: dict[int, dict[str, Any]] = {}
        for score in scores:
            known = by_answer.setdefault(
                score.answer_id,
                {"answer": score.answer_id, "contender": score.answer.contender_id, "scores": {}},
            )
            known["scores"][score.dimension.slug] = score.value
        for event in by_answer.values():
            self.relay.say("scores", event)
        if time.monotonic() - self.told_at > VERDICT_EVERY_S:
            await self.tell_verdict()

    async def tell_verdict(self) -> None:
        self.told_at = time.monotonic()
        self.relay.say("verdict", await aside(partial(reports.interim, self.trial)))


def grade_by_rule(trial: Trial) -> list[Score]:
    """New scores of the done answers whose prompts have checks, on the dimensions that a rule may score."""
    dimensions = [d for d in trial.rubric.dimensions.all() if GraderKind.RULE in d.graders]
    answers = Answer.objects.of(trial).done().exclude(prompt__checks=[]).exclude(scores__grader=GraderKind.RULE)
    answers = answers.select_related("prompt")
    cells = product(answers, dimensions)
    return [ruled(answer, dimension) for answer, dimension in cells if checks_on(answer, dimension)]


def checks_on(answer: Answer, dimension: Dimension) -> list[rule.Check]:
    return rule.concerning(answer.prompt.checks, dimension.slug)


def ruled(answer: Answer, dimension: Dimension) -> Score:
    found = rule.grade(checks_on(answer, dimension), answer.text)
    return Score(
        answer=answer,
        dimension=dimension,
        grader=GraderKind.RULE,
        value=found.value,
        reason=found.reason,
        evidence=found.evidence,
    )


def close(trial: Trial) -> None:
    """End every call to a judge that a trial still awaits."""
    for calls in calls_of(trial):
        judge_calls.close(calls)


def judges_of(trial: Trial) -> tuple[Channel, ...]:
    """Who judges a trial. A stopped trial asks no judge, nor does one without an answer.

    Whoever has begun goes on: the hold pays for one panel.
    """
    if trial.cancel_asked_at or not Answer.objects.of(trial).done().exists():
        return ()
    begun = Judgement.objects.filter(answer__contender__trial=trial).values("judge")
    if judges := tuple(Channel.objects.filter(pk__in=begun).select_related("provider", "model").order_by("slug")):
        return judges
    channels = [c.channel for c in trial.contenders.select_related("channel__provider", "channel__model")]
    return panel_for(channels, trial.scenario).judges


def lay_out(trial: Trial, judges: Sequence[Channel]) -> None:
    """A row for every answer × judge, and for each judge's planted pairs."""
    if not judges:
        return
    answers = list(Answer.objects.of(trial).done())
    Judgement.objects.bulk_create(
        (Judgement(answer=a, judge=j, prompt_version=judge.PROMPT_VERSION) for a in answers for j in judges),
        ignore_conflicts=True,
    )
    pairs.lay_out_planted(trial, judges)


def load(desk: Desk, judges: Sequence[Channel], speaker: Speaker) -> list[Judging]:
    """The judgements that are still to be asked for."""
    waiting = Judgement.objects.filter(answer__contender__trial=desk.trial, state=AnswerState.WAITING)
    rows = waiting.select_related("judge__provider", "judge__model").prefetch_related("answer__prompt__pictures")
    dimensions = [d for d in desk.trial.rubric.dimensions.all() if GraderKind.JUDGE in d.graders]
    endpoints = {j.pk: calling.endpoint_of(j) for j in judges}
    return [
        Judging(row, endpoints[row.judge_id], desk, dimensions, speaker) for row in rows if row.judge_id in endpoints
    ]


class Judging(AskingJudge[Judgement]):
    """One call to one judge about one answer."""

    def __init__(
        self, row: Judgement, endpoint: Endpoint, desk: Desk, dimensions: list[Dimension], speaker: Speaker
    ) -> None:
        super().__init__(row, endpoint, desk)
        self.dimensions = dimensions
        self.speaker = speaker
        self.shown = shown_to(row.judge, row.answer.prompt)

    async def ask(self) -> None:
        answer = self.row.answer
        if judge.floor(answer.prompt.text, answer.text):
            reason = judge.FLOOR_REASON[answer.prompt.language]
            scores = [self.score(d, 1.0, reason) for d in self.dimensions]
            await self.save({"state": AnswerState.DONE, "charge": Decimal(0)}, scores)
            return
        outcome = await self.outcome()
        saw = {"saw_pictures": self.shown.saw}
        await self.save(await self.fields(outcome) | saw, self.read(outcome))

    def question(self) -> Question:
        answer = self.row.answer
        return judge.build(
            prompt_text=answer.prompt.text,
            reference=answer.prompt.reference,
            answer=beginning(answer.text, most=room_for(answer.prompt)),
            dimensions=self.dimensions,
            language=answer.prompt.language,
            shown=self.shown,
        )

    def ceiling(self, price: Price | None) -> Decimal:
        return ceiling(self.row.answer.prompt, self.row.judge, price, self.desk.trial.fx)

    def read(self, outcome: Outcome) -> list[Score]:
        """The judge's scores; what is unreadable is unscored, and so is everything when the call failed."""
        if outcome.error:
            return []
        found = judge.read(outcome.text, [d.slug for d in self.dimensions])
        return [self.score(d, found[d.slug].value, found[d.slug].reason) for d in self.dimensions]

    def score(self, dimension: Dimension, value: float | None, reason: str) -> Score:
        return Score(
            answer=self.row.answer,
            dimension=dimension,
            grader=GraderKind.JUDGE,
            judge=self.row.judge,
            value=value,
            reason=reason,
            evidence={"prompt_version": judge.PROMPT_VERSION},
        )

    async def save(self, fields: dict[str, Any], scores: list[Score]) -> None:
        def write() -> None:
            if self.waiting().update(**fields):
                Score.objects.bulk_create(scores, ignore_conflicts=True)

        await self.desk.saver.save(write)
        await self.speaker.tell(scores)
