"""The simulators' HTTP side: three protocols' paths, streamed on an absolute schedule, every call counted."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from aiohttp import web

from sandbox.simulators import faults, paced
from sandbox.simulators.acts import Scene
from sandbox.simulators.asked import Asked, Refusal
from sandbox.simulators.calls import Calls, Count
from sandbox.simulators.manners import Manners
from sandbox.simulators.personas import PERSONAS, Persona
from sandbox.simulators.plants import PLANTS
from sandbox.simulators.protocols import Anthropic, Gemini, OpenAI, Speaker
from sandbox.simulators.raw import Sent
from sandbox.simulators.reply import Plan

CALLS = web.AppKey("calls", Calls)
SEED = web.AppKey("seed", int)
SPEED = web.AppKey("speed", float)
HOUSES = web.AppKey("houses", dict[tuple[str, str], Manners])
# Where each protocol is spoken. Google's SDK goes to v1 where it is told a host and no version.
PREFIXES: tuple[tuple[str, type[Speaker]], ...] = (
    ("/openai/v1", OpenAI),
    ("/anthropic/v1", Anthropic),
    ("/gemini/v1beta", Gemini),
    ("/gemini/v1", Gemini),
)
# The same under a planted fault's name: everything right but for one thing.
PLANTED = "/planted/{plant}"

# Four pictures of the size that a visitor may attach.
MOST_BODY_BYTES = 24 * 1024 * 1024


def build_app(*, seed: int = 7, speed: float = 1.0) -> web.Application:
    """The whole fleet as one application; ``speed`` 10 answers ten times as fast."""
    app = web.Application(client_max_size=MOST_BODY_BYTES)
    app[CALLS], app[SEED], app[SPEED], app[HOUSES] = Calls(), seed, speed, {}
    for below in ("", PLANTED):
        for prefix, speaker in PREFIXES:
            add_protocol(app.router, below + prefix, speaker)
    app.router.add_get("/__calls", show_calls)
    app.router.add_post("/__reset", reset)
    app.router.add_get("/healthz", healthy)
    return app


def add_protocol(router: web.UrlDispatcher, prefix: str, speaker: type[Speaker]) -> None:
    if speaker is Gemini:
        router.add_post(f"{prefix}/models/{{model:[^:]+}}:{{verb}}", admitted(speaker, ask_gemini))
    else:
        path = "chat/completions" if speaker is OpenAI else "messages"
        router.add_post(f"{prefix}/{path}", admitted(speaker, answer))
    router.add_get(f"{prefix}/models", admitted(speaker, list_models))
    router.add_get(f"{prefix}/models/{{model:.+}}", admitted(speaker, show_model))
    router.add_route("*", f"{prefix}/{{rest:.*}}", admitted(speaker, nowhere))


@dataclass(slots=True)
class Visit:
    """One request, the protocol it speaks, and the manners it meets."""

    request: web.Request
    kind: type[Speaker]
    manners: Manners
    began: float

    @property
    def app(self) -> web.Application:
        return self.request.app


Answers = Callable[[Visit], Awaitable[web.StreamResponse]]


def admitted(kind: type[Speaker], answers: Answers) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """``answers`` behind the door of the house that the path names; a Refusal becomes the protocol's error."""

    async def handle(request: web.Request) -> web.StreamResponse:
        manners = Manners()
        try:
            manners = house(request.app, request.match_info.get("plant", ""), kind)
            visit = Visit(request, kind, manners, asyncio.get_running_loop().time())
            return await manners.greet(request, kind) or await answers(visit)
        except Refusal as no:
            return manners.refuse(kind, no, request)

    return handle


def house(app: web.Application, plant: str, kind: type[Speaker]) -> Manners:
    """Each plant has manners of its own in each protocol, which remember; raises Refusal (404) for an unknown one."""
    if (found := app[HOUSES].get((plant, kind.name))) is None:
        made = Manners if not plant else getattr(PLANTS.get(plant), "manners", None)
        if made is None:
            raise Refusal(404, f"No such planted fault: {plant}")
        found = app[HOUSES][plant, kind.name] = made()
    return found


async def healthy(_: web.Request) -> web.Response:
    return web.json_response({"ok": True})


async def show_calls(request: web.Request) -> web.Response:
    return web.json_response(request.app[CALLS].facts())


async def reset(request: web.Request) -> web.Response:
    request.app[CALLS].reset()
    return web.json_response({"ok": True})


async def list_models(visit: Visit) -> web.StreamResponse:
    kind = visit.kind
    names = [(p.name, p.title) for p in PERSONAS.values() if p.protocol == kind.name]
    return visit.manners.list_models(kind, [kind.entry(name, title) for name, title in names])


async def show_model(visit: Visit) -> web.StreamResponse:
    name = visit.request.match_info["model"]
    if persona := PERSONAS.get((visit.kind.name, name)):
        return web.json_response(visit.kind.entry(persona.name, persona.title))
    raise no_model(name)


def no_model(name: str) -> Refusal:
    return Refusal(404, f"The model '{name}' does not exist.", word="model_not_found")


async def nowhere(visit: Visit) -> web.StreamResponse:
    raise Refusal(404, f"Unknown path: {visit.request.method} {visit.request.path}")


async def ask_gemini(visit: Visit) -> web.StreamResponse:
    verb = visit.request.match_info["verb"]
    if verb not in {"generateContent", "streamGenerateContent"}:
        raise Refusal(404, f"Unknown method: {verb}")
    return await answer(visit)


async def answer(visit: Visit) -> web.StreamResponse:
    """One call, from its body to its last byte."""
    path = visit.request.match_info
    body = visit.manners.read_body(await visit.request.read())
    stream = path.get("verb") == "streamGenerateContent"
    asked = visit.kind.read(body, model=path.get("model", ""), stream=stream)
    return await serve(visit, visit.manners.hear(asked, body))


async def serve(visit: Visit, asked: Asked) -> web.StreamResponse:
    app, request = visit.app, visit.request
    count = app[CALLS].begin(
        model=asked.model, prompt=asked.text, answer=request.headers.get("X-Touchstone-Answer", "")
    )
    pace = paced.read_name(asked.model)
    if pace is not None and visit.kind is OpenAI and asked.stream:
        return await serve_paced(request, pace, count, began=visit.began, wants_usage=asked.wants_usage)
    persona = PERSONAS.get((visit.kind.name, asked.model))
    if persona is None:
        raise no_model(asked.model)
    speaker = visit.kind(asked, call=f"{app[CALLS].total:08x}")
    if fault := faults.named_in(asked.text, judge=persona.is_judge):
        return await faults.act(fault, Scene(request, speaker, asked, count.calls))
    with visit.manners.turn(persona):
        return await serve_persona(visit, persona, speaker, count)


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


async def serve_persona(visit: Visit, persona: Persona, speaker: Speaker, count: Count) -> web.StreamResponse:
    manners, speed = visit.manners, visit.app[SPEED]
    try:
        plan = manners.plan(persona, speaker.asked, seed=visit.app[SEED], first_call=count.calls % 2 == 1)
    except Refusal as no:
        count.refused += 1
        if no.retry_after_s:
            no.retry_after_s = round(no.retry_after_s / speed)
        raise
    headers = manners.limits(visit.kind)
    if wait_s := manners.wait_s():
        await asyncio.sleep(wait_s)
        visit.began += wait_s
    if speaker.asked.stream:
        return await Telling(visit, speaker, plan, count, speed).stream(headers)
    await asyncio.sleep(plan.done_ms / 1000 / speed)
    count.pieces += len(plan.pieces)
    count.finished += 1
    return manners.whole(speaker, plan, headers)


@dataclass(slots=True)
class Telling:
    """A plan as it is streamed: each piece at its moment after the call began, so that a late one delays no other."""

    visit: Visit
    speaker: Speaker
    plan: Plan
    count: Count
    speed: float

    async def stream(self, headers: Mapping[str, str]) -> web.StreamResponse:
        manners = self.visit.manners
        response = web.StreamResponse(headers={**manners.stream_headers, **headers})
        response.enable_chunked_encoding()
        try:
            await response.prepare(self.visit.request)
            if not await self._pieces(response):
                return cut(self.visit.request)
            await response.write_eof()
            self.count.finished += 1
        except ConnectionError:
            self._leave()
            return Sent(alive=False)
        except asyncio.CancelledError:
            self._leave()
            raise
        return response

    def _leave(self) -> None:
        self.count.left += 1
        self.visit.manners.left()

    async def _pieces(self, response: web.StreamResponse) -> bool:
        """Whether the plan was told to its end."""
        manners, speaker, plan = self.visit.manners, self.speaker, self.plan
        loop = asyncio.get_running_loop()
        await self._write(response, manners.frame(speaker.opening(plan.input_tokens)))
        for number, piece in enumerate(plan.pieces):
            if number == plan.cut_after:
                return False
            if (wait := self.visit.began + piece.at_ms / 1000 / self.speed - loop.time()) > 0:
                await asyncio.sleep(wait)
            await self._write(response, manners.frame(manners.piece(speaker, piece)))
            self.count.pieces += 1
        for number, call in enumerate(plan.calls):
            await self._write(response, manners.frame(manners.call_of(speaker, number, call)))
        await self._write(response, manners.frame(speaker.closing(plan)))
        return True

    @staticmethod
    async def _write(response: web.StreamResponse, data: bytes) -> None:
        if data:  # an empty chunk would be the last
            await response.write(data)


def cut(request: web.Request) -> web.StreamResponse:
    """Closes the connection in the middle of a stream."""
    if request.transport is not None:
        request.transport.close()
    return Sent(alive=False)
