"""A judging that was recorded, played again: the same words for the same material, and nobody is asked.

A record is one JSON object per line: ``{"judge", "question", "answer" | "left", "right", "text"}``, with ``reference``
and the tokens where there were any. Without ``judge`` its words are anybody's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from typing import Any

from sandbox.graders import fence
from sandbox.judge_calls import beginning, room_for
from sandbox.models import Judgement, PairJudgement, Trial
from sandbox.pairs import in_order, material
from sandbox.wire.client import Stop
from sandbox.wire.types import Endpoint, Kind, Outcome, Question, WireError

Record = Mapping[str, Any]
Key = tuple[str, str, str, str]


class Replay:
    """Stands in for the wire's client. What was asked several times is answered in the order of the records."""

    def __init__(self, records: Iterable[Record]) -> None:
        self.records: dict[tuple[str, Key], list[Record]] = defaultdict(list)
        for record in records:
            self.records[record.get("judge") or "", key(record)].append(record)

    async def ask(
        self,
        endpoint: Endpoint,
        question: Question,
        *,
        before_send: Callable[[], Awaitable[None]] | None = None,
        stop: Stop | None = None,
    ) -> Outcome:
        """The recorded words; an error where there are none, as for a model that does not exist."""
        if before_send:
            await before_send()
        if stop and stop.error:
            return Outcome(error=stop.error)
        record = self.find(endpoint.model, fence.material(question.text))
        if record is None:
            return Outcome(error=WireError(Kind.NOT_FOUND, "Nothing was recorded for this question."))
        return Outcome(
            text=record["text"],
            input_tokens=record.get("input_tokens"),
            output_tokens=record.get("output_tokens"),
        )

    def find(self, judge: str, shown: Mapping[str, str]) -> Record | None:
        """The next record of ``judge`` about what is shown, or of anybody; the last one is given again."""
        asked = key({name.casefold(): text for name, text in shown.items()})
        kept = self.records.get((judge, asked)) or self.records.get(("", asked))
        if not kept:
            return None
        return kept.pop(0) if len(kept) > 1 else kept[0]


def key(record: Record) -> Key:
    """What a judge's words were about. The reference is not of it: words may be recorded with one or without."""
    return record["question"], record.get("answer", ""), record.get("left", ""), record.get("right", "")


def recorded(trial: Trial) -> Iterator[dict[str, Any]]:
    """A trial's judging as records: material as the judge was shown it, and its words."""
    said = Judgement.objects.filter(answer__contender__trial=trial).exclude(text="")
    for row in said.select_related("judge", "answer__prompt").order_by("pk"):
        prompt = row.answer.prompt
        answer = beginning(row.answer.text, most=room_for(prompt))
        yield {"judge": row.judge.wire_name, "question": prompt.text, "answer": answer, **words(row)}
    pairs = trial.pair_judgements.exclude(text="")
    for pair in pairs.select_related("judge", "left__prompt", "right").order_by("pk"):
        shown = in_order(material(pair), swapped=pair.is_swapped)
        sides = {"question": shown.question, "left": shown.left, "right": shown.right}
        yield {"judge": pair.judge.wire_name, **sides, **words(pair)}


def words(row: Judgement | PairJudgement) -> dict[str, Any]:
    return {"text": row.text, "input_tokens": row.input_tokens, "output_tokens": row.output_tokens}
