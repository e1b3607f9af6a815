"""How often each question was asked: the ledger against which "never sent twice" is checked."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import asdict, dataclass, field
from typing import Any

# A simulator that runs for weeks forgets its oldest questions instead of filling the memory.
_KEPT = 100_000


@dataclass(slots=True)
class Count:
    """Calls for one (model, prompt): ``pieces`` over all calls, ``finished`` ones, and those whose caller ``left``."""

    model: str
    prompt: str
    calls: int = 0
    pieces: int = 0
    finished: int = 0
    refused: int = 0
    left: int = 0


@dataclass(slots=True)
class Calls:
    total: int = 0
    by_question: OrderedDict[str, Count] = field(default_factory=OrderedDict)
    by_answer: OrderedDict[str, int] = field(default_factory=OrderedDict)

    def begin(self, *, model: str, prompt: str, answer: str = "") -> Count:
        """Counts one call; the caller adds to the Count what becomes of it."""
        key = hashlib.sha256(f"{model}\n{prompt}".encode()).hexdigest()
        count = self.by_question.setdefault(key, Count(model, prompt[:80]))
        count.calls += 1
        self.total += 1
        if answer:
            self.by_answer[answer] = self.by_answer.get(answer, 0) + 1
        for table in (self.by_question, self.by_answer):
            if len(table) > _KEPT:
                table.popitem(last=False)
        return count

    def reset(self) -> None:
        self.total = 0
        self.by_question.clear()
        self.by_answer.clear()

    def facts(self) -> dict[str, Any]:
        """``{"total", "calls": {sha256 of "model\\nprompt": {…}}, "answers": {id: calls}}``."""
        counts = {key: asdict(count) for key, count in self.by_question.items()}
        return {"total": self.total, "calls": counts, "answers": dict(self.by_answer)}
