"""Brings the shipped articles' rows in line with the files in ``articles/``; one that an operator saved stays theirs.

An article is ``<slug>.toml`` (the facts that both languages share) and ``<slug>.en.md``, ``<slug>.zh.md`` or both:
``# Title``, the summary, ``---``, the text.
"""

from __future__ import annotations

import logging
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction

from catalog.articles import rendering
from catalog.models import AIModel, Article, Provider, Scenario

logger = logging.getLogger(__name__)

FOLDER = Path(__file__).with_name("articles")
OURS = "catalog/seed/articles"
# What a row calls the file's lists of slugs, and the rows that these name.
SUBJECTS = {
    "scenarios": ("scenarios", Scenario),
    "models": ("ai_models", AIModel),
    "providers": ("providers", Provider),
}
WORDS = ("author_zh", "author_en")


class Unreadable(Exception):
    """A file is not as the loader expects it; says which and what is missing."""


def load_articles(folder: Path = FOLDER) -> dict[str, int]:
    """``{"created": …, "changed": …, "unknown": …}``; unknown are slugs that the catalogue does not have (yet).

    Run again it writes nothing. A shipped article whose file is gone becomes a draft, never deleted.
    """
    facts = dict(read_folder(folder))
    done = {"created": 0, "changed": 0, "unknown": _count_unknown(facts)}
    with transaction.atomic():
        rows = {row.slug: row for row in Article.objects.filter(slug__in=facts)}
        ours = [rows.get(slug) or Article(slug=slug, source=OURS) for slug in facts if _is_ours(rows.get(slug))]
        stale = [row for row in ours if _bring_up(row, facts[row.slug]) or not rendering.is_fresh(row)]
        rendering.render_all(stale)
        for row in stale:
            done["changed" if row.pk else "created"] += 1
            row.save()
        gone = Article.objects.filter(source=OURS, published_on__isnull=False).exclude(slug__in=facts)
        done["changed"] += gone.update(published_on=None, updated_on=None)
    return done


def read_folder(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each article's slug and fields; raises Unreadable."""
    for path in sorted(folder.glob("*.toml")):
        yield path.stem, read_article(path)


def read_article(path: Path) -> dict[str, Any]:
    try:
        shared = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise Unreadable(f"{path.name}: {error}") from None
    values: dict[str, Any] = {name: shared.get(name, "") for name in WORDS}
    values |= {name: shared.get(name) for name in ("published_on", "updated_on")}
    values["topics"] = shared.get("topics", [])
    values |= {field: shared.get(name, []) for name, (field, _) in SUBJECTS.items()}
    values["sources"] = [_source(each, path) for each in shared.get("sources", [])]
    for language in rendering.LANGUAGES:
        text = path.with_suffix(f".{language}.md")
        parts = _split(text) if text.exists() else ("", "", "")
        values |= {f"{name}_{language}": part for name, part in zip(("title", "summary", "body"), parts, strict=True)}
    if not values["title_zh"] and not values["title_en"]:
        raise Unreadable(f"{path.stem}.en.md and {path.stem}.zh.md are both missing")
    return values


def _source(said: dict[str, Any], path: Path) -> dict[str, str]:
    if "title" not in said:
        raise Unreadable(f"{path.name}: a source has no title")
    day = said.get("checked_on")
    checked = day.isoformat() if isinstance(day, date) else str(day or "")
    return {"title": said["title"], "url": said.get("url", ""), "checked_on": checked}


def _split(path: Path) -> tuple[str, str, str]:
    head, line, body = path.read_text(encoding="utf-8").partition("\n---\n")
    title, _, summary = head.strip().partition("\n")
    if not line or not title.startswith("# ") or not body.strip():
        raise Unreadable(f"{path.name} must begin with “# Title”, a summary, a line “---” and then the text")
    return title.removeprefix("# ").strip(), " ".join(summary.split()), body.strip() + "\n"


def _is_ours(row: Article | None) -> bool:
    return row is None or row.source == OURS


def _bring_up(row: Article, values: dict[str, Any]) -> bool:
    """Whether ``row`` said something else."""
    stale = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in stale.items():
        setattr(row, name, value)
    return bool(stale)


def _count_unknown(facts: dict[str, dict[str, Any]]) -> int:
    count = 0
    for field, kind in SUBJECTS.values():
        named = {slug for values in facts.values() for slug in values[field]}
        known = set(kind._default_manager.filter(slug__in=named).values_list("slug", flat=True))
        if missing := sorted(named - known):
            count += len(missing)
            logger.warning("articles name %s that the catalogue does not have: %s", field, ", ".join(missing))
    return count
