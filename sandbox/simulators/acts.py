"""How a simulator misbehaves: one function for each fault, named by what it does to its caller."""

from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from aiohttp import web

from sandbox.simulators.asked import Asked, Refusal
from sandbox.simulators.protocols import Speaker
from sandbox.simulators.protocols.speaker import encode, event
from sandbox.simulators.raw import LAST_CHUNK, Sent, chunk, head, socket_of
from sandbox.simulators.reply import Piece, Plan
from sandbox.wire.tokens import estimate

_SENTENCE = tuple("The tide came in slowly and carried the last of the evening light over the stones .".split())  # noqa: SIM905


@dataclass(slots=True)
class Scene:
    """A call that is to go wrong: ``tries`` counts this question's calls, ``seconds`` is the fault's parameter."""

    request: web.Request
    speaker: Speaker
    asked: Asked
    tries: int
    seconds: float | None = None

    def waits(self, default: float) -> float:
        return default if self.seconds is None else self.seconds


Act = Callable[[Scene], Awaitable[web.StreamResponse]]


def words(number: int) -> Iterator[Piece]:
    return (Piece(0, _SENTENCE[at % len(_SENTENCE)] + " ") for at in range(number))


def plan_of(text: str, *, finish: str = "stop") -> Plan:
    return Plan((Piece(0, text),), 0, finish, input_tokens=12, output_tokens=estimate(text))


async def hold(scene: Scene) -> None:
    """Keeps the connection open, saying nothing, until the caller leaves or the fault's time is over."""
    await asyncio.sleep(scene.waits(3600))


def start(scene: Scene, *, pieces: int = 0) -> asyncio.Transport:
    """Sends the head, the opening and some good pieces as chunks on the bare socket."""
    transport = socket_of(scene.request)
    transport.write(head())
    body = scene.speaker.opening(12) + b"".join(scene.speaker.piece(piece) for piece in words(pieces))
    if body:
        transport.write(chunk(body))
    return transport


async def whole(scene: Scene, text: str, *, plan: Plan | None = None) -> web.StreamResponse:
    """A stream without fault that says ``text``; ``plan`` may lie about what it cost."""
    plan = plan or plan_of(text)
    if not scene.asked.stream:
        return web.Response(body=encode(scene.speaker.whole(plan)), content_type="application/json")
    transport = start(scene)
    for at in range(0, len(text), 12):
        transport.write(chunk(scene.speaker.piece(Piece(0, text[at : at + 12]))))
    transport.write(chunk(scene.speaker.closing(plan)) + LAST_CHUNK)
    return Sent()


def hang_up(transport: asyncio.Transport) -> web.StreamResponse:
    transport.close()
    return Sent(alive=False)


# -- silence and slowness --------------------------------------------------------------------------
async def headers_then_silence(scene: Scene) -> web.StreamResponse:
    transport = socket_of(scene.request)
    transport.write(head())
    await hold(scene)
    return hang_up(transport)


async def five_pieces_then_silence(scene: Scene) -> web.StreamResponse:
    transport = start(scene, pieces=5)
    await hold(scene)
    return hang_up(transport)


async def one_byte_at_a_time(scene: Scene) -> web.StreamResponse:
    transport = start(scene)
    body = b"".join(scene.speaker.piece(piece) for piece in words(40)) + scene.speaker.closing(plan_of("tide " * 40))
    for at in range(len(body)):
        await asyncio.sleep(scene.waits(3))
        transport.write(chunk(body[at : at + 1]))
    transport.write(LAST_CHUNK)
    return Sent()


async def one_piece_now_and_then(scene: Scene) -> web.StreamResponse:
    transport = start(scene)
    for piece in words(10_000):
        transport.write(chunk(scene.speaker.piece(piece)))
        await asyncio.sleep(scene.waits(15))
    return hang_up(transport)


async def goes_on_for_ever(scene: Scene) -> web.StreamResponse:
    transport = start(scene)
    for piece in words(100_000):
        if transport.is_closing():
            break
        transport.write(chunk(scene.speaker.piece(piece)))
        await asyncio.sleep(scene.waits(0.1))
    return hang_up(transport)


# -- refusals --------------------------------------------------------------------------------------
def refuses(status: int, message: str, *, word: str = "") -> Act:
    async def act(_: Scene) -> web.StreamResponse:
        raise Refusal(status, message, word=word)

    return act


async def limits_the_first_try(scene: Scene) -> web.StreamResponse:
    if scene.tries % 2 == 1:
        raise Refusal(429, "Rate limit reached.", word="rate_limit_exceeded", retry_after_s=scene.waits(2))
    return await whole(scene, "Thank you for waiting: here is the answer.")


async def limits_in_html(_: Scene) -> web.StreamResponse:
    page = (
        "<html><head><title>429</title></head><body><h1>Too Many Requests</h1><script>alert(1)</script></body></html>"
    )
    return web.Response(status=429, text=page, content_type="text/html")


async def repeats_the_key(scene: Scene) -> web.StreamResponse:
    headers = scene.request.headers
    key = headers.get("Authorization") or headers.get("x-api-key") or headers.get("x-goog-api-key") or "no key"
    raise Refusal(500, f"internal error while serving credentials {key}", word="internal_error")


async def redirects(_: Scene) -> web.StreamResponse:
    return web.Response(status=307, headers={"Location": "https://127.0.0.1/"})


# -- other things than a stream --------------------------------------------------------------------
async def login_page(_: Scene) -> web.StreamResponse:
    page = "<html><body><form action='/login'><input name='user'><input name='password'></form></body></html>"
    return web.Response(text=page, content_type="text/html")


async def one_object_as_a_stream(scene: Scene) -> web.StreamResponse:
    body = json.dumps(scene.speaker.whole(plan_of("An answer, but not a stream.")), indent=2)
    return web.Response(text=body + "\n", content_type="text/event-stream")


async def switches_protocols(scene: Scene) -> web.StreamResponse:
    transport = socket_of(scene.request)
    transport.write(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
    await asyncio.sleep(0.2)
    return hang_up(transport)


async def continues_ten_thousand_times(scene: Scene) -> web.StreamResponse:
    transport = socket_of(scene.request)
    for _ in range(100):
        transport.write(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)
        await asyncio.sleep(0)
    return await whole(scene, "At last.")


# -- broken streams --------------------------------------------------------------------------------
async def bad_json_in_the_middle(scene: Scene) -> web.StreamResponse:
    transport = start(scene, pieces=5)
    rest = b"".join(scene.speaker.piece(piece) for piece in words(5)) + scene.speaker.closing(plan_of("tide " * 10))
    transport.write(chunk(b"data: {bad json\n\n" + rest) + LAST_CHUNK)
    return Sent()


async def ends_without_a_word(scene: Scene) -> web.StreamResponse:
    start(scene, pieces=40).write(LAST_CHUNK)
    return Sent(alive=False)


async def last_chunk_missing(scene: Scene) -> web.StreamResponse:
    transport = start(scene, pieces=5)
    transport.write(b"2f\r\n")
    return hang_up(transport)


async def talks_after_the_end(scene: Scene) -> web.StreamResponse:
    transport = start(scene)
    text = "This is all there is to say."
    transport.write(chunk(scene.speaker.piece(Piece(0, text))))
    end = scene.speaker.closing(plan_of(text))
    late = b"".join(scene.speaker.piece(Piece(0, "never charged ")) for _ in range(3))
    transport.write(chunk(end + end[end.rfind(b"data: ") :] + late) + LAST_CHUNK)
    return Sent()


async def ten_megabytes_in_a_line(scene: Scene) -> web.StreamResponse:
    transport = start(scene)
    transport.write(chunk(scene.speaker.piece(Piece(0, "a" * 10_000_000))))
    transport.write(chunk(scene.speaker.closing(plan_of("a"))) + LAST_CHUNK)
    return Sent(alive=False)


@lru_cache(maxsize=1)
def gzip_bomb() -> bytes:
    """About 1 MB of gzip that unpacks to 1 GB of comment lines: one packed megabyte, repeated."""
    packer = zlib.compressobj(9, wbits=-15)
    block = packer.compress((b": " + b"." * 1021 + b"\n") * 1024) + packer.flush(zlib.Z_FULL_FLUSH)
    return b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff" + block * 1024


async def gzip_bombs(scene: Scene) -> web.StreamResponse:
    transport = socket_of(scene.request)
    transport.write(head(more="Content-Encoding: gzip\r\n"))
    transport.write(chunk(gzip_bomb()) + LAST_CHUNK)
    return Sent(alive=False)


async def invalid_utf8(scene: Scene) -> web.StreamResponse:
    transport = start(scene)
    bad = scene.speaker.piece(Piece(0, "caf@@ and so on ")).replace(b"@@", b"\xc3\x28")
    transport.write(chunk(bad + scene.speaker.closing(plan_of("caf and so on"))) + LAST_CHUNK)
    return Sent()


async def fails_in_the_middle(scene: Scene) -> web.StreamResponse:
    transport = start(scene, pieces=5)
    error = scene.speaker.refusal(Refusal(503, "Overloaded", word="overloaded"))
    transport.write(chunk(event(error, name="error" if scene.speaker.name == "anthropic" else "")) + LAST_CHUNK)
    return Sent()


_FILTERED: dict[str, bytes] = {
    "openai": event({"choices": [{"index": 0, "delta": {}, "finish_reason": "content_filter"}]}) + b"data: [DONE]\n\n",
    "anthropic": event(
        {"type": "message_delta", "delta": {"stop_reason": "refusal"}, "usage": {"output_tokens": 1}},
        name="message_delta",
    )
    + event({"type": "message_stop"}, name="message_stop"),
    "gemini": event({"candidates": [{"content": {"parts": []}, "finishReason": "SAFETY", "index": 0}]}),
}


async def withholds_the_answer(scene: Scene) -> web.StreamResponse:
    transport = start(scene)
    transport.write(chunk(_FILTERED[scene.speaker.name]) + LAST_CHUNK)
    return Sent()


# -- lies and oddities -----------------------------------------------------------------------------
def says(text: str) -> Act:
    async def act(scene: Scene) -> web.StreamResponse:
        return await whole(scene, text)

    return act


async def negative_usage(scene: Scene) -> web.StreamResponse:
    text = "A good answer with an absurd bill."
    return await whole(scene, text, plan=replace(plan_of(text), input_tokens=-1_000_000, output_tokens=-5))


async def too_little_usage(scene: Scene) -> web.StreamResponse:
    text = "".join(piece.text for piece in words(2000))
    return await whole(scene, text, plan=replace(plan_of(text), output_tokens=10))


async def echoes_the_prompt(scene: Scene) -> web.StreamResponse:
    return await whole(scene, scene.asked.text)


async def another_model_answers(scene: Scene) -> web.StreamResponse:
    scene.speaker.model = "other-mini"
    return await whole(scene, "An answer from somebody else.")


def _tool_events(scene: Scene) -> bytes:
    if scene.speaker.name == "gemini":
        call: dict[str, Any] = {"functionCall": {"name": "search", "args": {"q": "weather"}}}
        candidate = {"content": {"role": "model", "parts": [call]}, "index": 0, "finishReason": "STOP"}
        return event({"candidates": [candidate]})
    if scene.speaker.name == "anthropic":
        block = {"type": "tool_use", "id": "toolu_1", "name": "search", "input": {}}
        typed = {"type": "input_json_delta", "partial_json": '{"q": "weather"}'}
        end = {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 9}}
        return (
            event({"type": "content_block_start", "index": 0, "content_block": block}, name="content_block_start")
            + event({"type": "content_block_delta", "index": 0, "delta": typed}, name="content_block_delta")
            + event({"type": "content_block_stop", "index": 0}, name="content_block_stop")
            + event(end, name="message_delta")
            + event({"type": "message_stop"}, name="message_stop")
        )
    tool = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "search", "arguments": "{}"}}
    delta: dict[str, Any] = {"tool_calls": [tool], "function_call": {"name": "search", "arguments": "{}"}}
    return (
        event({"choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
        + event({"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]})
        + b"data: [DONE]\n\n"
    )


async def calls_a_tool(scene: Scene) -> web.StreamResponse:
    start(scene).write(chunk(_tool_events(scene)) + LAST_CHUNK)
    return Sent()


async def says_nothing_at_length(scene: Scene) -> web.StreamResponse:
    """Well-formed events without a word in them, to the regular end where the protocol has one."""
    transport = socket_of(scene.request)
    transport.write(head())
    empty = {
        "openai": event({"id": "x", "object": "chat.completion.chunk", "model": "x", "choices": []}),
        "anthropic": event({"type": "ping"}, name="ping"),
        "gemini": event({"candidates": []}),
    }[scene.speaker.name]
    end = {"openai": b"data: [DONE]\n\n", "anthropic": event({"type": "message_stop"}, name="message_stop")}
    transport.write(chunk(empty * 20 + end.get(scene.speaker.name, b"")) + LAST_CHUNK)
    return Sent()
