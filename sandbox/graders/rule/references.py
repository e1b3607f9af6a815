"""What a rule can check against a visitor's own reference: a bare amount or option letters, and nothing beside."""

from __future__ import annotations

import re
from typing import Any

from sandbox.graders.rule.plain import plain

AMOUNT = re.compile(r"[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:/\d+)?")
PERCENT = re.compile(rf"({AMOUNT.pattern})\s*%")
LETTERS = re.compile(r"\(?([A-J](?:\s*[,、]?\s*[A-J]){0,5})\)?")


def checks_for(reference: str) -> list[dict[str, Any]]:
    """The checks of a question whose accepted answer is ``reference``; none where only a reader can compare."""
    text = plain(reference).strip().rstrip("。.").strip()
    if AMOUNT.fullmatch(text):
        return [{"rule": "number", "value": text}]
    if found := PERCENT.fullmatch(text):
        return [{"rule": "number", "value": found[1], "unit": "%"}]
    if found := LETTERS.fullmatch(text):
        return [{"rule": "choice", "value": "".join(re.findall("[A-J]", found[1]))}]
    return []
