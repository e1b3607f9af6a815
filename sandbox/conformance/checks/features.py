"""What only some models can: tools, structured output, pictures. What is not claimed cannot fail."""

from __future__ import annotations

import json
import struct
import zlib
from functools import cache
from typing import Any

from sandbox.conformance import questions
from sandbox.conformance.bench import Desk, Reply
from sandbox.conformance.checks.reading import says
from sandbox.conformance.speech import Ask, Said
from sandbox.conformance.verdicts import Ended, Verdict, failed, inapplicable, passed, warned
from sandbox.wire.types import Image

HANGZHOU = ("hangzhou", "杭州")


async def tools(desk: Desk) -> Verdict:
    """Whether a tool that is offered is called, by its name and with arguments that can be read."""
    if desk.claims.calls_tools is False:
        return inapplicable("not_claimed")
    said = heard(desk, await desk.ask(Ask(questions.TOOL_QUESTION, tools=True)), claimed=desk.claims.calls_tools)
    return claimed_or_not(judge_tools(desk, said), claimed=desk.claims.calls_tools)


def judge_tools(desk: Desk, said: Said) -> Verdict:
    if not said.tools:
        return failed("not_called", text=desk.bench.clean(said.text))
    call = said.tools[0]
    if call.name != questions.TOOL:
        return failed("other_tool", name=desk.bench.clean(call.name))
    if call.parsed is None:
        return failed("arguments", arguments=desk.bench.clean(call.arguments))
    city = str(call.parsed.get("city", ""))
    if not any(name in city.casefold() for name in HANGZHOU):
        return warned("other_city", city=desk.bench.clean(city))
    # Google's protocol has one word for every good end.
    fits = said.finish == "tool" or desk.endpoint.protocol == "gemini"
    return passed("called") if fits else warned("finish", finish=said.finish)


async def structured_output(desk: Desk) -> Verdict:
    """Whether an answer keeps to a JSON schema."""
    if desk.claims.structured_output is False:
        return inapplicable("not_claimed")
    claimed = desk.claims.structured_output
    said = heard(desk, await desk.ask(Ask(questions.SCHEMA_QUESTION, schema=True)), claimed=claimed)
    return claimed_or_not(judge_structure(desk, said), claimed=claimed)


def judge_structure(desk: Desk, said: Said) -> Verdict:
    text = said.text
    value = parsed(text)
    is_fenced = value is None and text.strip().startswith("```")
    if is_fenced:
        value = parsed(text.strip().strip("`").removeprefix("json"))
    if not isinstance(value, dict):
        return failed("no_json", text=desk.bench.clean(text))
    population = value.get("population_millions")
    wanted = {"city", "population_millions"}
    is_number = isinstance(population, int | float) and not isinstance(population, bool)
    if set(value) != wanted or not isinstance(value.get("city"), str) or not is_number:
        return failed("off_schema", text=desk.bench.clean(text))
    return warned("fenced") if is_fenced else passed("kept")


def parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


async def image(desk: Desk) -> Verdict:
    """Whether a picture is seen."""
    if not desk.claims.takes_pictures:
        return inapplicable("not_claimed")
    said = desk.answered(await desk.ask(Ask(questions.IMAGE_QUESTION, images=(picture(),))))
    if any(says(said.text, word) for word in questions.IMAGE_WORDS):
        return passed("seen")
    return failed("not_seen", text=desk.bench.clean(said.text))


def heard(desk: Desk, reply: Reply, *, claimed: bool | None) -> Said:
    """The answer; trouble with what was never claimed is no fault."""
    try:
        return desk.answered(reply)
    except Ended as ended:
        raise Ended(claimed_or_not(ended.verdict, claimed=claimed)) from None


def claimed_or_not(verdict: Verdict, *, claimed: bool | None) -> Verdict:
    return inapplicable("not_claimed") if verdict.result == "fail" and not claimed else verdict


@cache
def picture() -> Image:
    """A PNG of one plain colour."""
    size = questions.IMAGE_SIZE
    rows = (b"\0" + bytes(questions.IMAGE_RGB) * size) * size
    header = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    parts = (png_chunk(b"IHDR", header), png_chunk(b"IDAT", zlib.compress(rows, 9)), png_chunk(b"IEND", b""))
    return Image("image/png", size, size, b"\x89PNG\r\n\x1a\n" + b"".join(parts))


def png_chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
