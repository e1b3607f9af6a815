"""Checks the chart that an answer advises: found, compared with the question's data, and drawn. It scores nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sandbox.graders.charts import limits, render
from sandbox.graders.charts.fields import Given, check_fields, check_values
from sandbox.graders.charts.find import NONE, VEGA_LITE, find_chart
from sandbox.graders.charts.findings import Finding, finding
from sandbox.graders.charts.marks import check_marks
from sandbox.graders.charts.tables import bare
from sandbox.graders.charts.units import Rows, Unit, units

__all__ = ["NONE", "VEGA_LITE", "Chart", "Finding", "check"]

# What the engine would say of these in its own words is said already, in better ones.
SPOKEN_FOR = frozenset({"unknown_mark", "unknown_type"})


class Chart(NamedTuple):
    """``compiles`` is None for what was not tried; ``svg`` is safe, and empty where nothing was drawn."""

    language: str
    compiles: bool | None = None
    findings: tuple[Finding, ...] = ()
    svg: str = ""


def check(pairs: Sequence[tuple[str, str]], *, font: str = "", budget_s: float = render.BUDGET_S) -> list[Chart]:
    """The charts of (question, answer) pairs, in order; all pictures are drawn by one process. Takes its time."""
    read = [examine(question, answer) for question, answer in pairs]
    jobs = [job for _, job in read if job is not None]
    drawn = iter(render.draw_all(jobs, font=font, budget_s=budget_s))
    return [chart if job is None else with_picture(chart, next(drawn)) for chart, job in read]


def examine(question: str, answer: str) -> tuple[Chart, render.Job | None]:
    """All that can be said without drawing, and what to draw."""
    found = find_chart(answer)
    if found.spec is None:
        compiles = False if found.findings and found.findings[0].code == "not_json" else None
        return Chart(found.language, compiles, tuple(found.findings)), None
    spec = found.spec
    given = Given(question)
    if refused := limits.refuse(spec):
        return Chart(VEGA_LITE, None, (*found.findings, refused)), None
    pictures = units(spec)
    table = given.best_table(name for unit in pictures for name in unit.names)
    records = _renamed(table.records, pictures) if table else None
    drawable, said = limits.to_draw(spec, records)
    findings = [
        *found.findings,
        *said,
        *check_fields(pictures, given),
        *check_values(pictures, given, found.prose),
        *check_marks(pictures, spec, records),
    ]
    if not given.tables:
        findings.append(finding("no_table"))
    return Chart(VEGA_LITE, None, tuple(findings)), render.Job(drawable, render.version_of(spec))


def _renamed(records: Rows, pictures: Sequence[Unit]) -> Rows:
    """The question's rows under the names that the pictures use: ``花费`` for ``花费（元）``."""
    used = {bare(name): name for unit in pictures for name in unit.names}
    return [{used.get(bare(name), name): value for name, value in row.items()} for row in records]


def with_picture(chart: Chart, drawn: render.Drawn) -> Chart:
    codes = {each.code for each in chart.findings}
    engine = [each for each in drawn.findings if each.code != "does_not_compile" or not codes & SPOKEN_FOR]
    return Chart(chart.language, drawn.compiles, (*chart.findings, *engine), drawn.svg)
