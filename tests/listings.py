"""A provider with its people and a channel that may be submitted, for tests of the portal."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from catalog import onboarding
from catalog.models import AIModel, Api, Channel, Credential, Listing, Provider, Role, Scenario, Submission
from marketplace.accounts.models import User
from sandbox.models import ConformanceCheck, ConformanceRun, Result, RunState
from tests.factories import make_channel, make_model, make_scenario
from tests.people import make_member, make_portal_provider, make_user

ORIGIN = "https://api.example.com"


def make_operator() -> User:
    return make_user(is_staff=True)


def join(provider: Provider, role: str = Role.OWNER, **person: Any) -> User:
    return make_member(provider, role, **person).user


def make_own_provider(**overrides: Any) -> Provider:
    """A draft with everything agreed and a key that works."""
    provider = make_portal_provider(**overrides)
    agree(provider)
    Credential.objects.create(provider=provider, origin=ORIGIN, secret="a test's key", works=True)
    return provider


def agree(provider: Provider) -> None:
    provider.agreements.create(version=settings.AGREEMENT_VERSION, agreed_name="someone")


def make_own_channel(
    *, provider: Provider | None = None, scenario: Scenario | None = None, **overrides: Any
) -> Channel:
    """A draft that lacks nothing but its checks."""
    provider = provider or make_own_provider()
    api = (
        overrides.pop("api", None)
        or Api.objects.get_or_create(provider=provider, base_url=f"{ORIGIN}/v1", protocol="openai")[0]
    )
    values = {"listing": Listing.DRAFT, "base_url": api.base_url, **overrides}
    return make_channel(provider=provider, api=api, scenario=scenario or make_scenario(), **values)


def make_listed(**overrides: Any) -> Channel:
    """On the list, as an operator has approved it."""
    channel = make_own_channel(**overrides)
    approve(channel)
    return channel


def submit(channel: Channel, **overrides: Any) -> Submission:
    return onboarding.submit([channel], by=None, conformance={channel.pk: "a-run"}, **overrides)[0]


def approve(channel: Channel) -> None:
    onboarding.approve(submit(channel), by=make_operator())
    channel.refresh_from_db()


def propose_model(provider: Provider, **overrides: Any) -> AIModel:
    return make_model(proposed_by=provider, **overrides)


def make_run(
    channel: Channel, *, ago: timedelta = timedelta(), failing: tuple[str, ...] = (), **overrides: Any
) -> ConformanceRun:
    """A run that the site asked for and that is over; ``failing`` of its checks failed."""
    facts = {name: getattr(channel, name) for name in ("base_url", "protocol", "wire_name")}
    at = timezone.now() - ago
    values = {"kind": "vital", "state": RunState.DONE, "finished_at": at, "facts": facts, **overrides}
    run = ConformanceRun.objects.create(channel=channel, **values)
    ConformanceRun.objects.filter(pk=run.pk).update(created_at=at)
    run.refresh_from_db()
    for place, slug in enumerate(["address", "plain_answer", "tools"], 1):
        result = Result.FAIL if slug in failing else Result.PASS
        ConformanceCheck.objects.create(run=run, slug=slug, position=place, result=result)
    return run
