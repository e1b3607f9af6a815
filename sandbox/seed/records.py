"""What the rules' readings were once measured on, as records; judges get theirs from ``manage.py calibrate``."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from django.utils.translation import gettext_noop

from sandbox import agreement
from sandbox.models import GraderRecord

MEASURED_ON = date(2026, 11, 27)


class Measured(NamedTuple):
    """So many of ``n`` answers on which a rule read what the published extraction had read."""

    grader: str
    hits: int
    n: int
    data: str


# By python -m benchmarks.agreement; docs/evidence.md tells the misses.
MEASURED = (
    Measured("rule:number", 15_907, 15_922, gettext_noop("published readings of answers to school word problems")),
    Measured("rule:number", 7_703, 7_828, gettext_noop("published readings of answers to competition problems")),
    Measured("rule:choice", 3_667, 3_670, gettext_noop("published readings of answers with up to ten options")),
    Measured("rule:choice", 726, 738, gettext_noop("published readings of answers to Chinese examinations")),
    Measured("rule:code_output", 11_274, 11_401, gettext_noop("published readings of predicted program outputs")),
)


def load_records() -> None:
    """Write the rules' records; a second call changes nothing."""
    for each in MEASURED:
        found = agreement.share(each.hits, each.n)
        if found:
            GraderRecord.objects.get_or_create(
                grader=each.grader,
                data=each.data,
                measured_on=MEASURED_ON,
                defaults={
                    "statistic": GraderRecord.Statistic.AGREEMENT,
                    "value": found.value,
                    "low": found.low,
                    "high": found.high,
                    "n": found.n,
                },
            )
