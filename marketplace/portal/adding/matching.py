"""Which model of the catalogue a name on the wire means: surely, or perhaps, and why."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from django.db.models import Exists, OuterRef, QuerySet
from rapidfuzz import fuzz, process

from catalog.models import AIModel, Channel, Provider

SHOWN = 3
ALIKE = 78.0
SHORTEST_BEGINNING = 6
# What a name may have on top of the model's own: a day, a way of packing, a tier.
TAILS = re.compile(
    r"(?:-(?:\d{6,8}|20\d\d-\d\d-\d\d|latest|free|fast|turbo-fp8|fp8|fp4|bf16|int4|int8|awq|gptq|gguf|instruct|chat|hf"
    r"|maas|tee|preview|v\d+))+$"
)
DIGITS = re.compile(r"\d+")


class Why(StrEnum):
    SAVED = "saved"  # as it was said before
    WIRE = "wire"  # other channels have this very name for it
    NAME = "name"  # the same name, but for its spelling
    TAIL = "tail"  # the same but for a day or a variant
    ALIKE = "alike"  # similar letters


class Match(NamedTuple):
    """``likeness`` is 100 for all that is not by similar letters."""

    model: AIModel
    why: Why
    likeness: float = 100.0

    @property
    def is_sure(self) -> bool:
        return self.why in {Why.SAVED, Why.WIRE, Why.NAME}


@dataclass
class Index:
    """The catalogue's models under every name they go by; made once for a page."""

    models: dict[int, AIModel] = field(default_factory=dict)
    wire: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    plain: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    bare: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, name: str, model: int) -> None:
        self.plain[plain(name)][model] += 1
        self.bare[bare(name)][model] += 1

    def matches(self, name: str) -> list[Match]:
        """The likeliest first, at most three; empty where nothing comes near."""
        found: dict[int, Match] = {}
        for why, held in (
            (Why.WIRE, self.wire.get(name)),
            (Why.NAME, self.plain.get(plain(name))),
            (Why.TAIL, self.bare.get(bare(name))),
        ):
            for model, _count in (held or Counter()).most_common():
                found.setdefault(model, Match(self.models[model], why))
        if not found and (longer := self._beginning(plain(name))):
            found[longer.model.pk] = longer
        if len(found) < SHOWN and not any(match.is_sure for match in found.values()):
            for match in self._alike(name):
                found.setdefault(match.model.pk, match)
        return list(found.values())[:SHOWN]

    def sure(self, name: str) -> Match | None:
        """The model that the name surely means. Quick: no letters are compared."""
        for why, held in ((Why.WIRE, self.wire.get(name)), (Why.NAME, self.plain.get(plain(name)))):
            for model, _count in (held or Counter()).most_common(1):
                return Match(self.models[model], why)
        return None

    def _beginning(self, told: str) -> Match | None:
        """The longest model's name that this one begins with, or else the shortest that begins with this one."""
        known = [other for other in self.plain if len(other) >= SHORTEST_BEGINNING]
        begun = max((other for other in known if told.startswith(f"{other}-")), key=len, default="")
        longer = min((other for other in known if other.startswith(f"{told}-")), key=len, default="")
        if not (nearest := begun or longer):
            return None
        (model, _count), *_rest = self.plain[nearest].most_common(1)
        return Match(self.models[model], Why.TAIL)

    def _alike(self, name: str) -> list[Match]:
        """By letters; a name with other numbers in it is another size or version, and no likeness."""
        told = plain(name)
        near = process.extract(told, list(self.plain), scorer=fuzz.token_sort_ratio, score_cutoff=ALIKE, limit=12)
        found = []
        for other, score, _place in near:
            if DIGITS.findall(bare(other)) == DIGITS.findall(bare(told)):
                (model, _count), *_rest = self.plain[other].most_common(1)
                found.append(Match(self.models[model], Why.ALIKE, score))
        return found


def index_for(provider: Provider) -> Index:
    """What names of ``provider`` may mean: for a local one only models that are simulated or local themselves."""
    index = Index()
    for model in candidates(provider):
        index.models[model.pk] = model
        index.add(model.slug, model.pk)
        index.add(model.name, model.pk)
    others = Channel.objects.exclude(provider=provider)
    channels = others.filter(model__in=list(index.models))
    for wire_name, sold in channels.values_list("wire_name", "model_id"):
        index.wire[wire_name][sold] += 1
        index.add(wire_name, sold)
    return index


def candidates(provider: Provider) -> QuerySet[AIModel]:
    """Known models, real ones for real providers; what this provider has proposed itself counts as known to it."""
    sold = Channel.objects.filter(model=OuterRef("pk"))
    real = Exists(sold.filter(provider__is_simulated=False, provider__is_local=False))
    apart = Exists(sold.exclude(provider__is_simulated=False, provider__is_local=False))
    known = AIModel.objects.known() | AIModel.objects.filter(proposed_by=provider)
    return known.filter(apart & ~real) if provider.is_local else known.filter(real | ~apart)


def plain(name: str) -> str:
    """Without the maker's name in front, in one spelling: ``Qwen/Qwen3.5-27B`` is ``qwen3-5-27b``."""
    last = name.strip().lower().rstrip("/").rpartition("/")[2].partition(":")[0]
    return re.sub(r"[\s._@-]+", "-", last).strip("-")


def bare(name: str) -> str:
    told = plain(name)
    return TAILS.sub("", told) or told
