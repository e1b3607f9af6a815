"""The simulators' HTTP side: three protocols' paths, streamed on an absolute schedule, every call counted."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from aiohttp import web

from sandbox.simulators import faults, paced
from sandbox.simulators.acts import Scene
from sandbox.simulators.asked import Asked, Refusal
from sandbox.simulators.calls import Calls, Count
from sandbox.simulators.personas import PERSONAS, Persona
from sandbox.simulators.plan import plan_reply
from sandbox.simulators.protocols import Anthropic, Gemini, OpenAI, Speaker
from sandbox.simulators.protocols.speaker import encode
from sandbox.simulators.raw import Sent
from sandbox.simulators.reply import Plan

CALLS = web.AppKey("calls", Calls)
SEED = web.AppKey("seed", int)
SPEED = web.AppKey("speed", float)
# Where each protocol is spoken. Google's SDK goes to v1 where it is told a host and no version.
PREFIXES: tuple[tuple[str, type[Speaker]], ...] = (
    ("/openai/v1", OpenAI),
    ("/anthropic/v1", Anthropic),
    ("/gemini/v1beta", Gemini),
    ("/gemini/v1", Gemini),
)

# Four pictures of the size that a visitor may attach.
MOST_BODY_BYTES = 24 * 1024 * 1024
_NO_CACHE = {"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-store"}


def build_app(*, seed: int = 7, speed: float = 1.0) -> web.Application:
    """The whole fleet as one application; ``speed`` 10 answers ten times as fast."""
    app = web.Application(client_max_size=MOST_BODY_BYTES)
    app[CALLS], app[SEED], app[SPEED] = Calls(), seed, speed
    app.router.add_post("/openai/v1/chat/completions", ask_openai)
    app.router.add_post("/anthropic/v1/messages", ask_anthropic)
    for prefix, speaker in PREFIXES:
        if speaker is Gemini:
            app.router.add_post(f"{prefix}/models/{{model:[^:]+}}:{{verb}}", ask_gemini)
        app.router.add_get(f"{prefix}/models", listing(speaker))
        app.router.add_get(f"{prefix}/models/{{model:.+}}", one_model(speaker))
        app.router.add_route("*", f"{prefix}/{{rest:.*}}", nowhere(speaker))
    app.router.add_get("/__calls", show_calls)
    app.router.add_post("/__reset", reset)
    app.router.add_get("/healthz", healthy)
    return app


async def healthy(_: web.Request) -> web.Response:
    return web.json_response({"ok": True})


async def show_calls(request: web.Request) -> web.Response:
    return web.json_response(request.app[CALLS].facts())


async def reset(request: web.Request) -> web.Response:
    request.app[CALLS].reset()
    return web.json_response({"ok": True})


def listing(speaker: type[Speaker]) -> Any:
    async def list_models(_: web.Request) -> web.Response:
        entries = [speaker.entry(p.name, p.title) for p in PERSONAS.values() if p.protocol == speaker.name]
        return web.json_response(speaker.listing(entries))

    return list_models


def one_model(speaker: type[Speaker]) -> Any:
    async def show_model(request: web.Request) -> web.Response:
        name = request.match_info["model"]
        if persona := PERSONAS.get((speaker.name, name)):
            return web.json_response(speaker.entry(persona.name, persona.title))
        return refusal(speaker, Refusal(404, f"The model '{name}' does not exist.", word="model_not_found"))

    return show_model


def nowhere(speaker: type[Speaker]) -> Any:
    async def not_found(request: web.Request) -> web.Response:
        return refusal(speaker, Refusal(404, f"Unknown path: {request.method} {request.path}"))

    return not_found


async def ask_openai(request: web.Request) -> web.StreamResponse:
    return await answer(request, OpenAI)


async def ask_anthropic(request: web.Request) -> web.StreamResponse:
    return await answer(request, Anthropic)


async def ask_gemini(request: web.Request) -> web.StreamResponse:
    verb = request.match_info["verb"]
    if verb not in {"generateContent", "streamGenerateContent"}:
        return refusal(Gemini, Refusal(404, f"Unknown method: {verb}"))
    return await answer(request, Gemini, stream=verb == "streamGenerateContent")


def refusal(speaker: type[Speaker], no: Refusal) -> web.Response:
    headers = {} if no.retry_after_s is None else {"Retry-After": f"{no.retry_after_s:g}"}
    return web.json_response(speaker.refusal(no), status=no.status, headers=headers)


async def answer(request: web.Request, kind: type[Speaker], *, stream: bool = False) -> web.StreamResponse:
    """One call, from its body to its last byte."""
    began = asyncio.get_running_loop().time()
    try:
        asked = kind.read(await read_body(request), model=request.match_info.get("model", ""), stream=stream)
        return await serve(request, kind, asked, began=began)
    except Refusal as no:
        return refusal(kind, no)


async def read_body(request: web.Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.read())
    except (ValueError, RecursionError):
        raise Refusal(400, "The request's body is not valid JSON.") from None
    if not isinstance(body, dict):
        raise Refusal(400, "The request's body must be a JSON object.")
    return body


async def serve(request: web.Request, kind: type[Speaker], asked: Asked, *, began: float) -> web.StreamResponse:
    app = request.app
    count = app[CALLS].begin(
        model=asked.model, prompt=asked.text, answer=request.headers.get("X-Touchstone-Answer", "")
    )
    pace = paced.read_name(asked.model)
    if pace is not None and kind is OpenAI and asked.stream:
        return await serve_paced(request, pace, count, began=began, wants_usage=asked.wants_usage)
    persona = PERSONAS.get((kind.name, asked.model))
    if persona is None:
        raise Refusal(404, f"The model '{asked.model}' does not exist.", word="model_not_found")
    speaker = kind(asked, call=f"{app[CALLS].total:08x}")
    if fault := faults.named_in(asked.text, judge=persona.is_judge):
        return await faults.act(fault, Scene(request, speaker, asked, count.calls))
    return await serve_persona(request, persona, speaker, count, began=began)


async def serve_paced(
    request: web.Request, pace: paced.Pace, count: Count, *, began: float, wants_usage: bool
) -> web.StreamResponse:
    try:
        sent, whole = await paced.serve(request, pace, began=began, wants_usage=wants_usage)
    except asyncio.CancelledError:  # the reader left between two pieces
        count.left += 1
        raise
    count.pieces += sent
    count.finished += whole
    count.left += not whole
    return Sent(alive=whole)


async def serve_persona(
    request: web.Request, persona: Persona, speaker: Speaker, count: Count, *, began: float
) -> web.StreamResponse:
    seed, speed = request.app[SEED], request.app[SPEED]
    try:
        plan = plan_reply(persona, speaker.asked, seed=seed, first_call=count.calls % 2 == 1)
    except Refusal as no:
        count.refused += 1
        if no.retry_after_s:
            no.retry_after_s = round(no.retry_after_s / speed)
        raise
    if speaker.asked.stream:
        return await stream_plan(request, speaker, plan, count, began=began, speed=speed)
    await asyncio.sleep(plan.done_ms / 1000 / speed)
    count.pieces += len(plan.pieces)
    count.finished += 1
    return web.Response(body=encode(speaker.whole(plan)), content_type="application/json")


async def stream_plan(
    request: web.Request, speaker: Speaker, plan: Plan, count: Count, *, began: float, speed: float
) -> web.StreamResponse:
    """Sends each piece at its moment after ``began``: a late piece does not delay the next."""
    loop = asyncio.get_running_loop()
    response = web.StreamResponse(headers=_NO_CACHE)
    response.enable_chunked_encoding()
    try:
        await response.prepare(request)
        await response.write(speaker.opening(plan.input_tokens))
        for number, piece in enumerate(plan.pieces):
            if number == plan.cut_after:
                return cut(request)
            if (wait := began + piece.at_ms / 1000 / speed - loop.time()) > 0:
                await asyncio.sleep(wait)
            await response.write(speaker.piece(piece))
            count.pieces += 1
        await response.write(speaker.closing(plan))
        await response.write_eof()
        count.finished += 1
    except (ConnectionError, asyncio.CancelledError):
        count.left += 1
        raise
    return response


def cut(request: web.Request) -> web.StreamResponse:
    """Closes the connection in the middle of a stream."""
    if request.transport is not None:
        request.transport.close()
    return Sent(alive=False)
