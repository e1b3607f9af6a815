"""Keeps each channel under its concurrency and its rate, across all workers.

Within a process a semaphore lets no more than ``max_parallel`` calls ask; among processes a Redis script admits them:
a sorted set of places (each expires by itself, should its holder die) and a leaky bucket per minute. While Redis is
away the process keeps to the limits by itself.
"""

from __future__ import annotations

import asyncio
import logging
import random
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import redis
from django.conf import settings

from sandbox.line import Line, Script

logger = logging.getLogger(__name__)

# KEYS: places, bucket. ARGV: place, max parallel, calls per minute, burst, seconds until a place expires.
# Answers 0 when admitted, else milliseconds to wait. By the server's clock, so that workers' clocks do not matter.
ADMIT = Script("""
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then return 25 end
local step = 60000 / tonumber(ARGV[3])
local due = math.max(tonumber(redis.call('GET', KEYS[2]) or 0), now)
local early = due - now - step * (tonumber(ARGV[4]) - 1)
if early > 0 then return math.ceil(early) end
redis.call('SET', KEYS[2], string.format('%d', due + step), 'PX', 120000)
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[5]) * 1000, ARGV[1])
redis.call('PEXPIRE', KEYS[1], tonumber(ARGV[5]) * 1000)
return 0
""")


class Lane:
    """One channel in this process: how many may call at once, and when the next call is due without Redis."""

    def __init__(self, max_parallel: int) -> None:
        self.gate = asyncio.Semaphore(max_parallel)
        self.due = 0.0


class Pacer:
    """The process's doorkeeper to all channels; lives on one event loop."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.lanes: dict[int, Lane] = {}

    @asynccontextmanager
    async def slot(
        self, channel: int, *, max_parallel: int, calls_per_minute: int, given_up: Callable[[], bool]
    ) -> AsyncIterator[None]:
        """Hold one of the channel's places for the length of the block; waits for it, unless ``given_up()``."""
        lane = self.lanes.setdefault(channel, Lane(max_parallel))
        place = secrets.token_hex(8)
        async with lane.gate:
            try:
                while not given_up():
                    wait_ms = await self.admit(
                        channel, lane, place, max_parallel=max_parallel, calls_per_minute=calls_per_minute
                    )
                    if not wait_ms:
                        break
                    spread = random.uniform(1, 1.4)  # noqa: S311  # so that not all come back at once
                    await asyncio.sleep(min(wait_ms / 1000 * spread, 1))
                yield
            finally:
                self.release(channel, place)

    async def admit(self, channel: int, lane: Lane, place: str, *, max_parallel: int, calls_per_minute: int) -> int:
        """0 when ``place`` is ours now, else milliseconds to wait before asking again."""
        expires_s = settings.WIRE_LIMITS["total_ms"] // 1000 + 30
        arguments = (place, max_parallel, calls_per_minute, max_parallel, expires_s)
        try:
            return int(await self.line.run(ADMIT, self.keys(channel), arguments))
        except (redis.RedisError, OSError) as error:
            logger.warning("pacing by this process alone: %s", type(error).__name__)
            return self.admit_alone(lane, calls_per_minute=calls_per_minute, burst=max_parallel)

    def admit_alone(self, lane: Lane, *, calls_per_minute: int, burst: int) -> int:
        """The same leaky bucket in this process; milliseconds to wait, 0 when admitted."""
        step, now = 60 / calls_per_minute, time.monotonic()
        due = max(lane.due, now)
        early = due - now - step * (burst - 1)
        if early > 0:
            return max(1, round(early * 1000))
        lane.due = due + step
        return 0

    def release(self, channel: int, place: str) -> None:
        """Give the place back, for which nobody needs to wait."""

        def note(answered: asyncio.Future[int]) -> None:
            if answered.exception():
                logger.warning("a place at channel %s will expire by itself", channel)

        self.line.begin("ZREM", self.keys(channel)[0], place).add_done_callback(note)

    def keys(self, channel: int) -> tuple[str, str]:
        base = f"{settings.REDIS_PREFIX}pace:{channel}"
        return f"{base}:places", f"{base}:bucket"
