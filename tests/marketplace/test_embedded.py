"""The stack's parts start where there is room, and say plainly when they cannot."""

from __future__ import annotations

import asyncio
import os
import signal
import socket

import pytest
import redis
import uvloop
from django.core.management import CommandError, call_command

from marketplace import datadir, embedded
from marketplace.processes import Failed, Family


@pytest.fixture
def said():
    return []


@pytest.fixture
def family(said, tmp_path, settings):
    return Family(env={**os.environ, "PYTHONUNBUFFERED": "1"}, folder=settings.BASE_DIR, say=said.append)


@pytest.fixture
def taken():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield str(server.getsockname()[1])


def test_a_port_that_was_asked_for_is_used(said):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with embedded.listen("127.0.0.1", str(port), said.append) as bound:
        assert embedded.url_of(bound) == f"http://127.0.0.1:{port}"
    assert said == []


def test_a_port_that_was_asked_for_and_is_taken_is_an_error(taken, said):
    with pytest.raises(Failed, match=rf"cannot listen on 127\.0\.0\.1:{taken}: Address already in use"):
        embedded.listen("127.0.0.1", taken, said.append)


def test_the_usual_port_gives_way_to_a_free_one_and_says_so(taken, said, monkeypatch):
    monkeypatch.setattr(embedded, "USUAL_PORT", int(taken))
    with embedded.listen("127.0.0.1", "", said.append) as bound:
        free = bound.getsockname()[1]
    assert str(free) != taken
    assert taken in said[0]
    assert str(free) in said[0]


@pytest.mark.parametrize("port", ["abc", "-1", "65536", "80 80"])
def test_refuses_a_port_that_is_none(port, said):
    with pytest.raises(Failed, match="PORT must be a number"):
        embedded.listen("127.0.0.1", port, said.append)


def test_refuses_a_host_that_is_not_here(said):
    with pytest.raises(Failed, match=r"cannot listen on 203\.0\.113\.9:0"):
        embedded.listen("203.0.113.9", "0", said.append)


def test_the_address_to_type_is_one_that_a_browser_takes(said):
    with embedded.listen("0.0.0.0", "0", said.append) as bound:
        assert embedded.url_of(bound) == f"http://127.0.0.1:{bound.getsockname()[1]}"
    with embedded.listen("::1", "0", said.append) as bound:
        assert embedded.url_of(bound) == f"http://[::1]:{bound.getsockname()[1]}"


@pytest.mark.parametrize(
    ("host", "named", "allowed"),
    [
        ("127.0.0.1", "", "localhost,127.0.0.1,[::1]"),
        ("0.0.0.0", "", "*"),
        ("0.0.0.0", "box.example", "box.example,localhost"),
    ],
)
def test_only_who_listens_beyond_this_computer_accepts_every_name(host, named, allowed, monkeypatch, settings):
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
    monkeypatch.setenv("ALLOWED_HOSTS", named)
    assert embedded.allowed_hosts(host) == allowed


def test_redis_starts_behind_a_password_and_keeps_what_it_was_told(family, tmp_path):
    folder = tmp_path / 'a "quoted" folder'
    folder.mkdir()

    async def keep(value: str | None) -> str | None:
        url = await embedded.start_redis(family, folder)
        with redis.Redis.from_url(url, decode_responses=True) as client:
            kept = client.get("kept")
            if value:
                client.set("kept", value)
            port = client.connection_pool.connection_kwargs["port"]
            with redis.Redis(port=port) as stranger, pytest.raises(redis.AuthenticationError):
                stranger.ping()
        await family.stop()
        family.running.clear()
        family.relays.clear()
        return kept

    assert uvloop.run(keep("this")) is None
    assert uvloop.run(keep(None)) == "this"


def test_says_where_to_look_when_redis_does_not_start(family, tmp_path):
    with pytest.raises(Failed, match=r"valkey\.log says why"):
        uvloop.run(embedded.start_redis(family, tmp_path / "absent"))


def test_simulators_say_where_they_are_and_come_back_there(family, tmp_path):
    async def start() -> str:
        url = await embedded.start_simulators(family, tmp_path)
        await family.stop()
        family.running.clear()
        family.relays.clear()
        return url

    first = uvloop.run(start())
    assert first.startswith("http://127.0.0.1:")
    assert uvloop.run(start()) == first


def test_simulators_go_elsewhere_when_their_port_is_taken(family, tmp_path):
    async def start() -> str:
        url = await embedded.start_simulators(family, tmp_path)
        await family.stop()
        return url

    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        datadir.keep_port(tmp_path, taken)
        assert not uvloop.run(start()).endswith(f":{taken}")


def test_simulators_that_do_not_start_are_an_error(family, tmp_path):
    family.folder = tmp_path  # there is no such module here

    async def start() -> None:
        try:
            await embedded.start_simulators(family, tmp_path)
        finally:
            await family.stop()

    with pytest.raises(Failed, match="do not start"):
        uvloop.run(start())


def test_says_which_part_ended(family, said):
    async def live() -> None:
        await family.start("worker", "true")
        family.env["REDIS_URL"] = "redis://127.0.0.1:1/0"
        with embedded.listen("127.0.0.1", "0", said.append) as bound:
            await embedded.wait_until_ready(family, bound)

    with pytest.raises(Failed, match="worker ended"):
        uvloop.run(live())


def test_says_what_is_missing_when_it_does_not_get_ready(family, said, monkeypatch):
    monkeypatch.setattr(embedded, "READY_WITHIN_S", 0.3)

    async def live() -> None:
        family.env["REDIS_URL"] = "redis://127.0.0.1:1/0"
        bound = embedded.listen("127.0.0.1", "0", said.append)
        bound.close()
        await embedded.wait_until_ready(family, Closed(bound))

    with pytest.raises(Failed, match="the web server does not answer"):
        uvloop.run(live())


class Closed:
    """A socket's address after the socket is gone."""

    def __init__(self, bound: socket.socket) -> None:
        self.address = ("127.0.0.1", 1)

    def getsockname(self) -> tuple[str, int]:
        return self.address


def test_a_signal_stops_everything_without_an_error(family, said):
    async def live() -> None:
        async def wait_for_ever() -> None:
            await family.start("web", "sleep", "60")
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.sleep(60)

        await embedded.live_until_told(family, asyncio.create_task(wait_for_ever()))

    uvloop.run(live())
    assert said == ["Stopping. / 正在停止。"]
    assert family.ended() == "web"


def test_a_second_signal_does_not_wait(family, said):
    async def live() -> int | None:
        deaf = "trap '' TERM; echo deaf; exec sleep 60"
        process = await family.start("web", "sh", "-c", deaf)
        family.follow("web")

        async def wait_for_ever() -> None:
            while not said:
                await asyncio.sleep(0.01)
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.sleep(60)

        asyncio.get_running_loop().call_later(1, os.kill, os.getpid(), signal.SIGINT)
        await embedded.live_until_told(family, asyncio.create_task(wait_for_ever()))
        return process.returncode

    assert uvloop.run(live()) == -9


def test_is_not_for_production(settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match=r"operations\.md"):
        call_command("up")


def test_the_command_says_why_it_cannot_start(monkeypatch, taken):
    monkeypatch.setenv("PORT", taken)
    with pytest.raises(CommandError, match="cannot listen"):
        call_command("up")
