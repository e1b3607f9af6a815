"""Reads what a program is said to print, and the JSON an answer gives."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from typing import Any

from sandbox.graders.rule.committed import Span

LONGEST_LITERAL = 20_000
CODE = re.compile(r"`+([^`\n]+)`+")
LONGEST_PLAIN = 3  # words of an output that is written without quotes
FENCED = re.compile(r"```[\w+-]*[ \t]*\n(.*?)(?:\n```|\Z)", re.DOTALL)
JSON_START = re.compile(r"[{\[]")


def committed_output(span: Span) -> str | None:
    """The output that a span gives, markup stripped; None where it only talks about one."""
    if span.where == "json":
        return decoded(span.text)
    text = stripped(span.text)
    if literal(text) is not None or span.where == "boxed":
        return text
    code = CODE.search(span.text)
    if code:
        return code[1]
    return text if text and len(text.split()) <= LONGEST_PLAIN else None


def decoded(text: str) -> str:
    """The value of a JSON member as written: a string's content, else the text itself."""
    text = text.strip().removesuffix(",").strip("`")
    if not text.startswith('"'):
        return text
    try:
        return str(json.loads(text, strict=False))
    except ValueError:
        return text.strip('"').replace('\\"', '"')


def stripped(text: str) -> str:
    text = re.sub(r"^\$+|\$+$|^\*\*|\*\*$", "", text.strip()).strip()
    if match := re.fullmatch(r"\\text(?:tt|bf)?\{(.*)\}", text, re.DOTALL):
        text = match[1]
    return text.strip("` ")


def same_output(read: str, expected: str) -> bool:
    """Equal as Python literals, or as text where the quotes around a string, or its escapes, are written otherwise."""
    one, two = literal(read), literal(expected)
    if one is not None and two is not None and alike(one[0], two[0]):
        return True
    return bool(ways_to_write(read, one) & ways_to_write(expected, two))


def ways_to_write(text: str, value: tuple[Any] | None) -> set[str]:
    if value and isinstance(value[0], str):
        return {value[0], text.strip()[1:-1]}
    return {text}


def alike(one: Any, two: Any) -> bool:
    """Equal in value and in kind: True is not 1, a list is not a tuple."""
    return bool(one == two) and repr(type(one)) == repr(type(two))


def literal(text: str) -> tuple[Any] | None:
    """The value of a Python literal, in a tuple of one; None where ``text`` is none."""
    if len(text) > LONGEST_LITERAL:
        return None
    try:
        return (ast.literal_eval(text.strip()),)
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return None


def json_values(text: str) -> Iterator[Any]:
    """JSON values in ``text``, the last fenced block first, then what stands last in the text."""
    text = text[-LONGEST_LITERAL:]
    for block in reversed(FENCED.findall(text)):
        try:
            yield json.loads(block)
        except (ValueError, RecursionError):
            continue
    yield from reversed(loose_json(text))


def loose_json(text: str) -> list[Any]:
    decoder, found, at = json.JSONDecoder(), [], 0
    while match := JSON_START.search(text, at):
        try:
            value, at = decoder.raw_decode(text, match.start())
            found.append(value)
        except ValueError:
            at = match.end()
        except RecursionError:
            break
    return found
