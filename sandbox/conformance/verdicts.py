"""What a check says: one of four results, a word for what was found, and the facts that fill its sentence."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Result = Literal["pass", "warn", "fail", "na"]
Fact = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Verdict:
    result: Result
    finding: str
    facts: dict[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """A check that is done. ``exchanges`` are ready to be stored and shown: redacted first, then cut."""

    slug: str
    verdict: Verdict
    exchanges: list[dict[str, Any]] = field(default_factory=list)
    took_ms: float = 0.0
    # What a check learned of the channel, in the shape of ``Channel.profile``; empty for most.
    learned: dict[str, Any] = field(default_factory=dict)


class Ended(Exception):
    """Ends a check from within, with its verdict."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.finding)
        self.verdict = verdict


def passed(finding: str = "good", **facts: Fact) -> Verdict:
    return Verdict("pass", finding, facts)


def warned(finding: str, **facts: Fact) -> Verdict:
    return Verdict("warn", finding, facts)


def failed(finding: str, **facts: Fact) -> Verdict:
    return Verdict("fail", finding, facts)


def inapplicable(finding: str, **facts: Fact) -> Verdict:
    return Verdict("na", finding, facts)
