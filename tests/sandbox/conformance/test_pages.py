"""The page of a run, for whoever has its link; and how members start checks."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.models import Api, AuditEntry
from sandbox import conformance
from sandbox.conformance import report, tasks, wording
from sandbox.conformance.questions import SLUGS
from sandbox.models import ConformanceRun, RunState
from tests.factories import make_channel, make_membership, make_provider, make_user

pytestmark = pytest.mark.django_db
EXCHANGE = {
    "sent": {"method": "POST", "path": "/chat/completions", "headers": {"accept": "*/*"}, "body": '{"model":"m"}'},
    "received": {
        "status": 200,
        "headers": {"content-type": "text/html"},
        "body": "<script>alert(1)</script>",
        "error": "",
        "detail": "",
        "is_stopped": True,
        "first_ms": 1.0,
        "total_ms": 12.0,
    },
}


@pytest.fixture(autouse=True)
def _no_bell(monkeypatch):
    monkeypatch.setattr(tasks, "ring", lambda run_id: True)


@pytest.fixture
def channel():
    provider = make_provider(is_simulated=True)
    api = Api.objects.create(provider=provider, base_url="/openai/v1", protocol="openai")
    return make_channel(provider=provider, api=api)


def finish(run, **results):
    for check in run.checks.all():
        check.result = results.get(check.slug, "pass")
        check.finding, check.exchanges = "good", [EXCHANGE]
        check.save()
    ConformanceRun.objects.filter(pk=run.pk).update(state=RunState.DONE)
    run.refresh_from_db()


def test_shows_a_run_as_it_goes_to_whoever_has_the_link(client, channel):
    run = conformance.start(channel, by=None)
    page = client.get(run.get_absolute_url())
    assert page.status_code == 200
    assert "noindex" in page["X-Robots-Tag"]
    assert "no-store" in page["Cache-Control"]
    html = page.content.decode()
    assert "data-open" in html
    assert '<noscript><meta http-equiv="refresh"' in html
    assert "0 / 33" in html
    assert "Run this check again" not in html


def test_shows_what_was_sent_and_received_inert(client, channel):
    run = conformance.start(channel, by=None)
    finish(run, tools="fail")
    html = client.get(run.get_absolute_url()).content.decode()
    assert "1 check fails." in html
    assert "data-open" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<script>alert(1)" not in html
    assert "POST /chat/completions" in html


def test_is_there_in_json(client, channel):
    run = conformance.start(channel, by=None)
    finish(run, tools="warn")
    told = client.get(run.get_absolute_url() + "?format=json").json()
    assert told["conforms"] is True
    assert [check["slug"] for check in told["checks"]] == list(SLUGS)
    assert told["counts"] == {"pass": 32, "warn": 1, "fail": 0, "na": 0}
    assert told["checks"][0]["exchanges"] == [EXCHANGE]


def test_there_is_nothing_under_a_wrong_code(client):
    page = client.get(reverse("sandbox:conformance", args=["nothing-here"]))
    assert page.status_code == 404
    assert "noindex" in page["X-Robots-Tag"]


def test_costs_few_queries_however_many_checks(client, channel, django_assert_max_num_queries):
    run = conformance.start(channel, by=None)
    finish(run)
    with django_assert_max_num_queries(8):
        client.get(run.get_absolute_url())


def test_an_editor_may_run_one_again(client, channel):
    editor = make_membership(provider=channel.provider, role="editor").user
    client.force_login(editor)
    run = conformance.start(channel, by=None)
    finish(run)
    assert "Run this check again" in client.get(run.get_absolute_url()).content.decode()
    address = reverse("portal:start_checks", args=[channel.provider.slug, channel.slug])
    client.post(address, {"only": ["no-such-check"]})
    assert conformance.latest(channel) == run
    answer = client.post(address, {"only": ["tools"]})
    again = conformance.latest(channel)
    assert again != run
    assert answer["Location"] == again.get_absolute_url()
    assert [check.slug for check in again.checks.filter(result="")] == ["tools"]
    assert AuditEntry.objects.filter(action="checks_started", actor=editor).count() == 1


def test_the_step_starts_all_and_shows_how_far_they_are(client, channel):
    editor = make_membership(provider=channel.provider, role="editor").user
    client.force_login(editor)
    make_channel(provider=channel.provider, api=channel.api)
    address = reverse("portal:api_check", args=[channel.provider.slug, channel.api_id])
    assert "Run all checks" in client.get(address).content.decode()
    assert client.post(address)["Location"] == address
    assert ConformanceRun.objects.count() == 2
    html = client.get(address).content.decode()
    assert html.count("0 / 33") == 2
    client.post(address)
    assert ConformanceRun.objects.count() == 2
    for run in ConformanceRun.objects.all():
        finish(run)
    assert "Everything passes." in client.get(address).content.decode()


def test_says_why_checks_cannot_start(client, channel, settings):
    settings.CONFORMANCE_RUNS_PER_DAY = 0
    client.force_login(make_membership(provider=channel.provider, role="editor").user)
    address = reverse("portal:start_checks", args=[channel.provider.slug, channel.slug])
    page = client.post(address, follow=True)
    assert "which is the limit" in page.content.decode()
    channel.listing = "retired"
    channel.save()
    assert "A retired channel is not checked" in client.post(address, follow=True).content.decode()


def test_the_doors_are_for_members_alone(client, channel):
    check = reverse("portal:api_check", args=[channel.provider.slug, channel.api_id])
    start = reverse("portal:start_checks", args=[channel.provider.slug, channel.slug])
    client.force_login(make_user())
    assert [client.get(check).status_code, client.post(check).status_code, client.post(start).status_code] == [404] * 3
    client.force_login(make_membership(provider=channel.provider, role="viewer").user)
    assert [client.get(check).status_code, client.post(check).status_code, client.post(start).status_code] == [
        200,
        404,
        404,
    ]
    assert not ConformanceRun.objects.exists()


def test_every_check_has_its_words():
    assert set(wording.CHECKS) == set(SLUGS)
    assert {words.group for words in wording.CHECKS.values()} == set(wording.GROUPS)
    assert wording.sentence("address", "no_such_finding", {}) == ""
    assert wording.sentence("speed_alone", "measured", {"ttft": 3, "tps": None}) == (
        "First word after 3 ms, then – tokens a second."
    )


def test_says_how_an_exchange_ended():
    assert report.status_of(EXCHANGE["received"]) == "200 · we hung up · 12 ms"
    assert report.status_of({"status": None, "detail": "No connection within 5 s."}) == "– · No connection within 5 s."
    assert report.pretty('{"a":[1]}') == '{\n  "a": [\n    1\n  ]\n}'
    assert report.pretty("{oops") == "{oops"


def test_the_step_asks_as_little_for_many_channels_as_for_one(client, channel, django_assert_num_queries):
    client.force_login(make_membership(provider=channel.provider, role="viewer").user)
    address = reverse("portal:api_check", args=[channel.provider.slug, channel.api_id])
    for each in [channel, *(make_channel(provider=channel.provider, api=channel.api) for _ in range(3))]:
        finish(conformance.start(each, by=None), tools="fail")
    with CaptureQueriesContext(connection) as asked:
        page = client.get(address).content.decode()
    assert page.count("1 check fails.") == 4
    assert not any("exchanges" in query["sql"] for query in asked)
    make_channel(provider=channel.provider, api=channel.api)
    with django_assert_num_queries(len(asked)):
        client.get(address)
