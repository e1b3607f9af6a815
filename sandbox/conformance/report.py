"""A run as its page and its JSON show it: every check in the reader's words, the worst first among equals."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sandbox.conformance import wording
from sandbox.models import ConformanceCheck, ConformanceRun, Result, RunState

# A result's word for the dot beside it (``.state--…``), waiting checks under "".
DOTS = {"pass": "done", "warn": "warn", "fail": "fault", "na": "waiting", "": "waiting"}
ORDER = (Result.FAIL, Result.WARN, Result.PASS, Result.NOT_APPLICABLE)


@dataclass(frozen=True)
class Told:
    """One check in words. ``exchanges`` are lists of ``Side``; ``dot`` and ``label`` say the result."""

    check: ConformanceCheck
    title: str
    why: str
    mend: str
    says: str
    label: str
    dot: str
    exchanges: list[Exchanged]

    @property
    def slug(self) -> str:
        return self.check.slug

    @property
    def seconds(self) -> float | None:
        return None if self.check.took_ms is None else self.check.took_ms / 1000


@dataclass(frozen=True)
class Exchanged:
    """What was sent and what came, each as text."""

    sent: str
    received: str


@dataclass(frozen=True)
class Group:
    name: str
    checks: list[Told]


def context(run: ConformanceRun) -> dict[str, Any]:
    checks = [told(check, is_open=run.state == RunState.RUNNING) for check in run.checks.order_by("position")]
    counts = Counter(each.check.result for each in checks)
    return {
        "run": run,
        "channel": run.channel,
        "is_open": run.state in (RunState.WAITING, RunState.RUNNING),
        "groups": list(grouped(checks)),
        "bad": [each for each in checks if each.check.result == Result.FAIL],
        "done": len(checks) - counts[""],
        "total": len(checks),
        "counts": tally(counts),
        "headline": headline(run, counts),
    }


def tally(counts: Counter[str]) -> list[tuple[str, str, int]]:
    """How many checks said what: dot, word and number, the worst first."""
    return [(DOTS[each.value], str(each.label), counts[each]) for each in ORDER if counts[each]]


def headline(run: ConformanceRun, counts: Counter[str]) -> str:
    """The verdict in a sentence."""
    if run.state == RunState.WAITING:
        return _("Waiting for a worker.")
    if run.state == RunState.RUNNING:
        return _("The checks are running.")
    if failing := counts[Result.FAIL]:
        return ngettext("%(count)s check fails.", "%(count)s checks fail.", failing) % {"count": failing}
    if warnings := counts[Result.WARN]:
        return ngettext(
            "Nothing fails; %(count)s warning is for you to weigh.",
            "Nothing fails; %(count)s warnings are for you to weigh.",
            warnings,
        ) % {"count": warnings}
    return _("Everything passes.")


def told(check: ConformanceCheck, *, is_open: bool = False) -> Told:
    words = wording.CHECKS[check.slug]
    waiting = _("checking") if is_open else _("waiting")
    return Told(
        check=check,
        title=str(words.title),
        why=str(words.why),
        mend=str(words.mend),
        says=wording.sentence(check.slug, check.finding, check.facts) if check.result else "",
        label=str(check.get_result_display()) if check.result else waiting,
        dot=DOTS[check.result],
        exchanges=[exchanged(each) for each in check.exchanges],
    )


def grouped(checks: list[Told]) -> Iterator[Group]:
    for slug, name in wording.GROUPS.items():
        if mine := [each for each in checks if wording.CHECKS[each.slug].group == slug]:
            yield Group(str(name), mine)


def exchanged(exchange: dict[str, Any]) -> Exchanged:
    sent, received = exchange.get("sent", {}), exchange.get("received", {})
    return Exchanged(
        sent=as_text(f"{sent.get('method', '')} {sent.get('path', '')}", sent.get("headers", {}), sent.get("body", "")),
        received=as_text(status_of(received), received.get("headers", {}), received.get("body", "")),
    )


def as_text(first: str, headers: dict[str, str], body: str) -> str:
    lines = [first, *(f"{name}: {value}" for name, value in headers.items())]
    return "\n".join([*lines, "", pretty(body)] if body else lines)


def status_of(received: dict[str, Any]) -> str:
    """The status with what else is known of the end, as ``200 · 812 ms``."""
    status, took = received.get("status"), received.get("total_ms")
    parts = [str(status) if status is not None else "–", str(received.get("detail") or "")]
    parts += [_("we hung up") if received.get("is_stopped") else "", f"{took:.0f} ms" if took is not None else ""]
    return " · ".join(part for part in parts if part)


def pretty(body: str) -> str:
    """JSON on several lines; anything else as it is."""
    if not body.startswith(("{", "[")):
        return body
    try:
        return json.dumps(json.loads(body), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return body


def as_json(run: ConformanceRun) -> dict[str, Any]:
    """The run for machines; ``result`` null: not done yet."""
    checks = [told(check) for check in run.checks.order_by("position")]
    counts = Counter(each.check.result for each in checks)
    return {
        "code": run.code,
        "channel": run.channel.slug,
        "kind": run.kind,
        "state": run.state,
        "checked": {name: run.facts.get(name) for name in ("protocol", "wire_name")},
        "asked_at": run.created_at,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "conforms": run.state == RunState.DONE and not counts[Result.FAIL],
        "counts": {result.value: counts[result] for result in ORDER},
        "checks": [
            {
                "slug": each.slug,
                "title": each.title,
                "result": each.check.result or None,
                "finding": each.check.finding,
                "facts": each.check.facts,
                "says": each.says,
                "why": each.why,
                "mend": each.mend,
                "took_ms": each.check.took_ms,
                "exchanges": each.check.exchanges,
            }
            for each in checks
        ],
    }
