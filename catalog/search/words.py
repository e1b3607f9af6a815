"""What words mean: ``words.toml`` as a lexicon from a squashed phrase to brands, traits, kinds of thing, or nothing."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from catalog.search.tokens import pieces, squash

FACTS = Path(__file__).with_name("words.toml")
# The longest phrase that is looked for, in pieces: a Chinese character is one.
LONGEST_PHRASE = 8
TOPICS = ("brand", "trait")


class Meaning(NamedTuple):
    """``role`` is brand, trait, kind or idle; ``id`` is the first two's topic, ``near`` one that will do if need be."""

    role: str
    id: str = ""
    near: str = ""


class Brand(NamedTuple):
    id: str
    models: tuple[str, ...]
    makers: frozenset[str]
    providers: frozenset[str]
    shop: float


class Lexicon(NamedTuple):
    meanings: dict[str, tuple[Meaning, ...]]
    brands: tuple[Brand, ...]
    # scenario → the traits that it is about; maker → the traits of all that it makes
    of_scenario: dict[str, tuple[str, ...]]
    of_maker: dict[str, tuple[str, ...]]


@cache
def lexicon() -> Lexicon:
    entries: dict[str, list[dict[str, Any]]] = tomllib.loads(FACTS.read_text(encoding="utf-8"))
    meanings: defaultdict[str, list[Meaning]] = defaultdict(list)
    for role, entry in _entries(entries):
        meaning = Meaning(role, _topic(role, entry), topic(entry["near"]) if "near" in entry else "")
        for name in entry["names"]:
            meanings[squash(name)].append(meaning)
    return Lexicon(
        {phrase: tuple(found) for phrase, found in meanings.items() if phrase},
        tuple(_brand(entry) for entry in entries["brand"]),
        _traits_by("scenarios", entries["trait"]),
        _traits_by("makers", entries["trait"]),
    )


def topic(name: str) -> str:
    """The token that a topic is indexed under; no word of a text looks like it."""
    return f"#{name}"


def phrases(found: Sequence[str], known: Iterable[dict[str, Any]]) -> Iterator[tuple[str, int]]:
    """``found`` (pieces) cut into the longest phrases that one of ``known`` has, and single ones: (text, pieces)."""
    start, tables = 0, tuple(known)
    while start < len(found):
        for length in range(min(LONGEST_PHRASE, len(found) - start), 0, -1):
            phrase = "".join(found[start : start + length])
            if length == 1 or any(phrase in table for table in tables):
                yield phrase, length
                start += length
                break


def topics_of(text: str) -> set[str]:
    """The topics that ``text`` speaks of."""
    known = lexicon().meanings
    spoken = (known.get(phrase, ()) for phrase, _length in phrases(pieces(text), [known]))
    return {meaning.id for found in spoken for meaning in found if meaning.role in TOPICS}


def _entries(entries: dict[str, list[dict[str, Any]]]) -> Iterator[tuple[str, dict[str, Any]]]:
    for role in ("brand", "trait", "kind", "idle"):
        for entry in entries[role]:
            yield role, entry


def _topic(role: str, entry: dict[str, Any]) -> str:
    return topic(entry.get("id") or squash(entry["names"][0])) if role in TOPICS else str(entry.get("id", ""))


def _brand(entry: dict[str, Any]) -> Brand:
    return Brand(
        id=_topic("brand", entry),
        models=tuple(entry.get("models", ())),
        makers=frozenset(entry.get("makers", ())),
        providers=frozenset(entry.get("providers", ())),
        shop=float(entry.get("shop", 0.8)),
    )


def _traits_by(key: str, traits: list[dict[str, Any]]) -> dict[str, tuple[str, ...]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for trait in traits:
        for slug in trait.get(key, ()):
            found[slug].append(topic(trait["id"]))
    return {slug: tuple(ids) for slug, ids in found.items()}
