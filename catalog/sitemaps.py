"""Every page worth finding, in both languages, for search engines: an index, and pages of a thousand rows each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from math import ceil
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Count, Max, QuerySet
from django.db.models.functions import Coalesce
from django.urls import NoReverseMatch, reverse
from django.utils.translation import override

from catalog import addresses
from catalog.models import AIModel, Article, Channel, Listing, Provider, PublicReport, Scenario

ROWS_PER_PAGE = 1000
# A slug that no row has: the address of every row of a section is made from one that was reversed.
BLANK = "00-slug-00"
STATIC = (
    *("catalog:home", "catalog:scenarios", "catalog:channels", "catalog:models", "catalog:providers"),
    *("catalog:frontier", "catalog:compare", "catalog:articles", "sandbox:method", "catalog:money"),
    *("catalog:privacy", "catalog:terms", "catalog:accessibility", "catalog:status"),
)


class Entry(NamedTuple):
    """One page in one language, with the same page in all of them."""

    address: str
    changed_on: date | None
    alternates: tuple[addresses.Alternate, ...]


class Part(NamedTuple):
    """One file of a section, for the index."""

    section: str
    page: int
    changed_on: date | None


@dataclass(frozen=True, slots=True)
class Section:
    """Rows of one kind: the view that shows them, the field that names them, the day they changed."""

    name: str
    view: str
    rows: Callable[[], QuerySet[Any]]
    slug: str = "slug"
    changed_on: str | None = None

    def parts(self) -> Iterator[Part]:
        newest = Max(self.changed_on) if self.changed_on else None
        found = self.rows().order_by().aggregate(count=Count("pk"), **({"newest": newest} if newest else {}))
        for page in range(1, ceil(found["count"] / ROWS_PER_PAGE) + 1):
            yield Part(self.name, page, found.get("newest"))

    def entries(self, page: int, *, base: str) -> Iterator[Entry]:
        pattern = ending_of(self.view, [BLANK])
        start = (page - 1) * ROWS_PER_PAGE
        fields = (self.slug, self.changed_on) if self.changed_on else (self.slug,)
        for slug, *changed in self.rows().order_by("pk").values_list(*fields)[start : start + ROWS_PER_PAGE]:
            yield from in_languages(pattern.replace(BLANK, slug), changed[0] if changed else None, base=base)


def _real_reports() -> QuerySet[PublicReport]:
    simulated = PublicReport.channels.through.objects.filter(channel__provider__is_simulated=True)
    return PublicReport.objects.exclude(pk__in=simulated.values("publicreport"))


def sections() -> dict[str, Section]:
    """By name, in the index's order. Simulated channels are for trying out, not for finding."""
    real = {"channels__listing": Listing.LISTED, "channels__provider__listing": Listing.LISTED}
    sold = partial(AIModel.objects.filter, **real, channels__provider__is_simulated=False)
    changed = Coalesce("updated_on", "published_on")
    articles = partial(Article.objects.published().annotate, last_changed_on=changed)
    found = [
        Section("scenarios", "catalog:scenario", Scenario.objects.open),
        Section("channels", "catalog:channel", lambda: Channel.objects.listed().real(), changed_on="checked_on"),
        Section(
            "models", "catalog:model", lambda: AIModel.objects.filter(pk__in=sold().values("pk")), "slug", "checked_on"
        ),
        Section("providers", "catalog:provider", lambda: Provider.objects.listed().real(), changed_on="checked_on"),
        Section("reports", "sandbox:report", _real_reports, "code", "published_on"),
        Section("articles", "catalog:article", articles, changed_on="last_changed_on"),
    ]
    return {section.name: section for section in found}


def index() -> list[Part]:
    """Every file that there is: one query for each section."""
    return [Part("static", 1, None), *(part for section in sections().values() for part in section.parts())]


def static_entries(*, base: str) -> Iterator[Entry]:
    for view in STATIC:
        try:
            ending = ending_of(view, [])
        except NoReverseMatch:  # not part of this site
            continue
        yield from in_languages(ending, None, base=base)


def ending_of(view: str, arguments: list[str]) -> str:
    """An address without its language."""
    with override("en"):
        return addresses.split(reverse(view, args=arguments))[1]


def in_languages(ending: str, changed_on: date | None, *, base: str) -> Iterable[Entry]:
    codes = [code for code, _name in settings.LANGUAGES]
    known = tuple(addresses.alternates(base, ending, codes))
    return [Entry(f"{base}/{code}/{ending}", changed_on, known) for code in codes]
