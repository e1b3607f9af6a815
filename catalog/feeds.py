"""Feeds, Atom and RSS: the newest articles in one language, and the newest public reports of a scenario.

XML has no place for a control character, and one in a title would end the whole feed: what people wrote is cleaned.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from typing import Any

from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed
from django.utils.translation import gettext as _
from django.views.decorators.http import condition, require_safe

from catalog import editions
from catalog.articles import topics
from catalog.language import is_chinese
from catalog.markdown import clean
from catalog.models import Article, PublicReport, Scenario

ITEMS = 30


class ArticleFeed(Feed):  # type: ignore[type-arg]  # not subscriptable at run time
    """The newest articles that are written in the reader's language."""

    feed_type: Any = Rss201rev2Feed
    address = "catalog:feed_rss"

    def title(self) -> str:
        return _("Articles from Touchstone")

    def description(self) -> str:
        return _("How AI APIs compare, how that is found out, and what is claimed but not measured.")

    subtitle = description

    def link(self) -> str:
        return reverse("catalog:articles")

    def feed_url(self) -> str:
        return reverse(self.address)

    def feed_guid(self) -> str:
        return self.feed_url()

    def author_name(self) -> str:
        return "Touchstone 试金石"

    def items(self) -> Iterable[Article]:
        title = "title_zh" if is_chinese() else "title_en"
        return Article.objects.published().exclude(**{title: ""}).newest_first().for_lists()[:ITEMS]

    def item_title(self, item: Any) -> str:
        return clean(str(item.title))

    def item_description(self, item: Article) -> str:
        return clean(item.summary)

    def item_author_name(self, item: Article) -> str:
        return clean(item.author)

    def item_pubdate(self, item: Article) -> datetime:
        return _morning(item.published_on)

    def item_updateddate(self, item: Article) -> datetime:
        return _morning(item.changed_on)

    def item_categories(self, item: Article) -> list[str]:
        return [topics.name(slug) for slug in item.topics]


class ArticleAtom(ArticleFeed):
    feed_type = Atom1Feed
    address = "catalog:feed"


class ReportFeed(Feed):  # type: ignore[type-arg]
    """The newest public reports of a scenario; simulated ones say so in their titles."""

    feed_type = Atom1Feed

    def get_object(self, request: HttpRequest, slug: str) -> Scenario:
        return get_object_or_404(Scenario.objects.open(), slug=slug)

    def title(self, obj: Scenario) -> str:
        return _("Public reports: %(scenario)s") % {"scenario": obj.title}

    def subtitle(self, obj: Scenario) -> str:
        return obj.summary

    def link(self, obj: Scenario) -> str:
        return obj.get_absolute_url()

    def feed_url(self, obj: Scenario) -> str:
        return reverse("catalog:scenario_atom", args=[obj.slug])

    def feed_guid(self, obj: Scenario) -> str:
        return self.feed_url(obj)

    def author_name(self) -> str:
        return "Touchstone 试金石"

    def items(self, obj: Scenario) -> Iterable[PublicReport]:
        return PublicReport.objects.filter(scenario=obj).order_by("-published_on", "-pk")[:ITEMS]

    def item_title(self, item: Any) -> str:
        return clean(str(item.title))

    def item_description(self, item: PublicReport) -> str:
        return clean(item.title)

    def item_link(self, item: PublicReport) -> str:
        return reverse("sandbox:report", args=[item.code])

    def item_pubdate(self, item: PublicReport) -> datetime:
        return _morning(item.published_on)

    item_updateddate = item_pubdate


def _morning(day: date | None) -> datetime:
    """The beginning of a day here; a feed wants a time."""
    return timezone.make_aware(datetime.combine(day or timezone.localdate(), time()))


def _etag(request: HttpRequest, **_address: Any) -> str:
    """New whenever a row of the catalogue changes, a day begins, or the feed is asked for under another name."""
    said = (*editions.current(), timezone.localdate(), request.get_host(), request.scheme, request.path)
    return f'"{hashlib.sha256(repr(said).encode()).hexdigest()[:32]}"'


def _conditional(feed: Feed[Any, Any]) -> Callable[..., HttpResponse]:
    """``feed``, which a reader that has it already need not fetch again."""

    @require_safe
    @condition(etag_func=_etag)
    def answer(request: HttpRequest, **address: Any) -> HttpResponse:
        return feed(request, **address)

    return answer


articles_rss = _conditional(ArticleFeed())
articles_atom = _conditional(ArticleAtom())
scenario_atom = _conditional(ReportFeed())
