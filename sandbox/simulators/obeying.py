"""Plain orders that a simulated model carries out to the letter: what machine checks ask of any model. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from sandbox.simulators.asked import Asked, Tool
from sandbox.simulators.colours import colour_of
from sandbox.simulators.reply import ToolCall

_ECHO = re.compile(
    r"Repeat the text between the two lines of dashes exactly, and write nothing else\.\n---\n(.*)\n---\s*", re.DOTALL
)
_ONE_WORD = re.compile(r"answer with one word only: (\w+)")
_CODE_WORD = re.compile(r"My code word is (\S+?)\. Reply with OK\.")
_RECALL = re.compile(r"What is my code word\?.*", re.DOTALL)
_COUNT = re.compile(r"Count from (\d{1,4}) to (\d{1,4}), separated by commas, digits only\.?")
_COLOUR = re.compile(r"Which colour is this picture\?.*", re.DOTALL)
_PLACE = re.compile(r"\b(?:in|for|of) ([A-Z]\w+)")
_KNOWN = {"What is the capital of France?": "Paris"}
# What a text property is filled with, by its name; any other gets its name back.
_WORDS = {"city": "Shanghai", "country": "China", "name": "Ada", "unit": "celsius", "language": "en"}
_FIGURES = {"population_millions": 24.9, "population": 24_900_000}
_DEEPEST = 8


def obey(asked: Asked) -> str | ToolCall | None:
    """What the order's letter demands, or None where the question is none that is known here."""
    if asked.tool_said is not None:
        return f"The tool says: {asked.tool_said}"
    if tool := wanted_tool(asked):
        return ToolCall(tool.name, filled(tool.parameters, place=_place(asked.text)))
    if asked.schema is not None:
        return json.dumps(filled(asked.schema or {"properties": {"answer": {}}}), ensure_ascii=False)
    if order := _ONE_WORD.search(asked.system):
        return order[1]
    return _told(asked)


def _told(asked: Asked) -> str | None:
    """The orders that stand in the question itself."""
    text = asked.text.strip("\n ")
    if echo := _ECHO.fullmatch(asked.text):
        return echo[1]
    if text in _KNOWN:
        return _KNOWN[text]
    if _CODE_WORD.fullmatch(text):
        return "OK"
    if _RECALL.fullmatch(text):
        known = [found[1] for turn in asked.turns if turn.role == "user" and (found := _CODE_WORD.search(turn.text))]
        return known[-1] if known else "I do not know it."
    if count := _COUNT.fullmatch(text):
        return ", ".join(str(number) for number in range(int(count[1]), int(count[2]) + 1))
    if asked.images and _COLOUR.fullmatch(text):
        return colour_of(asked.images[-1])
    return None


def wanted_tool(asked: Asked) -> Tool | None:
    """The tool to call: the one that must be, else the first that the question speaks of."""
    if not asked.tools or asked.choice == "none":
        return None
    if asked.choice == "any":
        return asked.tools[0]
    if asked.choice != "auto":
        return next((tool for tool in asked.tools if tool.name == asked.choice), None)
    text = asked.text.lower()
    spoken_of = (tool for tool in asked.tools if any(len(w) > 3 and w in text for w in re.split(r"\W|_", tool.name)))
    return next(spoken_of, asked.tools[0] if "use the tool" in text else None)


def _place(text: str) -> str:
    found = _PLACE.search(text)
    return found[1] if found else ""


def filled(schema: Mapping[str, Any], *, place: str = "") -> dict[str, Any]:
    """An object that fits ``schema``; ``place`` is the city that was asked about."""
    value = _value({**schema, "type": "object"}, "", place, 0)
    return value if isinstance(value, dict) else {}


def _value(schema: Any, name: str, place: str, depth: int) -> Any:
    if not isinstance(schema, Mapping) or depth > _DEEPEST:
        return None
    if schema.get("enum"):
        return schema["enum"][0]
    kind = schema.get("type", "string")
    kind = str(kind[0] if isinstance(kind, list) and kind else kind).lower()  # one protocol writes them in capitals
    if kind == "object":
        inner = schema.get("properties")
        each = inner.items() if isinstance(inner, Mapping) else ()
        return {str(key): _value(value, str(key), place, depth + 1) for key, value in each}
    if kind == "array":
        return [_value(schema.get("items"), name, place, depth + 1)]
    return _leaf(kind, name, place)


def _leaf(kind: str, name: str, place: str) -> Any:
    if kind in {"number", "integer"}:
        figure = _FIGURES.get(name, 7)
        return int(figure) if kind == "integer" else figure
    if kind in {"boolean", "null"}:
        return True if kind == "boolean" else None
    return place if place and name in {"city", "location", "place"} else _WORDS.get(name, name or "ok")
