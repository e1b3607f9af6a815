"""Plants that fail before an answer begins: addresses, keys, lists, errors, and what becomes of a bad request."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from sandbox.simulators.asked import Asked, Refusal
from sandbox.simulators.manners import Manners
from sandbox.simulators.personas import Persona
from sandbox.simulators.plan import plan_reply
from sandbox.simulators.protocols import Speaker
from sandbox.simulators.reply import Plan

_PAGE = "<!doctype html><html><head><title>{status}</title></head><body><h1>{status}</h1><p>nginx</p></body></html>"


def page(status: int) -> web.Response:
    return web.Response(status=status, text=_PAGE.format(status=status), content_type="text/html")


class Moved(Manners):
    async def greet(self, request: web.Request, kind: type[Speaker]) -> web.StreamResponse | None:
        return web.Response(status=308, headers={"Location": f"https://moved.example.com{request.path}"})


# -- keys ------------------------------------------------------------------------------------------
class NeedsNoKey(Manners):
    def miss_key(self, kind: type[Speaker]) -> None:
        return None


class MissingKeyIsItsFault(Manners):
    def miss_key(self, kind: type[Speaker]) -> None:
        raise Refusal(500, "Internal error.", word="internal_error")


class TakesAnyKey(Manners):
    def knows(self, key: str) -> bool:
        return True


class WrongKeyIsItsFault(Manners):
    def refuse_key(self, key: str) -> None:
        raise Refusal(500, "Internal error.", word="internal_error")


class EchoesTheKey(Manners):
    def refuse_key(self, key: str) -> None:
        raise Refusal(401, f"Incorrect API key provided: {key}.", word="invalid_api_key")


# -- the list of models ----------------------------------------------------------------------------
class ListsOthers(Manners):
    """The one that is asked for is not among them."""

    def list_models(self, kind: type[Speaker], entries: Sequence[dict[str, Any]]) -> web.Response:
        return web.json_response(kind.listing([kind.entry("quite-another-model", "Quite another model")]))


class ListsNothing(Manners):
    def list_models(self, kind: type[Speaker], entries: Sequence[dict[str, Any]]) -> web.Response:
        return page(404)


class FailsToList(Manners):
    def list_models(self, kind: type[Speaker], entries: Sequence[dict[str, Any]]) -> web.Response:
        raise Refusal(500, "Internal error.", word="internal_error")


class ListsNames(Manners):
    """Bare names, not the protocol's objects."""

    def list_models(self, kind: type[Speaker], entries: Sequence[dict[str, Any]]) -> web.Response:
        return web.json_response([entry.get("id", entry.get("name")) for entry in entries])


# -- errors ----------------------------------------------------------------------------------------
class ErrorsInHtml(Manners):
    def refuse(self, kind: type[Speaker], no: Refusal, request: web.Request) -> web.Response:
        return page(404) if no.status == 404 else super().refuse(kind, no, request)


class ErrorsInPlainText(Manners):
    def refuse(self, kind: type[Speaker], no: Refusal, request: web.Request) -> web.Response:
        return web.Response(status=404, text=no.message) if no.status == 404 else super().refuse(kind, no, request)


class ErrorsAsSuccess(Manners):
    """An unknown model's error under status 200."""

    def refuse(self, kind: type[Speaker], no: Refusal, request: web.Request) -> web.Response:
        if no.status != 404:
            return super().refuse(kind, no, request)
        return web.json_response(kind.refusal(no))


class ErrorsInAnotherShape(Manners):
    def refuse(self, kind: type[Speaker], no: Refusal, request: web.Request) -> web.Response:
        if no.status != 404:
            return super().refuse(kind, no, request)
        return web.json_response({"code": 1003, "msg": no.message, "data": None}, status=404)


class BadBodyIsItsFault(Manners):
    def read_body(self, raw: bytes) -> dict[str, Any]:
        try:
            return super().read_body(raw)
        except Refusal:
            raise Refusal(500, "Internal error.", word="internal_error") from None


class BadBodyIsTaken(Manners):
    """What cannot be read is made up."""

    def read_body(self, raw: bytes) -> dict[str, Any]:
        try:
            return super().read_body(raw)
        except Refusal:
            raise web.HTTPOk(text=json.dumps({"ok": True}), content_type="application/json") from None


# -- what does not fit, and what is not known ------------------------------------------------------
class AnswersWhateverTheLength(Manners):
    """It forgets the beginning and says nothing of that."""

    def plan(self, persona: Persona, asked: Asked, *, seed: int, first_call: bool) -> Plan:
        return plan_reply(persona, asked, seed=seed, first_call=first_call)


class TooLongIsItsFault(Manners):
    def plan(self, persona: Persona, asked: Asked, *, seed: int, first_call: bool) -> Plan:
        try:
            return super().plan(persona, asked, seed=seed, first_call=first_call)
        except Refusal as no:
            if no.word == "context_length_exceeded":
                raise Refusal(500, "CUDA out of memory.", word="internal_error") from None
            raise


_KNOWN = {
    *("model", "messages", "contents", "system", "systemInstruction", "stream", "stream_options", "temperature"),
    *("max_tokens", "max_completion_tokens", "generationConfig", "top_p", "top_k", "stop", "stop_sequences", "seed"),
    *("tools", "tool_choice", "toolConfig", "response_format", "output_config", "metadata", "user", "thinking"),
    *("presence_penalty", "frequency_penalty", "n", "enable_thinking"),
}


def unknown_in(body: Mapping[str, Any]) -> bool:
    settings = body.get("generationConfig")
    names = set(body) | {name for name in settings or () if "unknown" in name}
    return not names <= _KNOWN


class UnknownIsItsFault(Manners):
    def hear(self, asked: Asked, body: Mapping[str, Any]) -> Asked:
        if unknown_in(body):
            raise Refusal(500, "Internal error: unexpected keyword argument.", word="internal_error")
        return asked


class UnknownInHtml(Manners):
    """It refuses, as it may, but in no words that a program can read."""

    def hear(self, asked: Asked, body: Mapping[str, Any]) -> Asked:
        if unknown_in(body):
            raise web.HTTPBadRequest(text=_PAGE.format(status=400), content_type="text/html")
        return asked


class SamplingIsItsFault(Manners):
    """A documented parameter that it cannot bear."""

    def hear(self, asked: Asked, body: Mapping[str, Any]) -> Asked:
        settings = body.get("generationConfig")
        if "top_p" in body or (isinstance(settings, Mapping) and "topP" in settings):
            raise Refusal(500, "Internal error: top_p.", word="internal_error")
        return asked
