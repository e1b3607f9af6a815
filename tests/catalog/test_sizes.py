"""A model's size is what its name says, and nothing where the name leaves room for doubt."""

from __future__ import annotations

import pytest

from catalog.seed.sizes import stated_size


@pytest.mark.parametrize(
    ("name", "total", "active"),
    [
        ("qwen3-235b-a22b", 235, 22),
        ("Qwen3 235B A22B Instruct 2507", 235, 22),
        ("Qwen3 32B", 32, None),
        ("Ling-2.6-1T", 1000, None),
        ("Hunyuan A13B Instruct", None, 13),
        ("Llama 4 Scout 17B 16E", None, 17),
    ],
)
def test_a_name_that_states_the_size_gives_it(name, total, active):
    assert stated_size(name) == (total, active)


@pytest.mark.parametrize(
    "name",
    ["GPT-5.4", "Mixtral 8x7B", "Command R7B", "Gemma 3n E4B", "Kimi K2", "Llama 8B and 70B", "Odd 3B A22B", "128k"],
)
def test_a_name_that_leaves_room_for_doubt_says_nothing(name):
    assert stated_size(name) == (None, None)
