"""The checks in words, in the reader's language. No finding is without a sentence (a test sees to that)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.conformance.wording.checks import CHECKS, GROUPS, Text, Words
from sandbox.conformance.wording.findings import COMMON, LIKE, OF

__all__ = ["CHECKS", "GROUPS", "Words", "sentence", "template_of"]


def template_of(slug: str, finding: str) -> Text:
    """The sentence with its blanks; empty where there is none."""
    for found in (OF.get(slug, {}), OF.get(LIKE.get(slug, ""), {}), COMMON):
        if finding in found:
            return found[finding]
    return ""


def sentence(slug: str, finding: str, facts: Mapping[str, Any]) -> str:
    """What the check found. A fact that is missing or unknown reads as a dash."""
    blanks = Blanks({name: "–" if value is None else value for name, value in facts.items()})
    return (str(template_of(slug, finding)) % blanks).strip()


class Blanks(dict[str, Any]):
    def __missing__(self, name: str) -> str:
        return ""
