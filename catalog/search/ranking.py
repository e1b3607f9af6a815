"""Who answers a query best. Each term asks every document how well it answers; what answers all of them comes first.

A channel answers by what its model, its provider or its own name says. Names beat facts, facts beat texts; simulated
ones come after real ones that answer as well; of one model's channels only the first few stand among other results.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple, overload

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from catalog.search import queries
from catalog.search.documents import OF_CHANNELS_ALONE, Document, Offer
from catalog.search.index import KINDS, NAME, Index
from catalog.search.queries import Term
from catalog.search.tokens import clean, squash

# A model's page says more than one of its channels.
WORTH = {"model": 1.0, "provider": 1.0, "scenario": 1.0, "article": 0.8, "channel": 0.72}
SIMULATED = 0.4
NAMED_KIND = 1.35
WHOLE_NAME, OF_WHOLE_NAME = 0.35, 0.2
# What answers less than this share of what the best one answers is not shown.
LEAST = 0.12
CHANNELS_PER_MODEL = 3
# Nobody turns as many pages as it takes to get behind these.
MOST_SPREAD = 500
CROWDED = 0.6
# The price of leaving a word unanswered. A page that has half of what was asked may help; such a channel does not.
MISSED_BY_PAGE, MISSED_BY_CHANNEL = 1.6, 4.0
# A version without the name it belongs to says little: Gemini 2.5 is not what "qwen 2.5" looks for.
VERSION, NAMELESS = 0.7, 0.15
ASKED = ("name", "brand", "trait")

Scores = NDArray[np.float64]
# Kinds of thing that are about others, and may answer without their name.
_ABOUT = [KINDS.index("scenario"), KINDS.index("article")]


class Sale(NamedTuple):
    """An offer, and who makes it."""

    offer: Offer
    provider: Document


class Hit(NamedTuple):
    """A document; or a model's document and the sale of it that was found."""

    kind: str
    document: Document
    score: float
    sale: Sale | None = None

    @property
    def slug(self) -> str:
        return self.sale.offer.slug if self.sale else self.document.slug


class Hits(Sequence[Hit]):
    """Thousands of hits, of which a page is looked at: each is made when it is asked for."""

    def __init__(self, places: NDArray[np.int64], scores: Scores, index: Index) -> None:
        self.places, self.scores, self.kept = places, scores, index

    def __len__(self) -> int:
        return len(self.places)

    @overload
    def __getitem__(self, at: int) -> Hit: ...
    @overload
    def __getitem__(self, at: slice) -> list[Hit]: ...
    def __getitem__(self, at: int | slice) -> Hit | list[Hit]:
        if isinstance(at, slice):
            return [self._hit(int(place)) for place in self.places[at]]
        return self._hit(int(self.places[at]))

    def _hit(self, place: int) -> Hit:
        kept, score = self.kept, float(self.scores[place])
        offer = place - len(kept.documents)
        if offer < 0:
            return Hit(kept.documents[place].kind, kept.documents[place], score)
        model, provider = kept.documents[kept.model_of[offer]], kept.documents[kept.provider_of[offer]]
        return Hit("channel", model, score, Sale(kept.offers[offer], provider))


class Found(NamedTuple):
    """Hits of the wanted kind in order, how many there are of each kind, and how the query was read."""

    hits: Hits
    counts: dict[str, int]
    terms: list[Term]

    @property
    def meant(self) -> str:
        """The query as it was understood, where a word was mistyped; else empty."""
        if not any(term.meant for term in self.terms):
            return ""
        return " ".join(term.meant or term.text for term in self.terms)


def search(query: str, index: Index, *, kind: str = "") -> Found:
    terms = queries.read(query, index)
    scores = _scores(terms, index, whole=squash(clean(query)))
    least = LEAST * float(scores.max(initial=0.0))
    order = np.flatnonzero(scores > least) if least else np.array([], dtype=np.int64)
    of_kind = np.bincount(index.kinds[order], minlength=len(KINDS))
    counts = {name: int(count) for name, count in zip(KINDS, of_kind, strict=True) if count}
    if kind:
        order = order[index.kinds[order] == KINDS.index(kind)]
    order = order[np.argsort(-scores[order], kind="stable")]
    if not kind:
        order = _spread(order, scores, index)
    return Found(Hits(order, scores, index), counts, terms)


def near(query: str, index: Index, *, limit: int = 6) -> list[Hit]:
    """What is called most like ``query``, for when nothing answers it."""
    whole = squash(clean(query))[:40]
    if not whole:
        return []
    alike = process.extract(whole, list(index.squashed), scorer=fuzz.ratio, score_cutoff=50, limit=limit)
    places = dict.fromkeys(place for name, _ratio, _at in alike for place in index.squashed[name])
    real_first = sorted(places, key=lambda place: bool(index.simulated[place]))
    return Hits(np.array(real_first, dtype=np.int64), np.zeros(len(index.kinds)), index)[:limit]


def popular(index: Index, *, limit: int = 8) -> list[Hit]:
    """The models that are sold most and are newest, for an empty box."""
    return search("model", index, kind="model").hits[:limit]


def _scores(terms: Sequence[Term], index: Index, *, whole: str) -> Scores:
    """One score for each document and each offer."""
    asked = [term for term in terms if term.role in ASKED and term.answers]
    hinted = {term.kind for term in terms if term.role == "kind"}
    if not asked:
        return _by_kind(terms, hinted, index)
    total = len(index.documents) + len(index.offers)
    answered, covered, named, core, sum_of_weights = *(np.zeros(total) for _ in range(4)), 0.0
    for term in asked:
        how_well, in_name = _answer(term, index)
        weight = _rarity(term, index) * (VERSION if term.is_version else 1.0)
        answered += weight * how_well
        covered += weight * np.minimum(1.0, 2 * how_well)
        named += in_name
        core += how_well if term.names_somebody else 0.0
        sum_of_weights += weight
    missed = np.where(index.kinds == KINDS.index("channel"), MISSED_BY_CHANNEL, MISSED_BY_PAGE)
    scores = answered / sum_of_weights * (covered / sum_of_weights) ** missed * _worth(index, hinted)
    if any(term.names_somebody for term in asked):
        scores *= np.where((core > 0) | np.isin(index.kinds, _ABOUT), 1.0, NAMELESS)
    return scores * (0.8 + 0.2 * _completeness(named, index)) + _bonus(whole, index)


def _answer(term: Term, index: Index) -> tuple[Scores, Scores]:
    """How well each document and offer answers ``term``, and whether by its name."""
    count = len(index.documents)
    told, inherited, own = np.zeros(count), np.zeros(count), np.zeros(len(index.offers))
    for token, weight in term.answers.items():
        if token in index.postings:
            ids, weights = index.postings[token]
            told[ids] = np.maximum(told[ids], weight * weights)
            if token not in OF_CHANNELS_ALONE:
                inherited[ids] = np.maximum(inherited[ids], weight * weights)
        if token in index.own:
            ids, weights = index.own[token]
            own[ids] = np.maximum(own[ids], weight * weights)
    by_model, by_provider = inherited[index.model_of], inherited[index.provider_of]
    offers = np.maximum(own, np.maximum(by_model, by_provider)) + 0.1 * np.minimum(by_model, by_provider)
    return np.concatenate([told, offers]), np.concatenate([told >= NAME * 0.5, own * 0])


def _rarity(term: Term, index: Index) -> float:
    seen = max((index.frequency(token) for token, weight in term.answers.items() if weight >= 0.5), default=1)
    return math.log(1.5 + len(index.documents) / max(1, seen))


def _worth(index: Index, hinted: set[str]) -> Scores:
    worth = np.array([WORTH[kind] * (NAMED_KIND if kind in hinted else 1.0) for kind in KINDS])[index.kinds]
    worth *= np.where(index.simulated, SIMULATED, 1.0)
    return worth * (0.9 + 0.1 * _standing(index))


def _standing(index: Index) -> Scores:
    """How much there is behind a document; a channel stands as its model does."""
    return np.concatenate([index.standing, index.standing[index.model_of]]).astype(np.float64)


def _completeness(named: Scores, index: Index) -> Scores:
    """How much of a document's name the query says: "gpt-5" is all of GPT-5 and half of GPT-5 mini."""
    count = len(index.documents)
    complete = np.minimum(1.0, named[:count] / index.name_length)
    return np.concatenate([complete, complete[index.model_of]])


def _bonus(whole: str, index: Index) -> Scores:
    """The query is a document's whole name; the channels of such a model come with it."""
    bonus = np.zeros(len(index.kinds))
    count = len(index.documents)
    for place in index.squashed.get(whole, ()):
        bonus[place] = WHOLE_NAME
        bonus[count:][index.model_of == place] = OF_WHOLE_NAME
    return bonus * np.where(index.simulated, SIMULATED, 1.0)


def _by_kind(terms: Sequence[Term], hinted: set[str], index: Index) -> Scores:
    """A query of nothing but general words: the kinds it names, the most sold first, and texts that have the words."""
    total = len(index.documents) + len(index.offers)
    scores = np.zeros(total)
    for kind in hinted:
        scores[index.kinds == KINDS.index(kind)] = 0.6
    for term in terms:
        how_well, _in_name = _answer(term, index)
        scores = np.maximum(scores, 0.5 * how_well)
    return scores * np.where(index.simulated, SIMULATED, 1.0) * (0.5 + 0.5 * _standing(index))


def _spread(order: NDArray[np.int64], scores: Scores, index: Index) -> NDArray[np.int64]:
    """``order`` with a model's later channels moved behind what answers nearly as well."""
    count, seen = len(index.documents), Counter[int]()
    lowered = scores[order]
    for at in np.flatnonzero(index.kinds[order] == KINDS.index("channel"))[:MOST_SPREAD]:
        model = int(index.model_of[order[at] - count])
        seen[model] += 1
        if seen[model] > CHANNELS_PER_MODEL:
            lowered[at] *= CROWDED
    return order[np.argsort(-lowered, kind="stable")]
