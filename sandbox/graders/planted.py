"""Planted pairs: questions with two answers of which one is plainly better, to notice a judge that cannot tell."""

from __future__ import annotations

import random
import tomllib
from functools import cache
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).with_name("planted.toml")
PER_JUDGE = 2


class Planted(NamedTuple):
    """One pair; ``reference`` may be empty."""

    slug: str
    language: str
    kind: str
    question: str
    better: str
    worse: str
    reference: str = ""


@cache
def pairs() -> dict[str, Planted]:
    """Every planted pair by its slug."""
    written = tomllib.loads(FILE.read_text(encoding="utf-8"))["pair"]
    return {entry["slug"]: Planted(**entry) for entry in written}


def draw(*, language: str, by: str) -> list[str]:
    """The slugs of the pairs for one judge in one trial, which ``by`` names; of different kinds, always the same."""
    chance = random.Random(by)  # noqa: S311  # not a secret
    known = [pair for pair in pairs().values() if pair.language == language]
    kinds = chance.sample(sorted({pair.kind for pair in known}), PER_JUDGE)
    return [chance.choice([pair.slug for pair in known if pair.kind == kind]) for kind in kinds]


def is_doubtful(*, asked: int, missed: int) -> bool:
    """Whether a judge missed more than half: then its other verdicts are in doubt."""
    return 2 * missed > asked
