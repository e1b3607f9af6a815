"""Channels are kept under their limits, by all workers together and by each one alone."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from sandbox import live
from sandbox.pacing import Pacer

NEVER = lambda: False  # noqa: E731


@asynccontextmanager
async def pacers(count):
    """So many workers, as far as Redis can tell."""
    lines = [live.open_line() for _ in range(count)]
    yield [Pacer(line) for line in lines]
    for line in lines:
        await line.close()


async def call(pacer, seen, *, max_parallel=2, calls_per_minute=60_000, hold_s=0.01, channel=1):
    async with pacer.slot(channel, max_parallel=max_parallel, calls_per_minute=calls_per_minute, given_up=NEVER):
        seen["now"] = seen.get("now", 0) + 1
        seen["most"] = max(seen.get("most", 0), seen["now"])
        seen["all"] = seen.get("all", 0) + 1
        await asyncio.sleep(hold_s)
        seen["now"] -= 1


def test_workers_together_never_exceed_a_channels_parallel_calls(redis_url):
    async def play():
        seen = {}
        async with pacers(3) as workers:
            await asyncio.gather(*(call(worker, seen) for worker in workers for _ in range(8)))
        return seen

    assert asyncio.run(play()) == {"now": 0, "most": 2, "all": 24}


def test_channels_do_not_wait_for_each_other(redis_url):
    async def play():
        seen = {}
        async with pacers(1) as (pacer,):
            await asyncio.gather(*(call(pacer, seen, max_parallel=1, channel=n, hold_s=0.2) for n in range(5)))
        return seen

    assert asyncio.run(play())["most"] == 5


def test_a_channel_at_its_rate_makes_callers_wait(redis_url):
    async def play():
        async with pacers(1) as (pacer,):
            lane = pacer.lanes.setdefault(1, None)
            return [await pacer.admit(1, lane, f"place-{n}", max_parallel=3, calls_per_minute=60) for n in range(5)]

    waits = asyncio.run(play())
    assert waits[:3] == [0, 0, 0]
    assert waits[3] == 25  # all places are taken, to be asked again soon


def test_the_rate_holds_also_when_places_are_free(redis_url):
    async def play():
        async with pacers(1) as (pacer,):
            waits = []
            for n in range(4):
                waits.append(await pacer.admit(1, None, f"place-{n}", max_parallel=3, calls_per_minute=60))
                pacer.release(1, f"place-{n}")
            return waits

    waits = asyncio.run(play())
    assert waits[:3] == [0, 0, 0]
    assert 900 <= waits[3] <= 1000


def test_who_gives_up_does_not_wait_for_a_place(redis_url):
    async def play():
        async with pacers(1) as (pacer,):
            for n in range(2):
                assert await pacer.admit(1, None, f"place-{n}", max_parallel=2, calls_per_minute=60) == 0
            async with pacer.slot(1, max_parallel=2, calls_per_minute=60, given_up=lambda: True):
                return "inside"

    assert asyncio.run(asyncio.wait_for(play(), 2)) == "inside"


def test_without_redis_the_process_keeps_to_the_limits_alone(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    async def play():
        seen = {}
        async with pacers(1) as (pacer,):
            await asyncio.gather(*(call(pacer, seen) for _ in range(6)))
        return seen

    assert asyncio.run(play()) == {"now": 0, "most": 2, "all": 6}


def test_without_redis_the_rate_holds_too(settings):
    from sandbox.pacing import Lane

    lane, pacer = Lane(2), Pacer(None)  # Redis is not asked
    waits = [pacer.admit_alone(lane, calls_per_minute=60, burst=2) for _ in range(3)]
    assert waits[:2] == [0, 0]
    assert waits[2] == pytest.approx(1000, abs=20)
