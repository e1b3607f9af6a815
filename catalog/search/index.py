"""The index of one edition of the catalogue, in this process's memory: built once for it and the day, then only read.

Our own arrays rather than a search library: an offer is its model and its provider, so one row of ids stands for each
of ten thousand channels and nothing is indexed twice; and ranking asks per word how well *each* thing answers it, which
an engine's single score does not tell. Spelling is left to RapidFuzz.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from django.conf import settings
from django.utils import timezone
from numpy.typing import NDArray

from catalog import editions
from catalog.kept import Kept
from catalog.search import documents
from catalog.search.documents import Document, Offer
from catalog.search.tokens import is_han, pieces, squash, tokens
from catalog.search.words import lexicon

NAME, ALSO, TEXT, BODY = 1.0, 0.85, 0.45, 0.2
# Names of at most this many expansions are looked at when a word is only a beginning.
MOST_EXPANSIONS = 40

Ids = NDArray[np.int32]
Weights = NDArray[np.float32]
Postings = dict[str, tuple[Ids, Weights]]


class Index(NamedTuple):
    documents: list[Document]
    offers: list[Offer]
    postings: Postings  # over documents
    own: Postings  # over offers: what neither model nor provider says
    model_of: Ids  # offer → document
    provider_of: Ids
    name_length: Weights  # document → pieces in its name
    standing: Weights
    simulated: NDArray[np.bool_]  # documents, then offers
    kinds: NDArray[np.int8]  # documents, then offers; places in KINDS
    vocabulary: list[str]  # sorted: Latin words that something is found by
    spellings: list[str]  # what a mistyped word may have been
    squashed: dict[str, list[int]]  # whole names → documents

    def beginning(self, start: str) -> Iterator[str]:
        """Words of the vocabulary that begin with ``start``, itself left out."""
        place = bisect_left(self.vocabulary, start)
        for word in self.vocabulary[place : place + MOST_EXPANSIONS]:
            if not word.startswith(start):
                break
            if word != start:
                yield word

    def frequency(self, token: str) -> int:
        found = self.postings.get(token)
        return len(found[0]) if found else 0


KINDS = ("model", "provider", "scenario", "article", "channel")
_held: Kept[Index] = Kept()


def current() -> Index:
    """The index of the edition in force: one query when it is already here."""
    return _held.under((editions.current().facts, timezone.localdate(), settings.SIMULATORS_URL), build)


def build() -> Index:
    sold = documents.offers()
    found = [document for source in documents.SOURCES for document in source(sold)]
    places = {(document.kind, document.slug): place for place, document in enumerate(found)}
    # Each query sees a moment of its own: a channel whose provider was just taken off the list is off it, too.
    offers = [each for each in sold if ("model", each.model) in places and ("provider", each.provider) in places]
    postings = _postings(_weights_of(document) for document in found)
    model_of = np.array([places["model", offer.model] for offer in offers], dtype=np.int32)
    provider_of = np.array([places["provider", offer.provider] for offer in offers], dtype=np.int32)
    words = np.array([_said(document) for document in found], dtype=object)
    squashed: dict[str, list[int]] = {}
    for place, document in enumerate(found):
        for name in {squash(name) for name in (*document.title, document.slug)}:
            squashed.setdefault(name, []).append(place)
    return Index(
        documents=found,
        offers=offers,
        postings=postings,
        own=_postings(
            _own_weights(*served) for served in zip(offers, words[model_of], words[provider_of], strict=True)
        ),
        model_of=model_of,
        provider_of=provider_of,
        name_length=np.array([min(_length(title) for title in each.title) for each in found], dtype=np.float32),
        standing=np.array([document.standing for document in found], dtype=np.float32),
        simulated=np.array([each.is_simulated for each in found] + [each.is_simulated for each in offers], np.bool_),
        kinds=np.array([KINDS.index(each.kind) for each in found] + [KINDS.index("channel")] * len(offers), np.int8),
        vocabulary=(vocabulary := sorted(word for word in postings if word[0] != "#" and not is_han(word))),
        spellings=[*filter(str.isalpha, vocabulary), *(phrase for phrase in lexicon().meanings if phrase.isascii())],
        squashed=squashed,
    )


def _length(title: str) -> int:
    """How many things a name says: Latin pieces, and a run of Chinese as one for each two characters."""
    found = pieces(title)
    han = sum(is_han(piece) for piece in found)
    return max(1, len(found) - han + (han + 1) // 2)


def _weights_of(document: Document) -> dict[str, float]:
    weights: dict[str, float] = {}
    for texts, weight in (
        (document.body, BODY),
        (document.text, TEXT),
        (document.names, ALSO),
        (document.title, NAME),
    ):
        for text in texts:
            weights.update(dict.fromkeys(tokens(text), weight))
    for name, weight in document.topics.items():
        weights[name] = max(weight, weights.get(name, 0))
    return weights


def _own_weights(offer: Offer, model: set[str], provider: set[str]) -> dict[str, float]:
    """A channel's name on the wire, as far as it says something that its model and its provider do not."""
    return dict.fromkeys(_wire_tokens(offer.wire_name) - model - provider, ALSO) | offer.topics


@lru_cache(maxsize=4096)  # the same names are on many wires
def _wire_tokens(name: str) -> frozenset[str]:
    return frozenset(tokens(name))


def _said(document: Document) -> set[str]:
    return {token for text in (*document.title, *document.names) for token in tokens(text)}


def _postings(rows: Iterable[dict[str, float]]) -> Postings:
    gathered: dict[str, tuple[list[int], list[float]]] = {}
    for place, weights in enumerate(rows):
        for token, weight in weights.items():
            ids, values = gathered.setdefault(token, ([], []))
            ids.append(place)
            values.append(weight)
    return {
        token: (np.array(ids, dtype=np.int32), np.array(values, dtype=np.float32))
        for token, (ids, values) in gathered.items()
    }
