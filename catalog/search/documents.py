"""What can be found, read from the rows: one small source for each kind of thing.

To make another kind findable, write a source that yields Documents and name it in SOURCES.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.conf import settings
from django.utils import timezone, translation

from catalog import pricing
from catalog.countries import country_name
from catalog.models import AIModel, Article, Channel, Price, Provider, Scenario
from catalog.search.tokens import pieces
from catalog.search.words import lexicon, topic, topics_of
from catalog.shelf import rates

# How much of an article's text is read.
MOST_BODY = 8_000
LONG, MIDDLING = 900_000, 400_000
SMALL_BILLIONS = 35
SMALL_NAMES = {"mini", "nano", "lite", "flash", "small", "haiku", "air", "tiny", "ministral", "scout"}
THINKING_NAMES = {"thinking", "think", "reasoning", "reason", "r1", "magistral"}
CODE_NAMES = {"code", "coder", "codex", "codestral", "devstral"}
EUROPE = {"AT", "BE", "CH", "CZ", "DE", "DK", "ES", "EU", "FI", "FR", "IE", "IT", "NL", "NO", "PL", "PT", "RO", "SE"}
# Channels may have these of their own; a dear channel of a cheap model is not cheap.
OF_CHANNELS_ALONE = {topic("cheap"), topic("free")}
Texts = tuple[str, str]


class Document(NamedTuple):
    """``title`` and ``note`` are (English, Chinese); ``names`` are searched like the title; ``standing`` is 0 to 1.

    ``channels`` is how many a model or provider has; None for what has none by its nature.
    """

    kind: str
    slug: str
    title: Texts
    note: Texts
    names: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    topics: dict[str, float] = {}
    standing: float = 0.0
    is_simulated: bool = False
    channels: int | None = None


class Quote(NamedTuple):
    """Today's price per million tokens; a part that is None is unknown."""

    currency: str
    input: Decimal | None
    output: Decimal | None


class Offer(NamedTuple):
    """A channel: its model's and its provider's words are its own too, so they are not kept again."""

    slug: str
    model: str
    provider: str
    wire_name: str
    is_simulated: bool
    is_local: bool
    is_live: bool
    quote: Quote | None
    topics: dict[str, float]


def offers() -> list[Offer]:
    """Every channel that a visitor may see."""
    quotes = _quotes()
    rows = Channel.objects.listed().contenders().with_live().order_by("slug")
    columns = ("pk", "slug", "model__slug", "provider__slug", "wire_name", "provider__is_simulated")
    found = list(rows.values_list(*columns, "provider__is_local", "live"))
    real = [pk for pk, *_names, is_simulated, _local, _live in found if not is_simulated]
    cheap = _cheapness({pk: quotes[pk] for pk in real if pk in quotes})
    return [
        Offer(slug, model, provider, wire_name, is_simulated, is_local, live, quotes.get(pk), cheap.get(pk, {}))
        for pk, slug, model, provider, wire_name, is_simulated, is_local, live in found
    ]


def _quotes() -> dict[int, Quote]:
    """By channel id; the newest price in force is the last to be read."""
    rows = Price.objects.on(timezone.localdate()).order_by("starts_on")
    columns = ("channel_id", "currency", "input", "output")
    return {pk: Quote(currency, input_, output) for pk, currency, input_, output in rows.values_list(*columns)}


def _cheapness(quotes: dict[int, Quote]) -> dict[int, dict[str, float]]:
    """By channel id: how cheap it is among these, from 1 to 0.1 by its place, and whether it is free."""
    fx = {base: rate.rate for base, rate in rates().items()} | {settings.CURRENCY: Decimal(1)}
    costs: dict[int, Decimal] = {}
    for pk, quote in quotes.items():
        blended = pricing.blended(pricing.Rates(*quote))
        if blended is not None and quote.currency in fx:
            costs[pk] = blended * fx[quote.currency]
    order = sorted(costs, key=lambda pk: (costs[pk], pk))
    found = {pk: {topic("cheap"): 1 - 0.9 * place / len(order)} for place, pk in enumerate(order)}
    for pk in order:
        if costs[pk] == 0:
            found[pk][topic("free")] = 0.9
    return found


def models(sold: Iterable[Offer]) -> Iterator[Document]:
    """Models that some listed channel serves."""
    by_model: defaultdict[str, list[Offer]] = defaultdict(list)
    for offer in sold:
        by_model[offer.model].append(offer)
    for model in AIModel.objects.filter(slug__in=list(by_model)).order_by("slug"):
        own = by_model[model.slug]
        count = len(own)
        yield Document(
            kind="model",
            slug=model.slug,
            title=(model.name, model.name),
            note=(model.maker_name, model.maker_name),
            names=(model.slug,),
            text=(model.maker_name, model.maker, model.family),
            topics=_of_model(model) | _cheapest(own),
            standing=0.6 * min(1.0, math.log1p(count) / math.log1p(15)) + 0.4 * _recency(model.released_on),
            is_simulated=all(offer.is_simulated for offer in own),
            channels=count,
        )


def _cheapest(own: list[Offer]) -> dict[str, float]:
    return {name: max(each.topics.get(name, 0) for each in own) for name in {n for each in own for n in each.topics}}


def _recency(released_on: date | None) -> float:
    """1 for what came out today, 0 for what is two years old or of an unknown age."""
    age = (timezone.localdate() - released_on).days if released_on else 730
    return max(0.0, 1 - age / 730)


def _of_model(model: AIModel) -> dict[str, float]:
    words = set(pieces(model.name))
    kinds = set(model.input_kinds)
    found = {topic(kind): 0.8 for kind in ("image", "video", "audio", "pdf") if kind in kinds}
    context = model.context_window or 0
    facts = {
        "reasoning": 1.0 if words & THINKING_NAMES else 0.7 * bool(model.reasons),
        "open": 0.9 * (model.open_weights is True),
        "closed": 0.9 * (model.open_weights is False),
        "long": 0.9 if context >= LONG else 0.5 if context >= MIDDLING else 0.0,
        "tools": 0.8 * bool(model.calls_tools),
        "structured": 0.8 * bool(model.structured_output),
        "small": 0.8 * (bool(words & SMALL_NAMES) or _is_small(words)),
        "code": 1.0 * bool(words & CODE_NAMES),
        "new": _recency(model.released_on),
    }
    found |= {topic(name): weight for name, weight in facts.items() if weight}
    found |= dict.fromkeys(lexicon().of_maker.get(model.maker, ()), 0.8)
    for brand in lexicon().brands:
        if model.slug.startswith(brand.models) if brand.models else False:
            found[brand.id] = 1.0
        elif model.maker in brand.makers:
            found[brand.id] = 0.9
    return found


def _is_small(words: set[str]) -> bool:
    """Whether the name says how many parameters there are, and they are few: "27b", "r7b"."""
    sizes = [float(size) for word in words for size in re.findall(r"^r?(\d+(?:\.\d+)?)b$", word)]
    return bool(sizes) and max(sizes) <= SMALL_BILLIONS


def providers(sold: Iterable[Offer]) -> Iterator[Document]:
    counts = Counter(offer.provider for offer in sold)
    for provider in Provider.objects.listed().order_by("slug"):
        countries = _in_both(provider.country)
        yield Document(
            kind="provider",
            slug=provider.slug,
            title=(provider.name_en, provider.name_zh),
            note=countries,
            names=(provider.slug, provider.name_en, provider.name_zh),
            text=(*countries, provider.homepage.removeprefix("https://www.").removeprefix("https://")),
            topics=_of_provider(provider),
            standing=min(1.0, math.log1p(counts[provider.slug]) / math.log1p(30)),
            is_simulated=provider.is_simulated,
            channels=counts[provider.slug],
        )


def _in_both(country: str) -> Texts:
    with translation.override("en"):
        english = country_name(country)
    with translation.override("zh-hans"):
        return english, country_name(country)


def _of_provider(provider: Provider) -> dict[str, float]:
    country = provider.country
    facts = {
        "cn": country == "CN",
        "us": country == "US",
        "eu": country in EUROPE,
        "abroad": country not in ("CN", "") or "国际" in provider.name_zh,
        "untrained": provider.trains_on_inputs is False,
        "forgetful": provider.retention_days == 0,
        "private": provider.trains_on_inputs is False or provider.retention_days == 0,
    }
    found = {topic(name): 1.0 for name, holds in facts.items() if holds and not provider.is_simulated}
    return found | {brand.id: brand.shop for brand in lexicon().brands if provider.slug in brand.providers}


def scenarios(_sold: Iterable[Offer]) -> Iterator[Document]:
    today = timezone.localdate()
    for scenario in Scenario.objects.open().with_dimensions():
        title, summary = _both(scenario, "title"), _both(scenario, "summary")
        newest = [each for rubric in getattr(scenario, "newest_rubrics", [])[:1] for each in rubric.dimensions.all()]
        topics = _spoken_of(title, 0.8) | dict.fromkeys(lexicon().of_scenario.get(scenario.slug, ()), 1.0)
        if scenario.free_until and scenario.free_until >= today:
            topics[topic("free")] = 1.0
        dimensions = [text for each in newest for text in (each.title_en, each.title_zh)]
        yield Document(
            "scenario", scenario.slug, title, summary, (scenario.slug,), (*summary, *dimensions), (), topics, 1.0
        )


def articles(_sold: Iterable[Offer]) -> Iterator[Document]:
    for article in Article.objects.published().defer("rendered", "sources"):
        title, summary = _both(article, "title"), _both(article, "summary")
        body = tuple(text[:MOST_BODY] for text in _both(article, "body"))
        subjects = " ".join(map(str, [*article.topics, *article.scenarios, *article.ai_models, *article.providers]))
        topics = _spoken_of(summary, 0.45) | _spoken_of((subjects, ""), 0.7) | _spoken_of(title, 0.8)
        yield Document("article", article.slug, title, summary, (), (*summary, subjects), body, topics, 0.5)


def _both(row: Any, field: str) -> Texts:
    english, chinese = getattr(row, f"{field}_en"), getattr(row, f"{field}_zh")
    return english or chinese, chinese or english


def _spoken_of(texts: Texts, weight: float) -> dict[str, float]:
    return dict.fromkeys(topics_of(texts[0]) | topics_of(texts[1]), weight)


SOURCES: tuple[Callable[[Iterable[Offer]], Iterator[Document]], ...] = (models, providers, scenarios, articles)
