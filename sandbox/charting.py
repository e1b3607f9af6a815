"""Has the charts of a trial's answers checked by machine while its judges read. A failure here costs no trial."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.utils import timezone

from sandbox.graders import charts
from sandbox.graders.charts import font, render
from sandbox.graders.storable import storable, storable_json
from sandbox.models import Answer, ChartCheck, Trial
from sandbox.saver import Saver, on_thread

logger = logging.getLogger(__name__)

# The dimension that this is evidence for; a rubric without it asks for no charts.
DIMENSION = "visualization-advice"
HAN = "fonts/droid-sans-fallback.woff2"
# Two trials' pictures at once: each takes a process of up to a gigabyte.
_threads = ThreadPoolExecutor(2, thread_name_prefix="charts")


async def check_charts(trial: Trial, saver: Saver) -> None:
    """A row for every answer that came; raises Overtaken when the trial is taken from us."""
    answers = await on_thread(partial(unchecked, trial))
    if answers:
        look = partial(look_at, answers, until=trial.judging_until)
        rows = await asyncio.get_running_loop().run_in_executor(_threads, look)
        await saver.save(partial(ChartCheck.objects.bulk_create, rows, ignore_conflicts=True))


def unchecked(trial: Trial) -> list[Answer]:
    """Done answers to be looked at; none in a stopped trial, or where nobody judges charts."""
    if trial.cancel_asked_at or not trial.rubric.dimensions.filter(slug=DIMENSION).exists():
        return []
    return list(Answer.objects.of(trial).done().filter(chart_check=None).select_related("prompt"))


def look_at(answers: Sequence[Answer], *, until: datetime) -> list[ChartCheck]:
    """What was found; the time left is counted here, for others' charts may have come first."""
    pairs = [(answer.prompt.text, answer.text) for answer in answers]
    try:
        signs = han()
        left = (until - timezone.now()).total_seconds()
        found = charts.check(pairs, font=signs, budget_s=min(max(left, 0.0), render.BUDGET_S))
    except Exception:  # a stranger's chart that our rules did not expect
        logger.exception("the charts of %d answers could not be checked", len(answers))
        return []
    return [as_row(answer, chart) for answer, chart in zip(answers, found, strict=True)]


def as_row(answer: Answer, chart: charts.Chart) -> ChartCheck:
    findings = [{"code": one.code, "level": one.level, "values": one.values} for one in chart.findings]
    return ChartCheck(
        answer=answer,
        language=chart.language,
        compiles=chart.compiles,
        findings=storable_json(findings),
        svg=storable(chart.svg),
    )


def han() -> str:
    """Our Chinese font for the pictures' labels; empty where the static files lack it."""
    woff2 = finders.find(HAN)
    return font.unpacked(Path(woff2), settings.DATA_DIR / "fonts") if isinstance(woff2, str) else ""
