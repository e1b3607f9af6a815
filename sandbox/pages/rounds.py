"""An adaptive trial's rounds as a report tells them: who rested since when, and who came back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sandbox import wording
from sandbox.wording import Facts, Names


@dataclass(frozen=True)
class Row:
    """One look. Empty texts say that there was nobody."""

    number: int
    prompts: int
    leader: str
    risk: str
    rests: str
    returns: str


def context(facts: Facts) -> dict[str, Any] | None:
    """None for a fixed trial."""
    told = facts["rounds"]
    if told is None:
        return None
    return {**told, "rows": list(rows(told["rounds"], Names(facts)))}


def rows(rounds: list[Facts], names: Names) -> list[Row]:
    found, before = [], set[str]()
    for each in rounds:
        resting = {rest["channel"] for rest in each["rests"]}
        found.append(
            Row(
                number=each["number"],
                prompts=len(each["prompts"]),
                leader=names.channel(each["leader"]) if each["leader"] else "",
                risk="" if each["risk"] is None else wording.chance(each["risk"]),
                rests=", ".join(names.channel(slug) for slug in sorted(resting - before)),
                returns=", ".join(names.channel(slug) for slug in sorted(before - resting)),
            )
        )
        before = resting
    return found
