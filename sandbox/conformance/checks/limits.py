"""What is too much: too long an input, too many calls, and whether the API says so in time."""

from __future__ import annotations

import asyncio
import math
import re
from collections.abc import Mapping
from contextlib import AsyncExitStack

from sandbox.conformance import questions
from sandbox.conformance.bench import MOST_PARALLEL, Desk, Reply
from sandbox.conformance.speech import Ask
from sandbox.conformance.verdicts import Verdict, failed, inapplicable, passed, warned
from sandbox.wire.errors import words_of
from sandbox.wire.types import Kind

FIRST_NUMBER = re.compile(r"-?\d+")
LIMITS = re.compile(r"rate-?limit", re.IGNORECASE)


async def too_long(desk: Desk) -> Verdict:
    """Whether an input beyond the context is refused, and not cut in silence."""
    window = desk.claims.context_window
    wanted = math.ceil(window * questions.TOO_LONG_BY) if window else questions.TOO_LONG_TOKENS
    if wanted > questions.MOST_TOKENS:
        return inapplicable("too_large", window=window)
    times = math.ceil(wanted / questions.TOO_LONG_SENTENCE_TOKENS)
    reply = await desk.ask(Ask(questions.TOO_LONG_SENTENCE * times, max_tokens=20))
    made = reply.exchange
    if made.status is None:
        # A server that closes the door on a large body has refused it, though not in words.
        return warned("hung_up") if made.kind is Kind.CONNECT else failed("no_reply", kind=made.kind or "", detail="")
    if made.status == 429:
        return warned("rate_limited", says=desk.bench.clean(words_of(made.body).message))
    if made.status >= 500:
        return failed("server_error", status=made.status, says=desk.bench.clean(words_of(made.body).message))
    if made.status >= 400:
        return passed("refused", status=made.status)
    if reply.said.error:
        return passed("refused", status=made.status)
    if not reply.said.has_words:
        return failed("empty")
    return failed("cut_silently", window=window) if window else warned("taken", tokens=wanted)


async def rate_limit_headers(desk: Desk) -> Verdict:
    """Whether a caller can see how much is left; nobody must say it, but who says it must say it right."""
    made = (await desk.plain()).exchange
    said = {name: value for name, value in made.headers.items() if LIMITS.search(name)}
    if not said:
        # Google's protocol knows no such headers.
        return inapplicable("none") if desk.endpoint.protocol == "gemini" else warned("none")
    for name, value in said.items():
        limit, left = counterpart(said, name), number(value)
        if "remaining" not in name:
            continue
        if left is None or left < 0 or (limit is not None and left > limit):
            return failed("absurd", header=desk.bench.clean(name), value=desk.bench.clean(value))
    return passed("said", count=len(said))


def counterpart(said: Mapping[str, str], name: str) -> int | None:
    return number(said.get(name.replace("remaining", "limit"), ""))


def number(value: str) -> int | None:
    found = FIRST_NUMBER.match(value.strip())
    return int(found[0][:15]) if found else None


async def parallel(desk: Desk) -> Verdict:
    """Whether it takes as many calls at once as it claims, up to eight."""
    count = how_many(desk)
    if count < 2:
        return inapplicable("claims_one")
    replies = await crowd(desk)
    good = sum(is_good(reply) for reply in replies)
    limited = sum(reply.exchange.status == 429 for reply in replies)
    facts = {"count": count, "good": good, "limited": limited}
    return passed("all", **facts) if good == count else failed("fewer", **facts)


def how_many(desk: Desk) -> int:
    return max(1, min(MOST_PARALLEL, desk.claims.max_parallel))


async def crowd(desk: Desk) -> list[Reply]:
    """As many answers as the channel takes at once, all asked at the same moment; asked once for all who look."""
    bench, count = desk.bench, how_many(desk)
    together = asyncio.Event()
    left = count

    async def one() -> Reply:
        nonlocal left
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(bench.pace())
            left -= 1
            if not left:
                together.set()
            await together.wait()
            request = bench.speech.build(bench.endpoint, Ask(questions.COUNT))
            return bench.read(await bench.send_now(request), streamed=True)

    replies = await asyncio.gather(*(bench.sample(f"crowd {n}", one) for n in range(count)))
    for reply in replies[:SHOWN]:
        desk.show(reply)
    return list(replies)


SHOWN = 3


def is_good(reply: Reply) -> bool:
    return reply.exchange.status == 200 and reply.said.has_words and not reply.said.error
