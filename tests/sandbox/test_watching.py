"""The status page's probes: asked of the real parts, no oftener than wanted, and never lost."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.utils import timezone

from catalog.models import Probe
from sandbox import reaching, tasks, watching
from sandbox.reaching import Reached
from sandbox.watching import Watch

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def bells(settings, monkeypatch):
    """Redis is away, no simulators and no providers; the bells that were rung."""
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    settings.SIMULATORS_URL = ""
    rung = []
    monkeypatch.setattr(tasks.answer_bell, "apply_async", lambda arguments, **_options: rung.append(*arguments))
    return rung


def seen():
    return {probe.subject: probe for probe in Probe.objects.all()}


def test_asks_the_database_and_redis_and_writes_what_they_said(redis_url, settings):
    Watch().look()
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert seen()["database"].ok
    assert seen()["database"].ms >= 0
    assert seen()["redis"].ok


def test_what_does_not_answer_is_written_as_such():
    Watch().look()
    assert (seen()["redis"].ok, seen()["redis"].error, seen()["redis"].ms) == (False, "connect", None)


def test_what_was_asked_a_moment_ago_by_anybody_is_left_alone(bells):
    Watch().look()
    tasks.answer_bell(bells[0])
    count = Probe.objects.count()
    Watch().look()
    assert (Probe.objects.count(), len(bells)) == (count, 1)
    Probe.objects.update(at=timezone.now() - timedelta(hours=1))
    Watch().look()
    assert Probe.objects.count() > count


def test_a_worker_that_hears_the_bell_says_how_long_it_took(bells):
    Watch().look()
    assert "worker" not in seen()
    tasks.answer_bell(bells[0])
    assert seen()["worker"].ok
    assert seen()["worker"].ms >= 0


def test_a_bell_that_nobody_hears_is_written_as_unheard_and_rung_again(bells):
    watch = Watch()
    watch.look()
    watch.rung_at -= timedelta(seconds=watching.PATIENCE_S + 1)
    watch.look()
    assert (seen()["worker"].ok, seen()["worker"].error) == (False, "timeout")
    assert len(bells) == 2


def test_a_broker_that_is_away_is_a_worker_that_does_not_hear(monkeypatch):
    def refuse(*_arguments, **_options):
        raise OSError

    monkeypatch.setattr(tasks.answer_bell, "apply_async", refuse)
    Watch().look()
    assert seen()["worker"].error == "connect"


def test_what_cannot_be_written_is_written_later(monkeypatch):
    watch = Watch()

    def refuse(_rows):
        raise DatabaseError

    with monkeypatch.context() as away:
        away.setattr(Probe.objects, "bulk_create", refuse)
        watch.look()
    assert not Probe.objects.exists()
    watch.write()
    assert {"database", "redis"} <= set(seen())
    assert not watch.unwritten


def test_providers_are_asked_rarely_and_their_own_errors_kept(monkeypatch):
    monkeypatch.setattr(
        reaching, "providers", lambda: [Reached("good", "", 80.0), Reached("bad", "unauthorised", None)]
    )
    for _ in range(2):
        Watch().look()
    found = Probe.objects.of_providers()
    assert {(probe.subject, probe.ok, probe.error) for probe in found} == {
        ("provider:good", True, ""),
        ("provider:bad", False, "unauthorised"),
    }
    assert found.count() == 2


def test_nobody_is_asked_without_a_key():
    assert reaching.providers({}) == []
    assert reaching.simulators() == []


def test_the_simulators_are_reached_as_any_channel_is(simulators, settings):
    settings.SIMULATORS_URL = simulators
    settings.LOCAL_ADDRESSES = [simulators.removeprefix("http://")]
    (reached,) = reaching.simulators()
    assert (reached.name, reached.error) == ("simulators", "")
    assert reached.ms > 0


def test_simulators_that_do_not_listen_are_not_reached(settings):
    settings.SIMULATORS_URL, settings.LOCAL_ADDRESSES = "http://127.0.0.1:9", ["127.0.0.1:9"]
    assert [(each.name, each.error, each.ms) for each in reaching.simulators()] == [("simulators", "connect", None)]


def test_a_look_that_fails_does_not_end_the_watch(settings, monkeypatch):
    settings.PROBE_EVERY_S = 0.001
    ended, looks = threading.Event(), []

    def look(_watch):
        looks.append(1)
        if len(looks) == 3:
            ended.set()
        raise ZeroDivisionError

    monkeypatch.setattr(Watch, "look", look)
    monkeypatch.setattr(watching, "close_old_connections", lambda: None)
    Watch().keep_watching(ended)
    assert len(looks) == 3


def test_it_runs_on_a_thread_of_its_own_until_it_is_told_to_end(monkeypatch):
    told = []
    monkeypatch.setattr(Watch, "keep_watching", lambda _watch, ended: told.append(ended))
    ended = watching.start()
    for thread in threading.enumerate():
        if thread.name == "watch":
            thread.join(5)
    assert told == [ended]
