"""What is asked at one moment shares a round trip; what fails, fails for those alone who were in it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest
import redis
from django.conf import settings

from sandbox import line, live
from sandbox.line import Script

ECHO = Script("return ARGV[1]")


@asynccontextmanager
async def lines():
    mine = live.open_line()
    yield mine
    await mine.close()


def play(work):
    async def run():
        async with lines() as mine:
            return await work(mine)

    return asyncio.run(run())


def count_sends(mine, monkeypatch):
    sends = []
    send = mine.send

    async def counted(commands):
        sends.append([command[0] for command in commands])
        await send(commands)

    monkeypatch.setattr(mine, "send", counted)
    return sends


def test_what_is_asked_at_one_moment_shares_a_round_trip(redis_url, monkeypatch):
    async def work(mine):
        sends = count_sends(mine, monkeypatch)
        answers = await asyncio.gather(*(mine.ask("ECHO", str(number)) for number in range(5)))
        return answers, sends

    answers, sends = play(work)
    assert answers == [b"0", b"1", b"2", b"3", b"4"]
    assert sends == [["ECHO"] * 5]


def test_a_scripts_text_travels_once(redis_url, monkeypatch):
    async def work(mine):
        await mine.ask("SCRIPT", "FLUSH")
        sends = count_sends(mine, monkeypatch)
        answers = [await mine.run(ECHO, (), [word]) for word in ("a", "b")]
        return answers, sends

    answers, sends = play(work)
    assert answers == [b"a", b"b"]
    assert sends == [["EVALSHA"], ["EVAL"], ["EVALSHA"]]


def test_a_refused_command_is_its_askers_alone(redis_url):
    async def work(mine):
        return await asyncio.gather(mine.ask("NOSUCH"), mine.ask("ECHO", "heard"), return_exceptions=True)

    refusal, answer = play(work)
    assert isinstance(refusal, redis.ResponseError)
    assert answer == b"heard"


def test_a_broken_connection_fails_for_all_in_it_and_the_next_find_a_new_one(redis_url):
    async def work(mine):
        await mine.ask("PING")
        with live.connect() as other:
            other.client_kill_filter(_type="normal", skipme=True)
        lost = await asyncio.gather(mine.ask("ECHO", "a"), mine.ask("ECHO", "b"), return_exceptions=True)
        return lost, await mine.ask("ECHO", "c")

    lost, answer = play(work)
    assert all(isinstance(one, redis.RedisError) for one in lost)
    assert answer == b"c"


def test_whoever_stopped_waiting_does_not_stop_the_others(redis_url):
    async def work(mine):
        gone = [asyncio.create_task(mine.ask(*command)) for command in (("ECHO", "gone"), ("NOSUCH",))]
        stays = asyncio.create_task(mine.ask("ECHO", "stays"))
        await asyncio.sleep(0)
        for task in gone:
            task.cancel()
        return await stays

    assert play(work) == b"stays"


def test_a_connection_that_was_silent_for_long_is_not_trusted(redis_url, monkeypatch):
    async def work(mine):
        await mine.ask("PING")
        before = await mine.ask("CLIENT", "ID")
        monkeypatch.setattr(line, "IDLE_S", -1)
        return before, await mine.ask("CLIENT", "ID")

    before, after = play(work)
    assert after != before


def test_a_server_that_does_not_answer_is_waited_for_so_long_and_not_longer(redis_url):
    async def work(mine):
        mine.timeout = 0.05
        with pytest.raises(TimeoutError):
            await mine.ask("BLPOP", f"{settings.REDIS_PREFIX}nothing", "5")
        mine.timeout = 5
        return await mine.ask("ECHO", "after")

    assert play(work) == b"after"


def test_without_a_server_whoever_asks_is_told(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    with pytest.raises(redis.ConnectionError):
        play(lambda mine: mine.ask("PING"))
