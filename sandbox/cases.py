"""What people said of answers, as a file that a grader can be measured on: one JSON object per line.

``{"question", "answer", "human": 7.5 | {"<dimension>": 7.5}, "system"?}`` or
``{"question", "left", "right", "human": "left" | "right" | "tie"}``; with ``reference``, ``checks`` and ``language``
where there are any. People's scores run from 1 to 10.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sandbox.graders.pairwise import SIDES, Side

CHINESE = re.compile(r"[㐀-鿿]")
SCALE = (1.0, 10.0)
LONGEST_LINE = 1_000_000


class Unreadable(ValueError):
    """A line that is no case: which, and why."""


@dataclass(frozen=True)
class Graded:
    """One answer with people's scores; the dimension "" is all of it together. ``system`` says whose answer it is."""

    question: str
    answer: str
    human: dict[str, float]
    language: str
    reference: str = ""
    system: str = ""
    checks: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Paired:
    """Two answers, and which of them people preferred."""

    question: str
    left: str
    right: str
    human: Side
    language: str
    reference: str = ""


Case = Graded | Paired


def read(lines: Iterable[str]) -> Iterator[Case]:
    """The cases of a file. Raises Unreadable at the first line that is none."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield case_of(json.loads(line[:LONGEST_LINE]))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise Unreadable(f"line {number}: {error}") from None


def case_of(row: dict[str, Any]) -> Case:
    common = {
        "question": text_of(row, "question"),
        "reference": str(row.get("reference") or ""),
        "language": row.get("language") or ("zh" if CHINESE.search(row["question"]) else "en"),
    }
    if "left" in row:
        side = next((side for side in SIDES if side == row.get("human")), None)
        if side is None:
            raise ValueError(f"human is {row.get('human')!r}, not left, right or tie")
        return Paired(left=text_of(row, "left"), right=text_of(row, "right"), human=side, **common)
    return Graded(
        answer=text_of(row, "answer"),
        human=scores_of(row.get("human")),
        system=str(row.get("system") or ""),
        checks=list(row.get("checks") or []),
        **common,
    )


def text_of(row: dict[str, Any], name: str) -> str:
    if not isinstance(row.get(name), str):
        raise ValueError(f"{name} is no text")
    return str(row[name])


def scores_of(human: Any) -> dict[str, float]:
    scores = human if isinstance(human, dict) else {"": human}
    for name, score in scores.items():
        if isinstance(score, bool) or not isinstance(score, int | float) or not SCALE[0] <= score <= SCALE[1]:
            raise ValueError(f"human {name or 'score'} is {score!r}, not a number from 1 to 10")
    if not scores:
        raise ValueError("human holds no score")
    return {str(name): float(score) for name, score in scores.items()}
