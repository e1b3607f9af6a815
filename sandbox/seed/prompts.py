"""The house prompts as rows: a numbered set per scenario, frozen, so that a changed file makes the next number.

Some of them are handed over to the catalogue, for a scenario's page to show what is asked.
"""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter
from typing import Any

from django.conf import settings
from django.db import transaction

from catalog.models import SamplePrompt, Scenario
from sandbox.models import Picture, Prompt, PromptSet
from sandbox.seed import pictures
from sandbox.seed.written import SCENARIOS, Written, read_prompts

SAMPLES = 4  # of each scenario and language
SAMPLE_FIELDS = ("language", "position", "text", "picture", "picture_alt")


def load_prompts() -> None:
    """Write each seeded scenario's newest prompts; a second call changes nothing."""
    for scenario in Scenario.objects.filter(slug__in=SCENARIOS):
        with transaction.atomic():
            write_set(scenario, read_prompts(scenario.slug))
            write_samples(scenario, read_prompts(scenario.slug))


def write_set(scenario: Scenario, prompts: tuple[Written, ...]) -> PromptSet:
    """The newest set if it asks the same, else the next version."""
    newest = scenario.prompt_sets.filter(version__isnull=False).order_by("-version").first()
    rows = [as_row(prompt, position) for position, prompt in enumerate(prompts, 1)]
    if newest is not None and as_written(newest, list(rows[0])) == rows and pictures_in(newest) == pictures_of(prompts):
        return newest
    version = (newest.version or 0) + 1 if newest else 1
    prompt_set = PromptSet.objects.create(scenario=scenario, version=version)
    made = Prompt.objects.bulk_create(Prompt(prompt_set=prompt_set, **row) for row in rows)
    pictures = [as_picture(prompt, row) for prompt, row in zip(prompts, made, strict=True) if prompt.picture]
    Picture.objects.bulk_create(pictures)
    return prompt_set


def as_row(prompt: Written, position: int) -> dict[str, Any]:
    fields = {name: value for name, value in prompt._asdict().items() if name != "picture"}
    return {**fields, "checks": list(prompt.checks), "position": position}


def as_written(prompt_set: PromptSet, fields: list[str]) -> list[dict[str, Any]]:
    return list(prompt_set.prompts.order_by("position").values(*fields))


def as_picture(prompt: Written, row: Prompt) -> Picture:
    alts = {name: (prompt.picture or {})[name] for name in ("alt_zh", "alt_en")}
    picture = Picture.of(pictures.picture_of(prompt.slug), position=1, name=f"{prompt.slug}.png", **alts)
    picture.prompt = row
    return picture


def pictures_of(prompts: tuple[Written, ...]) -> dict[str, tuple[str, ...]]:
    """What tells each prompt's picture from another: itself, and what is said of it."""
    return {
        prompt.slug: (
            pictures.fingerprint(pictures.picture_of(prompt.slug).data),
            prompt.picture["alt_zh"],
            prompt.picture["alt_en"],
        )
        for prompt in prompts
        if prompt.picture
    }


def pictures_in(prompt_set: PromptSet) -> dict[str, tuple[str, ...]]:
    rows = Picture.objects.filter(prompt__prompt_set=prompt_set)
    return {slug: tuple(rest) for slug, *rest in rows.values_list("prompt__slug", "digest", "alt_zh", "alt_en")}


def write_samples(scenario: Scenario, prompts: tuple[Written, ...]) -> None:
    """The first prompts in each language, as the catalogue shows them; untouched while they say the same."""
    wanted = [as_sample(prompt, place) for some in by_language(prompts) for place, prompt in enumerate(some, 1)]
    present = list(scenario.samples.order_by("language", "position").values(*SAMPLE_FIELDS))
    if present != wanted:
        scenario.samples.all().delete()
        SamplePrompt.objects.bulk_create(SamplePrompt(scenario=scenario, **row) for row in wanted)


def by_language(prompts: tuple[Written, ...]) -> list[list[Written]]:
    ordered = sorted(prompts, key=attrgetter("language"))
    return [list(some)[:SAMPLES] for _, some in groupby(ordered, key=attrgetter("language"))]


def as_sample(prompt: Written, place: int) -> dict[str, Any]:
    picture = prompt.picture or {}
    address = f"{settings.STATIC_URL}{pictures.static_name(prompt.slug)}" if picture else ""
    return {
        "language": prompt.language,
        "position": place,
        "text": prompt.text,
        "picture": address,
        "picture_alt": picture.get(f"alt_{prompt.language}", ""),
    }
