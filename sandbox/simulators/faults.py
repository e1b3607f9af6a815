"""Every way a provider goes wrong, in one table: what it does, and what our wire must call it.

A prompt that holds ``[[fault:up-d03]]`` triggers that fault for that call; ``[[fault:up-d06:0.5]]`` gives a slow fault
its seconds. A judge heeds ``[[judge-fault:…]]`` instead, so that one prompt can spoil the answer or its grading.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable
from dataclasses import dataclass, replace

from aiohttp import web

from sandbox.simulators import acts
from sandbox.simulators.acts import Act, Scene
from sandbox.simulators.asked import Refusal
from sandbox.wire.types import Kind

_TOKEN = re.compile(r"\[\[(judge-)?fault:([a-z0-9-]+)(?::(\d+(?:\.\d+)?))?\]\]")


@dataclass(frozen=True, slots=True)
class Fault:
    """``kind`` is the WireError it must end in, None when the answer is done. ``act`` None: ``why_not`` says why."""

    id: str
    does: str
    kind: Kind | None
    act: Act | None
    why_not: str = ""


_HOSTILE = (
    "<script>document.title='x'</script><img src=x onerror=alert(1)>\n\n"
    "![beacon](https://beacon.example/p.png) [click](javascript:alert(1)) \x1b[31mred\x1b[0m"
)

_TABLE = [
    Fault("up-d01", "the port is closed", Kind.CONNECT, None, "no request arrives that could hold a prompt"),
    Fault("up-d02", "accepts TCP, never speaks TLS", Kind.TLS, None, "the simulators speak plain HTTP"),
    Fault("up-d03", "headers, then silence", Kind.TIMEOUT, acts.headers_then_silence),
    Fault("up-d04", "5 pieces, then silence", Kind.TIMEOUT, acts.five_pieces_then_silence),
    Fault("up-d05", "one byte every 3 s", Kind.TIMEOUT, acts.one_byte_at_a_time),
    Fault("up-d06", "one piece every 15 s, without end", Kind.TIMEOUT, acts.one_piece_now_and_then),
    Fault("up-d07", "429 with Retry-After: 2, then an answer", None, acts.limits_the_first_try),
    Fault("up-d08", "429 without Retry-After, in HTML", Kind.RATE_LIMITED, acts.limits_in_html),
    Fault("up-d09", "500 that repeats the key it was sent", Kind.OVERLOADED, acts.repeats_the_key),
    Fault("up-d10", "503 at every call", Kind.OVERLOADED, acts.refuses(503, "Service unavailable", word="overloaded")),
    Fault("up-d11", "402 insufficient balance", Kind.REFUSED, acts.refuses(402, "Insufficient balance")),
    Fault("up-d12", "200 with a login page", Kind.MALFORMED, acts.login_page),
    Fault("up-d13", "an event stream that is one JSON object", Kind.MALFORMED, acts.one_object_as_a_stream),
    Fault("up-d14", "broken JSON in the middle", Kind.MALFORMED, acts.bad_json_in_the_middle),
    Fault("up-d15", "ends after 40 pieces without saying so", Kind.CUT_OFF, acts.ends_without_a_word),
    Fault("up-d16", "the last chunk's size line is missing", Kind.CUT_OFF, acts.last_chunk_missing),
    Fault("up-d17", "says the end twice, then talks on", None, acts.talks_after_the_end),
    Fault("up-d18", "10 MB in one line", Kind.TOO_LARGE, acts.ten_megabytes_in_a_line),
    Fault("up-d19", "1 MB of gzip that unpacks to 1 GB", Kind.TOO_LARGE, acts.gzip_bombs),
    Fault("up-d20", "invalid UTF-8 in a piece", None, acts.invalid_utf8),
    Fault("up-d21", "a NUL in a piece", None, acts.says("before\x00after, and the rest is as it was")),
    Fault("up-d22", "negative usage", None, acts.negative_usage),
    Fault("up-d23", "usage of 10 tokens for 2,000", None, acts.too_little_usage),
    Fault("up-d24", "307 to another address", Kind.BLOCKED_ADDRESS, acts.redirects),
    Fault("up-d25", "its name resolves to a private address", Kind.BLOCKED_ADDRESS, None, "needs a name server"),
    Fault("up-d26", "certificate for another host", Kind.TLS, None, "the simulators speak plain HTTP"),
    Fault("up-d27", "101 Switching Protocols", Kind.MALFORMED, acts.switches_protocols),
    Fault("up-d28", "100 Continue 10,000 times", Kind.TOO_LARGE, acts.continues_ten_thousand_times),
    Fault("up-d29", "echoes the prompt", None, acts.echoes_the_prompt),
    Fault("up-d30", "another model answers", None, acts.another_model_answers),
    Fault("up-d31", "calls a tool nobody offered", Kind.MALFORMED, acts.calls_a_tool),
    Fault("up-d32", "events without a word in them", Kind.MALFORMED, acts.says_nothing_at_length),
    Fault("up-d33", "HTML, beacons and terminal escapes", None, acts.says(_HOSTILE)),
    Fault("up-d34", "goes on after its reader has left", Kind.CANCELLED, acts.goes_on_for_ever),
    Fault("x-unauthorised", "401", Kind.UNAUTHORISED, acts.refuses(401, "Incorrect API key", word="invalid_api_key")),
    Fault("x-forbidden", "403", Kind.REFUSED, acts.refuses(403, "This key may not use the model")),
    Fault("x-not-found", "404", Kind.NOT_FOUND, acts.refuses(404, "No such model", word="model_not_found")),
    Fault("x-invalid", "400", Kind.INVALID, acts.refuses(400, "Unknown parameter: 'temperature'")),
    Fault(
        "x-too-long",
        "400: the prompt exceeds the context",
        Kind.TOO_LONG,
        acts.refuses(
            400,
            "This model's maximum context length is 8192 tokens: the prompt is too long",
            word="context_length_exceeded",
        ),
    ),
    Fault("x-filtered", "the answer is withheld", Kind.CONTENT_FILTERED, acts.withholds_the_answer),
    Fault("x-error-event", "an error in the middle of the stream", Kind.OVERLOADED, acts.fails_in_the_middle),
]

FAULTS = {fault.id: fault for fault in _TABLE}


@dataclass(frozen=True, slots=True)
class Call:
    """A fault as a prompt calls for it."""

    id: str
    seconds: float | None = None


def named_in(text: str, *, judge: bool = False) -> Call | None:
    """The first fault that ``text`` calls for."""
    for match in _TOKEN.finditer(text):
        if bool(match[1]) == judge:
            return Call(match[2], float(match[3]) if match[3] else None)
    return None


def act(call: Call, scene: Scene) -> Awaitable[web.StreamResponse]:
    """Acts it out; raises Refusal (400) for a fault that is unknown or cannot be acted out here."""
    fault = FAULTS.get(call.id)
    if fault is None:
        raise Refusal(400, f"No such fault: {call.id}")
    if fault.act is None:
        raise Refusal(400, f"{call.id} ({fault.does}) cannot be acted out: {fault.why_not}")
    return fault.act(replace(scene, seconds=call.seconds))
