"""What is kept beside an article's text so that a page need not read and draw it again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from catalog.articles import pictures, reading
from catalog.articles.charts import Chart
from catalog.articles.pictures import Drawn
from catalog.articles.reading import Part, Reading

LANGUAGES = ("zh", "en")


class Written(Protocol):
    """An article, as far as rendering is concerned."""

    body_zh: str
    body_en: str
    sources: list[dict[str, Any]]
    rendered: dict[str, Any]


def render_all(articles: Sequence[Written]) -> None:
    """Sets ``rendered`` of each whose text has changed; all their charts are drawn in one go."""
    stale = [article for article in articles if not is_fresh(article)]
    readings = [(article, read_languages(article)) for article in stale]
    every = [chart for _, found in readings for each in found.values() for chart in each.charts]
    drawn = pictures.draw_all(every)
    for article, found in readings:
        # A chart that could not be drawn today is tried again at the next saving.
        whole = all(chart in drawn for each in found.values() for chart in each.charts)
        kept = {language: storable(each, drawn) for language, each in found.items()}
        article.rendered = {"digest": digest(article) if whole else "", **kept}


def is_fresh(article: Written) -> bool:
    return bool(article.rendered.get("digest") == digest(article))


def read_languages(article: Written) -> dict[str, Reading]:
    """The reading of each language that the article is written in."""
    texts = {language: getattr(article, f"body_{language}") for language in LANGUAGES}
    return {
        language: reading.read(text, sources=len(article.sources)) for language, text in texts.items() if text.strip()
    }


def digest(article: Written) -> str:
    said = repr((reading.VERSION, article.body_zh, article.body_en, len(article.sources)))
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()


def storable(found: Reading, drawn: dict[Chart, Drawn]) -> dict[str, Any]:
    """The reading as JSON, each chart with its pictures and its figures."""
    return {
        "parts": [_with_pictures(part, drawn) for part in found.parts],
        "headings": [heading._asdict() for heading in found.headings],
        "minutes": found.minutes,
    }


def _with_pictures(part: Part, drawn: dict[Chart, Drawn]) -> Part:
    chart: Chart | None = part.get("chart")
    if chart is None:
        return part
    pictures_of = drawn.get(chart)
    return {
        "chart": {
            "title": chart.title,
            "note": chart.note,
            "desk": pictures_of.desk if pictures_of else "",
            "phone": pictures_of.phone if pictures_of else "",
            "first": "" if chart.kind == "scatter" else chart.x,
            "heads": list(chart.series),
            "rows": [{"label": row.label, "cells": row.shown} for row in chart.rows],
        }
    }


def measured_slugs(parts: Iterable[Part]) -> set[str]:
    """The scenarios that live blocks among ``parts`` ask for."""
    return {part["measured"] for part in parts if "measured" in part}
