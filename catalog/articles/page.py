"""Everything that stands on an article's page and on the list of articles."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from django.core.paginator import Page, Paginator
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.text import slugify
from django.utils.translation import override

from catalog import editions
from catalog.articles import live, related, rendering, topics
from catalog.articles.reading import Part
from catalog.language import is_chinese
from catalog.models import AIModel, Article, Channel, Provider, Scenario

ARTICLES_PER_PAGE = 12
WEB = re.compile(r"https?://[^\s]+$", re.IGNORECASE)
SHOWN_RELATED = 3
SHOWN_CHANNELS = 6
HTML_LANGUAGES = {"zh": "zh-Hans", "en": "en"}
URL_LANGUAGES = {"zh": "zh-hans", "en": "en"}


class Topic(NamedTuple):
    slug: str
    name: str
    articles: int
    is_chosen: bool


class Reference(NamedTuple):
    """A source as the page prints it."""

    title: str
    href: str
    checked_on: date | None


class Subjects(NamedTuple):
    """The rows of the catalogue that an article is about."""

    scenarios: list[Scenario]
    models: list[AIModel]
    providers: list[Provider]
    channels: list[Channel]


def listed(wanted: str | None, number: str | None) -> dict[str, Any]:
    """A page of the list, of one topic or of all; an unknown topic is told, not ignored."""
    rows = list(Article.objects.published().newest_first().for_lists())
    topic = slugify(wanted or "")
    found = [row for row in rows if not topic or topic in row.topics]
    counts = Counter(slug for row in rows for slug in row.topics)
    most_first = sorted(counts, key=lambda slug: (-counts[slug], slug))
    named = [Topic(slug, topics.name(slug), counts[slug], slug == topic) for slug in most_first]
    page: Page[Article] = Paginator(found, ARTICLES_PER_PAGE).get_page(number)
    return {"page": page, "topics": named, "topic": topics.name(topic) if topic else "", "total": len(rows)}


def shown(article: Article) -> dict[str, Any]:
    """One article in the reader's language, or in the one that it is written in."""
    stamps = editions.current()
    language = article.shown_in
    kept = article.rendered.get(language) or {"parts": [], "headings": [], "minutes": 1}
    scenarios = _open_scenarios({*article.scenarios, *rendering.measured_slugs(kept["parts"])})
    others = list(Article.objects.published().newest_first().for_lists())
    before, after = _beside(article, others)
    return {
        "article": article,
        "references": references(article),
        "picture": reverse("article_picture", args=[article.slug, language]),
        "alternates": [(HTML_LANGUAGES[each], _address(article, each)) for each in article.written_in],
        "written_at": _address(article, language),
        "topics": [(slug, topics.name(slug)) for slug in article.topics],
        "language": HTML_LANGUAGES[language],
        "is_in_readers_language": language == _readers_language(),
        "parts": _parts(kept["parts"], scenarios),
        "headings": kept["headings"],
        "minutes": kept["minutes"],
        "newer": before,
        "older": after,
        "related": _related(article, others, stamps.facts),
        "subjects": _subjects(article, scenarios),
    }


def parts_of(article: Article, language: str) -> list[Part]:
    """The parts of one language's text, with what was measured by now in its places."""
    parts = article.rendered[language]["parts"]
    return _parts(parts, _open_scenarios(rendering.measured_slugs(parts)))


def _open_scenarios(slugs: set[str]) -> dict[str, Scenario]:
    return {row.slug: row for row in Scenario.objects.open().filter(slug__in=slugs)} if slugs else {}


def references(article: Article) -> list[Reference]:
    """The sources in their order; an address that is no plain web address is not linked."""
    return [
        Reference(
            str(said.get("title", "")),
            str(said.get("url", "")) if WEB.match(str(said.get("url", ""))) else "",
            parse_day(said.get("checked_on")),
        )
        for said in article.sources
        if isinstance(said, dict)
    ]


def parse_day(said: Any) -> date | None:
    try:
        return date.fromisoformat(str(said))
    except ValueError:
        return None


def _address(article: Article, language: str) -> str:
    with override(URL_LANGUAGES[language]):
        return article.get_absolute_url()


def _readers_language() -> str:
    return "zh" if is_chinese() else "en"


def _parts(parts: Sequence[Part], scenarios: dict[str, Scenario]) -> list[Part]:
    """The parts with what was measured by now in its places; a scenario that is not open has no place."""
    asked = [scenarios[slug] for slug in sorted(rendering.measured_slugs(parts)) if slug in scenarios]
    standing = live.measured(asked)
    return [_part(part, standing) for part in parts]


def _part(part: Part, standing: dict[str, live.Measured]) -> Part:
    if "html" in part:
        return {"html": mark_safe(part["html"])}  # noqa: S308 - the sanitizer's output, kept
    if "chart" in part:
        chart = part["chart"]
        drawn = {name: mark_safe(chart[name]) for name in ("desk", "phone")}  # noqa: S308 - our own drawing
        return {"chart": {**chart, **drawn}}
    found = standing.get(part["measured"])
    return {"measured": found, "limit": part["limit"]}


def _beside(article: Article, rows: Sequence[Article]) -> tuple[Article | None, Article | None]:
    """The next newer and the next older one; none for what is not published."""
    places = {row.pk: place for place, row in enumerate(rows)}
    place = places.get(article.pk)
    if place is None:
        return None, None
    return rows[place - 1] if place else None, rows[place + 1] if place + 1 < len(rows) else None


def _related(article: Article, rows: Sequence[Article], edition: str) -> list[Article]:
    """The most alike; those in the reader's language first."""
    by_slug = {row.slug: row for row in rows}
    alike = related.neighbours(edition, timezone.localdate().isoformat()).get(article.slug, [])
    found = [by_slug[slug] for slug in alike if slug in by_slug]
    language = _readers_language()
    return sorted(found, key=lambda row: language not in row.written_in)[:SHOWN_RELATED]


def _subjects(article: Article, scenarios: dict[str, Scenario]) -> Subjects:
    models = list(AIModel.objects.filter(slug__in=article.ai_models)) if article.ai_models else []
    providers = list(Provider.objects.listed().filter(slug__in=article.providers)) if article.providers else []
    channels = Channel.objects.listed().contenders().real().filter(model__in=models).select_related("provider", "model")
    return Subjects(
        [scenarios[slug] for slug in article.scenarios if slug in scenarios],
        models,
        providers,
        list(channels.order_by("model__slug", "slug")[:SHOWN_CHANNELS]) if models else [],
    )
