"""The peers: 25 paced streams at once with nothing around them, by bare aiohttp and by the official SDK.

``python -m benchmarks.clients bare|sdk URL`` reads a line ``{"model", "trials", "spread_s"}`` and answers with a line
``{"walls_ms": […], "ttfts_ms": […], "cpu_s", "pieces"}``, again and again, until its input ends.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import Any

import msgspec

CHANNELS = 25
PROMPT = "Write something about a paced stream."

# What one call gives: milliseconds to the first piece, and how many pieces came.
Call = Callable[[str], Awaitable[tuple[float, int]]]


class Delta(msgspec.Struct):
    content: str | None = None


class Choice(msgspec.Struct):
    delta: Delta


class Chunk(msgspec.Struct):
    choices: list[Choice]


def cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def body(model: str) -> dict[str, Any]:
    return {
        "model": model,
        "messages": [{"role": "user", "content": PROMPT}],
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def open_bare(url: str) -> Call:
    """What a careful programmer writes in an afternoon: no limits, no retries, no measuring but the first piece."""
    import aiohttp

    key = {"Authorization": "Bearer simulated"}
    session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), headers=key)
    decode = msgspec.json.Decoder(Chunk).decode

    async def call(model: str) -> tuple[float, int]:
        texts: list[str] = []
        ttft_ms, rest = 0.0, b""
        began = perf_counter()
        async with session.post(f"{url}/chat/completions", data=msgspec.json.encode(body(model))) as response:
            async for data in response.content.iter_any():
                *events, rest = (rest + data).split(b"\n\n")
                for event in events:
                    if event == b"data: [DONE]":
                        continue
                    chunk = decode(event[6:])
                    if chunk.choices and (text := chunk.choices[0].delta.content):
                        ttft_ms = ttft_ms or (perf_counter() - began) * 1000
                        texts.append(text)
        return ttft_ms, len(texts)

    return call


def open_sdk(url: str) -> Call:
    import openai

    client = openai.AsyncOpenAI(base_url=url, api_key="simulated", max_retries=0)

    async def call(model: str) -> tuple[float, int]:
        texts: list[str] = []
        ttft_ms = 0.0
        began = perf_counter()
        async for chunk in await client.chat.completions.create(**body(model)):
            if chunk.choices and (text := chunk.choices[0].delta.content):
                ttft_ms = ttft_ms or (perf_counter() - began) * 1000
                texts.append(text)
        return ttft_ms, len(texts)

    return call


async def run(call: Call, *, model: str, trials: int, spread_s: float) -> dict[str, Any]:
    """``trials`` fan-outs, begun over ``spread_s`` seconds."""
    walls_ms: list[float] = []
    calls: list[tuple[float, int]] = []

    async def one(number: int) -> None:
        await asyncio.sleep(spread_s * number / trials)
        began = perf_counter()
        calls.extend(await asyncio.gather(*(call(model) for _ in range(CHANNELS))))
        walls_ms.append((perf_counter() - began) * 1000)

    cpu_s = cpu_seconds()
    await asyncio.gather(*(one(number) for number in range(trials)))
    cpu_s = cpu_seconds() - cpu_s
    ttfts_ms = [ttft_ms for ttft_ms, _ in calls]
    return {"walls_ms": walls_ms, "ttfts_ms": ttfts_ms, "cpu_s": cpu_s, "pieces": sum(pieces for _, pieces in calls)}


async def serve(name: str, url: str) -> None:
    call = {"bare": open_bare, "sdk": open_sdk}[name](url)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        print(json.dumps(await run(call, **json.loads(line))), flush=True)


if __name__ == "__main__":
    import uvloop

    uvloop.run(serve(*sys.argv[1:]))
