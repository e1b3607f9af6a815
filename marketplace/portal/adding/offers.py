"""The scenarios that each channel of an API may apply for, and what is tested there, for the scenario step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from django.db.models import Count, Max
from django.http import QueryDict
from django.utils.translation import gettext as _

from catalog.models import Api, Channel, Dimension, Listing, Scenario
from marketplace.portal.forms import Difference
from sandbox.models import PromptSet
from sandbox.pages.method import graders_of


class Tested(NamedTuple):
    """A scenario as its entrants need to know it: ``prompts`` by language, ``dimensions`` with who scores each."""

    scenario: Scenario
    dimensions: list[tuple[Dimension, list[str]]]
    prompts: dict[str, int]
    with_pictures: bool


@dataclass(frozen=True, slots=True)
class Entrant:
    channel: Channel
    ticked: frozenset[str]

    @property
    def takes_pictures(self) -> bool:
        return self.channel.model.takes_pictures


class Offer(NamedTuple):
    scenarios: list[Tested]
    entrants: list[Entrant]


class Asked(NamedTuple):
    """What a form says: scenarios' slugs by channel, and the versions that it was filled in on."""

    choices: dict[int, list[str]]
    seen: dict[int, int]


def offered(api: Api) -> Offer:
    rows = api.channels.exclude(listing=Listing.RETIRED).select_related("model").prefetch_related("scenarios")
    entrants = [
        Entrant(row, frozenset(each.slug for each in row.scenarios.all()))
        for row in rows.order_by("model__name", "wire_name")
    ]
    return Offer(_tested(), entrants)


def asked(data: QueryDict, offer: Offer) -> Asked:
    """``scenarios-<channel>`` and ``version-<channel>`` of the form; a channel that is not named stays as it is."""
    seen = {}
    for entrant in offer.entrants:
        written = data.get(f"version-{entrant.channel.pk}", "")
        if written.isdecimal() and len(written) < 10:
            seen[entrant.channel.pk] = int(written)
    return Asked({pk: data.getlist(f"scenarios-{pk}") for pk in seen}, seen)


def with_ticks(offer: Offer, asked: Asked) -> Offer:
    """The same with what was ticked, for the form that is shown again."""
    entrants = [
        replace(entrant, ticked=frozenset(asked.choices[entrant.channel.pk]))
        if entrant.channel.pk in asked.choices
        else entrant
        for entrant in offer.entrants
    ]
    return offer._replace(entrants=entrants)


def differences(offer: Offer, asked: Asked) -> list[Difference]:
    """Where what is saved now differs from what was ticked."""
    titles = {each.scenario.slug: each.scenario.title for each in offer.scenarios}

    def told(slugs: Sequence[str] | frozenset[str]) -> str:
        return _(", ").join(titles[slug] for slug in titles if slug in slugs)

    return [
        Difference(entrant.channel.name, told(entrant.ticked), told(asked.choices[entrant.channel.pk]))
        for entrant in offer.entrants
        if entrant.channel.pk in asked.choices and set(asked.choices[entrant.channel.pk]) != entrant.ticked
    ]


def _tested() -> list[Tested]:
    scenarios = list(Scenario.objects.open().with_dimensions())
    newest = dict(
        PromptSet.objects.filter(scenario__in=scenarios, version__isnull=False)
        .values_list("scenario")
        .annotate(Max("version"))
    )
    counts: dict[int, dict[str, int]] = {}
    pictured = set()
    rows = PromptSet.objects.filter(scenario__in=scenarios, version__isnull=False).values_list(
        "scenario", "version", "prompts__language"
    )
    for scenario, version, language, count, pictures in rows.annotate(
        count=Count("prompts", distinct=True), pictures=Count("prompts__pictures", distinct=True)
    ):
        if version == newest.get(scenario) and language:
            counts.setdefault(scenario, {})[language] = count
            if pictures:
                pictured.add(scenario)
    return [_of(each, counts.get(each.pk, {}), each.pk in pictured) for each in scenarios]


def _of(scenario: Scenario, prompts: dict[str, int], with_pictures: bool) -> Tested:
    rubrics = scenario.newest_rubrics  # type: ignore[attr-defined]  # with_dimensions adds it
    dimensions = rubrics[0].dimensions.all() if rubrics else []
    return Tested(scenario, [(each, graders_of(each)) for each in dimensions], prompts, with_pictures)
