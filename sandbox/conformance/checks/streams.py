"""Is the stream well formed, does it say that it is complete, and may a reader hang up?"""

from __future__ import annotations

from time import perf_counter

from sandbox.conformance import questions
from sandbox.conformance.bench import Desk
from sandbox.conformance.speech import Ask
from sandbox.conformance.verdicts import Verdict, failed, inapplicable, passed, warned
from sandbox.wire.types import Kind

# The next answer may take so much longer than the first did.
SLOWER, SLOWER_MS = 4, 4_000
PIECES = 3
LONG_TOKENS = 1_000


async def sse_framing(desk: Desk) -> Verdict:
    """Whether the answer is a stream of events that every reader understands."""
    reply = await desk.plain()
    said, made = reply.said, reply.exchange
    desk.answered(reply)
    if made.media_type != "text/event-stream":
        return failed("media_type", media_type=desk.bench.clean(made.media_type))
    if said.strange:
        return failed("strange_lines")
    if said.unreadable:
        return failed("unreadable", count=said.unreadable)
    try:
        made.body.decode()
    except UnicodeDecodeError:
        return failed("not_utf8")
    if said.unfinished:
        return warned("unfinished")
    if desk.endpoint.protocol == "anthropic" and not any(said.names):
        return warned("unnamed")
    return passed("framed", events=said.events)


async def stream_end(desk: Desk) -> Verdict:
    """Whether the stream says that the answer is complete, once, and ends."""
    reply = await desk.plain()
    said, made = reply.said, reply.exchange
    desk.answered(reply)
    if made.media_type != "text/event-stream":
        return inapplicable("not_streamed")
    if not said.finish:
        return failed("no_finish")
    if not said.ended:
        return failed("no_last_word", word=desk.bench.speech.LAST_WORD)
    if said.after:
        return failed("goes_on", word=desk.bench.speech.LAST_WORD)
    if made.kind is Kind.TIMEOUT:
        return failed("stays_open")
    return passed("ended", finish=said.finish)


async def cancel(desk: Desk) -> Verdict:
    """Whether the next question is answered as ever after a reader hung up in the middle of an answer."""
    before = await desk.ask(Ask(questions.ECHO.format(text=questions.PLAIN)))
    desk.answered(before)
    left = PIECES

    def hang_up(data: bytes) -> bool:
        nonlocal left
        left -= 1
        return left <= 0

    hung = await desk.ask(Ask(questions.LONG_COUNT, max_tokens=LONG_TOKENS), hang_up=hang_up)
    if hung.exchange.status != 200 or hung.exchange.error:
        desk.answered(hung)
    began = perf_counter()
    after = await desk.ask(Ask(questions.ECHO.format(text=questions.PLAIN)))
    took_ms = (perf_counter() - began) * 1000
    if after.exchange.status != 200 or not after.said.has_words or after.said.error:
        return failed("stuck", kind=after.exchange.kind or "", status=after.exchange.status or 0)
    usual_ms = before.exchange.total_ms or 0
    if took_ms > max(usual_ms * SLOWER, usual_ms + SLOWER_MS):
        return failed("slow_after", seconds=round(took_ms / 1000, 1), usual=round(usual_ms / 1000, 1))
    return passed("let_go") if hung.exchange.is_stopped else warned("too_short")
