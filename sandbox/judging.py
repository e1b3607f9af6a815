"""Grades a trial's answers: by rule first, then by judges, which are channels asked through the same wire."""

from __future__ import annotations

import time
from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from django.conf import settings
from django.db.models import Avg, F, Q, QuerySet

from catalog.models import Channel, Dimension, GraderKind, Price, Scenario
from sandbox import calling, loop, reports
from sandbox.graders import judge, panel, rule
from sandbox.models import Answer, AnswerState, Judgement, Prompt, Score, Trial
from sandbox.relay import Relay
from sandbox.runner import watched
from sandbox.saver import Saver, all_of, aside, on_thread
from sandbox.wire import tokens
from sandbox.wire.client import Stop
from sandbox.wire.types import Endpoint, Kind, Outcome, Question

GUIDE_BYTES = 6_000  # the judge's instructions around question, reference and answer, at most
ANSWER_BYTES_PER_TOKEN = 10  # of an answer's output cap; what a judge is shown of a longer one is cut
VERDICT_EVERY_S = 1.0


def panel_for(channels: Sequence[Channel], scenario: Scenario) -> panel.Panel:
    """Who would judge these channels: live judges of their kind, without their makers' own while another is left."""
    makers = {channel.model.maker for channel in channels}
    return panel.choose(candidates(channels, scenario), makers).limited(settings.TRIAL_JUDGES)


def candidates(channels: Sequence[Channel], scenario: Scenario) -> list[Channel]:
    """Those who were named judges. Where no real one is, every live channel of the scenario, of good record first.

    Trials on the visitor's own server are judged there, so that the prompt stays with it; others are not judged by it.
    """
    simulated = bool(channels) and channels[0].is_simulated
    local = bool(channels) and all(channel.provider.is_local for channel in channels)
    kind = Channel.objects.listed().live().filter(provider__is_simulated=simulated, provider__is_local=local)
    kind = kind.select_related("provider", "model")
    named = list(kind.judges().order_by("slug"))
    if named or simulated:
        return named
    score = Q(measurements__metric="score", measurements__scenario=scenario)
    record = Avg("measurements__value", filter=score)
    willing = kind.filter(scenarios=scenario).annotate(record=record)
    ranked = willing.order_by(F("record").desc(nulls_last=True), "slug")
    competing = {channel.pk for channel in channels}
    return sorted(ranked, key=lambda channel: channel.pk in competing)  # nobody judges himself while another may


def ceiling(prompt: Prompt, by: Channel, price: Price | None, fx: dict[str, str]) -> Decimal:
    """The most that judging one answer to ``prompt`` may cost."""
    longest = judge.quote(prompt.text) + judge.quote(prompt.reference) + "x" * (GUIDE_BYTES + room_for(prompt))
    return calling.ceiling(Question(text=longest, max_output_tokens=judge.OUTPUT_TOKENS), by, price, fx)


def room_for(prompt: Prompt) -> int:
    """Bytes that an answer to ``prompt`` may have in a judge's question."""
    return prompt.max_output_tokens * ANSWER_BYTES_PER_TOKEN


def beginning(text: str, *, most: int) -> str:
    """As much of ``text`` as has at most ``most`` bytes once it is quoted."""
    text = text[:most]
    while (size := tokens.at_most(judge.quote(text))) > most:
        text = text[: len(text) * most // size]
    return text


async def judge_answers(trial: Trial) -> None:
    """Score every answer of a leased trial that has none yet; raises Overtaken when the trial is taken from us."""
    room = await loop.open_room()
    saver, stop = Saver(trial), Stop()
    async with Relay(trial.code, room.line) as relay, watched(trial, stop, until=trial.judging_until, saver=saver):
        relay.say("state", {"state": trial.state})
        speaker = Speaker(trial, relay)
        lost = Judgement.objects.filter(answer__contender__trial=trial, sent_at__isnull=False)
        await saver.save(partial(close, lost))
        await speaker.tell(await on_thread(partial(grade_by_rule, trial)))
        work = await on_thread(partial(lay_out_judgements, trial))
        await all_of(
            Judging(row, trial, endpoint, dimensions, room=room, saver=saver, stop=stop, speaker=speaker).ask()
            for row, endpoint, dimensions in work
        )
        await speaker.tell_verdict()


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
    """Scores of every done answer whose prompt has checks, on the dimensions that a rule may score."""
    dimensions = [d for d in trial.rubric.dimensions.all() if GraderKind.RULE in d.graders]
    answers = Answer.objects.of(trial).done().exclude(prompt__checks=[]).select_related("prompt")
    scores = []
    for answer in answers:
        found = rule.grade(answer.prompt.checks, answer.text)
        scores += [
            Score(
                answer=answer,
                dimension=dimension,
                grader=GraderKind.RULE,
                value=found.value,
                reason=found.reason,
                evidence=found.evidence,
            )
            for dimension in dimensions
        ]
    Score.objects.bulk_create(scores, ignore_conflicts=True)
    return scores


def close(lost: QuerySet[Judgement]) -> None:
    """End those among the calls that wait for an answer and will not be made again."""
    lost.filter(state=AnswerState.WAITING).update(state=AnswerState.FAILED, error_kind=Kind.INTERNAL)


def lay_out_judgements(trial: Trial) -> list[tuple[Judgement, Endpoint, list[Dimension]]]:
    """A row for every answer × judge, and those that are still to be asked. A stopped trial asks no judge."""
    if trial.cancel_asked_at:
        return []
    channels = [c.channel for c in trial.contenders.select_related("channel__provider", "channel__model")]
    judges = panel_for(channels, trial.scenario).judges
    if not judges:
        return []
    answers = list(Answer.objects.of(trial).done())
    Judgement.objects.bulk_create(
        (Judgement(answer=a, judge=j, prompt_version=judge.PROMPT_VERSION) for a in answers for j in judges),
        ignore_conflicts=True,
    )
    waiting = Judgement.objects.filter(answer__contender__trial=trial, state=AnswerState.WAITING).select_related(
        "answer__prompt", "judge__provider", "judge__model"
    )
    dimensions = [d for d in trial.rubric.dimensions.all() if GraderKind.JUDGE in d.graders]
    endpoints = {j.pk: calling.endpoint_of(j) for j in judges}
    return [(row, endpoints[row.judge_id], dimensions) for row in waiting if row.judge_id in endpoints]


class Judging:
    """One call to one judge about one answer."""

    def __init__(
        self,
        row: Judgement,
        trial: Trial,
        endpoint: Endpoint,
        dimensions: list[Dimension],
        *,
        room: loop.Room,
        saver: Saver,
        stop: Stop,
        speaker: Speaker,
    ) -> None:
        self.row = row
        self.trial = trial
        self.endpoint = endpoint
        self.dimensions = dimensions
        self.room = room
        self.saver = saver
        self.stop = stop
        self.speaker = speaker

    async def ask(self) -> None:
        answer = self.row.answer
        if judge.floor(answer.prompt.text, answer.text):
            reason = judge.FLOOR_REASON[answer.prompt.language]
            scores = [self.score(d, 1.0, reason) for d in self.dimensions]
            await self.save({"state": AnswerState.DONE, "charge": Decimal(0)}, scores)
            return
        outcome = Outcome(error=self.stop.error)
        if outcome.error is None:
            outcome = await self.call()
        await self.save(await aside(partial(self.fields, outcome)), self.read(outcome))

    async def call(self) -> Outcome:
        channel = self.row.judge
        turn = self.room.pacer.slot(
            channel.pk,
            max_parallel=channel.max_parallel,
            calls_per_minute=channel.calls_per_minute,
            given_up=lambda: self.stop.error is not None,
        )
        async with turn:
            return await self.room.client.ask(
                self.endpoint,
                self.question(),
                before_send=partial(self.saver.mark_sent, self.row),
                stop=self.stop,
            )

    def question(self) -> Question:
        answer = self.row.answer
        return judge.build(
            prompt_text=answer.prompt.text,
            reference=answer.prompt.reference,
            answer=beginning(answer.text, most=room_for(answer.prompt)),
            dimensions=self.dimensions,
            language=answer.prompt.language,
        )

    def fields(self, outcome: Outcome) -> dict[str, Any]:
        price = Price.objects.in_force(self.row.judge)
        at_most = ceiling(self.row.answer.prompt, self.row.judge, price, self.trial.fx)
        return {
            "state": AnswerState.FAILED if outcome.error else AnswerState.DONE,
            "text": outcome.text,
            "error_kind": outcome.error.kind.value if outcome.error else "",
            "input_tokens": outcome.input_tokens,
            "output_tokens": outcome.output_tokens,
            "charge": calling.cost_of(outcome, price, self.trial.fx, at_most=at_most).charge,
        }

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
        row = Judgement.objects.filter(pk=self.row.pk, state=AnswerState.WAITING)

        def write() -> None:
            if row.update(**fields):
                Score.objects.bulk_create(scores, ignore_conflicts=True)

        await self.saver.save(write)
        await self.speaker.tell(scores)
