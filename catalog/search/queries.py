"""A query into terms: each a word as it was typed, with everything in the index that would answer it.

Longest known phrase first ("月之暗面", "open weights"), then words, then pairs of Chinese characters. A word that
nothing answers is taken for the beginning of one, then for a slip of the finger.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from catalog.search.index import Index
from catalog.search.tokens import MOST_TOKENS, clean, is_han, pieces
from catalog.search.words import TOPICS, Meaning, lexicon, phrases

NEAR, SLIP, HALF = 0.45, 0.8, 0.3
_VERSION = re.compile(r"\d.*|[a-z]\d.*")


class Term(NamedTuple):
    """``answers`` maps tokens of the index to how well each would do; ``meant`` is the word taken for a mistyped one.

    ``role`` is brand, trait, kind or idle where the phrase is known, else name.
    """

    text: str
    answers: dict[str, float]
    role: str = "name"
    kind: str = ""
    meant: str = ""

    @property
    def is_version(self) -> bool:
        """A number, a size, or the like of "k2" and "v3.2"; a phrase that is known is none."""
        return self.role == "name" and bool(_VERSION.fullmatch(self.text))

    @property
    def names_somebody(self) -> bool:
        return self.role == "brand" or (self.role == "name" and not self.is_version)


def read(query: str, index: Index) -> list[Term]:
    """At most MOST_TOKENS terms. Kinds and idle words come as such; what nothing answers has no answers."""
    known = lexicon().meanings
    found = pieces(clean(query))[: 2 * MOST_TOKENS]
    return list(_terms(list(phrases(found, (known, _Glued(index)))), index))[:MOST_TOKENS]


class _Glued(dict[str, bool]):
    """Whether the index has a word that was typed in two pieces ("kimik" "2.5"), as a table for ``phrases``."""

    def __init__(self, index: Index) -> None:
        super().__init__()
        self.index = index

    def __contains__(self, phrase: object) -> bool:
        match = re.fullmatch(r"([a-z]{3,})(\d\S*)", str(phrase))
        return bool(match) and str(phrase) in self.index.postings and match[1] not in self.index.postings  # type: ignore[index]


def _terms(cut: list[tuple[str, int]], index: Index) -> Iterator[Term]:
    known, start = lexicon().meanings, 0
    while start < len(cut):
        phrase, _length = cut[start]
        if phrase in known:
            yield _known(phrase, known[phrase], index)
            start += 1
        elif is_han(phrase):
            run = "".join(_run(cut[start:], known))
            yield from _chinese(run, index)
            start += len(run)
        else:
            yield _word(phrase, index)
            start += 1


def _run(cut: list[tuple[str, int]], known: dict[str, tuple[Meaning, ...]]) -> Iterator[str]:
    """The Chinese characters up to the next known phrase or Latin word."""
    for phrase, _length in cut:
        if phrase in known or not is_han(phrase):
            return
        yield phrase


def _known(phrase: str, meanings: tuple[Meaning, ...], index: Index) -> Term:
    first = meanings[0]
    answers = {phrase: 1.0} if phrase in index.postings else {}
    if first.role not in TOPICS:
        return Term(phrase, answers, first.role, first.id)
    for meaning in meanings:
        if meaning.role in TOPICS:
            answers[meaning.id] = 1.0
            if meaning.near:
                answers.setdefault(meaning.near, NEAR)
    return Term(phrase, answers, first.role)


def _chinese(run: str, index: Index) -> Iterator[Term]:
    """Unknown Chinese: a name with one wrong character, else its pairs, else its characters."""
    if meant := _slip_in_chinese(run, index):
        yield meant
        return
    pairs = [run[place : place + 2] for place in range(len(run) - 1)] or [run]
    for pair in pairs:
        exact = {pair: 1.0} if len(pair) > 1 and pair in index.postings else {}
        begun = {} if exact else _topics(dict.fromkeys(_begun(pair), 0.7))
        characters = {each: HALF for each in pair if each in index.postings} if len(run) < 4 else {}
        yield Term(pair, exact or begun | characters)


def _begun(start: str) -> list[str]:
    return [phrase for phrase in lexicon().meanings if phrase.startswith(start)][:20]


def _topics(words: dict[str, float]) -> dict[str, float]:
    """The topics that these known phrases mean."""
    meanings = ((meaning, weight) for word, weight in words.items() for meaning in lexicon().meanings.get(word, ()))
    return {meaning.id: weight for meaning, weight in meanings if meaning.role in TOPICS}


def _slip_in_chinese(run: str, index: Index) -> Term | None:
    if len(run) < 2 or run in index.postings:
        return None
    for phrase in lexicon().meanings:
        if len(phrase) == len(run) and is_han(phrase) and OSA.distance(run, phrase, score_cutoff=1) == 1:
            if len(run) == 2 and run[0] != phrase[0]:
                continue
            if answers := _topics({phrase: SLIP if len(run) > 2 else 0.6}):
                return Term(run, answers, meant=phrase)
    return None


def _word(word: str, index: Index) -> Term:
    """A Latin word or a version. Exact, and what it is the beginning of; only if there is neither, a slip."""
    answers = {word: 1.0} if word in index.postings else {}
    if _VERSION.fullmatch(word):
        major = word.partition(".")[0]
        close = {other: 0.25 for other in index.beginning(major) if major != word and _continues(major, other)}
        return Term(word, close | {more: 0.55 for more in index.beginning(word) if _continues(word, more)} | answers)
    if len(word) > 1 or not answers:
        answers = {longer: 0.75 * (len(word) / len(longer)) ** 0.3 for longer in index.beginning(word)} | answers
        if len(word) > 1:
            answers = _topics(dict.fromkeys(_begun(word), 0.6 if answers else 0.75)) | answers
    if not answers and len(word) > 3 and word.endswith("s"):
        return _word(word[:-1], index)._replace(text=word)
    return Term(word, answers) if answers else _slip(word, index)


def _continues(version: str, longer: str) -> bool:
    """4 goes on in 4.1 and 4o, not in 45."""
    following = longer[len(version)]
    return following == "." or following.isalpha()


def _slip(word: str, index: Index) -> Term:
    """What was probably meant by ``word``: one slip in a short word, two in a long one."""
    if len(word) < 3 or not word.isalpha():
        return Term(word, {})
    most = 1 if len(word) < 6 else 2
    near = process.extract(word, index.spellings, scorer=OSA.distance, score_cutoff=most, limit=12)
    if not near:
        return Term(word, {})
    best = min(distance for _choice, distance, _place in near)
    meant = [choice for choice, distance, _place in near if distance == best and choice[0].isalpha()]
    # Fingers slip less at the start of a word.
    first = [choice for choice in meant if choice[0] == word[0]] or meant
    answers = {choice: SLIP for choice in first if choice in index.postings}
    for choice in first:
        answers |= _topics({choice: SLIP})
    return Term(word, answers, meant=max(first, key=index.frequency, default=""))
