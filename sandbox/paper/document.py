"""What stands on a report's paper, in the reader's language: the page's own words and figures, ready to be set."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.formats import date_format
from django.utils.html import strip_tags
from django.utils.text import Truncator
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from catalog.language import is_chinese
from catalog.templatetags.measures import FULL_MARKS, UNKNOWN, interval, money, ms, percent, price, score
from sandbox import wording
from sandbox.charts import Chart
from sandbox.pages import report as report_page
from sandbox.pages.breakdowns import Breakdown, Given
from sandbox.pages.report import Cell
from sandbox.wording import Facts

Table = dict[str, Any]
# So many columns of figures fit beside a name on a portrait page.
MOST_COLUMNS = 8
LONGEST_NAME = 90

# The page's colours, for charts outside a page.
CHART_STYLE = """
text { font-family: 'Open Sans', 'Droid Sans Fallback'; fill: #1b1d22 }
.chart__figure { font-size: 12px; fill: #5d636c } .chart__axis { fill: #5d636c }
.chart__name--lead { font-weight: 600; fill: #80590c }
.chart__grid { stroke: #e4dfd5 } .chart__whisker { stroke: #1b1d22; stroke-width: 1.25 }
.chart__point circle, .chart__bar { fill: #878b91 } .chart__point .chart__whisker { stroke: #878b91 }
.chart__point--lead circle, .chart__bar--lead { fill: #b8862b } .chart__point--lead .chart__whisker { stroke: #b8862b }
"""


def lay_out(facts: Facts, *, address: str = "") -> dict[str, Any]:
    """Everything that ``report.typ`` sets; ``address`` is where the report can be read as a page."""
    page = report_page.context(facts)
    return {
        "language": "zh" if is_chinese() else "en",
        "brand": "Touchstone 试金石",
        "address": address,
        "code": facts["code"],
        "simulated": _("simulated") if facts["simulated"] else "",
        "simulated_note": _simulated(facts),
        "page_of": _("Page {page} of {all}"),
        "conclusion": _conclusion(facts, page),
        "charts": {"title": _("Quality, cost and speed"), "all": [_chart(each) for each in page["charts"]]},
        "tables": list(_tables(facts, page)),
        "manifest": _manifest(facts, page),
    }


def _simulated(facts: Facts) -> str:
    if not facts["simulated"]:
        return ""
    return _(
        "All channels in this report are simulated: fictional providers that are part of this site. "
        "It shows how a comparison reads, not how any real API fares."
    )


def _conclusion(facts: Facts, page: dict[str, Any]) -> dict[str, Any]:
    said = page["said"]
    finished = date_format(localtime(page["finished_at"]), "DATE_FORMAT") if page["finished_at"] else ""
    counts = wording.prompts(len(facts["prompts"])), wording.channels(len(facts["ranking"]))
    takes = [
        {
            "label": _("Take") if take.is_chosen else _("Runner-up"),
            "name": take.name,
            "note": _("price unknown") if take.facts["cost"] is None else _per_hundred(take.facts["cost"], facts),
        }
        for take in page["takes"]
    ]
    return {
        "about": " · ".join(part for part in (page["scenario_title"], *counts, finished) if part),
        "verdict": said.plain,
        "sure": strip_tags(said.sure),
        "ended": ended(facts["state"]),
        "takes": takes,
        "until": {"label": _("Until when"), "text": page["trust"]} if page["trust"] else None,
        "reasons": {"title": _("Why"), "all": said.reasons},
        "flips": {"title": _("What would change it"), "all": said.flips},
    }


def ended(state: str) -> str:
    """Nothing for a trial that ran to its end."""
    return {
        "done": "",
        "cancelled": _("The trial was stopped before its end; this rests on what had arrived."),
    }.get(state, _("The trial did not get to its end; this rests on what had arrived."))


def _per_hundred(cost: str, facts: Facts) -> str:
    return wording.price(cost, facts["currency"]) + " " + _("per 100 answers")


def _chart(chart: Chart) -> dict[str, str]:
    """Its SVG as a file of its own, with the page's style inside."""
    head, body = str(chart.printed).split(">", 1)
    width, height = re.findall(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', head)[0]
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    root = f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-size="13" color="#1b1d22" fill="currentColor">'
    return {"title": chart.title, "svg": f"{root}<style>{CHART_STYLE}</style>{body}", "note": chart.note}


def _tables(facts: Facts, page: dict[str, Any]) -> Iterator[Table]:
    yield _evidence(facts, page)
    if page["pairs"]:
        yield _pairs(page["pairs"])
    yield from _breakdown(_("By topic"), page["topics"])
    yield from _breakdown(_("By grader"), page["graders"])
    yield from _prompts(facts, page)


def _evidence(facts: Facts, page: dict[str, Any]) -> Table:
    heads = [each["title"] for each in page["dimensions"]]
    rows = [
        {
            "name": row.name,
            "by": "" if row.facts["simulated"] else row.provider,
            "is_lead": row.is_chosen,
            "streak": _streak(row.facts),
            "cells": [
                score(row.facts["score"]),
                *map(score, row.dimensions),
                money(row.facts["cost"], facts["currency"]),
                ms(row.facts["ttft_ms_p50"]),
                f"{row.facts['failures']} / {row.facts['answers']}",
            ],
        }
        for row in page["rows"]
    ]
    figures = [_("Cost per 100 answers"), _("First words"), _("Failures")]
    return {
        "title": _("The evidence"),
        "first": _("Channel"),
        "streak": _("Score with its 90 % interval"),
        "heads": [_("Score"), *heads, *figures],
        "rows": rows,
        "notes": [*_how(page)],
    }


def _streak(row: Facts) -> dict[str, float] | None:
    """Where bar and whiskers end, as shares of the scale, and the interval in figures."""
    if row["score"] is None:
        return None
    marks = {"bar": row["score"], "low": row["low"], "high": row["high"]}
    ends = {name: min(max(value / FULL_MARKS, 0.0), 1.0) for name, value in marks.items()}
    return {**ends, "said": interval(row["low"], row["high"])}


def _how(page: dict[str, Any]) -> Iterator[str]:
    """On which scale, by which weights, and by whom."""
    yield _("Scores run from 1 to 10. First words: the time after which half of the answers had begun.")
    weights = [(each["title"], each["share"]) for each in page["dimensions"]]
    weights += [(title, share) for title, share in page["others"] if share]
    yield _("Weighed by:") + " " + " · ".join(f"{title} {percent(share)}" for title, share in weights)
    judges = page["judges"]
    if judges["used"]:
        yield _("Judged by") + " " + _(", ").join(_judge(each) for each in judges["used"])
    else:
        yield _("Scored by rule alone: no judge was at hand.")
    if judges["left_out"]:
        yield _("Not used as judges:") + " " + _(", ").join(each["name"] for each in judges["left_out"])


def _judge(judge: Facts) -> str:
    marks = [_("simulated")] if judge["simulated"] else []
    if judge["shares_maker"]:
        marks.append(_("shares a maker with a contender"))
    said = _(", ").join(marks)
    return f"{judge['name']} ({said})" if marks else str(judge["name"])


def _pairs(pairs: Facts) -> Table:
    won = [_("%(channel)s won") % {"channel": pairs[f"{side}_name"]} for side in ("left", "right")]
    keys = ("wins", "losses", "ties", "flips")
    return {
        "title": _("Side by side"),
        "first": _("Judge"),
        "heads": [*won, _("Ties"), _("Flips among them")],
        "rows": [_row(each["name"], [str(each[key]) for key in keys]) for each in pairs["judges"]],
        "notes": [],
    }


def _breakdown(title: str, breakdown: Breakdown) -> Iterator[Table]:
    heads = [f"{head}\n{by}" for head, by in breakdown.heads]
    rows = [_row(name, map(_given, cells), is_lead=is_chosen) for name, is_chosen, cells in breakdown.rows]
    yield from _in_parts(title, heads, rows)


def _prompt_named(prompt: Facts) -> str:
    """Its title, and what its pictures show: paper has them in words."""
    seen = _("; ").join(picture["alt"] for picture in prompt["pictures"])
    if not seen:
        return str(prompt["title"])
    return _("%(title)s (picture: %(alt)s)") % {"title": prompt["title"], "alt": seen}


def _prompts(facts: Facts, page: dict[str, Any]) -> Iterator[Table]:
    heads = [_("Prompt %(number)d") % {"number": n} for n in range(1, len(page["prompts"]) + 1)]
    rows = [_row(row.name, map(_cell, row.cells), is_lead=row.is_chosen) for row in page["rows"]]
    tables = list(_in_parts(_("Scores by prompt"), heads, rows))
    if tables:
        tables[-1]["notes"] = [f"{n}. {_prompt_named(each)}" for n, each in enumerate(page["prompts"], 1)]
    yield from tables


def _given(given: Given) -> str:
    return f"{score(given.value)} (n={given.n})" if given.n else score(given.value)


def _cell(cell: Cell) -> str:
    return _("failed") if cell.score is None and cell.failed else score(cell.score)


def _row(name: str, cells: Iterable[str], *, is_lead: bool = False) -> Facts:
    return {"name": name, "by": "", "is_lead": is_lead, "streak": None, "cells": list(cells)}


def _in_parts(title: str, heads: list[str], rows: list[Facts]) -> Iterator[Table]:
    """One table, or several below each other where its columns are too many for a page."""
    for start in range(0, len(heads), MOST_COLUMNS):
        part = slice(start, start + MOST_COLUMNS)
        yield {
            "title": "" if start else title,
            "first": _("Channel"),
            "heads": heads[part],
            "rows": [{**row, "cells": row["cells"][part]} for row in rows],
            "notes": [],
        }


def _manifest(facts: Facts, page: dict[str, Any]) -> dict[str, Any]:
    manifest = facts["manifest"]
    times = [(_("Started"), page["started_at"]), (_("Finished"), page["finished_at"])]
    rates = [f"1 {currency} = {rate} {facts['currency']}" for currency, rate in manifest["fx"].items()]
    told = [
        (_("Report"), facts["code"]),
        *((name, f"{localtime(time):%Y-%m-%d %H:%M:%S %z}") for name, time in times if time),
        (_("Repeats"), str(facts["repeats"])),
        (_("Spent"), money(manifest["spent"], facts["currency"])),
        (_("Exchange rates"), " · ".join(rates)),
        (_("Judge prompt"), page["judges"]["prompt_version"]),
    ]
    return {
        "title": _("Manifest"),
        "note": _("What was sent, to which model, what the upstream said it was, and the price that counted."),
        "facts": [[name, value] for name, value in told if value],
        "heads": [_("Channel"), _("Asked for"), _("Said it was"), _("Price per million")],
        "rows": [[row["name"], *_call(row["facts"])] for row in page["manifest"]],
    }


def _call(call: Facts) -> list[str]:
    said = Truncator(_(", ").join(call["upstream_models"]) or UNKNOWN).chars(LONGEST_NAME)
    return [Truncator(call["wire_name"]).chars(LONGEST_NAME), said, _tariff(call["price"])]


def _tariff(tariff: Facts | None) -> str:
    if tariff is None:
        return UNKNOWN
    return " / ".join(price(tariff[part], tariff["currency"]) for part in ("input", "output"))
