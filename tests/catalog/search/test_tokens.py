"""However something is written, it comes to the same tokens; and nothing is too strange to be read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.search.tokens import MOST_CHARACTERS, clean, fold, pieces, squash, tokens

ANYTHING = st.text(st.characters(), max_size=400)  # surrogates too


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("gpt 4.1", "GPT-4.1"),
        ("gpt4.1", "GPT-4.1"),
        ("ＧＰＴ４．１", "gpt 4.1"),
        ("claude-opus-4-5", "Claude Opus 4.5"),
        ("qwen3.5", "Qwen 3.5"),
        ("智譜", "智谱"),
        ("開源", "开源"),
        ("gpt_oss", "gpt-oss"),
    ],
)
def test_ways_of_writing_a_name_are_one(one: str, other: str) -> None:
    assert pieces(one) == pieces(other)


def test_chinese_is_found_by_characters_and_pairs_and_latin_by_words_and_neighbours() -> None:
    assert set(tokens("通义千问")) == {"通", "义", "千", "问", "通义", "义千", "千问"}
    assert set(tokens("Kimi K2.5")) == {"kimi", "k2.5", "kimik2.5"}
    assert set(tokens("千问3")) == {"千", "问", "3", "千问"}


def test_sizes_and_short_names_stay_whole() -> None:
    assert pieces("o3 4o 235B A22B K2 DeepSeek-V3.2") == ["o3", "4o", "235b", "a22b", "k2", "deepseek", "v3.2"]


def test_a_long_number_is_no_version() -> None:
    assert pieces("2507-01") == ["2507", "01"]


def test_what_cannot_be_read_is_dropped() -> None:
    assert clean("a\0b\ud800c\u202ed\u200be") == "a b cde"
    assert clean(" \n ") == clean("\0\0") == ""
    assert len(clean("字" * 10_000)) == MOST_CHARACTERS
    assert len(clean("\ufdfa" * 500)) <= MOST_CHARACTERS  # one character that unfolds into eighteen


@given(ANYTHING)
def test_any_text_is_cleaned_once_and_for_all(text: str) -> None:
    cleaned = clean(text)
    assert len(cleaned) <= MOST_CHARACTERS
    cleaned.encode()
    assert clean(cleaned) == cleaned


@given(ANYTHING)
def test_any_text_comes_apart_into_folded_pieces_that_are_all_tokens(text: str) -> None:
    found = pieces(clean(text))
    assert all(piece and not piece.isspace() for piece in found)
    assert set(found) <= set(tokens(clean(text)))
    assert squash(clean(text)) == "".join(found)


@given(st.text(st.characters(codec="ascii"), max_size=50))
def test_case_never_matters(text: str) -> None:
    assert pieces(text.upper()) == pieces(text.lower()) == pieces(fold(text))
