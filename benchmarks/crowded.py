"""A catalogue of 10,000 listed channels, for ``benchmarks.pages``: made-up names, prices, some measurements."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import django

MAKERS, PROVIDERS, MODELS, CHANNELS = 40, 80, 400, 10_000
MEASURED, BATCH = 300, 1_000
FAMILIES = ("Basalt", "Chert", "Dolomite", "Gneiss", "Jasper", "Obsidian", "Onyx", "Slate", "Talc", "Tuff")
SIZES = ("Mini", "Small", "Medium", "Large", "Max", "Think")
METRICS = {"score": (2.0, 9.0), "ttft_ms": (90.0, 2_000.0), "output_tps": (10.0, 200.0), "success": (0.8, 1.0)}


def fill() -> None:
    """The seed's catalogue, and made-up rows up to CHANNELS."""
    from django.db import connection

    from catalog.seed.load import load_catalog
    from catalog.seed.scenarios import load_scenarios

    load_scenarios()
    load_catalog()
    chance = random.Random(7)
    channels = make_channels(chance, make_providers(chance), make_models(chance))
    make_prices(chance, channels)
    offer_and_measure(chance, channels)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def origin() -> dict[str, Any]:
    from django.utils import timezone

    return {"source": "made up for a benchmark", "checked_on": timezone.localdate()}


def make_providers(chance: random.Random) -> list[Any]:
    from catalog.models import Provider

    return Provider.objects.bulk_create(
        Provider(
            slug=f"made-{place}",
            name_en=f"Quarry {place}",
            name_zh=f"采石场 {place}",
            listing="listed",
            country=chance.choice(["CN", "US", "FR", "DE", "SG", ""]),
            **origin(),
        )
        for place in range(PROVIDERS)
    )


def make_models(chance: random.Random) -> list[Any]:
    from catalog.models import AIModel

    def known() -> bool | None:
        return chance.choice([True, False, None])

    return AIModel.objects.bulk_create(
        AIModel(
            slug=f"made-model-{place}",
            name=f"{FAMILIES[place % len(FAMILIES)]} {place // 60 + 1} {SIZES[place % len(SIZES)]} {place}",
            maker=f"made-maker-{place % MAKERS}",
            maker_name=f"Maker {place % MAKERS}",
            family=FAMILIES[place % len(FAMILIES)].lower(),
            released_on=date(2024, 1, 1) + timedelta(days=place),
            context_window=chance.choice([8_192, 32_768, 131_072, 200_000, 1_000_000, None]),
            max_output=8_192,
            input_kinds=chance.choice([["text"], ["text", "image"], ["text", "image", "audio"]]),
            output_kinds=["text"],
            reasons=known(),
            calls_tools=known(),
            structured_output=known(),
            open_weights=known(),
            **origin(),
        )
        for place in range(MODELS)
    )


def make_channels(chance: random.Random, providers: list[Any], models: list[Any]) -> list[Any]:
    """As many as are missing; each provider sells a hundred and more of the models, each once."""
    from catalog.models import Channel

    return Channel.objects.bulk_create(
        (
            Channel(
                slug=f"made-{place}",
                provider=providers[place % PROVIDERS],
                model=models[(place // PROVIDERS * 7 + place) % MODELS],
                protocol=chance.choice(["openai", "openai", "anthropic", "gemini"]),
                base_url="https://api.example.com/v1",
                wire_name=f"made-{place}",
                listing="listed",
                **origin(),
            )
            for place in range(CHANNELS - Channel.objects.listed().count())
        ),
        batch_size=BATCH,
    )


def make_prices(chance: random.Random, channels: list[Any]) -> None:
    from catalog.models import Price

    facts = origin()
    Price.objects.bulk_create(
        (
            Price(
                channel=channel,
                currency=chance.choice(["USD", "CNY"]),
                input=(price := Decimal(chance.randrange(1, 3000)) / 1000),
                output=price * 4,
                basis="community",
                starts_on=facts["checked_on"] - timedelta(days=30),
                **facts,
            )
            for channel in channels
        ),
        batch_size=BATCH,
    )


def offer_and_measure(chance: random.Random, channels: list[Any]) -> None:
    """Each channel in one scenario, and the first MEASURED of them measured there."""
    from django.utils import timezone

    from catalog.models import Channel, Measurement, Scenario

    scenarios = list(Scenario.objects.all())
    links = Channel.scenarios.through
    links.objects.bulk_create(
        (links(channel=channel, scenario=scenarios[place % len(scenarios)]) for place, channel in enumerate(channels)),
        batch_size=BATCH,
    )
    Measurement.objects.bulk_create(
        Measurement(
            channel=channel,
            scenario=scenarios[place % len(scenarios)],
            metric=metric,
            value=(value := chance.uniform(*reach)),
            low=value * 0.95,
            high=value * 1.05,
            samples=24,
            report=f"made-{place // 10}",
            measured_at=timezone.now(),
        )
        for place, channel in enumerate(channels[:MEASURED])
        for metric, reach in METRICS.items()
    )


if __name__ == "__main__":
    django.setup()
    fill()
