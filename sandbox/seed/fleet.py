"""The simulated fleet as catalogue rows, so that a first visitor without a key can try everything.

Invented providers sell invented models at invented prices; each row says that it is simulated.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, TypeVar

from django.db import transaction
from django.utils import timezone

from catalog.models import AIModel, Channel, Listing, Price, PriceBasis, Provider, Scenario
from sandbox.simulators.models import MAKERS, SimulatedModel
from sandbox.simulators.personas import BASE_URLS, PERSONAS, PROVIDERS, Persona, SimulatedProvider

SOURCE = "simulated"
WRITTEN_ON = date(2026, 11, 1)
WITH_PICTURES = {"multimodal-understanding"}
Row = TypeVar("Row", Provider, AIModel, Channel)


@transaction.atomic
def load_fleet() -> None:
    """Write the fleet's providers, models, channels and prices; a second call changes nothing.

    A channel that left the fleet is retired, never deleted. Scenarios are linked where they exist, so load those first.
    """
    providers = {slug: write_provider(provider) for slug, provider in PROVIDERS.items()}
    sold = {persona.model.slug: persona.model for persona in PERSONAS.values()}
    models = {slug: write_model(model) for slug, model in sold.items()}
    scenarios = list(Scenario.objects.all())
    for persona in PERSONAS.values():
        channel = write_channel(persona, providers[persona.provider], models[persona.model.slug])
        channel.scenarios.add(*(one for one in scenarios if persona.talent.sees or one.slug not in WITH_PICTURES))
        write_price(channel, persona)
    slugs = [persona.slug for persona in PERSONAS.values()]
    gone = Channel.objects.simulated().filter(source=SOURCE).exclude(slug__in=slugs)
    gone.exclude(listing=Listing.RETIRED).update(listing=Listing.RETIRED)


def write_provider(provider: SimulatedProvider) -> Provider:
    """Its terms are those of this computer: nothing is kept, nobody trains on it."""
    facts = {
        "name_en": provider.name_en,
        "name_zh": provider.name_zh,
        "is_simulated": True,
        "processing_region": "127.0.0.1",
        "allows_trials": True,
        "trains_on_inputs": False,
        "retention_days": 0,
    }
    return written(Provider, provider.slug, facts | sourced(), at_first={"listing": Listing.LISTED})


def write_model(model: SimulatedModel) -> AIModel:
    facts = {
        "name": model.title,
        "maker": model.maker,
        "maker_name": MAKERS[model.maker][0],
        "family": model.title.split()[0],
        "context_window": model.context_window,
        "max_output": 8_192,
        "input_kinds": ["text", "image"] if model.talent.sees else ["text"],
        "output_kinds": ["text"],
        "reasons": model.talent.thinks,
        "calls_tools": True,
        "structured_output": True,
        "open_weights": model.open_weights,
    }
    return written(AIModel, f"sim-{model.slug.removeprefix('sim-')}", facts | sourced())


def write_channel(persona: Persona, provider: Provider, model: AIModel) -> Channel:
    facts = {
        "provider": provider,
        "model": model,
        "protocol": persona.protocol,
        "base_url": BASE_URLS[persona.protocol],
        "wire_name": persona.name,
        "dialect": dict(persona.dialect),
        "is_judge": persona.is_judge,
        "max_parallel": persona.max_parallel,
        "calls_per_minute": persona.calls_per_minute,
    }
    return written(Channel, persona.slug, facts | sourced(), at_first={"listing": Listing.LISTED})


def write_price(channel: Channel, persona: Persona) -> None:
    """Prices are succeeded, never edited: a changed one ends the row in force, and starts a day after it at least."""
    now = {"currency": "CNY", "input": persona.input, "output": persona.output}
    old = channel.prices.filter(ends_on__isnull=True).order_by("-starts_on").first()
    if old is not None and all(getattr(old, name) == value for name, value in now.items()):
        return
    starts_on = WRITTEN_ON
    if old is not None:
        starts_on = max(timezone.localdate(), old.starts_on + timedelta(days=1))
        old.ends_on = starts_on
        old.save(update_fields=["ends_on"])
    Price.objects.create(channel=channel, basis=PriceBasis.SIMULATED, starts_on=starts_on, **now, **sourced())


def sourced() -> dict[str, Any]:
    return {"source": SOURCE, "checked_on": WRITTEN_ON}


def written(kind: type[Row], slug: str, facts: dict[str, Any], *, at_first: dict[str, Any] | None = None) -> Row:
    """The row of ``kind`` under ``slug``, made or brought up to date; saved only if it said something else."""
    row, made = kind.objects.get_or_create(slug=slug, defaults=facts | (at_first or {}))
    stale = [name for name, value in facts.items() if getattr(row, name) != value]
    for name in stale:
        setattr(row, name, facts[name])
    if stale and not made:
        row.save(update_fields=stale)
    return row
