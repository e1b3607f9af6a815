"""Where checks are made: one endpoint, a few samples that several checks look at, and what each of them sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from sandbox.conformance import questions
from sandbox.conformance.speech import SPEECHES, Ask, Said
from sandbox.conformance.verdicts import Ended, Verdict, failed, warned
from sandbox.wire import errors
from sandbox.wire.adapters import ADAPTERS
from sandbox.wire.client import Client
from sandbox.wire.exchange import Exchange, Request, exchange, kept, shorten
from sandbox.wire.redact import MARK, remove
from sandbox.wire.types import Endpoint, Kind, Limits

Pace = Callable[[], AbstractAsyncContextManager[None]]
# A check is patient, but not as patient as a visitor who waits for an answer.
LIMITS = {"headers_ms": 45_000, "first_piece_ms": 45_000, "total_ms": 75_000}
AT_ONCE = 4
MOST_PARALLEL = 8
# A busy moment is given this much before the one second try, where the provider does not say how much.
BUSY_PAUSE_S = 1.0
LONGEST_FACT = 200
# How APIs that speak a protocol otherwise well most often depart from it.
DEPARTURES: dict[str, tuple[dict[str, Any], ...]] = {
    "openai": (
        {"max_tokens": "max_completion_tokens"},
        {"stream_options": False},
        {"max_tokens": "max_completion_tokens", "stream_options": False},
    ),
    "anthropic": (),
    "gemini": (),
}
UNREACHABLE = frozenset({Kind.BLOCKED_ADDRESS, Kind.CONNECT, Kind.TLS})


@dataclass(frozen=True, slots=True)
class Claims:
    """What the listing says of the channel; None is unknown. ``names`` are what the catalogue calls its model."""

    names: tuple[str, ...] = ()
    takes_pictures: bool | None = None
    calls_tools: bool | None = None
    structured_output: bool | None = None
    context_window: int | None = None
    max_parallel: int = 4


@dataclass(slots=True)
class Reply:
    """An exchange, and what it says."""

    exchange: Exchange
    said: Said

    @property
    def is_whole(self) -> bool:
        return self.exchange.media_type == "application/json"


@asynccontextmanager
async def at_once() -> AsyncIterator[None]:
    """The pace of whoever needs none."""
    yield


class Bench:
    """Shared by the checks of one run, on one event loop. ``pace`` holds one of the channel's places for a call."""

    def __init__(self, client: Client, endpoint: Endpoint, claims: Claims, *, pace: Pace | None = None) -> None:
        self.client = client
        self.endpoint = endpoint
        self.claims = claims
        self.speech = SPEECHES[endpoint.protocol]
        self.pace = pace or at_once
        self.limits = patient(client.limits)
        self.gate = asyncio.Semaphore(max(1, min(AT_ONCE, claims.max_parallel)))
        self.samples: dict[str, asyncio.Task[Reply]] = {}
        self.adopted: dict[str, Any] = {}

    async def send(self, request: Request, **options: Any) -> Exchange:
        """One exchange in its turn; a busy or broken moment is tried once more."""
        async with self.gate, self.pace():
            made = await self.send_now(request, **options)
            pause_s = pause_before_retry(made, self.limits)
            if pause_s is None:
                return made
            await asyncio.sleep(pause_s)
            return await self.send_now(request, **options)

    async def send_now(self, request: Request, **options: Any) -> Exchange:
        return await exchange(self.client, self.endpoint, request, limits=self.limits, **options)

    def read(self, made: Exchange, *, streamed: bool) -> Reply:
        """The exchange with what it says, however it came: whole where a stream was asked for, and the other way."""
        if made.status != 200:
            return Reply(made, Said())
        body = made.json() if made.media_type != "text/event-stream" else None
        is_whole = isinstance(body, dict | list) if streamed else body is not None
        return Reply(made, self.speech.read_whole(body) if is_whole else self.speech.read_stream(made.body))

    async def sample(self, name: str, make: Callable[[], Awaitable[Reply]]) -> Reply:
        """What several checks look at, asked for once."""
        if name not in self.samples:
            self.samples[name] = asyncio.ensure_future(_reply(make))
        return await asyncio.shield(self.samples[name])

    async def first_words(self) -> Reply:
        """The plain answer. Where it is refused, the few departures that many APIs have in common are tried, and what
        is answered is kept for the rest of the run: ``adopted`` is what it takes, as a dialect."""
        ask = Ask(questions.ECHO.format(text=questions.PLAIN))
        first = self.read(await self.send(self.speech.build(self.endpoint, ask)), streamed=True)
        if first.exchange.status not in (400, 422):
            return first
        for departure in DEPARTURES[self.endpoint.protocol]:
            other = replace(self.endpoint, dialect={**self.endpoint.dialect, **departure})
            reply = self.read(await self.send(self.speech.build(other, ask)), streamed=True)
            if reply.exchange.status == 200:
                self.endpoint, self.adopted = other, departure
                return reply
        return first

    def close(self) -> None:
        for sample in self.samples.values():
            sample.cancel()

    def clean(self, text: str) -> str:
        """``text`` as a fact of a finding may hold it."""
        return shorten(" ".join(text.split()), secret=self.endpoint.key, host=host_of(self.endpoint), most=LONGEST_FACT)

    def keep(self, reply: Reply) -> dict[str, Any]:
        """The exchange as it may be shown; one that spells out the key, even piece by piece, without its body."""
        shown = kept(reply.exchange, self.endpoint)
        said = reply.said
        spelled = said.text + said.reasoning + "".join(call.name + call.arguments for call in said.tools)
        if remove(spelled, secret=self.endpoint.key) != spelled:
            shown["received"]["body"] = MARK
        return shown


@dataclass
class Desk:
    """One check at work: what it sent, and what it learned."""

    bench: Bench
    replies: list[Reply] = field(default_factory=list)
    learned: dict[str, Any] = field(default_factory=dict)

    @property
    def endpoint(self) -> Endpoint:
        return self.bench.endpoint

    @property
    def claims(self) -> Claims:
        return self.bench.claims

    async def send(self, request: Request, **options: Any) -> Exchange:
        made = await self.bench.send(request, **options)
        self.replies.append(Reply(made, Said()))
        return made

    async def ask(self, ask: Ask, *, key: str | None = None, **options: Any) -> Reply:
        request = replace(self.bench.speech.build(self.endpoint, ask), key=key)
        reply = self.bench.read(await self.bench.send(request, **options), streamed=ask.streamed)
        self.replies.append(reply)
        return reply

    async def sample(self, name: str, ask: Ask) -> Reply:
        async def make() -> Reply:
            request = self.bench.speech.build(self.endpoint, ask)
            return self.bench.read(await self.bench.send(request), streamed=ask.streamed)

        return self.show(await self.bench.sample(name, make))

    async def models(self) -> Exchange:
        """The list of models: the cheapest thing to ask, and how we know whether anybody is there."""

        async def make() -> Reply:
            path = ADAPTERS[self.endpoint.protocol].MODELS_PATH
            return Reply(await self.bench.send(Request(path, method="GET", headers=own_headers(self.endpoint))), Said())

        return self.show(await self.bench.sample("models", make)).exchange

    async def plain(self) -> Reply:
        """A short answer, streamed, as every trial asks for it."""
        return self.show(await self.bench.sample("plain", self.bench.first_words))

    async def counted(self) -> Reply:
        """A longer answer, streamed."""
        return await self.sample("counted", Ask(questions.COUNT))

    async def counted_whole(self) -> Reply:
        """The same, not streamed."""
        return await self.sample("counted whole", Ask(questions.COUNT, streamed=False))

    def show(self, reply: Reply) -> Reply:
        self.replies.append(reply)
        return reply

    def answered(self, reply: Reply, *, refused: Verdict | None = None) -> Said:
        """What the reply says. Ends the check where it says nothing: ``refused`` is the verdict on a 4xx."""
        said, made = reply.said, reply.exchange
        if made.status == 200 and (said.has_words or said.finish) and not said.error:
            return said
        raise Ended(self.trouble(reply, refused=refused))

    def trouble(self, reply: Reply, *, refused: Verdict | None = None) -> Verdict:
        """Why a reply is no answer."""
        made, status = reply.exchange, reply.exchange.status
        says = self.bench.clean(reply.said.error or errors.words_of(made.body).message)
        detail = self.bench.clean(made.error.detail) if made.error else ""
        if status is None:
            return failed("no_reply", kind=made.kind or "", detail=detail)
        if status == 429:
            return warned("rate_limited", says=says)
        if status >= 500:
            return failed("server_error", status=status, says=says)
        if status != 200:
            return refused or failed("refused", status=status, says=says)
        if reply.said.error:
            return failed("broke_off", says=says)
        if made.error:
            return failed("no_reply", kind=made.kind or "", detail=detail)
        return failed("empty")


async def _reply(make: Callable[[], Awaitable[Reply]]) -> Reply:
    return await make()


def patient(limits: Limits) -> Limits:
    """The checks' own limits on time: never above the site's, but for headers: a whole answer's come at its end."""
    total = min(limits.total_ms, LIMITS["total_ms"])
    return replace(
        limits,
        total_ms=total,
        headers_ms=min(total, max(limits.headers_ms, LIMITS["headers_ms"])),
        first_piece_ms=min(limits.first_piece_ms, LIMITS["first_piece_ms"]),
    )


def pause_before_retry(made: Exchange, limits: Limits) -> float | None:
    """Seconds until the one second try; None where there is none."""
    if made.status in (429, 503, 529):
        wait_ms = errors.retry_after_ms(made.headers)
        return BUSY_PAUSE_S if wait_ms is None else wait_ms / 1000 if wait_ms <= limits.retry_after_ms else None
    return BUSY_PAUSE_S if made.kind is Kind.CONNECT and made.status is None else None


def own_headers(endpoint: Endpoint) -> dict[str, str]:
    """The headers that the protocol wants with every request."""
    return {"accept": "application/json", **getattr(ADAPTERS[endpoint.protocol], "HEADERS", {})}


def host_of(endpoint: Endpoint) -> str:
    return endpoint.base_url.partition("://")[2].partition("/")[0].rpartition("@")[2].partition(":")[0]
