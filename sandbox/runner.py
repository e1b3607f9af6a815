"""Runs a trial's open answers: one coroutine each, streaming through the wire, relayed live, saved as they finish."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from time import monotonic
from typing import Any

from django.conf import settings
from django.db.models.functions import Now
from django.utils import timezone

from sandbox import calling, live, loop
from sandbox.models import Answer, AnswerState, Trial
from sandbox.models.trials import AnswerQuerySet
from sandbox.relay import Relay
from sandbox.saver import Overtaken, Saver, all_of, aside, glance
from sandbox.wire.client import Stop
from sandbox.wire.types import Endpoint, Kind, Outcome, Reasoning, Text, WireError

logger = logging.getLogger(__name__)

WATCH_EVERY_S = 1.0
TEXTS = {"messages", "system", "contents", "systemInstruction"}
NOT_SENT_AGAIN = "Our worker stopped while this answer was arriving. It is not asked for twice."
GIVEN_UP = "Our workers failed again and again, so this answer was given up."
TIME_IS_UP = "The trial's time ran out before this answer was complete."
STOPPED = "The trial was stopped before this answer was complete."


async def run(trial: Trial) -> None:
    """Get every waiting answer of a leased trial; returns when all are done, failed or out of time.

    Raises Overtaken when another worker has taken the trial.
    """
    room = await loop.open_room()
    saver, stop = Saver(trial), Stop()
    lost = Answer.objects.of(trial).waiting().filter(sent_at__isnull=False)
    await saver.save(partial(close, trial, lost, why=NOT_SENT_AGAIN))
    answers = await aside(partial(load, trial))
    async with Relay(trial.code, room.line) as relay, watched(trial, stop, until=trial.running_until, saver=saver):
        relay.say("state", {"state": trial.state})
        await all_of(
            Asking(answer, trial, endpoint, room=room, saver=saver, relay=relay, stop=stop).ask()
            for answer, endpoint in answers
        )


def close(trial: Trial, lost: AnswerQuerySet, *, why: str) -> None:
    """End waiting answers that nobody asks for any more, each with what was streamed of it."""
    rows = list(lost)
    streamed = live.snapshot(trial.code).texts if rows else {}
    for answer in rows:
        text, reasoning = streamed.get(answer.pk, ("", ""))
        Answer.objects.waiting().filter(pk=answer.pk).update(
            state=AnswerState.FAILED,
            error_kind=Kind.INTERNAL,
            error_detail=why,
            text=text,
            reasoning=reasoning,
            finished_at=Now(),
        )


def load(trial: Trial) -> list[tuple[Answer, Endpoint]]:
    """The trial's waiting answers, and where to ask."""
    # Prompt by prompt, so that a page of cards fills evenly.
    answers = Answer.objects.of(trial).waiting().for_running().order_by("repeat", "prompt__position", "contender")
    endpoints: dict[int, Endpoint] = {}
    for answer in answers:
        channel = answer.contender.channel
        if channel.pk not in endpoints:
            endpoints[channel.pk] = calling.endpoint_of(channel)
    return [(answer, endpoints[answer.contender.channel_id]) for answer in answers]


@asynccontextmanager
async def watched(trial: Trial, stop: Stop, *, until: datetime, saver: Saver) -> AsyncIterator[None]:
    """Meanwhile keep the lease, and stop every call when the visitor asks, time is up or the trial is taken from us."""
    # Before anything is sent: a trial may have been stopped while it waited for us.
    await heed(trial, stop)
    left = max(0.0, (until - timezone.now()).total_seconds())
    late = asyncio.get_running_loop().call_later(left, stop.now, WireError(Kind.TIMEOUT, TIME_IS_UP))
    watching = asyncio.create_task(watch(trial, stop, saver=saver))
    try:
        yield
    finally:
        late.cancel()
        watching.cancel()


async def watch(trial: Trial, stop: Stop, *, saver: Saver) -> None:
    while True:
        try:
            # Whatever is saved prolongs the lease; only a trial that has nothing to save must do so by itself.
            if monotonic() - saver.kept_at > settings.TRIAL_LEASE_S / 3:
                await saver.save(lambda: None)
        except Overtaken:
            stop.now(WireError(Kind.INTERNAL, NOT_SENT_AGAIN))
        except Exception:
            logger.exception("watching trial %s", trial.code)
        await asyncio.sleep(WATCH_EVERY_S)
        await heed(trial, stop)


async def heed(trial: Trial, stop: Stop) -> None:
    """Stop the calls if the visitor has asked to, or another worker has the trial."""
    try:
        if await glance(partial(is_cancelled, trial)):
            stop.now(WireError(Kind.CANCELLED, STOPPED))
    except Overtaken:
        stop.now(WireError(Kind.INTERNAL, NOT_SENT_AGAIN))
    except Exception:
        logger.exception("watching trial %s", trial.code)


def is_cancelled(trial: Trial) -> bool:
    """Whether the visitor has asked to stop; raises Overtaken when the trial is no longer ours."""
    mine = Trial.objects.open().filter(pk=trial.pk, fence=trial.fence).values_list("cancel_asked_at")
    found = mine.first()
    if found is None:
        raise Overtaken(trial.code)
    return found[0] is not None


class Asking:
    """One answer on its way: waits for its turn, streams, and is saved."""

    def __init__(
        self,
        answer: Answer,
        trial: Trial,
        endpoint: Endpoint,
        *,
        room: loop.Room,
        saver: Saver,
        relay: Relay,
        stop: Stop,
    ) -> None:
        self.answer = answer
        self.key: int = answer.pk  # which to look up in the row would take longer than to relay a piece
        self.trial = trial
        self.endpoint = endpoint
        self.room = room
        self.saver = saver
        self.relay = relay
        self.stop = stop
        self.question = calling.question_of(answer.prompt)
        self.streaming = False

    async def ask(self) -> None:
        channel = self.answer.contender.channel
        outcome = Outcome(error=self.stop.error)
        if outcome.error is None:
            turn = self.room.pacer.slot(
                channel.pk,
                max_parallel=channel.max_parallel,
                calls_per_minute=channel.calls_per_minute,
                given_up=lambda: self.stop.error is not None,
            )
            async with turn:
                outcome = await self.stream()
        await self.finish(outcome)

    async def stream(self) -> Outcome:
        return await self.room.client.ask(
            self.endpoint,
            self.question,
            on_piece=self.relay_piece,
            on_retry=self.tell_retry,
            before_send=self.mark_sent,
            stop=self.stop,
        )

    def relay_piece(self, piece: Text | Reasoning) -> None:
        if not self.streaming:
            self.streaming = True
            self.tell("streaming")
        self.relay.piece(self.key, piece)

    def tell_retry(self, wait_ms: float) -> None:
        self.tell("retrying", retry_in_ms=round(wait_ms))

    async def mark_sent(self) -> None:
        await self.saver.mark_sent(self.answer)
        self.tell("sent")

    async def finish(self, outcome: Outcome) -> None:
        fields = self.fields(outcome)
        place = {name: getattr(self.answer, name) for name in ("pk", "contender_id", "prompt_id", "repeat")}
        await self.saver.finish(Answer(**place, **fields, finished_at=Now()))
        self.tell_finished(fields)

    def fields(self, outcome: Outcome) -> dict[str, Any]:
        """The answer's columns after a call."""
        contender, fx = self.answer.contender, self.trial.fx
        at_most = calling.ceiling(self.question, contender.channel, contender.price, fx)
        cost = calling.cost_of(outcome, contender.price, fx, at_most=at_most)
        error = outcome.error
        return {
            "state": AnswerState.FAILED if error else AnswerState.DONE,
            "text": outcome.text,
            "reasoning": outcome.reasoning,
            "error_kind": error.kind.value if error else "",
            "error_detail": (error.detail or error.kind.value)[:500] if error else "",
            "finish": outcome.finish[:20],
            "upstream_model": outcome.upstream_model[:200],
            "input_tokens": outcome.input_tokens,
            "output_tokens": outcome.output_tokens,
            "reasoning_tokens": outcome.reasoning_tokens,
            "cached_tokens": outcome.cached_tokens,
            "usage_estimated": outcome.usage_estimated,
            "ttft_ms": outcome.ttft_ms,
            "ttfat_ms": outcome.ttfat_ms,
            "total_ms": outcome.total_ms,
            "gap_p95_ms": outcome.gap_p95_ms,
            "output_tps": outcome.output_tps,
            "cost": cost.native,
            "charge": cost.charge,
            "tries": outcome.tries,
            "flags": list(outcome.flags),
            # The texts stand in the prompt's row; what is kept here are the parameters beside them.
            "sent_body": {name: value for name, value in outcome.sent.items() if name not in TEXTS},
            "dropped": list(outcome.dropped),
        }

    def tell(self, state: str, **more: Any) -> None:
        answer = self.answer
        place = {"id": answer.pk, "contender": answer.contender_id, "prompt": answer.prompt_id, "repeat": answer.repeat}
        self.relay.say("answer", {**place, "state": state, **more})

    def tell_finished(self, fields: dict[str, Any]) -> None:
        shown = ("error_kind", "ttft_ms", "ttfat_ms", "output_tps", "total_ms", "output_tokens")
        charge = None if fields["charge"] is None else str(fields["charge"])
        self.tell(fields["state"], charge=charge, **{name: fields[name] for name in shown})
        self.relay.close(self.answer.pk)
