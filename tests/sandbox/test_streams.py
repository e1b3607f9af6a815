"""A trial's events over HTTP: resumed where the browser left off, from Redis alone."""

from __future__ import annotations

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from django.test import AsyncClient
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sandbox import hub as hubs
from sandbox import live, streams, visibility
from sandbox.models import Report
from tests.factories import make_trial

pytestmark = pytest.mark.django_db(transaction=True)
CODE = "c" * 32


@async_to_sync
async def follow(code=CODE, query="", **headers):
    """The response, and everything that it streams until it ends."""
    response = await AsyncClient().get(f"/api/v1/trials/{code}/events/{query}", headers=headers)
    body = b"".join([part async for part in response.streaming_content]) if response.streaming else b""
    await hubs.hub().aclose()
    return response, body.decode()


def names(body):
    return [line.removeprefix("event: ") for line in body.splitlines() if line.startswith("event: ")]


def ids(body):
    return [line.removeprefix("id: ") for line in body.splitlines() if line.startswith("id: ")]


def tell(code=CODE):
    live.say(code, ("state", {"state": "running"}), ("pieces", {"1": {"text": "你好"}}), ("end", {"state": "done"}))


def test_events_come_as_they_happened_and_no_cache_keeps_them(redis_url):
    tell()
    response, body = follow()
    assert response.status_code == 200
    assert response["Content-Type"] == "text/event-stream"
    assert (response["Cache-Control"], response["X-Accel-Buffering"]) == ("private, no-store", "no")
    assert body.startswith("retry: ")
    assert names(body) == ["state", "pieces", "end"]
    assert "你好" in body


def test_a_browser_resumes_after_the_last_event_it_saw(redis_url):
    tell()
    first, _second, _end = ids(follow()[1])
    assert names(follow(**{"last-event-id": first})[1]) == ["pieces", "end"]


def test_a_page_goes_on_from_its_snapshot(redis_url):
    live.say(CODE, ("state", {}))
    after = live.snapshot(CODE).last_id
    live.say(CODE, ("end", {}))
    assert names(follow(query=f"?after={after}")[1]) == ["end"]


def test_the_browsers_own_mark_is_newer_than_the_pages(redis_url):
    tell()
    first, second, _end = ids(follow()[1])
    assert names(follow(query=f"?after={first}", **{"last-event-id": second})[1]) == ["end"]


def test_a_mark_from_before_a_flush_means_reload(redis_url):
    tell()
    assert names(follow(**{"last-event-id": "0123456789ab.1-1"})[1]) == ["reload"]


def test_the_database_is_not_asked_about_a_trial_that_redis_knows(redis_url):
    tell()
    with CaptureQueriesContext(connection) as queries:
        assert follow()[0].status_code == 200
    assert list(queries) == []


def test_a_code_that_never_was_is_not_found(redis_url):
    response, _body = follow("0" * 32)
    assert response.status_code == 404


def test_a_trial_that_redis_has_lost_says_reload_when_nothing_comes(redis_url, monkeypatch):
    monkeypatch.setattr(hubs, "WAIT_FOR_STREAM_S", 0.0)
    response, body = follow(make_trial(channels=1).code)
    assert response.status_code == 200
    assert names(body) == ["reload"]


def test_while_redis_is_away_the_page_is_told_to_reload(settings, monkeypatch):
    monkeypatch.setattr(hubs, "WAIT_FOR_STREAM_S", 0.0)
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert names(follow(make_trial(channels=1).code)[1]) == ["reload"]


def test_the_stream_of_a_revoked_report_is_gone(redis_url):
    trial = make_trial(channels=1, state="done", finished_at=timezone.now())
    report = Report.objects.create(trial=trial, code=trial.code, facts={})
    tell(trial.code)
    assert visibility.revoke(report)
    assert not visibility.revoke(report)
    assert follow(trial.code)[0].status_code == 404


def test_revoking_does_not_need_redis(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    trial = make_trial(channels=1, state="done", finished_at=timezone.now())
    assert visibility.revoke(Report.objects.create(trial=trial, code=trial.code, facts={}))
    assert not streams.is_open_to_all(trial.code)


def test_only_reading_is_allowed(redis_url):
    assert async_to_sync(AsyncClient().post)(f"/api/v1/trials/{CODE}/events/").status_code == 405
