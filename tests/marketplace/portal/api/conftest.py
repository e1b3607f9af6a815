"""One provider with everything that the API's addresses may name, and somebody in every role."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from catalog.models import Api, Invitation, Listing, PublicReport, Role
from marketplace.accounts import keys
from sandbox.models import ConformanceCheck, ConformanceRun, Reply, Report
from tests.factories import (
    make_channel,
    make_key,
    make_membership,
    make_price,
    make_provider,
    make_scenario,
    make_trial,
    make_user,
)


@pytest.fixture
def world(db):
    """``provider`` and its rows, and the secret of a key for each of ``roles``."""
    provider = make_provider(slug="pine", is_simulated=False, listing=Listing.DRAFT, homepage="https://pine.example")
    members = {role: make_membership(provider=provider, role=role) for role in Role.values}
    other = make_membership(provider=make_provider(slug="oak", is_simulated=False, listing=Listing.DRAFT))
    staff = make_user(is_staff=True)
    scenario = make_scenario(slug="a-scenario")
    base = "https://api.pine.example/v1"
    api = Api.objects.create(provider=provider, base_url=base, protocol="openai", created_by=members["owner"].user)
    channel = make_channel(
        provider=provider, api=api, base_url=base, listing=Listing.DRAFT, slug="pine-large", scenario=scenario
    )
    run = ConformanceRun.objects.create(channel=channel, state="done")
    ConformanceCheck.objects.create(run=run, slug="tls", position=1, result="pass")
    invitation = Invitation.objects.create(
        provider=provider,
        email="somebody@example.com",
        role=Role.VIEWER,
        digest="0" * 64,
        expires_at=timezone.now() + timedelta(days=1),
    )
    trial = make_trial(scenario=scenario, channels=[channel])
    announced = make_price(channel=channel, starts_on=timezone.localdate() + timedelta(days=9), basis="cited")
    channel.prices.exclude(pk=announced.pk).update(ends_on=announced.starts_on)
    report = Report.objects.create(trial=trial, code="a-report", facts={})
    public = PublicReport.objects.create(
        code=report.code, scenario=scenario, title_en="t", title_zh="t", published_on=timezone.localdate()
    )
    public.channels.add(channel)
    Reply.objects.create(report=report, provider=provider, text="Not so.", written_by=members["owner"].user)
    people = {
        **{role: row.user for role, row in members.items()},
        "stranger": make_user(),
        "operator": staff,
        "owner of another": other.user,
    }
    return SimpleNamespace(
        provider=provider,
        api=api,
        channel=channel,
        run=run,
        people=people,
        secrets={role: make_key(user=user)[1] for role, user in people.items()},
        scenario=scenario,
        names={
            "provider": provider.slug,
            "api": api.pk,
            "channel": channel.slug,
            "run": run.code,
            "member": members["viewer"].pk,
            "invitation": invitation.pk,
            "price": announced.pk,
            "report": report.code,
        },
    )


@pytest.fixture
def unable(world):
    """Keys of the owner's that may not: one revoked, one expired, one without any scope of the portal."""
    owner = world.people["owner"]
    revoked, secret = make_key(user=owner)
    keys.revoke(owner, revoked.pk)
    expired = make_key(user=owner, expires_at=timezone.now() - timedelta(minutes=1))[1]
    scopes = ("trials:read", "trials:write", "account:read")
    return {"revoked": secret, "expired": expired, "without the scope": make_key(user=owner, scopes=scopes)[1]}


@pytest.fixture
def ask(client, world):
    """``ask(verb, path below /api/v1/portal/, who, **body)`` with that person's key; who may be a secret, or empty."""

    def send(verb, path, who="", **body):
        secret = world.secrets.get(who, who)
        headers = {"authorization": f"Bearer {secret}"} if secret else {}
        address = f"/api/v1/portal/{path.format(**world.names)}"
        kind = {} if verb in {"get", "head", "options"} else {"data": body, "content_type": "application/json"}
        return getattr(client, verb)(address, headers=headers, **kind)

    return send
