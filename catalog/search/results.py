"""Hits as a page shows them: what it is, where it is, and why it was found."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.urls import reverse
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.language import is_chinese
from catalog.search.documents import Document, Offer
from catalog.search.queries import Term
from catalog.search.ranking import Hit, Sale
from catalog.search.tokens import TRADITIONAL, squash
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
    offer: Offer | None = None
    channels: int | None = None

    @property
    def label(self) -> str:
        return str(LABELS[self.kind])


def show(hits: Iterable[Hit], terms: Iterable[Term] = ()) -> list[Result]:
    """``hits`` of one page, from the index alone."""
    asked = [term for term in terms if term.role in ("name", "brand", "trait")]
    place = 1 if is_chinese() else 0
    return [
        _channel(hit.document, hit.sale, place, asked) if hit.sale else _document(hit.document, place, asked)
        for hit in hits
    ]


def address(kind: str, slug: str) -> str:
    return reverse(f"catalog:{kind}", args=[slug])


def _channel(model: Document, sale: Sale, place: int, terms: list[Term]) -> Result:
    offer, title, note = sale.offer, model.title[place], sale.provider.title[place]
    reasons = _reasons(offer.topics, terms, f"{title} {note}")
    if not _says(f"{title} {note}", terms) and _says(offer.wire_name, terms):
        note = f"{note} · {offer.wire_name}"
    return replace(_result("channel", offer.slug, title, note, offer.is_simulated, reasons, terms), offer=offer)


def _document(document: Document, place: int, terms: list[Term]) -> Result:
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
) -> Result:
    words = [word for term in terms for word in (term.text, term.meant) if word]
    return Result(
        kind, slug, title, note, address(kind, slug), is_simulated, reasons, mark(title, words), mark(note, words)
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
    flat = text.casefold().translate(TRADITIONAL)
    if not wanted or len(flat) != len(text):  # folding that moves letters would mark the wrong ones
        return conditional_escape(text)
    pattern, last = re.compile("|".join(wanted)), 0
    parts: list[str] = []
    for match in pattern.finditer(flat):
        found = conditional_escape(text[match.start() : match.end()])
        parts += [conditional_escape(text[last : match.start()]), "<mark>", found, "</mark>"]
        last = match.end()
    return mark_safe("".join([*parts, conditional_escape(text[last:])]))  # noqa: S308 - every piece is escaped
