"""Topics have names for people."""

from __future__ import annotations

import tomllib
from pathlib import Path

from sandbox import topics

SEED = Path(topics.__file__).parent / "seed"


def test_every_topic_of_the_house_has_a_name():
    seeded = {
        prompt["topic"]
        for name in ("deep_reasoning.toml", "text_generation.toml")
        for prompt in tomllib.loads((SEED / name).read_text("utf-8"))["prompt"]
    }
    assert seeded <= set(topics.TITLES)


def test_another_topic_goes_by_its_slug():
    assert topics.title("tax-law") == "tax law"
    assert topics.title("") == "no topic"
