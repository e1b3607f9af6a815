"""The house prompts as they are written: one TOML file per scenario, read without Django."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = Path(__file__).parent
SCENARIOS = ("text-generation", "deep-reasoning", "multimodal-understanding")
THINKING_TOKENS = {"text-generation": 1024, "deep-reasoning": 2048, "multimodal-understanding": 1024}


class Written(NamedTuple):
    """One prompt; ``checks`` are what ``sandbox.graders.rule`` understands. Empty texts mean there is none.

    ``picture`` is what its picture is drawn from (``sandbox.seed.pictures``), and how it is told in words.
    """

    slug: str
    language: str
    topic: str
    title: str
    text: str
    max_output_tokens: int
    thinking_tokens: int
    system: str = ""
    reference: str = ""
    checks: tuple[dict[str, Any], ...] = ()
    picture: dict[str, Any] | None = None


@cache
def read_prompts(scenario: str) -> tuple[Written, ...]:
    """The scenario's prompts in order; raises FileNotFoundError for a scenario that has none."""
    return parse((FOLDER / f"{scenario.replace('-', '_')}.toml").read_text(encoding="utf-8"), scenario)


def parse(source: str, scenario: str) -> tuple[Written, ...]:
    defaults = {"thinking_tokens": THINKING_TOKENS[scenario]}
    return tuple(tidy({**defaults, **entry}) for entry in tomllib.loads(source)["prompt"])


def tidy(entry: dict[str, Any]) -> Written:
    """Blocks of text lose the line breaks around them, which are TOML's and not the prompt's."""
    texts = {name: entry.get(name, "").strip() for name in ("text", "system", "reference")}
    return Written(**{**entry, **texts, "checks": tuple(entry.get("checks", ()))})
