"""What the report pages show: the frozen facts alone, in the reader's language."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from catalog import markdown
from sandbox import charts, pictures, validity, wording
from sandbox.pages import breakdowns, judges, rounds
from sandbox.pages import chart as chart_page
from sandbox.wording import Facts, Names, told
from sandbox.wording.left_out import left_out

# Somebody in a hurry reads as many reasons; the rest stand with the evidence.
REASONS_AT_FIRST = 3
ADVICE = "visualization-advice"  # the dimension that a chart's check is evidence for


@dataclass(frozen=True)
class Cell:
    """One channel's answers to one prompt: their mean score, or None, and how many of them failed."""

    prompt: str
    score: float | None
    failed: int


@dataclass(frozen=True)
class Row:
    """One channel of the evidence table, with its scores in the order of the dimensions."""

    facts: Facts
    name: str
    provider: str
    is_lead: bool
    is_chosen: bool
    dimensions: list[float | None]
    cells: list[Cell]

    @property
    def failed_by(self) -> str:
        """``2 × took too long``; empty without failures."""
        return wording.failures(self.facts["failure_kinds"])


def context(facts: Facts) -> dict[str, Any]:
    rows, said = ranked(facts), wording.recommendation(facts)
    return {
        "facts": facts,
        "scenario_title": told(facts["scenario"], "title"),
        "started_at": when(facts["started_at"]),
        "finished_at": when(facts["finished_at"]),
        "dimensions": dimensions(facts),
        "others": other_weights(facts),
        "rows": rows,
        "said": said,
        "reasons": said.reasons[:REASONS_AT_FIRST],
        "more_reasons": said.reasons[REASONS_AT_FIRST:],
        "trust": validity.sentence(facts),
        "takes": takes(facts),
        "topics": breakdowns.by_topic(facts),
        "graders": breakdowns.by_grader(facts),
        "sure": certainty(facts),
        "prompts": [
            {**each, "title": prompt_title(each, n), "pictures": pictures.read_back(each.get("pictures", []))}
            for n, each in enumerate(facts["prompts"], 1)
        ],
        "answers_total": len(facts["answers"]),
        "charts": charts.all_of(facts),
        "judges": judges.panel(facts),
        "pairs": judges.side_by_side(facts),
        "manifest": manifest(facts),
        "rounds": rounds.context(facts),
    }


def ranked(facts: Facts) -> list[Row]:
    slugs = [dimension["slug"] for dimension in facts["dimensions"]]
    chosen = facts["recommendation"]["channel"]
    cells = cells_of(facts)
    names = Names(facts)
    return [
        Row(
            facts=entry,
            name=names.channel(entry["channel"]),
            provider=told(entry, "provider_name"),
            is_lead=place == 0 and entry["score"] is not None,
            is_chosen=entry["channel"] == chosen,
            dimensions=[(entry["dimensions"].get(slug) or {}).get("value") for slug in slugs],
            cells=[cells[entry["channel"], prompt["slug"]] for prompt in facts["prompts"]],
        )
        for place, entry in enumerate(facts["ranking"])
    ]


def cells_of(facts: Facts) -> dict[tuple[str, str], Cell]:
    """Every channel × prompt, for the table that leads to the answers."""
    found: dict[tuple[str, str], list[Facts]] = {}
    for answer in facts["answers"]:
        found.setdefault((answer["channel"], answer["prompt"]), []).append(answer)
    cells = {}
    for entry in facts["ranking"]:
        for prompt in facts["prompts"]:
            answers = found.get((entry["channel"], prompt["slug"]), [])
            scores = [score for answer in answers if (score := answer_score(answer, facts["weights"])) is not None]
            cells[entry["channel"], prompt["slug"]] = Cell(
                prompt=prompt["slug"],
                score=sum(scores) / len(scores) if scores else None,
                failed=sum(answer["state"] == "failed" for answer in answers),
            )
    return cells


def answer_score(answer: Facts, weights: dict[str, float]) -> float | None:
    """An answer's grades as one, by the visitor's weights: what the ranking is made of. None when unscored."""
    grades = {slug: grade for slug, grade in answer["grades"].items() if weights.get(slug)}
    total = sum(weights[slug] for slug in grades)
    return sum(weights[slug] * grade for slug, grade in grades.items()) / total if total else None


@dataclass(frozen=True)
class Take:
    """A channel that one may take, for somebody in a hurry: what it scores and costs."""

    name: str
    facts: Facts
    is_chosen: bool


def takes(facts: Facts) -> list[Take]:
    """The channel to take, then the runner-up, as far as there are any."""
    decided, names = facts["recommendation"], Names(facts)
    slugs = [slug for slug in (decided["channel"], decided["runner_up"]) if slug in names.rows]
    return [Take(names.channel(slug), names.rows[slug], slug == decided["channel"]) for slug in slugs]


def certainty(facts: Facts) -> float:
    """How bright the leader's gold is: 0-1."""
    probability = facts["recommendation"].get("probability_best")
    return 0.5 if probability is None else float(probability)


def dimensions(facts: Facts) -> list[dict[str, Any]]:
    """Each dimension with its title, note and share of all weight."""
    total = sum(facts["weights"].values()) or 1
    return [
        {
            "slug": each["slug"],
            "title": told(each, "title"),
            "note": told(each, "note"),
            "share": facts["weights"].get(each["slug"], 0) / total,
        }
        for each in facts["dimensions"]
    ]


def other_weights(facts: Facts) -> list[tuple[str, float]]:
    total = sum(facts["weights"].values()) or 1
    titles = {"cost": _("low cost"), "speed": _("speed")}
    return [(title, facts["weights"].get(name, 0) / total) for name, title in titles.items()]


def manifest(facts: Facts) -> list[dict[str, Any]]:
    """What was sent to each channel, what it said it was, and its price then; in the ranking's order."""
    called = Names(facts)
    names = {entry["channel"]: called.channel(entry["channel"]) for entry in facts["ranking"]}
    rows = facts["manifest"]["channels"]
    return [
        {
            "slug": slug,
            "name": name,
            "facts": rows[slug],
            "sent": json.dumps(rows[slug]["sent"], ensure_ascii=False, indent=2),
            "left_out": left_out(rows[slug].get("dropped", [])),
            "says_other": [model for model in rows[slug]["upstream_models"] if model != rows[slug]["wire_name"]],
        }
        for slug, name in names.items()
        if slug in rows
    ]


@dataclass(frozen=True)
class Answered:
    """One answer as the prompt page shows it."""

    facts: Facts
    entry: Facts
    name: str
    html: SafeString
    score: float | None
    error: str
    mend: str
    scores: list[dict[str, Any]]
    chart: chart_page.Chart | None
    advice: Facts


def prompt_context(facts: Facts, slug: str) -> dict[str, Any] | None:
    """All answers to one prompt, best first; None when the report has no such prompt."""
    slugs = [prompt["slug"] for prompt in facts["prompts"]]
    if slug not in slugs:
        return None
    place = slugs.index(slug)
    entries = {entry["channel"]: entry for entry in facts["ranking"]}
    answers = [
        answered(facts, answer, entries[answer["channel"]]) for answer in facts["answers"] if answer["prompt"] == slug
    ]
    answers.sort(key=lambda each: -1.0 if each.score is None else each.score, reverse=True)
    return {
        "facts": facts,
        "scenario_title": told(facts["scenario"], "title"),
        "prompt": facts["prompts"][place],
        "title": prompt_title(facts["prompts"][place], place + 1),
        "pictures": pictures.read_back(facts["prompts"][place].get("pictures", [])),
        "number": place + 1,
        "all": len(slugs),
        "before": facts["prompts"][place - 1] if place else None,
        "after": facts["prompts"][place + 1] if place + 1 < len(slugs) else None,
        "answers": answers,
    }


def prompt_title(prompt: Facts, number: int) -> str:
    """Its own; its number where it is hidden."""
    return prompt["title"] or _("Prompt %(number)d") % {"number": number}


def answered(facts: Facts, answer: Facts, entry: Facts) -> Answered:
    titles = {each["slug"]: told(each, "title") for each in facts["dimensions"]}
    scores = [
        {
            **score,
            "title": titles.get(score["dimension"], score["dimension"]),
            "by": breakdowns.grader(facts, score["grader"], score["judge"]),
            "evidence_text": evidence_text(score["evidence"] or {}),
        }
        for score in answer["scores"]
    ]
    advised = [score for score in scores if score["dimension"] == ADVICE]
    return Answered(
        facts=answer,
        entry=entry,
        name=Names(facts).channel(entry["channel"]),
        html=markdown.render(answer["text"]),
        score=answer_score(answer, facts["weights"]),
        error=wording.error(answer["error_kind"]) if answer["error_kind"] else "",
        mend=wording.mend(answer["error_kind"]) if answer["error_kind"] else "",
        scores=scores,
        chart=chart_page.told(answer.get("chart"), is_asked_for=any(score["value"] is not None for score in advised)),
        advice={"title": titles.get(ADVICE, ""), "value": answer["grades"].get(ADVICE)},
    )


def evidence_text(evidence: Facts) -> str:
    """What a grader went by, without which version of its own prompt it used: the manifest says that once."""
    shown = {name: value for name, value in evidence.items() if name != "prompt_version"}
    return json.dumps(shown, ensure_ascii=False) if shown else ""


def when(text: str | None) -> datetime | None:
    return parse_datetime(text) if text else None
