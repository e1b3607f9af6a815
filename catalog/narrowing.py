"""The API's query parameters: what a list may be narrowed by, and what is said to a value that makes no sense."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from catalog.models import AIModel, Protocol, Provider, Scenario
from marketplace.problems import Problem, unknown_value

Condition = Callable[[str, str], Q]
WORDS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
MOST_NAMED = 20


def condition(filters: Mapping[str, Condition], wishes: Mapping[str, str]) -> Q:
    """All that ``wishes`` (query parameters) ask for together. Raises Problem, which names the parameter."""
    wanted = Q()
    for name, build in filters.items():
        if value := wishes.get(name, "").strip():
            wanted &= build(name, value)
    return wanted


def parameters(filters: Mapping[str, Condition]) -> list[OpenApiParameter]:
    """``filters`` for the API's description."""
    return [
        OpenApiParameter(name, OpenApiTypes.STR, description=build.__doc__ or "") for name, build in filters.items()
    ]


def flag(path: str) -> Condition:
    """A yes-or-no column; rows where it is unknown fit neither."""

    def build(name: str, value: str) -> Q:
        """true or false; what is unknown is in neither"""
        if value.lower() not in WORDS:
            raise unknown_value(name, value, known=_("Take true or false."))
        return Q(**{path: WORDS[value.lower()]})

    return build


def one_of(path: str, rows: Callable[[], QuerySet[Any]], column: str = "slug") -> Condition:
    """A slug that must be among ``rows``; where it is not, the reader is told some that are."""

    def build(name: str, value: str) -> Q:
        """a slug"""
        # PostgreSQL refuses to be asked about a NUL.
        if "\0" in value or not rows().filter(**{column: value}).exists():
            names = rows().order_by(column).values_list(column, flat=True).distinct()[:MOST_NAMED]
            raise unknown_value(name, value, known=_("Take one of these: %s") % ", ".join(names))
        return Q(**{path: value})

    return build


def protocol(path: str) -> Condition:
    def build(name: str, value: str) -> Q:
        """openai, anthropic or gemini"""
        if value not in Protocol.values:
            raise unknown_value(name, value, known=_("Take one of these: %s") % ", ".join(Protocol.values))
        return Q(**{path: value})

    return build


def country(path: str) -> Condition:
    def build(name: str, value: str) -> Q:
        """an ISO 3166 code such as CN"""
        if len(value) != 2 or not value.isascii() or not value.isalpha():
            raise unknown_value(name, value, known=_("Take a code of two letters, such as CN or US."))
        return Q(**{path: value.upper()})

    return build


def page_size(value: str, *, most: int) -> int:
    """Rows on a page: 1 to ``most``. Raises Problem."""
    if not value.isascii() or not value.isdecimal() or not 1 <= int(value[:9]) <= most:
        mend = _("Take a whole number from 1 to %d.") % most
        raise Problem(400, _("A page cannot have that many rows."), field="page_size", mend=mend)
    return int(value)


OF_CHANNELS: dict[str, Condition] = {
    "scenario": one_of("scenarios__slug", lambda: Scenario.objects.all()),
    "provider": one_of("provider__slug", lambda: Provider.objects.listed()),
    "model": one_of("model__slug", lambda: AIModel.objects.all()),
    "maker": one_of("model__maker", lambda: AIModel.objects.all(), "maker"),
    "protocol": protocol("protocol"),
    "live": flag("live"),
    "simulated": flag("provider__is_simulated"),
    "open_weights": flag("model__open_weights"),
    "reasoning": flag("model__reasons"),
    "trains_on_inputs": flag("provider__trains_on_inputs"),
}
OF_PROVIDERS: dict[str, Condition] = {
    "simulated": flag("is_simulated"),
    "country": country("country"),
    "trains_on_inputs": flag("trains_on_inputs"),
    "allows_trials": flag("allows_trials"),
}
OF_MODELS: dict[str, Condition] = {
    "maker": one_of("maker", lambda: AIModel.objects.all(), "maker"),
    "open_weights": flag("open_weights"),
    "reasoning": flag("reasons"),
}
