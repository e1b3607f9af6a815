"""Makes the checks against one endpoint: the cheap ones side by side, those that want quiet one after the other.

It knows no database: ``runs`` feeds it a channel and keeps what it finds, the benchmark feeds it simulators.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from time import perf_counter

from sandbox.conformance.bench import UNREACHABLE, Bench, Claims, Desk, Pace
from sandbox.conformance.checks import CHECKS, Check
from sandbox.conformance.verdicts import Ended, Found, Verdict, failed, inapplicable
from sandbox.wire.client import Client
from sandbox.wire.types import Endpoint

logger = logging.getLogger(__name__)
WITHIN_S = 600.0


async def run_checks(
    client: Client,
    endpoint: Endpoint,
    claims: Claims,
    *,
    only: Sequence[str] = (),
    pace: Pace | None = None,
    within_s: float = WITHIN_S,
) -> AsyncIterator[Found]:
    """Every check of ``only`` (none: all), each as soon as it is done; raises nothing but ``CancelledError``.

    After ``within_s`` seconds what is not done yet has failed for want of time.
    """
    slugs = [slug for slug in CHECKS if slug in only] if only else list(CHECKS)
    bench = Bench(client, endpoint, claims, pace=pace)
    queue: asyncio.Queue[Found] = asyncio.Queue()
    work = asyncio.ensure_future(make_all(bench, slugs, queue))
    left = set(slugs)
    ends_at = perf_counter() + within_s
    try:
        while left:
            try:
                async with asyncio.timeout(max(0.0, ends_at - perf_counter())):
                    found = await queue.get()
            except TimeoutError:
                break
            left.discard(found.slug)
            yield found
        for slug in slugs:
            if slug in left:
                yield Found(slug, failed("out_of_time", seconds=round(within_s)))
    finally:
        work.cancel()
        bench.close()
        await asyncio.gather(work, *bench.samples.values(), return_exceptions=True)


async def make_all(bench: Bench, slugs: Sequence[str], queue: asyncio.Queue[Found]) -> None:
    async def make(slug: str) -> None:
        queue.put_nowait(await make_one(bench, slug))

    async with asyncio.TaskGroup() as group:
        for slug in slugs:
            if not CHECKS[slug].alone:
                group.create_task(make(slug))
    for slug in slugs:
        if CHECKS[slug].alone:
            await make(slug)


async def make_one(bench: Bench, slug: str) -> Found:
    began = perf_counter()
    desk = Desk(bench)
    try:
        verdict = await judge(CHECKS[slug], desk)
    except Ended as ended:
        verdict = ended.verdict
    except Exception as error:
        # The type alone: a message may hold what the endpoint said, or the key. It is our fault, so nobody else's.
        logger.error("the check %s failed in an unforeseen way: %s", slug, type(error).__name__)
        verdict = inapplicable("our_fault")
    return Found(
        slug=slug,
        verdict=verdict,
        exchanges=[bench.keep(reply) for reply in desk.replies],
        took_ms=(perf_counter() - began) * 1000,
        learned=desk.learned,
    )


async def judge(check: Check, desk: Desk) -> Verdict:
    """The check's own verdict, where it has something to say."""
    if check.needs != "nothing" and not await is_reached(Desk(desk.bench)):
        return inapplicable("unreachable")
    if check.needs == "answer" and not await is_answered(Desk(desk.bench)):
        return inapplicable("no_answer")
    return await check.run(desk)


async def is_reached(aside: Desk) -> bool:
    made = await aside.models()
    redirects = made.status is not None and 300 <= made.status < 400
    return made.kind not in UNREACHABLE and not redirects


async def is_answered(aside: Desk) -> bool:
    reply = await aside.plain()
    return reply.exchange.status == 200 and reply.said.has_words and not reply.said.error
