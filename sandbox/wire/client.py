"""Asks a channel and streams its answer: the wire's only I/O. Whatever happens, a call ends in an ``Outcome``."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from email.utils import formatdate
from time import perf_counter

import aiohttp
import msgspec

from sandbox.wire import dialects, tokens
from sandbox.wire.adapters import ADAPTERS, Adapter
from sandbox.wire.addresses import Resolver, Target, vet
from sandbox.wire.answer import Answer, OnPiece
from sandbox.wire.dialler import Dialler
from sandbox.wire.reader import Reader
from sandbox.wire.redact import redact
from sandbox.wire.sse import Decoder
from sandbox.wire.types import Body, Endpoint, Kind, Limits, Outcome, Question, WireError
from sandbox.wire.watch import Stop, Watch

__all__ = ["Client", "Stop"]

logger = logging.getLogger(__name__)

LONGEST_DETAIL = 300
ERROR_BYTES = 64 * 1024
# After the protocol's last word: how long, and how much, we wait for HTTP's, so that the connection stays warm.
LAST_WORD_S = 0.1
LAST_WORD_BYTES = 64 * 1024


@dataclass
class Call:
    """One question on its way."""

    endpoint: Endpoint
    question: Question
    adapter: Adapter
    body: Body
    payload: bytes
    answer: Answer
    watch: Watch
    decoder: Decoder
    on_retry: Callable[[float], None] | None = None
    before_send: Callable[[], Awaitable[None]] | None = None
    tries: int = 0


class Client:
    """Warm connections to every channel, under one set of limits. Belongs to the event loop it is first used on."""

    def __init__(
        self,
        limits: Limits,
        local_addresses: frozenset[str],
        resolver: Resolver | None = None,
        *,
        own: frozenset[str] = frozenset(),
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """``local_addresses``: exact host:port pairs on this computer; ``own``: our own names, never called."""
        self.limits = limits
        self._local = local_addresses
        self._own = own
        self._resolver = resolver
        self.dialler = Dialler(tls)

    async def ask(
        self,
        endpoint: Endpoint,
        question: Question,
        *,
        on_piece: OnPiece | None = None,
        on_retry: Callable[[float], None] | None = None,
        before_send: Callable[[], Awaitable[None]] | None = None,
        stop: Stop | None = None,
    ) -> Outcome:
        """Put ``question`` to ``endpoint`` and return how it went; raises nothing but ``CancelledError``.

        ``on_piece`` sees each piece as it comes; ``before_send`` is awaited each time before a request may leave (a
        ``WireError`` from it ends the call); ``on_retry`` is told the pause in ms before the one second try.
        """
        if is_too_large(question, self.limits):
            return Outcome(error=WireError(Kind.TOO_LARGE, "These pictures are more than one request may carry."))
        try:
            call = self._prepare(endpoint, question, on_piece=on_piece, stop=stop)
        except (ValueError, TypeError, LookupError):
            return Outcome(error=WireError(Kind.INVALID, "The prompt or the channel's settings cannot be sent."))
        call.on_retry, call.before_send = on_retry, before_send
        error = await self._run(call)
        return conclude(call, error)

    async def list_models(self, endpoint: Endpoint) -> list[str]:
        """The names of the models that the endpoint offers. Raises ``WireError``."""
        adapter = ADAPTERS[endpoint.protocol]
        watch = Watch(self.limits)
        try:
            async with asyncio.timeout(None) as timeout:
                with watch.over(timeout):
                    target = await self.dial(endpoint, watch)
                    headers = {"accept": "application/json"} | dialects.authorise(endpoint)
                    watch.send(perf_counter())
                    async with self.dialler.get(target, adapter.MODELS_PATH, headers=headers) as response:
                        watch.answer(perf_counter())
                        body = await Reader(response, most=self.limits.body_bytes).read_all()
                        if response.status != 200:
                            raise adapter.read_error(response.status, lowered(response), body)
                        return names(body)
        except TimeoutError:
            raise watch.error or internal() from None
        except WireError as error:
            raise presentable(error, endpoint) from None

    async def close(self) -> None:
        """Close every connection."""
        await self.dialler.close()

    def _prepare(self, endpoint: Endpoint, question: Question, *, on_piece: OnPiece | None, stop: Stop | None) -> Call:
        adapter = ADAPTERS[endpoint.protocol]
        body = adapter.build(endpoint, question)
        limits = self.limits
        # Whoever serves an open model may leave its tags in the answer, on a day of its own choosing.
        has_tags = bool(endpoint.dialect.get("think_tags", endpoint.protocol == "openai"))
        return Call(
            endpoint=endpoint,
            question=question,
            adapter=adapter,
            body=body,
            payload=msgspec.json.encode(body.payload),
            answer=Answer(limits=limits, secret=endpoint.key, has_think_tags=has_tags, on_piece=on_piece),
            watch=Watch(limits, stop),
            decoder=Decoder(event_bytes=limits.event_bytes, events=limits.events),
        )

    async def _run(self, call: Call) -> WireError | None:
        try:
            async with asyncio.timeout(None) as timeout:
                with call.watch.over(timeout):
                    await self._try_twice(call)
        except TimeoutError:
            return call.watch.error or internal()
        except WireError as error:
            return error
        except Exception as error:
            # The type alone: a message or a traceback may hold the address or the key.
            logger.error("a call failed in an unforeseen way: %s", type(error).__name__)
            return internal()
        return None

    async def _try_twice(self, call: Call) -> None:
        try:
            await self._try(call)
        except WireError as error:
            wait = error.retry_after_ms
            if wait is None or wait > self.limits.retry_after_ms:
                raise
        else:
            return
        call.watch.pause()
        if call.on_retry:
            call.on_retry(wait)
        await asyncio.sleep(wait / 1000)
        await self._try(call)

    async def _try(self, call: Call) -> None:
        target = await self.dial(call.endpoint, call.watch)
        if call.before_send:
            call.watch.pause()
            await call.before_send()
        call.watch.dial(self.dialler.begin())
        call.tries += 1

        def leave() -> None:
            call.answer.timing.t0 = perf_counter()
            call.watch.send(call.answer.timing.t0)

        headers = {"accept": "text/event-stream", "accept-encoding": "identity", **call.body.headers}
        headers |= dialects.authorise(call.endpoint)
        path = call.body.path
        async with self.dialler.post(target, path, headers=headers, body=call.payload, on_leave=leave) as response:
            call.watch.answer(call.answer.timing.t0 or perf_counter())
            await self._check(response, call)
            await self._stream(response, call)

    async def dial(self, endpoint: Endpoint, watch: Watch) -> Target:
        """The endpoint's address, vetted anew; ``watch`` is told that a connection begins."""
        watch.dial(self.dialler.begin())
        return await vet(endpoint.base_url, resolver=self._resolver, local=self._local, own=self._own)

    async def _check(self, response: aiohttp.ClientResponse, call: Call) -> None:
        """Raise unless the response is a stream of events."""
        kind = response.headers.get("content-type", "text/event-stream").partition(";")[0].strip().lower()
        if response.status == 200 and kind == "text/event-stream":
            return
        body = b""
        if "json" in kind:
            with suppress(WireError):  # the status says enough
                body = await Reader(response, most=ERROR_BYTES).read_all()
        raise call.adapter.read_error(response.status, lowered(response), body)

    async def _stream(self, response: aiohttp.ClientResponse, call: Call) -> None:
        answer, watch, read = call.answer, call.watch, call.adapter.read
        reader = Reader(response, most=self.limits.body_bytes)
        decoder = call.decoder
        while chunk := await reader.read():
            now = perf_counter()
            watch.hear(now)
            for event in decoder.feed(chunk):
                if answer.take(read(event), now):
                    watch.advance(now)
                if answer.is_over:
                    answer.timing.over = now
                    await drain(response)
                    return
        finish(call)


def finish(call: Call) -> None:
    """Read what lacked only its last line end; half an event is a stream cut off, not a wrong one."""
    now = perf_counter()
    call.answer.is_over = call.decoder.seen > 0 and not call.adapter.HAS_LAST_WORD
    for event in call.decoder.finish():
        try:
            call.answer.take(call.adapter.read(event), now)
        except WireError as error:
            if error.kind is not Kind.MALFORMED:
                raise


def conclude(call: Call, error: WireError | None) -> Outcome:
    """Everything that is known of a call that has ended."""
    answer = call.answer
    now = answer.timing.over or perf_counter()
    held_back = release(answer, now)
    error = error or held_back
    if error is None or (answer.finish and error.kind in {Kind.CUT_OFF, Kind.TIMEOUT}):
        # An answer that said it was complete is: what failed afterwards was only the line.
        error = answer.verdict(is_strange=call.decoder.is_strange)
    outcome = answer.outcome(prompt=tokens.of_question(call.question, model=call.endpoint.model))
    outcome.error = error and presentable(error, call.endpoint)
    outcome.total_ms = answer.timing.since_t0(now)
    outcome.tries = call.tries
    outcome.sent = call.body.payload
    outcome.dropped = call.body.dropped
    return outcome


def is_too_large(question: Question, limits: Limits) -> bool:
    return len(question.images) > limits.images or sum(len(i.data) for i in question.images) > limits.images_bytes


def release(answer: Answer, now: float) -> WireError | None:
    """Let go of what the answer held back; a listener that fails must not lose the outcome."""
    try:
        answer.complete(now)
    except WireError as error:
        return error
    except Exception:
        return internal()
    return None


def presentable(error: WireError, endpoint: Endpoint) -> WireError:
    """The same error with a detail that may be shown: redacted first, cut then."""
    host = endpoint.base_url.partition("://")[2].partition("/")[0].partition(":")[0]
    detail = redact(error.detail.replace("\0", ""), secret=endpoint.key, host=host)
    detail = " ".join(detail.split())[:LONGEST_DETAIL]
    return WireError(error.kind, detail, status=error.status, retry_after_ms=error.retry_after_ms)


def internal() -> WireError:
    return WireError(Kind.INTERNAL, "Something went wrong on our side.")


def lowered(response: aiohttp.ClientResponse) -> dict[str, str]:
    """The headers under lower-case names; a provider that keeps no clock is given ours to read its dates by."""
    return {"date": formatdate(usegmt=True)} | {name.lower(): value for name, value in response.headers.items()}


async def drain(response: aiohttp.ClientResponse) -> None:
    """Read HTTP's own end, if it comes soon: a response that is left unread costs its connection."""
    left = LAST_WORD_BYTES
    try:
        async with asyncio.timeout(LAST_WORD_S):
            while left > 0 and (chunk := await response.content.readany()):
                left -= len(chunk)
    except (aiohttp.ClientError, OSError):
        return


def names(body: bytes) -> list[str]:
    """Model names in a list of models, as any of the protocols writes it. Raises ``malformed``."""
    try:
        value = msgspec.json.decode(body)
        rows = value.get("data") or value.get("models") or []
        return [str(row.get("id") or row["name"]).removeprefix("models/") for row in rows]
    except (ValueError, AttributeError, KeyError, TypeError, RecursionError):
        raise WireError(Kind.MALFORMED, "The list of models cannot be read.") from None
