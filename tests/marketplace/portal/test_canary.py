"""A provider's key is nowhere but in its header: after every fault that an upstream can act out, nobody can read it.

The upstream is the simulated fleet, as a provider would list it: at an address of its own, with a key that we hold; or
a parrot that repeats the key in all that it answers.
"""

from __future__ import annotations

import io
import logging
import secrets
import zipfile

import pytest
import redis
from django.conf import settings as site
from django.core import mail
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from catalog import onboarding
from catalog.models import Agreement, Api, Channel, Credential, Membership, Role, Scenario
from catalog.seed.scenarios import load_scenarios
from marketplace.account_pages import holdings
from marketplace.accounts.models import User
from sandbox import conformance, tasks, trials
from sandbox.conformance import bench
from sandbox.conformance import tasks as checking
from sandbox.conformance.questions import SLUGS
from sandbox.models import Answer, AnswerState, RunState, Trial, TrialState
from sandbox.simulators.faults import FAULTS
from sandbox.wire.redact import MARK, spellings
from tests.factories import make_channel, make_model, make_provider, make_user
from tests.marketplace.portal import parrot

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


def checked(channel, owner):
    """A whole run of the channel's checks, made here."""
    run = conformance.start(channel, by=owner)
    checking.check_channel(run.pk)
    run.refresh_from_db()
    assert run.state == RunState.DONE
    assert not run.checks.filter(result="").exists()
    assert run.checks.count() == len(SLUGS)
    return run


def of_the_checks(client, channel, run):
    """Every page and answer about an API and its checks, as members, their programs and operators may ask for them."""
    provider, api = channel.provider.slug, channel.api_id
    member = [
        *(reverse(f"portal:{name}", args=[provider]) for name in ("provider", "log", "members", "facts")),
        *(
            reverse(f"portal:api_{name}", args=[provider, api])
            for name in ("address", "key", "models", "prices", "limits", "scenarios", "check", "submit")
        ),
        reverse("portal:channel", args=[provider, channel.slug]),
        reverse("portal:faring_csv", args=[provider, channel.slug]),
        *(reverse(f"api:portal_{name}", args=[provider]) for name in ("provider", "apis", "channels", "log")),
        *(reverse(f"api:portal_{name}", args=[provider, api]) for name in ("api", "api_prices")),
        *(
            reverse(f"api:portal_{name}", args=[provider, channel.slug])
            for name in ("channel", "channel_state", "runs", "faring")
        ),
        reverse("api:portal_run", args=[provider, channel.slug, run.code]),
        reverse("sandbox:conformance", args=[run.code]),
        reverse("sandbox:conformance", args=[run.code]) + "?format=json",
    ]
    client.force_login(provider_owner(channel))
    yield from read(client, member)
    client.force_login(make_user(is_staff=True, is_superuser=True))
    waiting = channel.submissions.first()
    operator = [reverse("admin:catalog_credential_changelist")]
    operator += [reverse("admin:catalog_credential_change", args=[row.pk]) for row in Credential.objects.all()]
    operator += [reverse("portal:queue"), reverse("portal:standing", args=[channel.slug])]
    operator += [reverse("portal:submission", args=[waiting.pk])] if waiting else []
    yield from read(client, operator)


def provider_owner(channel):
    return channel.provider.memberships.get(role=Role.OWNER).user


def read(client, addresses):
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200, f"{address}: {answer.status_code}"
        yield f"{address}: {answer.headers} {answer.content.decode()}"


def everywhere_else(owner, caplog):
    """Rows, what Redis keeps, log records, letters and the export of the owner's account."""
    yield from dumped()
    yield from (str(record.getMessage()) + str(record.exc_text or "") for record in caplog.records)
    yield from (f"letter: {letter.subject} {letter.body} {letter.to}" for letter in mail.outbox)
    packed = zipfile.ZipFile(io.BytesIO(holdings.pack(owner)))
    yield from (packed.read(name).decode() for name in packed.namelist())
    store = redis.Redis.from_url(site.REDIS_URL)
    for name in store.scan_iter():
        yield f"redis: {name!r} {store.dump(name)!r}"


def hits(texts, *keys):
    found = [spelling for key in keys for spelling in spellings(key)]
    return [text[:300] for text in texts for spelling in found if spelling in text]


def test_a_key_is_nowhere_after_a_whole_run_of_checks(client, channel, owner, canary, caplog, monkeypatch):
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(checking, "ring", lambda _run: True)
    run = checked(channel, owner)
    assert run.checks.filter(result="pass").count() > 20
    Channel.objects.filter(pk=channel.pk).update(listing="draft")
    channel.refresh_from_db()
    Agreement.objects.create(provider=channel.provider, version=site.AGREEMENT_VERSION, agreed_by=owner)
    onboarding.submit([channel], by=owner, conformance={channel.pk: run.code})
    texts = [*of_the_checks(client, channel, run), *everywhere_else(owner, caplog)]
    assert any("portal/review/" in text for text in texts)
    assert hits(texts, canary) == []


@pytest.fixture
def bird(settings):
    server = parrot.serve()
    settings.LOCAL_ADDRESSES = [*settings.LOCAL_ADDRESSES, server.address]
    yield server
    parrot.stop(server)


@pytest.mark.parametrize("temper", parrot.TEMPERS)
def test_a_key_that_is_repeated_by_its_api_is_nowhere(
    client, channel, owner, canary, caplog, bird, temper, monkeypatch
):
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(checking, "ring", lambda _run: True)
    monkeypatch.setattr(bench, "BUSY_PAUSE_S", 0.01)
    base_url = f"{bird.origin}/{temper}/v1"
    Credential.objects.create(provider=channel.provider, origin=bird.origin, secret=canary, works=True)
    Api.objects.filter(pk=channel.api_id).update(base_url=base_url)
    Channel.objects.filter(pk=channel.pk).update(base_url=base_url, listing="draft")
    channel = Channel.objects.get(pk=channel.pk)
    run = checked(channel, owner)
    assert MARK in str(list(run.checks.values("facts", "exchanges")))
    client.force_login(owner)
    texts = [*mistakes(client, channel, bird, canary), *of_the_checks(client, channel, run)]
    assert hits([*texts, *everywhere_else(owner, caplog)], canary) == []


def mistakes(client, channel, bird, canary):
    """The pages and answers of a member who goes wrong in every step, where the key is known already."""
    provider, api = channel.provider.slug, channel.api_id
    version = Api.objects.get(pk=api).version
    look = reverse("portal:api_models", args=[provider, api])
    posts = [
        (reverse("portal:new_api", args=[provider]), {"base_url": f"{bird.origin}/refuses/other", "anyway": "on"}),
        (reverse("portal:new_api", args=[provider]), {"base_url": f"{bird.origin}/{canary}"}),
        (reverse("portal:new_api", args=[provider]), {"base_url": f"{bird.origin}/moves/v1?key={canary}"}),
        (reverse("portal:api_address", args=[provider, api]), {"base_url": canary, "version": version}),
        (reverse("portal:api_key", args=[provider, api]), {"key": canary}),
        (reverse("portal:api_key", args=[provider, api]), {"key": f"{canary} {canary}"}),
        (reverse("portal:try_api_key", args=[provider, api]), {}),
        (look, {"act": "look_up"}),
    ]
    for address, data in posts:
        answer = client.post(address, data, follow=True)
        assert answer.status_code < 500, address
        yield f"{address}: {answer.content.decode()}"
    for method, name, body in (
        ("put", "portal_api_key", {"key": f"{canary} {canary}"}),
        ("put", "portal_api_key", {"key": canary}),
        ("post", "portal_api_key_try", {}),
        ("post", "portal_api_look_up", {}),
        ("patch", "portal_api", {"base_url": f"https://{canary}.example/v1", "version": version}),
    ):
        address = reverse(f"api:{name}", args=[provider, api])
        answer = getattr(client, method)(address, body, content_type="application/json")
        assert answer.status_code < 500, address
        yield f"{address}: {answer.content.decode()}"


def test_a_key_typed_into_the_wrong_field_is_nowhere(client, channel, owner, caplog, bird):
    """One that nobody has saved before: it is known by its shape alone."""
    caplog.set_level(logging.DEBUG)
    typed = f"sk-{secrets.token_hex(16)}"
    client.force_login(owner)
    texts = list(mistakes(client, channel, bird, typed))
    texts += read(client, [reverse("portal:log", args=[channel.provider.slug])])
    kept = Credential.objects.filter(provider=channel.provider).values_list("works", flat=True)
    assert list(kept)
    assert hits([*texts, *everywhere_else(owner, caplog)], typed) == []
