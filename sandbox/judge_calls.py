"""One call to a judge, whatever about: it waits for its turn, is marked before it leaves, and is saved once."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any, Generic, TypeVar

from django.db.models import QuerySet

from catalog.models import Channel, Price
from sandbox import calling, loop
from sandbox.graders.fence import quote
from sandbox.graders.pictures import Shown
from sandbox.models import AnswerState, JudgeCall, Picture, Prompt, Trial
from sandbox.saver import Saver, aside
from sandbox.wire import tokens
from sandbox.wire.client import Stop
from sandbox.wire.types import Endpoint, Kind, Outcome, Question

GUIDE_BYTES = 6_000  # the judge's instructions around question, reference and answer, at most
ANSWER_BYTES_PER_TOKEN = 10  # of an answer's output cap; what a judge is shown of a longer one is cut
Row = TypeVar("Row", bound=JudgeCall)


def ceiling(
    *,
    texts: list[str],
    more: int,
    output_tokens: int,
    by: Channel,
    price: Price | None,
    fx: dict[str, str],
    pictures: Sequence[Picture] = (),
) -> Decimal:
    """The most that one call may cost which shows a judge ``texts`` and ``more`` bytes, with its instructions."""
    told = [*texts, *alts(pictures)]
    longest = "".join(quote(text) for text in told) + "x" * (GUIDE_BYTES + more)
    images = tuple(picture.outline for picture in pictures) if by.model.takes_pictures else ()
    return calling.ceiling(Question(text=longest, max_output_tokens=output_tokens, images=images), by, price, fx)


def alts(pictures: Iterable[Picture]) -> list[str]:
    return [text for picture in pictures for text in (picture.alt_zh, picture.alt_en)]


def shown_to(judge: Channel, prompt: Prompt) -> Shown:
    """What a judge is given of the prompt's pictures: themselves where its model takes any, else a word on them."""
    pictures = prompt.shown
    if judge.model.takes_pictures:
        return Shown(images=tuple(picture.image for picture in pictures))
    field = "alt_zh" if prompt.language == "zh" else "alt_en"
    return Shown(told=tuple(getattr(picture, field) or picture.name for picture in pictures))


def room_for(prompt: Prompt) -> int:
    """Bytes that an answer to ``prompt`` may have in a judge's question."""
    return prompt.max_output_tokens * ANSWER_BYTES_PER_TOKEN


def beginning(text: str, *, most: int) -> str:
    """As much of ``text`` as has at most ``most`` bytes once it is quoted."""
    text = text[:most]
    while (size := tokens.at_most(quote(text))) > most:
        text = text[: len(text) * most // size]
    return text


def close(lost: QuerySet[Any]) -> None:
    """End those among the calls that wait for an answer and will not be made again."""
    lost.filter(state=AnswerState.WAITING).update(state=AnswerState.FAILED, error_kind=Kind.INTERNAL)


@dataclass(frozen=True)
class Desk:
    """What the calls of one trial's judging share."""

    trial: Trial
    room: loop.Room
    saver: Saver
    stop: Stop


class AskingJudge(ABC, Generic[Row]):
    """One row that waits to be asked."""

    def __init__(self, row: Row, endpoint: Endpoint, desk: Desk) -> None:
        self.row = row
        self.endpoint = endpoint
        self.desk = desk

    @abstractmethod
    def question(self) -> Question:
        """What the judge is asked."""

    @abstractmethod
    def ceiling(self, price: Price | None) -> Decimal:
        """The most that the call may be charged."""

    def waiting(self) -> QuerySet[Any]:
        return type(self.row)._default_manager.filter(pk=self.row.pk, state=AnswerState.WAITING)

    async def outcome(self) -> Outcome:
        """How the call went; once the trial stops it is not made."""
        error = self.desk.stop.error
        return Outcome(error=error) if error else await self.call()

    async def call(self) -> Outcome:
        channel, room, stop = self.row.judge, self.desk.room, self.desk.stop
        turn = room.pacer.slot(
            channel.pk,
            max_parallel=channel.max_parallel,
            calls_per_minute=channel.calls_per_minute,
            given_up=lambda: stop.error is not None,
        )
        async with turn:
            mark_sent = partial(self.desk.saver.mark_sent, self.row)
            return await room.client.ask(self.endpoint, self.question(), before_send=mark_sent, stop=stop)

    async def fields(self, outcome: Outcome) -> dict[str, Any]:
        """The row's columns after the call."""
        return await aside(partial(self.columns, outcome))

    def columns(self, outcome: Outcome) -> dict[str, Any]:
        price = Price.objects.in_force(self.row.judge)
        cost = calling.cost_of(outcome, price, self.desk.trial.fx, at_most=self.ceiling(price))
        return {
            "state": AnswerState.FAILED if outcome.error else AnswerState.DONE,
            "text": outcome.text,
            "error_kind": outcome.error.kind.value if outcome.error else "",
            "input_tokens": outcome.input_tokens,
            "output_tokens": outcome.output_tokens,
            "charge": cost.charge,
        }
