"""A report's scores taken apart for a sceptic: by topic, by grader, and the two leaders side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from django.utils.translation import gettext as _

from sandbox import topics, wording
from sandbox.wording import Facts, Names, told


class Given(NamedTuple):
    """A mean score and how many scores made it; None is unknown."""

    value: float | None
    n: int | None


@dataclass(frozen=True)
class Breakdown:
    """Scores taken apart: each head a title and what it rests on; each row a channel with its scores, best first."""

    heads: list[tuple[str, str]]
    rows: list[tuple[str, bool, list[Given]]]


def by_topic(facts: Facts) -> Breakdown:
    parts = facts.get("topics", [])
    heads = [(topics.title(part["topic"]), wording.prompts(part["prompts"])) for part in parts]
    return _breakdown(facts, heads, [{slug: {"value": v} for slug, v in part["scores"].items()} for part in parts])


def by_grader(facts: Facts) -> Breakdown:
    parts = facts.get("graders", [])
    titles = {each["slug"]: told(each, "title") for each in facts["dimensions"]}
    heads = [(titles[part["dimension"]], grader(facts, part["grader"], part["judge"])) for part in parts]
    return _breakdown(facts, heads, [part["scores"] for part in parts])


def _breakdown(facts: Facts, heads: list[tuple[str, str]], scores: list[dict[str, Facts]]) -> Breakdown:
    names, chosen = Names(facts), facts["recommendation"]["channel"]
    rows = []
    for row in facts["ranking"]:
        given = [part.get(row["channel"]) or {} for part in scores]
        cells = [Given(each.get("value"), each.get("n")) for each in given]
        rows.append((names.channel(row["channel"]), row["channel"] == chosen, cells))
    return Breakdown(heads, rows)


def grader(facts: Facts, kind: str, judge: str | None) -> str:
    """Who scored, in a word or a name."""
    names = {each["channel"]: each["name"] for each in facts["judges"]["used"]}
    return names.get(judge, judge) if judge else {"rule": _("rule"), "person": _("person")}.get(kind, kind)
