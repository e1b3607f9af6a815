"""A report for machines and spreadsheets: JSON with sentences beside the codes, CSV without a formula in any cell."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator
from typing import Any

from sandbox import wording
from sandbox.models import Report
from sandbox.wording import Facts, Names, told

BOM = "\ufeff"
# What a spreadsheet reads as the start of a formula: ASCII, full-width and small forms.
FORMULA_LEADS = frozenset("=+-@＝＋－＠﹦﹢﹣﹫−")
BREAKS = frozenset("\t\r\n\0")
QUOTES = frozenset("\"'`“”‘’")

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
    facts: Facts = report.facts
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
    return {**facts, "recommendation": spoken}


def report_csv(report: Report) -> str:
    """One row per answer, with its scores by dimension; UTF-8 with a byte order mark for the caller to encode."""
    facts: Facts = report.facts
    sheet = io.StringIO()
    sheet.write(BOM)
    writer = csv.writer(sheet, lineterminator="\r\n")
    writer.writerow([neutral(title) for title in _titles(facts)])
    rows = {row["channel"]: row for row in facts["ranking"]}
    prompts = {prompt["slug"]: prompt for prompt in facts["prompts"]}
    for answer in facts["answers"]:
        writer.writerow(_cells(facts, answer, rows[answer["channel"]], prompts[answer["prompt"]]))
    return sheet.getvalue()


def neutral(text: str) -> str:
    """``text`` such that no spreadsheet takes it for a formula: one single quote in front where it might.

    OWASP ASVS 5.0, V1.2.10, and wider: what stands behind leading blanks, invisible characters and quotes counts too.
    """
    text = text.encode("utf-8", "replace").decode().replace("\0", "")
    lead = next((char for char in text if not _is_skipped(char)), "")
    risky = lead in FORMULA_LEADS or text[:1] in BREAKS
    return f"'{text}" if lead and risky else text


def _is_skipped(char: str) -> bool:
    """Blank, invisible or a quote: what a reader may strip before it looks for a formula."""
    return char.isspace() or char in QUOTES or unicodedata.category(char) in {"Cc", "Cf", "Zs", "Zl", "Zp"}


def _titles(facts: Facts) -> list[str]:
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
    ]


def _cells(facts: Facts, answer: Facts, row: Facts, prompt: Facts) -> list[str]:
    slugs = [dimension["slug"] for dimension in facts["dimensions"]]
    return [
        *map(neutral, (row["channel"], row["name"], told(row, "provider_name"), _yes(row["simulated"]))),
        *map(neutral, (prompt["slug"], prompt["title"], prompt["language"])),
        number(answer["repeat"]),
        *map(neutral, (answer["state"], answer["error_kind"], answer["error_detail"])),
        *(number(answer[figure]) for figure in FIGURES),
        neutral(facts["currency"]),
        _yes(answer["usage_estimated"]),
        *(number(_score(answer, slug)) for slug in slugs),
        *(neutral(" | ".join(_reasons(answer, slug))) for slug in slugs),
        *map(neutral, (answer["text"], answer["reasoning"], prompt["text"])),
    ]


def number(value: float | str | None) -> str:
    """A figure as it is, for typed columns alone; unknown is empty, never 0."""
    return "" if value is None else str(value)


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
