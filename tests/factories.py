"""Rows for tests: plain functions whose keyword arguments overrule what does not matter to the test."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from catalog.models import (
    AIModel,
    Article,
    Channel,
    Dimension,
    Listing,
    Measurement,
    Membership,
    Price,
    Provider,
    Role,
    Rubric,
    Scenario,
)
from marketplace.accounts import keys
from marketplace.accounts.models import ApiKey, User
from sandbox.models import Answer, Contender, Prompt, PromptSet, Trial

_numbers = itertools.count(1)
SOME_DAY = date(2026, 11, 1)
ANCHORS = {"1": "poor", "4": "fair", "7": "good", "10": "excellent"}


def number() -> int:
    return next(_numbers)


def make_provider(**overrides: Any) -> Provider:
    slug = overrides.pop("slug", f"provider-{number()}")
    values = {
        "slug": slug,
        "name_en": slug.title(),
        "name_zh": slug.title(),
        "listing": Listing.LISTED,
        "is_simulated": True,
        "source": "test",
        "checked_on": SOME_DAY,
    }
    return Provider.objects.create(**{**values, **overrides})


def make_model(**overrides: Any) -> AIModel:
    slug = overrides.pop("slug", f"model-{number()}")
    values = {
        "slug": slug,
        "name": slug,
        "maker": "a-maker",
        "maker_name": "A maker",
        "input_kinds": ["text"],
        "output_kinds": ["text"],
        "source": "test",
        "checked_on": SOME_DAY,
    }
    return AIModel.objects.create(**{**values, **overrides})


def make_channel(*, scenario: Scenario | None = None, price: bool = True, **overrides: Any) -> Channel:
    """A listed simulated channel with a price, offered in ``scenario``."""
    slug = overrides.pop("slug", f"channel-{number()}")
    values = {
        "slug": slug,
        "provider": overrides.pop("provider", None) or make_provider(),
        "model": overrides.pop("model", None) or make_model(),
        "protocol": "openai",
        "base_url": "/openai/v1",
        "wire_name": slug,
        "listing": Listing.LISTED,
        "source": "test",
        "checked_on": SOME_DAY,
    }
    channel = Channel.objects.create(**{**values, **overrides})
    if scenario:
        channel.scenarios.add(scenario)
    if price:
        make_price(channel=channel)
    return channel


def make_price(*, channel: Channel, **overrides: Any) -> Price:
    values = {
        "currency": "CNY",
        "input": Decimal(2),
        "output": Decimal(8),
        "basis": "simulated",
        "source": "test",
        "checked_on": SOME_DAY,
        "starts_on": SOME_DAY,
    }
    return Price.objects.create(channel=channel, **{**values, **overrides})


def make_scenario(*, dimensions: int = 2, **overrides: Any) -> Scenario:
    """An open scenario with a rubric of ``dimensions`` dimensions: quality-1, quality-2, …"""
    slug = overrides.pop("slug", f"scenario-{number()}")
    values = {"slug": slug, "title_zh": slug, "title_en": slug, "summary_zh": "s", "summary_en": "s"}
    scenario = Scenario.objects.create(**{**values, **overrides})
    rubric = Rubric.objects.create(scenario=scenario, version=1)
    for place in range(1, dimensions + 1):
        make_dimension(rubric=rubric, slug=f"quality-{place}", position=place)
    return scenario


def make_dimension(*, rubric: Rubric, **overrides: Any) -> Dimension:
    slug = overrides.pop("slug", f"quality-{number()}")
    values = {
        "slug": slug,
        "title_zh": slug,
        "title_en": slug,
        "guide_zh": "g",
        "guide_en": "g",
        "anchors_zh": ANCHORS,
        "anchors_en": ANCHORS,
        "graders": ["judge"],
    }
    return Dimension.objects.create(rubric=rubric, **{**values, **overrides})


def make_prompt_set(
    *, scenario: Scenario, prompts: int = 6, language: str = "en", version: int | None = 1
) -> PromptSet:
    prompt_set = PromptSet.objects.create(scenario=scenario, version=version)
    for place in range(1, prompts + 1):
        make_prompt(prompt_set=prompt_set, language=language, position=place)
    return prompt_set


def make_prompt(*, prompt_set: PromptSet, **overrides: Any) -> Prompt:
    slug = overrides.pop("slug", f"prompt-{number()}")
    values = {"slug": slug, "language": "en", "title": slug, "text": f"Write something about {slug}."}
    return Prompt.objects.create(prompt_set=prompt_set, **{**values, **overrides})


def make_trial(*, channels: int | list[Channel] = 2, prompts: int = 2, **overrides: Any) -> Trial:
    """A trial as ``open_trial`` leaves it, without money: contenders A, B, … and waiting answers."""
    scenario = overrides.pop("scenario", None) or make_scenario()
    prompt_set = overrides.pop("prompt_set", None) or make_prompt_set(scenario=scenario, prompts=prompts)
    rows = [make_channel(scenario=scenario) for _ in range(channels)] if isinstance(channels, int) else channels
    values = {
        "scenario": scenario,
        "rubric": scenario.rubric,
        "prompt_set": prompt_set,
        "language": "en",
        "currency": "CNY",
        "ceiling": Decimal("0.5"),
        "is_simulated": True,
        "weights": {"quality-1": 1.0, "quality-2": 1.0, "cost": 0.0, "speed": 0.0},
        "deadline": timezone.now() + timedelta(minutes=5),
    }
    trial = Trial.objects.create(**{**values, **overrides})
    for channel, label in zip(rows, "ABCDEFGHIJKLMNOPQRSTUVWXYZ", strict=False):
        contender = Contender.objects.create(trial=trial, channel=channel, price=channel.prices.first(), label=label)
        for prompt in prompt_set.prompts.all():
            Answer.objects.bulk_create(
                Answer(contender=contender, prompt=prompt, repeat=repeat) for repeat in range(trial.repeats)
            )
    return trial


def make_measurement(*, channel: Channel, scenario: Scenario, **overrides: Any) -> Measurement:
    """A score of 7 [6.5, 7.5] on 6 prompts, measured now."""
    values = {
        "metric": "score",
        "value": 7.0,
        "low": 6.5,
        "high": 7.5,
        "samples": 6,
        "report": f"report-{number()}",
        "measured_at": timezone.now(),
    }
    return Measurement.objects.create(channel=channel, scenario=scenario, **{**values, **overrides})


def make_article(**overrides: Any) -> Article:
    """A published article in both languages, without charts: drawing takes a second."""
    slug = overrides.pop("slug", f"article-{number()}")
    values = {
        "slug": slug,
        "title_zh": f"标题 {slug}",
        "title_en": f"Title {slug}",
        "summary_zh": "摘要",
        "summary_en": "Summary",
        "body_zh": "## 第一节\n\n正文。\n",
        "body_en": "## Part one\n\nText.\n",
        "published_on": SOME_DAY,
    }
    return Article.objects.create(**{**values, **overrides})


def make_user(**overrides: Any) -> User:
    """A person who can sign in; no password."""
    name = overrides.pop("username", f"person-{number()}")
    values = {"username": name, "email": f"{name}@example.com"}
    return User.objects.create(**{**values, **overrides})


def make_membership(*, role: str = Role.OWNER, **overrides: Any) -> Membership:
    """A new person, or ``user``, as a member of a new provider, or of ``provider``."""
    user = overrides.pop("user", None) or make_user()
    provider = overrides.pop("provider", None) or make_provider(is_simulated=False, listing=Listing.DRAFT)
    return Membership.objects.create(user=user, provider=provider, role=role, **overrides)


def make_key(*, user: User, scopes: tuple[str, ...] = tuple(keys.SCOPES), **overrides: Any) -> tuple[ApiKey, str]:
    """A key of every scope and its secret."""
    return keys.make(user, **{"name": "a key", "scopes": scopes, **overrides})
