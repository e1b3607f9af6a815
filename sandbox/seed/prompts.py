"""The house prompts as rows: a numbered set per scenario, frozen, so that a changed file makes the next number."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from catalog.models import Scenario
from sandbox.models import Prompt, PromptSet
from sandbox.seed.written import SCENARIOS, Written, read_prompts


def load_prompts() -> None:
    """Write each seeded scenario's newest prompts; a second call changes nothing."""
    for scenario in Scenario.objects.filter(slug__in=SCENARIOS):
        with transaction.atomic():
            write_set(scenario, read_prompts(scenario.slug))


def write_set(scenario: Scenario, prompts: tuple[Written, ...]) -> PromptSet:
    """The newest set if it asks the same, else the next version."""
    newest = scenario.prompt_sets.filter(version__isnull=False).order_by("-version").first()
    rows = [as_row(prompt, position) for position, prompt in enumerate(prompts, 1)]
    if newest is not None and as_written(newest, list(rows[0])) == rows:
        return newest
    version = (newest.version or 0) + 1 if newest else 1
    prompt_set = PromptSet.objects.create(scenario=scenario, version=version)
    Prompt.objects.bulk_create(Prompt(prompt_set=prompt_set, **row) for row in rows)
    return prompt_set


def as_row(prompt: Written, position: int) -> dict[str, Any]:
    return {**prompt._asdict(), "checks": list(prompt.checks), "position": position}


def as_written(prompt_set: PromptSet, fields: list[str]) -> list[dict[str, Any]]:
    return list(prompt_set.prompts.order_by("position").values(*fields))
