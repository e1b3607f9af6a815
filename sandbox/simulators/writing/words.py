"""The writers' stock of sentences, kept as data beside this module. {s} stands for the subject."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any


@cache
def read_words(name: str) -> dict[str, Any]:
    """``<name>.toml``: scenes, phrases, charts or moments."""
    return tomllib.loads((Path(__file__).parent / f"{name}.toml").read_text(encoding="utf-8"))


def tongue(chinese: bool) -> str:  # the one flag of a table
    return "zh" if chinese else "en"
