"""How a channel fares, as its page and its spreadsheets show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.translation import gettext as _

from catalog import editions, position
from catalog.models import Channel, Dimension, Scenario
from marketplace.portal.faring import lines
from sandbox import faring, losses, topics, wording
from sandbox.sheets import Cell, csv_text

STRETCHES = (7, 30, 90)
USUAL_STRETCH = 30


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything of one channel in one scenario (None: in none yet) over a stretch of days."""

    channel: Channel
    scenario: Scenario | None
    days: int
    faring: faring.Faring
    losses: losses.Losses | None
    position: position.Position | None


def of(channel: Channel, *, scenario: Scenario | None, days: int) -> Sheet:
    return Sheet(
        channel=channel,
        scenario=scenario,
        days=days,
        faring=faring.of(channel, days=days, scenario=scenario),
        losses=losses.of(channel, scenario) if scenario else None,
        position=position.of(channel, scenario, editions.current()) if scenario else None,
    )


def context(sheet: Sheet) -> dict[str, Any]:
    """What the template shows beside the sheet itself: charts, and words for what the rows call by slugs."""
    found = sheet.faring
    stretch = {"since": found.since, "until": found.until}
    return {
        "sheet": sheet,
        "currency": settings.CURRENCY,
        "charts": {
            "first_words": lines.chart(
                found.days, **stretch, figures={"p95": lambda day: day.ttft_ms_p95, "p50": lambda day: day.ttft_ms_p50}
            ),
            "speed": lines.chart(found.days, **stretch, figures={"p50": lambda day: day.output_tps_p50}),
            "failures": lines.chart(found.days, **stretch, figures={"failed": lambda day: day.failed_share}),
        },
        "errors": [(wording.failing.error(kind), count) for kind, count in found.errors],
        "dimensions": _named(sheet, "dimensions", dimension_titles(sheet.scenario)),
        "topics": _named(sheet, "topics", None),
    }


def dimension_titles(scenario: Scenario | None) -> dict[str, str]:
    """By slug, of the newest rubric that has it."""
    rows = Dimension.objects.filter(rubric__scenario=scenario).order_by("rubric__version") if scenario else []
    return {row.slug: row.title for row in rows}


class NamedGap(NamedTuple):
    """A gap as a person reads it: what it is about, and what it says in a word or two."""

    title: str
    gap: losses.Gap
    verdict: str


def _named(sheet: Sheet, part: str, titles: dict[str, str] | None) -> list[NamedGap]:
    gaps: list[losses.Gap] = getattr(sheet.losses, part) if sheet.losses else []
    named = [(topics.title(gap.key) if titles is None else titles.get(gap.key, gap.key), gap) for gap in gaps]
    return [NamedGap(title, gap, verdict(gap)) for title, gap in named]


def csv_of(sheet: Sheet, part: str) -> str:
    """``days``, ``dimensions`` or ``topics`` as a spreadsheet; unknown is an empty cell."""
    return csv_text(_days(sheet) if part == "days" else _gaps(sheet, part))


def _days(sheet: Sheet) -> list[list[Cell]]:
    head: list[Cell] = ["day", "answers", "failed", "ttft_ms_p50", "ttft_ms_p95", "output_tps_p50"]
    return [head, *map(_day, sheet.faring.days)]


def _day(one: faring.Day) -> list[Cell]:
    return [one.day.isoformat(), one.answers, one.failed, one.ttft_ms_p50, one.ttft_ms_p95, one.output_tps_p50]


def _gaps(sheet: Sheet, part: str) -> list[list[Cell]]:
    head: list[Cell] = [part.removesuffix("s"), "prompts", "mine", "others", "gap", "gap_low", "gap_high", "verdict"]
    gaps: list[losses.Gap] = getattr(sheet.losses, part) if sheet.losses else []
    return [head, *map(_gap, gaps)]


def _gap(one: losses.Gap) -> list[Cell]:
    figures = (one.mine, one.others, one.gap.value, one.gap.low, one.gap.high)
    return [one.key, one.n, *(round(figure, 3) for figure in figures), one.verdict]


def verdict(gap: losses.Gap) -> str:
    """What a gap says, in a word or two."""
    return {
        losses.LOSES: _("loses"),
        losses.LEADS: _("leads"),
        losses.LEVEL_WITH: _("level"),
        losses.CANNOT_TELL: _("cannot tell yet"),
    }[gap.verdict]
