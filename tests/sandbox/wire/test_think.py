"""<think>…</think> is split off wherever the stream is cut."""

from __future__ import annotations

import pytest

from sandbox.wire.think import ThinkTags
from sandbox.wire.types import Reasoning, Text


def split(text: str, size: int) -> tuple[str, str]:
    tags = ThinkTags()
    pieces = [piece for at in range(0, len(text), size) for piece in tags.feed(text[at : at + size])]
    pieces += tags.finish()
    thought = "".join(piece.text for piece in pieces if isinstance(piece, Reasoning))
    return thought, "".join(piece.text for piece in pieces if isinstance(piece, Text))


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1_000])
@pytest.mark.parametrize(
    ("text", "thought", "answer"),
    [
        ("<think>先想</think>答案", "先想", "答案"),
        ("\n <think>a</b</think>\n\nb </think>", "a</b", "\n\nb </think>"),
        ("no tags <think>at all</think>", "", "no tags <think>at all</think>"),
        ("<think>never closed </thi", "never closed </thi", ""),
        ("<thi", "", "<thi"),
        ("<think></think>", "", ""),
        ("", "", ""),
        ("  ", "", "  "),
    ],
)
def test_splits_the_thought_from_the_answer(text, thought, answer, size):
    assert split(text, size) == (thought, answer)
