"""How soon the first word comes and how fast the rest, alone and in a crowd of the channel's own making."""

from __future__ import annotations

import json
from statistics import median

from sandbox.conformance import questions
from sandbox.conformance.bench import Desk, Reply
from sandbox.conformance.checks.limits import crowd, how_many, is_good
from sandbox.conformance.speech import Ask
from sandbox.conformance.verdicts import Verdict, failed, inapplicable, passed, warned
from sandbox.wire import tokens

# Nobody waits so long for a first word; and nobody reads so slowly (tokens a second).
TOO_LATE_MS, LATE_MS = 15_000, 5_000
TOO_SLOW_TPS, SLOW_TPS = 2, 8
# An answer that comes all at once after so long was not streamed.
AT_ONCE_MS = 3_000
# In a crowd: so many times slower than alone, and that much at least.
CROWDED, VERY_CROWDED = 3, 8
CROWDED_MS, VERY_CROWDED_MS = 1_500, 4_000


async def speed_alone(desk: Desk) -> Verdict:
    reply = await alone(desk)
    desk.answered(reply)
    ttft, tps = ttft_ms(reply), tokens_per_second(reply)
    facts = {"ttft": round(ttft), "tps": None if tps is None else round(tps, 1)}
    if ttft > TOO_LATE_MS:
        return failed("late", **facts)
    if tps is not None and tps < TOO_SLOW_TPS:
        return failed("slow", **facts)
    if tps is None and (reply.exchange.total_ms or 0) > AT_ONCE_MS:
        return warned("at_once", **facts)
    if ttft > LATE_MS or (tps is not None and tps < SLOW_TPS):
        return warned("slow", **facts)
    return passed("measured", **facts)


async def speed_parallel(desk: Desk) -> Verdict:
    count = how_many(desk)
    if count < 2:
        return inapplicable("claims_one")
    lone = await alone(desk)
    desk.answered(lone)
    replies = await crowd(desk)
    good = [reply for reply in replies if is_good(reply)]
    if len(good) < count:
        return inapplicable("see_parallel", good=len(good), count=count)
    before, now = ttft_ms(lone), median(ttft_ms(reply) for reply in good)
    slowest = max(reply.exchange.total_ms or 0 for reply in good)
    usual = lone.exchange.total_ms or 0
    speeds = [speed for reply in good if (speed := tokens_per_second(reply)) is not None]
    facts = {
        "count": count,
        "ttft": round(now),
        "alone": round(before),
        "tps": round(median(speeds), 1) if speeds else None,
        "slowest": round(slowest / 1000, 1),
        "usual": round(usual / 1000, 1),
    }
    if is_over(now, before, VERY_CROWDED, VERY_CROWDED_MS) or is_over(slowest, usual, VERY_CROWDED, VERY_CROWDED_MS):
        return failed("queues", **facts)
    if is_over(now, before, CROWDED, CROWDED_MS) or is_over(slowest, usual, CROWDED, CROWDED_MS):
        return warned("slower", **facts)
    return passed("measured", **facts)


def is_over(now: float, before: float, times: float, at_least_ms: float) -> bool:
    return now > max(before * times, before + at_least_ms)


async def alone(desk: Desk) -> Reply:
    return await desk.sample("counted alone", Ask(questions.COUNT))


def ttft_ms(reply: Reply) -> float:
    """Until the first piece of the body that has words of the answer; the whole answer's end where none can be told."""
    for ms, data in reply.exchange.heard:
        if any(mark in data for mark in (b'"content"', b'"text"', b'"reasoning', b'"thinking"')) and has_text(data):
            return ms
    return reply.exchange.first_ms or reply.exchange.total_ms or 0.0


def has_text(data: bytes) -> bool:
    """Whether one of its events carries a word: the first chunk of many has an empty text."""
    for line in data.split(b"\n"):
        try:
            value = json.loads(line.partition(b"data:")[2] or b"null")
        except (ValueError, RecursionError):
            continue
        if any(is_word(each) for each in strings(value)):
            return True
    return False


def strings(value: object, name: str = "") -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [found for key, each in value.items() for found in strings(each, key)]
    if isinstance(value, list):
        return [found for each in value for found in strings(each, name)]
    return [(name, value)] if isinstance(value, str) else []


TEXTS = frozenset({"content", "text", "reasoning_content", "reasoning", "thinking"})


def is_word(named: tuple[str, str]) -> bool:
    return named[0] in TEXTS and bool(named[1])


def tokens_per_second(reply: Reply) -> float | None:
    """By our own count, over the time after the first word; None where all came at once."""
    first = ttft_ms(reply)
    last = reply.exchange.heard[-1].ms if reply.exchange.heard else first
    count = tokens.estimate(reply.said.text + reply.said.reasoning)
    return count / (last - first) * 1000 if last - first > 50 and count > 1 else None
