"""A report to take away: JSON with sentences beside the codes, CSV with a row per answer, PDF to read and to print."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from sandbox import redaction, replies, sheets, wording
from sandbox.models import Reply, Report
from sandbox.paper import document as paper
from sandbox.paper import press
from sandbox.sheets import Cell
from sandbox.wording import Facts, Names, told

FIGURES = (
    "ttft_ms",
    "ttfat_ms",
    "total_ms",
    "gap_p95_ms",
    "output_tps",
    "input_tokens",
    "output_tokens",
    "charge",
    "tries",
)


def report_json(report: Report) -> Facts:
    """The facts, with reasons and flips as sentences in the reader's language; their codes stand beside them."""
    facts = redaction.shown(report)
    decided = facts["recommendation"]
    names = Names(facts)
    said = wording.recommendation(facts)
    spoken = {
        **decided,
        "summary": said.plain,
        "reasons": [wording.remark(each, names) for each in decided["reasons"]],
        "flips_when": [wording.remark(each, names) for each in decided["flips_when"]],
        "reason_codes": decided["reasons"],
        "flip_codes": decided["flips_when"],
    }
    replied = [_reply(each) for each in replies.to_report(report)]
    return {**facts, "visibility": report.visibility, "recommendation": spoken, "replies": replied}


def _reply(reply: Reply) -> Facts:
    """What a provider says to the report, in its own words."""
    return {"provider": reply.provider.slug, "text": reply.text, "written_at": reply.written_at.isoformat()}


def report_pdf(report: Report, *, address: str = "") -> bytes:
    """The page as a document; ``address`` is where the page is."""
    document = paper.lay_out(redaction.shown(report), address=address)
    return press.print_pdf(document, printed_at=report.created_at)


def report_csv(report: Report) -> str:
    """One row per answer, with its scores by dimension."""
    facts = redaction.shown(report)
    rows = {row["channel"]: row for row in facts["ranking"]}
    prompts = {prompt["slug"]: prompt for prompt in facts["prompts"]}
    cells = (_cells(facts, each, rows[each["channel"]], prompts[each["prompt"]]) for each in facts["answers"])
    return sheets.csv_text([_titles(facts), *cells])


def _titles(facts: Facts) -> list[Cell]:
    scores = [f"score {dimension['slug']}" for dimension in facts["dimensions"]]
    reasons = [f"reason {dimension['slug']}" for dimension in facts["dimensions"]]
    texts = ["channel", "name", "provider", "simulated", "prompt", "prompt title", "language", "repeat", "state"]
    return [
        *texts,
        "error",
        "error in words",
        *FIGURES,
        "currency",
        "usage estimated",
        *scores,
        *reasons,
        "answer",
        "thinking",
        "question",
        "pictures",
    ]


def _cells(facts: Facts, answer: Facts, row: Facts, prompt: Facts) -> list[Cell]:
    slugs = [dimension["slug"] for dimension in facts["dimensions"]]
    charge = answer["charge"]
    figures = {**answer, "charge": None if charge is None else Decimal(charge)}
    return [
        *(row["channel"], row["name"], told(row, "provider_name"), _yes(row["simulated"])),
        *(prompt["slug"], prompt["title"], prompt["language"]),
        answer["repeat"],
        *(answer["state"], answer["error_kind"], answer["error_detail"]),
        *(figures[figure] for figure in FIGURES),
        facts["currency"],
        _yes(answer["usage_estimated"]),
        *(_score(answer, slug) for slug in slugs),
        *(" | ".join(_reasons(answer, slug)) for slug in slugs),
        *(answer["text"], answer["reasoning"], prompt["text"]),
        " | ".join(f"{each['name']} {each['address']}" for each in prompt.get("pictures", [])),
    ]


def _yes(truth: Any) -> str:
    return "yes" if truth else "no"


def _score(answer: Facts, slug: str) -> float | None:
    """The dimension's score of an answer: the rule's alone where there is one, else the mean over graders."""
    given = [score for score in answer["scores"] if score["dimension"] == slug and score["value"] is not None]
    counted = [score["value"] for score in given if score["grader"] == "rule"] or [score["value"] for score in given]
    return round(sum(counted) / len(counted), 4) if counted else None


def _reasons(answer: Facts, slug: str) -> Iterator[str]:
    for score in answer["scores"]:
        if score["dimension"] == slug and score["reason"]:
            yield f"{score['judge'] or score['grader']}: {score['reason']}"
