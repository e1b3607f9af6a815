"""Puts untrusted texts before a judge as data that nothing inside them can leave.

Each text travels as one JSON string in a block whose marks carry a random fence, and no ``<`` is left inside, so that
neither a mark nor a chat template's token can be spelled there.
"""

from __future__ import annotations

import json
import re
import secrets
import unicodedata
from collections.abc import Mapping
from typing import NamedTuple

HIDDEN = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}  # control, format, private, surrogate, line and paragraph separators
FENCE = re.compile(r"<<<[A-Z]+ ([0-9a-f]{16})>>>")


class Fenced(NamedTuple):
    """Blocks of text behind one random ``fence``."""

    fence: str
    text: str


def enclose(blocks: Mapping[str, str]) -> Fenced:
    """The named texts, each in its block."""
    quoted = {name: quote(text) for name, text in blocks.items()}
    fence = new_fence("".join(quoted.values()))
    parts = [f"<<<{name} {fence}>>>\n{text}\n<<<END {fence}>>>" for name, text in quoted.items()]
    return Fenced(fence, "\n\n".join(parts))


def material(text: str) -> dict[str, str]:
    """What ``enclose`` was given, from a question that begins with its blocks; empty where there is none."""
    fence = FENCE.match(text)
    if fence is None:
        return {}
    mark = re.compile(rf"<<<([A-Z]+) {fence[1]}>>>\n(.*?)\n<<<END {fence[1]}>>>")
    return {name: json.loads(body) for name, body in mark.findall(text)}


def quote(text: str) -> str:
    """``text`` as a JSON string in which everything invisible, and every ``<``, is an escape that can be seen."""
    plain = json.dumps(text, ensure_ascii=False)
    return "".join(escape(c) if c == "<" or unicodedata.category(c) in HIDDEN else c for c in plain)


def escape(character: str) -> str:
    return "\\u003c" if character == "<" else json.dumps(character)[1:-1]


def new_fence(material: str) -> str:
    """64 random bits that do not occur in ``material``."""
    while (fence := secrets.token_hex(8)) in material:
        pass
    return fence
