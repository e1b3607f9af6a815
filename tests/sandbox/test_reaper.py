"""The reaper looks after forgotten trials whatever else is broken, and says that its worker is alive."""

from __future__ import annotations

import threading

import pytest

from sandbox import forgetting, live, reaper, tasks


@pytest.fixture
def rounds(settings, monkeypatch, db):
    """What was done in each round; the third ends it."""
    settings.TRIAL_REAP_EVERY_S = 0.001
    seen = []
    monkeypatch.setattr(forgetting, "forget", lambda: seen.append("forget") or 0)
    return seen


def reap_three_times(rounds, monkeypatch, *, error=None):
    ended = threading.Event()

    def reap():
        rounds.append("reap")
        if rounds.count("reap") == 3:
            ended.set()
        if error:
            raise error

    monkeypatch.setattr(tasks, "reap", reap)
    monkeypatch.setattr(reaper, "close_old_connections", lambda: None)
    reaper.keep_reaping(ended)


def test_each_round_says_that_the_worker_is_alive(rounds, redis_url, settings, monkeypatch):
    reap_three_times(rounds, monkeypatch)
    with live.connect() as client:
        assert client.get(f"{settings.REDIS_PREFIX}worker:alive") == b"1"
        assert 0 < client.ttl(f"{settings.REDIS_PREFIX}worker:alive") <= reaper.ALIVE_S


def test_what_is_promised_to_be_deleted_is_deleted_now_and_then(rounds, redis_url, monkeypatch):
    reap_three_times(rounds, monkeypatch)
    assert rounds == ["reap", "forget", "reap", "reap"]


def test_after_a_full_load_the_next_is_deleted_at_once(rounds, redis_url, monkeypatch):
    monkeypatch.setattr(forgetting, "forget", lambda: rounds.append("forget") or forgetting.AT_ONCE)
    reap_three_times(rounds, monkeypatch)
    assert rounds == ["reap", "forget"] * 3


def test_a_round_that_fails_does_not_end_the_reaper(rounds, redis_url, monkeypatch):
    reap_three_times(rounds, monkeypatch, error=ZeroDivisionError())
    assert rounds == ["reap", "reap", "reap"]


def test_the_reaper_goes_on_while_redis_is_away(rounds, settings, monkeypatch):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    reap_three_times(rounds, monkeypatch)
    assert rounds.count("reap") == 3


def test_it_runs_on_a_thread_of_its_own_until_it_is_told_to_end(monkeypatch):
    told = []
    monkeypatch.setattr(reaper, "keep_reaping", lambda ended: told.append(ended))
    ended = reaper.start()
    for thread in threading.enumerate():
        if thread.name == "reaper":
            thread.join(5)
    assert told == [ended]
    assert not ended.is_set()
