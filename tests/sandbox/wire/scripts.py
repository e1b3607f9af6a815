"""What bad providers do, one script for each fault: the code it must end in, None where the answer is good."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from tests.sandbox.wire.upstream import HEAD, LAST_CHUNK, Request, Script, chunked, stream

STOP = '{"choices":[{"delta":{},"finish_reason":"stop"}]}'
NEVER = 30.0
HTML = b"<html><script>alert('you were not meant to see this')</script></html>"


@dataclass(frozen=True)
class Fault:
    """``tries`` is how often the upstream must have been asked; ``text`` what must be kept."""

    name: str
    script: Script
    code: str | None
    text: str | None = ""
    tries: int = 1
    flags: tuple[str, ...] = ()


def said(text: str) -> str:
    return json.dumps({"choices": [{"delta": {"content": text}}]}, ensure_ascii=False)


def tells(*parts: bytes, head: bytes = HEAD, closes: bool = True) -> Script:
    """Writes the parts as they are, then closes or stays silent."""

    async def script(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        for part in parts:
            writer.write(part)
        await writer.drain()
        if closes:
            writer.close()
        else:
            await asyncio.sleep(NEVER)

    return script


def streams(*events: str | bytes) -> Script:
    """A well-formed body of these events."""
    return tells(chunked(stream(*events)), LAST_CHUNK)


def drips(part: Callable[[int], bytes], *, every: float) -> Script:
    async def script(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD)
        for number in range(10_000):
            writer.write(chunked(part(number)))
            await writer.drain()
            await asyncio.sleep(every)

    return script


def answers(status: str, body: bytes = b"", *, kind: str = "application/json", **headers: str) -> Script:
    lines = [f"HTTP/1.1 {status}", f"content-type: {kind}", f"content-length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return tells(("\r\n".join(lines) + "\r\n\r\n").encode() + body, head=b"")


def in_turn(*scripts: Script) -> Script:
    """A server's first connection gets the first script, and so on; each server, on a loop of its own, begins anew."""
    turns: WeakKeyDictionary[asyncio.AbstractEventLoop, int] = WeakKeyDictionary()

    async def script(request: Request, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        turn = turns[loop] = turns.get(loop, -1) + 1
        await scripts[min(turn, len(scripts) - 1)](request, writer)

    return script


def error(message: str, **more: Any) -> bytes:
    return json.dumps({"error": {"message": message, **more}}).encode()


async def echo_key(request: Request, writer: asyncio.StreamWriter) -> None:
    """500, with our own Authorization header in its message."""
    body = error(f"bad header: {request.header('authorization')}")
    await answers("500 Internal Server Error", body)(request, writer)


async def echo_prompt(request: Request, writer: asyncio.StreamWriter) -> None:
    prompt = json.loads(request.body)["messages"][-1]["content"]
    await streams(said(prompt), STOP, "[DONE]")(request, writer)


FORTY = b"".join(chunked(stream(said("word "))) for _ in range(40))
PRETTY = json.dumps({"choices": [{"message": {"content": "hello"}}]}, indent=2).encode()
BOMB = gzip.compress(b"\0" * 30_000_000)
PACKED = gzip.compress(stream(said("packed"), STOP, "[DONE]"))
USAGE = '{"choices":[],"usage":%s}'
LONG = "the quick brown fox jumps over the lazy dog " * 220
GZIP_HEAD = HEAD.replace(b"text/event-stream", b"text/event-stream\r\ncontent-encoding: gzip")

FAULTS = [
    Fault("silent after its headers", tells(closes=False), "first_token_timeout"),
    Fault(
        "five tokens, then silence", tells(*[chunked(stream(said("a")))] * 5, closes=False), "stall_timeout", "aaaaa"
    ),
    Fault("one byte at a time", drips(lambda n: b"data: {"[n % 7 : n % 7 + 1], every=0.02), "first_token_timeout"),
    Fault("tokens without end", drips(lambda n: stream(said("a")), every=0.1), "total_timeout", None),
    Fault("only keep-alives", drips(lambda n: b": still here\n\n", every=0.05), "first_token_timeout"),
    Fault("never answers", tells(head=b"", closes=False), "headers_timeout"),
    Fault(
        "429 with Retry-After, then well",
        in_turn(answers("429 Too Many Requests", retry_after="0.05"), streams(said("ok"), STOP, "[DONE]")),
        None,
        "ok",
        tries=2,
    ),
    Fault("429 with Retry-After, twice", answers("429 Too Many Requests", retry_after="0.05"), "rate_limited", tries=2),
    Fault("429 that asks for too long a wait", answers("429 Too Many Requests", retry_after="60"), "rate_limited"),
    Fault("429 in HTML", answers("429 Too Many Requests", HTML, kind="text/html"), "rate_limited"),
    Fault("500 that repeats our key", echo_key, "upstream_5xx", tries=2),
    Fault("503", answers("503 Service Unavailable", error("busy")), "upstream_5xx"),
    Fault("402", answers("402 Payment Required", error("Insufficient Balance")), "provider_unfunded"),
    Fault("401", answers("401 Unauthorized", error("no")), "unauthorised"),
    Fault("403 for the prompt", answers("403 Forbidden", error("no", code="content_filter")), "content_filtered"),
    Fault("404", answers("404 Not Found", error("The model does not exist")), "not_found"),
    Fault("400", answers("400 Bad Request", error("unknown field")), "bad_request"),
    Fault("400, too long", answers("400 Bad Request", error("x", code="context_length_exceeded")), "too_long"),
    Fault("a page to sign in", answers("200 OK", HTML, kind="text/html"), "bad_content_type"),
    Fault("JSON and no stream", answers("200 OK", PRETTY), "bad_content_type"),
    Fault("an error called 200", answers("200 OK", error("x", code="rate_limit"), retry_after="0"), "rate_limited"),
    Fault("one JSON object called a stream", tells(chunked(PRETTY), LAST_CHUNK), "malformed_stream"),
    Fault("bad JSON in the middle", streams(said("one "), "{bad json", said("two")), "malformed_stream", "one "),
    Fault("an error in the middle", streams(said("one "), error("x", type="overloaded_error")), "upstream_5xx", "one "),
    Fault("cut after 40 tokens", tells(FORTY), "truncated", "word " * 40),
    Fault("ends without saying so", tells(FORTY, LAST_CHUNK), "truncated", "word " * 40),
    Fault("done, but never stopped", tells(FORTY, chunked(stream("[DONE]"))), "truncated", "word " * 40),
    Fault("half an event", tells(FORTY, chunked(b'data: {"choi'), LAST_CHUNK), "truncated", "word " * 40),
    Fault("cut inside a chunk", tells(FORTY, b"40\r\ndata: {"), "truncated", "word " * 40),
    Fault("a chunk without its size", tells(FORTY, b"data: {}\r\n"), "truncated", "word " * 40),
    Fault("silence where the last chunk belongs", tells(FORTY, closes=False), "stall_timeout", "word " * 40),
    Fault(
        "talks on after the end",
        tells(chunked(stream(said("all"), STOP, "[DONE]")), chunked(stream("[DONE]", said(" more"))), LAST_CHUNK),
        None,
        "all",
    ),
    Fault("one event of 10 MB", streams(said("a" * 10_000_000)), "too_large"),
    Fault("one line of 10 MB that never ends", drips(lambda n: b"a" * 60_000, every=0), "too_large"),
    Fault("a flood of comments", drips(lambda n: b": x\n" * 2_000, every=0), "too_large"),
    Fault("too many events", streams(*[said("a")] * 2_500), "too_large", None),
    Fault("too long an answer", streams(*[said("a" * 900)] * 60), "too_large", None),
    Fault("a bomb in gzip", tells(chunked(BOMB), LAST_CHUNK, head=GZIP_HEAD), "too_large"),
    Fault("an honest gzip", tells(chunked(PACKED), LAST_CHUNK, head=GZIP_HEAD), None, "packed"),
    Fault("gzip in name only", tells(chunked(b"data: x"), LAST_CHUNK, head=GZIP_HEAD), "malformed_stream"),
    Fault(
        "packed in brotli",
        tells(head=HEAD.replace(b"\r\n\r\n", b"\r\ncontent-encoding: br\r\n\r\n")),
        "malformed_stream",
    ),
    Fault("wrong UTF-8", streams(b'{"choices":[{"delta":{"content":"a\xc3\x28b"}}]}', STOP, "[DONE]"), None, "a�(b"),
    Fault("half a surrogate", streams('{"choices":[{"delta":{"content":"a\\ud83d"}}]}', STOP, "[DONE]"), None, "a�"),
    Fault("NUL", streams('{"choices":[{"delta":{"content":"a\\u0000b"}}]}', STOP, "[DONE]"), None, "ab"),
    Fault(
        "negative usage",
        streams(said("hello"), STOP, USAGE % '{"prompt_tokens":-1000000,"completion_tokens":-5}', "[DONE]"),
        None,
        "hello",
        flags=("usage_invalid",),
    ),
    Fault(
        "ten tokens for two thousand",
        streams(said(LONG), STOP, USAGE % '{"prompt_tokens":5,"completion_tokens":10}', "[DONE]"),
        None,
        LONG,
        flags=("usage_mismatch",),
    ),
    Fault("redirect", answers("307 Temporary Redirect", location="https://127.0.0.1/"), "redirect_refused"),
    Fault(
        "101",
        tells(head=b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n"),
        "malformed_http",
    ),
    Fault("no HTTP", tells(head=b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), "malformed_http"),
    Fault("100 Continue without end", tells(b"HTTP/1.1 100 Continue\r\n\r\n" * 10_000, head=b""), "too_many_interim"),
    Fault(
        "two 100 Continue, then well",
        tells(b"HTTP/1.1 100 Continue\r\n\r\n" * 2, HEAD, chunked(stream(said("ok"), STOP)), LAST_CHUNK, head=b""),
        None,
        "ok",
    ),
    Fault("a head too large", tells(b"x-a: " + b"a" * 40_000 + b"\r\n\r\n", head=b"HTTP/1.1 200 OK\r\n"), "too_large"),
    Fault("too many headers", tells(b"x-a: a\r\n" * 500 + b"\r\n", head=b"HTTP/1.1 200 OK\r\n"), "malformed_http"),
    Fault("closes without a byte", tells(head=b""), "connect_refused", tries=2),
    Fault("closes in its first line", tells(head=b"HTTP/1.1 200 O"), "malformed_http"),
    Fault("the prompt as its answer", echo_prompt, None, "What is a touchstone?"),
    Fault(
        "tools that were not offered",
        streams(
            '{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"name":"rm","arguments":"{}"}}]}}]}',
            '{"choices":[{"delta":{},"finish_reason":"tool_calls"}]}',
            "[DONE]",
        ),
        "unsupported_output",
    ),
    Fault("no choices", streams('{"choices":[]}', '{"choices":[]}', "[DONE]"), "empty_answer"),
    Fault("a filtered answer", streams(said("I"), STOP.replace("stop", "content_filter")), "content_filtered", "I"),
    Fault(
        "scripts and beacons", streams(said("<script>x</script> ![](//e)"), STOP), None, "<script>x</script> ![](//e)"
    ),
]
