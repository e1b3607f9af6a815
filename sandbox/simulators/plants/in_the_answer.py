"""Plants that hear or answer wrongly: orders that are not heeded, words that are lost, tools and schemas that break."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import count
from typing import Any

from aiohttp import web

from sandbox.simulators.asked import Asked, Refusal
from sandbox.simulators.manners import Manners
from sandbox.simulators.personas import Persona
from sandbox.simulators.protocols import Speaker
from sandbox.simulators.reply import Piece, Plan, ToolCall

_CHINESE = re.compile(r"[\u4e00-\u9fff，。]")
_ASTRAL = re.compile(r"[\U00010000-\U0010ffff]")
_SEPARATORS = re.compile("[\u2028\u2029]")


# -- the ear ---------------------------------------------------------------------------------------
class IgnoresStops(Manners):
    def hear(self, asked: Asked, body: Mapping[str, Any]) -> Asked:
        return replace(asked, stop=())


class IgnoresTheCap(Manners):
    def hear(self, asked: Asked, body: Mapping[str, Any]) -> Asked:
        return replace(asked, max_tokens=None)


class IgnoresTheSystem(Manners):
    def hear(self, asked: Asked, body: Mapping[str, Any]) -> Asked:
        return replace(asked, system="")


class Forgets(Manners):
    def hear(self, asked: Asked, body: Mapping[str, Any]) -> Asked:
        return replace(asked, turns=())


class IgnoresTools(Manners):
    def hear(self, asked: Asked, body: Mapping[str, Any]) -> Asked:
        # Where a schema is asked for as a tool that must be called, that one is heeded.
        return replace(asked, tools=()) if asked.choice == "auto" else asked


class IgnoresTheSchema(Manners):
    """In one protocol a schema is asked for as a tool that must be called."""

    def hear(self, asked: Asked, body: Mapping[str, Any]) -> Asked:
        return replace(asked, schema=None, tools=() if asked.choice != "auto" else asked.tools)


# -- the plan --------------------------------------------------------------------------------------
class Saying(Manners):
    """Says something else than an honest model would."""

    def plan(self, persona: Persona, asked: Asked, *, seed: int, first_call: bool) -> Plan:
        plan = super().plan(persona, asked, seed=seed, first_call=first_call)
        return self.say(plan, asked)

    def say(self, plan: Plan, asked: Asked) -> Plan:
        raise NotImplementedError


def in_other_words(plan: Plan, change: Any) -> Plan:
    """Each piece of the answer under ``change``."""
    pieces = tuple(p if p.reasoning else replace(p, text=change(p.text)) for p in plan.pieces)
    return replace(plan, pieces=pieces)


class SaysTheStop(Saying):
    """It ends at the stop sequence, and leaves it in the text."""

    def say(self, plan: Plan, asked: Asked) -> Plan:
        if not plan.stopped_by:
            return plan
        return replace(plan, pieces=(*plan.pieces, Piece(plan.done_ms, plan.stopped_by)))


class CallsACutAnEnd(Saying):
    """The cap cuts it off, and it says that it was finished."""

    def say(self, plan: Plan, asked: Asked) -> Plan:
        return replace(plan, finish="stop") if plan.finish == "length" else plan


class SaysNothing(Saying):
    """Nothing at all where the plainest thing is asked; other questions are answered."""

    def say(self, plan: Plan, asked: Asked) -> Plan:
        plain = "lines of dashes" in asked.text and asked.text.isascii() and not asked.system
        return replace(plan, pieces=plan.pieces[:0]) if plain else plan


class Embroiders(Saying):
    """A compliment before the text that was to be repeated and nothing else."""

    def say(self, plan: Plan, asked: Asked) -> Plan:
        if "lines of dashes" not in asked.text or not asked.text.isascii():
            return plan
        return replace(plan, pieces=(Piece(0, "Of course! Here it is: something else."),))


class LosesChinese(Saying):
    def say(self, plan: Plan, asked: Asked) -> Plan:
        return in_other_words(plan, lambda text: _CHINESE.sub("?", text))


class TakesUtf8ForLatin(Saying):
    def say(self, plan: Plan, asked: Asked) -> Plan:
        return in_other_words(plan, lambda text: _CHINESE.sub(lambda found: found[0].encode().decode("latin-1"), text))


class LosesEmoji(Saying):
    def say(self, plan: Plan, asked: Asked) -> Plan:
        return in_other_words(plan, lambda text: _ASTRAL.sub("\N{REPLACEMENT CHARACTER}", text))


class LosesSeparators(Saying):
    def say(self, plan: Plan, asked: Asked) -> Plan:
        return in_other_words(plan, lambda text: _SEPARATORS.sub(" ", text))


class CutsAtSeparators(Saying):
    """Whatever stands behind a line separator is lost."""

    def say(self, plan: Plan, asked: Asked) -> Plan:
        if not (found := _SEPARATORS.search(plan.text)):
            return plan
        return replace(plan, pieces=(Piece(plan.done_ms, plan.text[: found.start()]),))


class Restless(Saying):
    """Temperature 0, and every other time something quite different."""

    def __init__(self) -> None:
        super().__init__()
        self._answers = count()

    def say(self, plan: Plan, asked: Asked) -> Plan:
        if asked.temperature != 0 or next(self._answers) % 2:
            return plan
        return replace(plan, pieces=(Piece(plan.done_ms, "Today I would rather speak of tides and lanterns."),))


class MakesUpColours(Saying):
    def say(self, plan: Plan, asked: Asked) -> Plan:
        return replace(plan, pieces=(Piece(plan.done_ms, "teal"),)) if asked.images else plan


class RefusesPictures(Manners):
    def hear(self, asked: Asked, body: Mapping[str, Any]) -> Asked:
        if asked.images:
            raise Refusal(400, "This model does not take images.", word="images_not_supported")
        return asked


class FencesJson(Saying):
    """The object that was asked for, in a fence of Markdown with a word before it."""

    def say(self, plan: Plan, asked: Asked) -> Plan:
        if asked.schema is None:
            return plan
        return replace(plan, pieces=(Piece(plan.done_ms, f"Sure:\n```json\n{plan.text}\n```"),))


class BreaksTheSchema(Saying):
    """An object, but one without what the schema requires."""

    def say(self, plan: Plan, asked: Asked) -> Plan:
        if asked.schema is not None:
            return replace(plan, pieces=(Piece(plan.done_ms, json.dumps({"town": "Shanghai"})),))
        if asked.choice != "auto" and plan.calls:  # a schema in a tool's clothes
            return replace(plan, calls=(replace(plan.calls[0], arguments={"town": "Shanghai"}),))
        return plan


class CallsAnotherTool(Saying):
    def say(self, plan: Plan, asked: Asked) -> Plan:
        if not plan.calls or asked.choice != "auto":
            return plan
        return replace(plan, calls=(replace(plan.calls[0], name="something_else"),))


class TellsToolsInWords(Saying):
    """The call as text, for people to read."""

    def say(self, plan: Plan, asked: Asked) -> Plan:
        if not plan.calls or asked.choice != "auto":
            return plan
        call = plan.calls[0]
        words = f'<tool_call>{{"name": "{call.name}", "arguments": {json.dumps(dict(call.arguments))}}}</tool_call>'
        return replace(plan, pieces=(Piece(plan.done_ms, words),), calls=(), finish="stop")


class CutsToolArguments(Manners):
    """Half of the arguments' JSON."""

    def call_of(self, speaker: Speaker, number: int, call: ToolCall) -> bytes:
        if speaker.asked.choice != "auto":
            return super().call_of(speaker, number, call)
        return super().call_of(speaker, number, call).replace(b'}"}', b'"}')

    def tell(self, answer: dict[str, Any]) -> dict[str, Any]:
        for choice in answer.get("choices") or ():
            for call in choice["message"].get("tool_calls") or ():
                call["function"]["arguments"] = call["function"]["arguments"].removesuffix("}")
        return answer


# -- what a stream says otherwise than a whole answer ----------------------------------------------
class StreamsSomethingElse(Manners):
    """Every fifth number is missing, but only in streams."""

    def piece(self, speaker: Speaker, piece: Piece) -> bytes:
        counting = speaker.asked.text.startswith("Count from")
        text = re.sub(r"3", "", piece.text) if counting else piece.text
        return super().piece(speaker, replace(piece, text=text)) if text else b""


class FailsWhole(Manners):
    def whole(self, speaker: Speaker, plan: Plan, headers: Mapping[str, str]) -> web.Response:
        raise Refusal(500, "Internal error.", word="internal_error")


class BreaksEmojiInTwo(Manners):
    """Half a surrogate pair in one event, the other half in the next, as JSON escapes that no text may have."""

    def frame(self, events: bytes) -> bytes:
        return each_escaped(events)

    def tell(self, answer: dict[str, Any]) -> dict[str, Any]:
        return dict(json.loads(_ASTRAL.sub("\N{REPLACEMENT CHARACTER}" * 2, json.dumps(answer, ensure_ascii=False))))


def each_escaped(events: bytes) -> bytes:
    def halves() -> Iterator[bytes]:
        for part in events.split(b"\n\n"):
            text = part.decode()
            found = _ASTRAL.search(text)
            if not found:
                yield part
                continue
            units = found[0].encode("utf-16-be").hex()
            for unit in (units[:4], units[4:]):
                yield _ASTRAL.sub("", text.replace(found[0], f"\\u{unit}", 1)).encode()

    return b"\n\n".join(halves())


class SplitsAtSeparators(Manners):
    """A line of an event ends where the text has a line separator, as in servers that split lines by Unicode."""

    def frame(self, events: bytes) -> bytes:
        return events.replace("\u2028".encode(), b"\n\n").replace("\u2029".encode(), b"\n\n")

    def tell(self, answer: dict[str, Any]) -> dict[str, Any]:
        return answer
