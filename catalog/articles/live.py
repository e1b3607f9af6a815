"""The live blocks of an article: what has really been measured in a scenario by now, simulated channels apart."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from django.db.models import F, Window
from django.db.models.functions import RowNumber

from catalog import evidence
from catalog.models import Listing, Measurement, Scenario


class Measured(NamedTuple):
    """The scores of a scenario's channels, the best first: of each, those of its largest run."""

    scenario: Scenario
    real: list[Measurement]
    simulated: list[Measurement]

    @property
    def real_sureness(self) -> float:
        return evidence.sureness(self.real[:2])

    @property
    def simulated_sureness(self) -> float:
        return evidence.sureness(self.simulated[:2])


def measured(scenarios: Collection[Scenario]) -> dict[str, Measured]:
    """What stands in each of ``scenarios``, by slug; one query for all."""
    if not scenarios:
        return {}
    best_first = Window(
        RowNumber(), partition_by=[F("scenario"), F("channel")], order_by=["-samples", "-measured_at", "-pk"]
    )
    rows = (
        Measurement.objects.filter(
            scenario__in=scenarios,
            metric=evidence.SCORE,
            channel__listing=Listing.LISTED,
            channel__provider__listing=Listing.LISTED,
        )
        .exclude(channel__is_judge=True, channel__provider__is_simulated=True)
        .select_related("channel__provider", "channel__model")
        .annotate(place=best_first)
        .filter(place=1)
    )
    ranked: list[Measurement] = sorted(rows, key=lambda row: (-row.value, row.channel.slug))
    return {scenario.slug: _standing(scenario, ranked) for scenario in scenarios}


def _standing(scenario: Scenario, ranked: list[Measurement]) -> Measured:
    mine = [row for row in ranked if row.scenario_id == scenario.pk]
    real = [row for row in mine if not row.channel.is_simulated]
    return Measured(scenario, real, [row for row in mine if row.channel.is_simulated])
