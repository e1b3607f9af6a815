"""A data directory has one running stack, one secret, and an honest note of where that stack listens."""

from __future__ import annotations

import json
import multiprocessing
import stat

import pytest

from marketplace import datadir


def test_a_second_stack_takes_a_sibling_directory(tmp_path):
    with datadir.claim(tmp_path) as first, datadir.claim(tmp_path) as second, datadir.claim(tmp_path) as third:
        assert [first, second, third] == [tmp_path, tmp_path / "2", tmp_path / "3"]


def test_a_directory_is_free_again_afterwards(tmp_path):
    for _ in range(2):
        with datadir.claim(tmp_path / "fresh") as folder:
            assert folder == tmp_path / "fresh"


def test_siblings_share_a_secret(tmp_path):
    with datadir.claim(tmp_path) as first, datadir.claim(tmp_path) as second:
        assert datadir.secret(first) == datadir.secret(second)


def test_a_secret_is_made_once_and_only_its_owner_reads_it(tmp_path):
    folder = tmp_path / "fresh"
    made = datadir.secret(folder)
    assert len(made) >= 50
    assert datadir.secret(folder) == made
    assert stat.S_IMODE((folder / datadir.KEY).stat().st_mode) == 0o600


def test_the_first_of_two_secrets_made_at_once_counts(tmp_path, monkeypatch):
    def lose_the_race(source, target):
        target.write_text("the other's")
        raise FileExistsError

    monkeypatch.setattr(datadir.os, "link", lose_the_race)
    assert datadir.secret(tmp_path) == "the other's"


def test_commands_find_the_running_stack(tmp_path):
    with datadir.claim(tmp_path) as folder:
        for url in ("redis://first", "redis://second"):
            datadir.announce(folder, {"REDIS_URL": url})
            assert datadir.addresses(tmp_path) == {"REDIS_URL": url}
        assert stat.S_IMODE((folder / datadir.ADDRESSES).stat().st_mode) == 0o600
    assert datadir.addresses(tmp_path) == {}


def test_what_a_killed_stack_left_behind_is_not_believed(tmp_path):
    gone = multiprocessing.get_context("spawn").Process()
    gone.start()
    gone.join()
    (tmp_path / datadir.ADDRESSES).write_text(json.dumps({"pid": gone.pid, "addresses": {"REDIS_URL": "redis://dead"}}))
    assert datadir.addresses(tmp_path) == {}


@pytest.mark.parametrize("left", ["", "{", "half a li"])
def test_a_broken_note_is_not_believed(tmp_path, left):
    (tmp_path / datadir.ADDRESSES).write_text(left)
    assert datadir.addresses(tmp_path) == {}
