"""Who graded, and how far to believe it, in the reader's language: for reports and for the page *How we score*."""

from __future__ import annotations

from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sandbox.wording import Facts, Names, told


def panel(facts: Facts) -> Facts:
    """The judges of a report, each with its record and what the planted pairs found, as sentences."""
    judges = facts["judges"]
    titles = {each["slug"]: told(each, "title") for each in facts["dimensions"]}
    return {
        **judges,
        "used": [
            {**judge, "record_lines": record_lines(judge, titles), "warning": warning(judge), "sight": sight(judge)}
            for judge in judges["used"]
        ],
        "rules": [
            {"title": rule_titles().get(rule["rule"], rule["rule"]), "record_lines": record_lines(rule, titles)}
            for rule in judges.get("rules", [])
        ],
        "left_out": [{**judge, "why": why_left_out(judge)} for judge in judges["left_out"]],
    }


def rule_titles() -> dict[str, str]:
    return {
        "number": _("numbers"),
        "choice": _("multiple choice"),
        "exact": _("exact texts"),
        "code_output": _("program output"),
        "regex": _("patterns"),
        "json": _("JSON schema"),
        "contains": _("must contain"),
        "forbids": _("must not contain"),
    }


def record_lines(grader: Facts, titles: dict[str, str]) -> list[str]:
    """One line per record in general or on the report's dimensions; "not yet calibrated" where there is none."""
    shown = [record for record in grader.get("records", []) if not record["dimension"] or record["dimension"] in titles]
    return [record_line(record, titles) for record in shown] or [_("not yet calibrated against people")]


def record_line(record: Facts, titles: dict[str, str]) -> str:
    """``Depth: Spearman's ρ 0.61 [0.55, 0.67], n = 200, on people's grades, 2026-11-01``."""
    figures = {
        "statistic": statistic(record["statistic"]),
        "value": f"{record['value']:.2f}",
        "low": f"{record['low']:.2f}",
        "high": f"{record['high']:.2f}",
        "n": f"{record['n']:,}",
        "data": _(record["data"]),
        "day": parse_date(record["measured_on"]),
    }
    line = _("%(statistic)s %(value)s [%(low)s, %(high)s], n = %(n)s, on %(data)s, %(day)s") % figures
    if record.get("flip_rate") is not None:
        line += _(", the order decided %(share)s") % {"share": f"{record['flip_rate']:.0%}"}
    if record.get("prompt_version"):
        line += _(", judge prompt %(version)s") % {"version": record["prompt_version"]}
    return f"{titles[record['dimension']]}: {line}" if record["dimension"] else line


def statistic(name: str) -> str:
    return {"kappa": _("Cohen's κ"), "spearman": _("Spearman's ρ"), "agreement": _("agreement")}[name]


def warning(judge: Facts) -> str:
    """What the planted pairs found, where that casts a doubt; else nothing."""
    planted = judge.get("planted", {})
    if not planted.get("missed"):
        return ""
    said = ngettext(
        "missed %(missed)d of %(asked)d planted pair", "missed %(missed)d of %(asked)d planted pairs", planted["asked"]
    )
    doubt = _("; its scores are doubtful") if planted["doubtful"] else ""
    return f"{said % planted}{doubt}"


def sight(judge: Facts) -> str:
    """Whether it saw what was asked about, where that was a picture."""
    saw = judge.get("saw_pictures")
    if saw is None:
        return ""
    return _("was shown the pictures") if saw else _("was not shown the pictures, and went by the reference alone")


def why_left_out(judge: Facts) -> str:
    if judge["reason"] == "shares_maker":
        return _("shares a maker with a contender")
    return _("the jury was full")


def side_by_side(facts: Facts) -> Facts | None:
    """The leaders' answers as the judges saw them side by side; None where nobody compared them."""
    pairs = facts.get("pairs")
    if not pairs:
        return None
    names = Names(facts)
    judges = {judge["channel"]: judge["name"] for judge in facts["judges"]["used"]}
    return {
        **pairs,
        "left_name": names.channel(pairs["left"]),
        "right_name": names.channel(pairs["right"]),
        "judges": [{**each, "name": judges.get(each["judge"], each["judge"])} for each in pairs["judges"]],
    }
