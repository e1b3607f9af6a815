"""Pictures as pages, machines and reports are told of them: where each is, its size, and what it shows in words.

A picture's address is below its trial's: whoever may look at the trial may look at its pictures, and nobody else.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.urls import reverse

from catalog.language import in_language
from sandbox.models import Picture, Prompt
from sandbox.wording import Facts, told

FIELDS = ("name", "alt_zh", "alt_en", "media_type", "width", "height", "digest")


def with_outlines(prompts: QuerySet[Prompt]) -> QuerySet[Prompt]:
    return prompts.prefetch_related(Prefetch("pictures", Picture.objects.outlines()))


def address(code: str, pk: int) -> str:
    return reverse("api:trial_picture", args=[code, pk])


def facts(prompt: Prompt, *, code: str) -> list[Facts]:
    """In no language, to be frozen."""
    return [
        {**{field: getattr(picture, field) for field in FIELDS}, "address": address(code, picture.pk)}
        for picture in prompt.shown
    ]


def shown(prompt: Prompt, *, code: str) -> list[Facts]:
    """In the reader's language, for a page; a visitor's own goes by its file's name."""
    return [
        {
            "name": picture.name,
            "alt": in_language(picture, "alt") or picture.name,
            "width": picture.width,
            "height": picture.height,
            "address": address(code, picture.pk),
        }
        for picture in prompt.shown
    ]


def read_back(pictures: Iterable[Facts]) -> list[dict[str, Any]]:
    """Frozen facts in the reader's language."""
    return [{**picture, "alt": told(picture, "alt") or picture["name"]} for picture in pictures]
