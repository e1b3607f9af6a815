"""Hits as a page shows them: what it is, where it is, and why it was found."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.urls import reverse
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog import shelf
from catalog.language import is_chinese
from catalog.models import Channel
from catalog.search.documents import Document, Offer
from catalog.search.queries import Term
from catalog.search.ranking import Hit
from catalog.search.tokens import fold, squash
from catalog.search.words import topic

LABELS = {
    "model": gettext_lazy("Model"),
    "provider": gettext_lazy("Provider"),
    "scenario": gettext_lazy("Scenario"),
    "article": gettext_lazy("Article"),
    "channel": gettext_lazy("Channel"),
}
PLURALS = {
    "model": gettext_lazy("Models"),
    "provider": gettext_lazy("Providers"),
    "scenario": gettext_lazy("Scenarios"),
    "article": gettext_lazy("Articles"),
    "channel": gettext_lazy("Channels"),
}
# What a trait's match is called beside a hit; a topic without a name here is told by the word that was typed.
REASONS = {
    topic(name): words
    for name, words in {
        "image": gettext_lazy("takes pictures"),
        "video": gettext_lazy("takes video"),
        "audio": gettext_lazy("takes audio"),
        "pdf": gettext_lazy("takes PDF"),
        "open": gettext_lazy("open weights"),
        "closed": gettext_lazy("closed weights"),
        "long": gettext_lazy("long context"),
        "tools": gettext_lazy("calls tools"),
        "structured": gettext_lazy("structured output"),
        "reasoning": gettext_lazy("reasons"),
        "cheap": gettext_lazy("price in the lower half"),
        "free": gettext_lazy("free"),
        "small": gettext_lazy("small model"),
        "new": gettext_lazy("new"),
        "cn": gettext_lazy("from China"),
        "us": gettext_lazy("from the United States"),
        "eu": gettext_lazy("from Europe"),
        "abroad": gettext_lazy("from outside China"),
        "untrained": gettext_lazy("does not train on inputs"),
        "forgetful": gettext_lazy("keeps no prompts"),
        "private": gettext_lazy("terms known"),
    }.items()
}
# Less than this and a fact is no reason: a model in the dearer half is not called cheap.
LEAST_REASON = 0.55


@dataclass(frozen=True, slots=True)
class Result:
    kind: str
    slug: str
    title: str
    note: str
    url: str
    is_simulated: bool
    reasons: list[str]
    marked_title: SafeString
    marked_note: SafeString
    item: shelf.Item | None = None
    channels: int | None = None

    @property
    def label(self) -> str:
        return str(LABELS[self.kind])


def show(hits: Sequence[Hit], terms: Iterable[Term] = ()) -> list[Result]:
    """``hits`` of one page, channels with their price and whether they are live: three queries, or none."""
    asked = [term for term in terms if term.role in ("name", "brand", "trait")]
    items = _items([hit.offer.slug for hit in hits if hit.offer])
    shown = (_channel(hit.offer, items, asked) if hit.offer else _document(hit.document, asked) for hit in hits)
    return [result for result in shown if result]


def address(kind: str, slug: str) -> str:
    return reverse(f"catalog:{kind}", args=[slug])


def _items(slugs: list[str]) -> dict[str, shelf.Item]:
    if not slugs:
        return {}
    found = shelf.with_prices(Channel.objects.listed().filter(slug__in=slugs).for_lists())
    return {item.channel.slug: item for item in shelf.items(found)}


def _channel(offer: Offer, items: dict[str, shelf.Item], terms: list[Term]) -> Result | None:
    """None where the channel went since the index was made."""
    item = items.get(offer.slug)
    if item is None:
        return None
    title, note = item.channel.name, item.channel.provider.name
    reasons = _reasons(offer.topics, terms, f"{title} {note}")
    if offer.wire_name != title and _says(offer.wire_name, terms):
        note = f"{note} · {offer.wire_name}"
    return _result("channel", offer.slug, title, note, offer.is_simulated, reasons, terms, item)


def _document(document: Document | None, terms: list[Term]) -> Result | None:
    if document is None:
        return None
    place = 1 if is_chinese() else 0
    title, note = document.title[place], document.note[place]
    if document.kind == "provider" and document.title[1 - place] != title:
        note = " · ".join(filter(None, [document.title[1 - place], note]))
    reasons = _reasons(document.topics, terms, f"{title} {note}")
    shown = _result(document.kind, document.slug, title, note, document.is_simulated, reasons, terms)
    return replace(shown, channels=document.channels)


def _result(
    kind: str,
    slug: str,
    title: str,
    note: str,
    is_simulated: bool,
    reasons: list[str],
    terms: list[Term],
    item: shelf.Item | None = None,
) -> Result:
    words = [word for term in terms for word in (term.text, term.meant) if word]
    return Result(
        kind, slug, title, note, address(kind, slug), is_simulated, reasons, mark(title, words), mark(note, words), item
    )


def _says(text: str, terms: list[Term]) -> bool:
    squashed = squash(text)
    return any(len(term.text) > 2 and term.text in squashed for term in terms)


def _reasons(topics: dict[str, float], terms: list[Term], said: str) -> list[str]:
    """What of ``topics`` each term met, where the title does not say it already."""
    reasons: list[str] = []
    squashed = squash(said)
    for term in terms:
        met = [name for name in term.answers if topics.get(name, 0) * term.answers[name] >= LEAST_REASON]
        named = [str(REASONS[name]) for name in met if name in REASONS]
        if named:
            reasons.append(named[0])
        elif met and term.role == "brand" and term.text not in squashed and not term.meant:
            reasons.append(_("matches “%(word)s”") % {"word": term.text})
    return list(dict.fromkeys(reasons))


def mark(text: str, words: Iterable[str]) -> SafeString:
    """``text``, escaped, with ``words`` marked where they stand in it."""
    wanted = sorted({re.escape(word) for word in words if len(word) > 1 or not word.isascii()}, key=len, reverse=True)
    if not wanted:
        return conditional_escape(text)
    pattern, last = re.compile("|".join(wanted)), 0
    parts: list[str] = []
    for match in pattern.finditer(_flat(text)):
        found = conditional_escape(text[match.start() : match.end()])
        parts += [conditional_escape(text[last : match.start()]), "<mark>", found, "</mark>"]
        last = match.end()
    return mark_safe("".join([*parts, conditional_escape(text[last:])]))  # noqa: S308 - every piece is escaped


def _flat(text: str) -> str:
    """Folded letter by letter, so that places stay the same."""
    return "".join(folded if len(folded := fold(letter)) == 1 else letter for letter in text)
