"""Which articles are about the same things: shared topics and subjects, and the words of the texts themselves.

Words are weighed by how rare they are (TF-IDF) and compared by the cosine; Chinese, which has no spaces, is cut into
pairs of characters. Pure but for ``neighbours``, which keeps the answer of the present edition.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from catalog.models import Article

# What an article shares with another counts this much, at most; the sum is 1.
TEXT, TOPICS, SUBJECTS = 0.5, 0.3, 0.2
LATIN = re.compile(r"[a-z0-9][a-z0-9.-]{2,}")
HAN = re.compile(r"[\u3400-\u9fff]{2,}")


class Said(NamedTuple):
    """An article as far as likeness is concerned."""

    slug: str
    text: str
    topics: frozenset[str]
    subjects: frozenset[str]


def neighbours(edition: str, today: str) -> dict[str, list[str]]:
    """For each published article the others' slugs, the most alike first. Computed once per edition and day."""
    return _neighbours(edition, today)


@lru_cache(maxsize=2)
def _neighbours(edition: str, today: str) -> dict[str, list[str]]:
    rows = Article.objects.published().newest_first().defer("rendered", "sources")
    return rank([_said(row) for row in rows])


def _said(row: Article) -> Said:
    texts = (row.title_zh, row.summary_zh, row.body_zh, row.title_en, row.summary_en, row.body_en)
    subjects = {
        f"{kind}:{slug}"
        for kind, slugs in (("s", row.scenarios), ("m", row.ai_models), ("p", row.providers))
        for slug in slugs
    }
    return Said(row.slug, "\n".join(texts), frozenset(row.topics), frozenset(subjects))


def rank(articles: Sequence[Said]) -> dict[str, list[str]]:
    """Every article's others by likeness; of equals, the one that comes first in ``articles``."""
    alike = TEXT * likeness([article.text for article in articles])
    for one, article in enumerate(articles):
        for other, another in enumerate(articles):
            alike[one, other] += TOPICS * _shared(article.topics, another.topics)
            alike[one, other] += SUBJECTS * _shared(article.subjects, another.subjects)
    # Rounded, so that a difference in the last bit does not reorder equals.
    order = np.argsort(-np.round(alike, 9), axis=1, kind="stable")
    return {
        article.slug: [articles[other].slug for other in order[one] if other != one]
        for one, article in enumerate(articles)
    }


def likeness(texts: Sequence[str]) -> NDArray[np.float64]:
    """Each text against each: 1 the same words in the same shares, 0 no word in common."""
    counts = [Counter(words(text)) for text in texts]
    vocabulary = {word: place for place, word in enumerate(sorted(set().union(*counts)))} if counts else {}
    table = np.zeros((len(texts), len(vocabulary)))
    for row, found in enumerate(counts):
        for word, count in found.items():
            table[row, vocabulary[word]] = 1 + np.log(count)
    rarity = np.log((1 + len(texts)) / (1 + np.count_nonzero(table, axis=0))) + 1
    table *= rarity
    lengths = np.linalg.norm(table, axis=1, keepdims=True)
    table /= np.where(lengths == 0, 1, lengths)
    alike: NDArray[np.float64] = table @ table.T
    return alike


def words(text: str) -> list[str]:
    """Latin words of three letters or more, and every two neighbouring Chinese characters."""
    lowered = text.lower()
    pairs = [run[place : place + 2] for run in HAN.findall(lowered) for place in range(len(run) - 1)]
    return LATIN.findall(lowered) + pairs


def _shared(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one | other else 0.0
