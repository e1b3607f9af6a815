"""The scenarios and their rubrics, from scenarios.toml into rows, as often as one likes.

A rubric is never edited: when what the file says differs from the newest version, a newer version is written, so that
old scores keep the words they were given by.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from django.db import transaction

from catalog.models import Dimension, Rubric, Scenario

FACTS = Path(__file__).with_name("scenarios.toml")
SCENARIO_FIELDS = ("title_zh", "title_en", "summary_zh", "summary_en", "free_until", "position")
DIMENSION_FIELDS = (
    "title_zh",
    "title_en",
    "guide_zh",
    "guide_en",
    "anchors_zh",
    "anchors_en",
    "note_zh",
    "note_en",
    "weight",
    "graders",
    "position",
)


def load_scenarios(facts: Path = FACTS) -> None:
    """Write every scenario of ``facts``, and a rubric version for each whose dimensions are new or changed."""
    for entry in tomllib.loads(facts.read_text(encoding="utf-8"))["scenario"]:
        with transaction.atomic():
            scenario, _ = Scenario.objects.update_or_create(
                slug=entry["slug"], defaults={name: entry[name] for name in SCENARIO_FIELDS}
            )
            write_rubric(scenario, [complete(row, position) for position, row in enumerate(entry["dimension"], 1)])


def complete(row: dict[str, Any], position: int) -> dict[str, Any]:
    """A dimension as its row will hold it: notes may be absent, the order is the file's."""
    return {"note_zh": "", "note_en": "", **row, "position": position}


def write_rubric(scenario: Scenario, dimensions: list[dict[str, Any]]) -> Rubric:
    """The newest rubric if it says the same, else the next version."""
    newest = scenario.rubrics.order_by("-version").first()
    if newest is not None and as_written(newest) == dimensions:
        return newest
    rubric = Rubric.objects.create(scenario=scenario, version=newest.version + 1 if newest else 1)
    Dimension.objects.bulk_create(Dimension(rubric=rubric, **row) for row in dimensions)
    return rubric


def as_written(rubric: Rubric) -> list[dict[str, Any]]:
    rows = rubric.dimensions.order_by("position")
    return [{"slug": row.slug, **{name: getattr(row, name) for name in DIMENSION_FIELDS}} for row in rows]
