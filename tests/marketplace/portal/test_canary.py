"""A provider's key is nowhere but in its header: after every fault that an upstream can act out, nobody can read it.

The upstream is the simulated fleet, as a provider would list it: at an address of its own, with a key that we hold.
"""

from __future__ import annotations

import logging
import secrets

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from catalog.models import Api, Channel, Credential, Membership, Role, Scenario
from catalog.seed.scenarios import load_scenarios
from marketplace.accounts.models import User
from sandbox import tasks, trials
from sandbox.models import Answer, AnswerState, Trial, TrialState
from sandbox.simulators.faults import FAULTS
from sandbox.wire.redact import spellings
from tests.factories import make_channel, make_model, make_provider

pytestmark = pytest.mark.django_db(transaction=True)

ACTED = [fault.id for fault in FAULTS.values() if fault.act is not None]
# Slow faults act in seconds that a prompt gives them; the limits are as short as they are.
SHORT = {
    "headers_ms": 1_500,
    "first_piece_ms": 1_500,
    "idle_ms": 1_000,
    "piece_gap_ms": 1_000,
    "total_ms": 4_000,
    "retry_after_ms": 300,
}


@pytest.fixture
def canary():
    return f"canary-{secrets.token_hex(12)}"


@pytest.fixture
def owner():
    return User.objects.create_user("owner", email="owner@provider.example")


@pytest.fixture
def channel(worker, simulators, settings, monkeypatch, canary, owner):
    """A listed channel of a provider with members, served by the fleet at an address like a stranger's."""
    settings.WIRE_LIMITS = {**settings.WIRE_LIMITS, **SHORT}
    monkeypatch.setattr(tasks, "ring", lambda *_bell: True)
    load_scenarios()
    today = timezone.localdate()
    provider = make_provider(is_simulated=False, is_local=True, source="portal", checked_on=today)
    Membership.objects.create(provider=provider, user=owner, role=Role.OWNER)
    base_url = f"{simulators}/openai/v1"
    api = Api.objects.create(provider=provider, base_url=base_url, protocol="openai", created_by=owner)
    Credential.objects.create(provider=provider, origin=simulators, secret=canary, works=True)
    return make_channel(
        scenario=Scenario.objects.get(slug="text-generation"),
        provider=provider,
        model=make_model(),
        api=api,
        base_url=base_url,
        wire_name="heron-lite",
        max_parallel=16,
        calls_per_minute=6_000,
    )


def tried(channel, owner):
    """Trials that meet every fault, run to their ends; as many as the prompts of one allow."""
    scenario = Scenario.objects.get(slug="text-generation")
    done = []
    for first in range(0, len(ACTED), 20):
        own = [trials.OwnPrompt(f"Say hello. [[fault:{each}:1]]") for each in ACTED[first : first + 20]]
        trial = trials.open_trial(scenario=scenario, channels=[channel], language="en", own=own, user=owner, guest="")
        while trial.is_open:
            tasks.STAGES[TrialState(trial.state)](trial.pk)
            trial.refresh_from_db()
        done.append(trial)
    return done


def dumped():
    """Every row of every table, as text."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                yield f"{table}: {row!r}"


def shown(client, channel, trial):
    """Every page, answer and export about the channel and the trial, as its provider may ask for them."""
    provider, report = channel.provider, trial.code
    addresses = [
        reverse("sandbox:trial_state", args=[report]),
        reverse("sandbox:report", args=[report]),
        *(reverse("sandbox:report_prompt", args=[report, p.slug]) for p in trial.prompt_set.prompts.all()),
        reverse("api:trial", args=[report]),
        reverse("api:report", args=[report]),
        reverse("api:report", args=[report]) + "?format=csv",
        reverse("catalog:channel", args=[channel.slug]),
        reverse("api:channel-detail", args=[channel.slug]),
        reverse("api:provider-detail", args=[provider.slug]),
        reverse("portal:faring", args=[provider.slug, channel.slug]),
        reverse("portal:faring_csv", args=[provider.slug, channel.slug]),
    ]
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200, f"{address}: {answer.status_code}"
        yield address, answer.content.decode()


def test_a_key_is_nowhere_after_every_fault(client, channel, owner, canary, caplog):
    caplog.set_level(logging.DEBUG)
    client.force_login(owner)
    found = tried(channel, owner)
    answers = Answer.objects.filter(contender__channel=channel)
    assert answers.count() == len(ACTED)
    assert not answers.filter(state=AnswerState.WAITING).exists()
    assert answers.filter(state=AnswerState.FAILED).count() > len(ACTED) / 2
    texts = [*dumped(), *(record.getMessage() + str(record.exc_text or "") for record in caplog.records)]
    texts += [text for trial in found for pair in shown(client, channel, trial) for text in pair]
    texts += [str(row) for row in Trial.objects.values()]
    hits = [text[:200] for text in texts for spelling in spellings(canary) if spelling in text]
    assert hits == []


def test_the_search_would_find_a_key(canary):
    """The test above can fail: what it looks for is found where it stands."""
    assert any(spelling in f"Bearer {canary}" for spelling in spellings(canary))
    assert Channel.objects.count() == 0
