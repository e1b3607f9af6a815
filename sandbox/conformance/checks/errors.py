"""What the API says when something is wrong: with a status and words that a program and a person can act on."""

from __future__ import annotations

from dataclasses import replace

from sandbox.conformance import questions
from sandbox.conformance.bench import Desk
from sandbox.conformance.speech import Ask
from sandbox.conformance.verdicts import Verdict, failed, passed, warned
from sandbox.wire.errors import words_of
from sandbox.wire.exchange import Exchange, Request


async def error_shape(desk: Desk) -> Verdict:
    """Whether a model that does not exist is refused in the protocol's own shape."""
    elsewhere = replace(desk.endpoint, model=questions.NO_SUCH_MODEL)
    ask = Ask(questions.ECHO.format(text=questions.PLAIN), max_tokens=20)
    made = await desk.send(desk.bench.speech.build(elsewhere, ask))
    status = made.status
    if status is None:
        return failed("no_reply", kind=made.kind or "", detail="")
    if status == 429:
        return warned("rate_limited", says="")
    body = made.json()
    if status == 200:
        if desk.bench.read(made, streamed=True).said.has_words:
            return warned("any_model")
        return failed("called_200")
    if status >= 500:
        return failed("server_error", status=status, says=desk.bench.clean(words_of(made.body).message))
    if desk.bench.speech.has_error(body):
        return passed("shaped", status=status)
    if words := words_of(made.body).message:
        return warned("other_shape", status=status, says=desk.bench.clean(words))
    return failed("no_words", status=status, media_type=desk.bench.clean(made.media_type))


async def bad_request(desk: Desk) -> Verdict:
    """Whether what is no request is refused as the caller's mistake, and not answered or tripped over."""
    good = desk.bench.speech.build(desk.endpoint, Ask(questions.PLAIN, max_tokens=20))
    broken = await desk.send(replace(good, raw=good.body[: len(good.body) // 2]))
    empty = await desk.send(without_messages(good))
    for made in (broken, empty):
        if made.status is None:
            return failed("no_reply", kind=made.kind or "", detail="")
        if made.status >= 500:
            return failed("server_error", status=made.status, says=desk.bench.clean(words_of(made.body).message))
        if made.status < 400 and not is_error(desk, made):
            return failed("accepted", status=made.status)
        if made.status < 400:
            return failed("called_200")
    return passed("refused", status=broken.status, other=empty.status)


def without_messages(request: Request) -> Request:
    payload = {name: value for name, value in request.payload.items() if name not in ("messages", "contents")}
    return replace(request, payload=payload)


def is_error(desk: Desk, made: Exchange) -> bool:
    reply = desk.bench.read(made, streamed=True)
    return bool(reply.said.error) or (bool(words_of(made.body).message) and not reply.said.has_words)
