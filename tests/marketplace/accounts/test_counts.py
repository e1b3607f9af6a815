"""Counts hold across processes by Redis, and within a process without it."""

from __future__ import annotations

import pytest

from marketplace.accounts.counts import Counts

OPTIONS = {"serializer": "marketplace.accounts.counts.Plain", "socket_connect_timeout": 1}


def counts(url: str, prefix: str = "t") -> Counts:
    return Counts(url, {"KEY_PREFIX": prefix, "OPTIONS": OPTIONS})


def test_two_processes_see_the_same(redis_url, settings):
    prefix = f"{settings.REDIS_PREFIX}cache"
    counts(redis_url, prefix).set("tries", [2.5, 1.5], 60)
    assert counts(redis_url, prefix).get("tries") == [2.5, 1.5]
    assert not counts(redis_url, prefix).add("tries", True, 60)


def test_clearing_leaves_what_else_redis_holds(redis_url, settings):
    prefix = f"{settings.REDIS_PREFIX}cache"
    counts(redis_url, prefix).set("tries", 1, 60)
    counts(redis_url, prefix).clear()
    assert counts(redis_url, prefix).get("tries") == 1


def test_without_redis_a_process_counts_by_itself(caplog):
    away = counts("redis://127.0.0.1:1/0")
    assert away.add("tries", 1, 60)
    assert not away.add("tries", 1, 60)
    assert away.incr("tries") == 2
    away.set("tries", [1.5], 60)
    assert away.get("tries") == [1.5]
    assert away.has_key("tries")
    assert away.delete("tries")
    assert away.get("tries", "none") == "none"
    assert "by this process alone" in caplog.text
    away.clear()


def test_what_is_kept_is_no_program():
    from marketplace.accounts.counts import Plain

    with pytest.raises(ValueError, match="decode"):
        Plain().loads(b"\x80\x04N.")
