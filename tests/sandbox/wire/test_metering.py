"""The upstream's counts are taken where they can be true, ours where they cannot."""

from __future__ import annotations

import pytest

from sandbox.wire import tokens
from sandbox.wire.metering import Meter
from sandbox.wire.types import Outcome, Question, Usage

LONG = "the quick brown fox jumps over the lazy dog " * 100
PROMPT = "What is a touchstone?"
ASKED = Question(PROMPT)


def settle(*said: Usage, text: str = LONG, reasoning: str = "") -> Outcome:
    outcome = Outcome(text=text, reasoning=reasoning)
    meter = Meter()
    for usage in said:
        meter.take(usage)
    meter.settle(outcome, prompt=tokens.of_question(ASKED, model="any"))
    return outcome


def test_believes_plausible_counts():
    outcome = settle(Usage(input=7, output=900, reasoning=0, cache_read=3))
    assert (outcome.input_tokens, outcome.output_tokens, outcome.cached_tokens) == (7, 900, 3)
    assert not outcome.usage_estimated
    assert outcome.flags == []


def test_keeps_what_was_said_before_where_nothing_newer_is_said():
    outcome = settle(Usage(input=7, cache_read=2), Usage(output=5), Usage(output=900))
    assert (outcome.input_tokens, outcome.output_tokens, outcome.cached_tokens) == (7, 900, 2)


def test_counts_itself_where_nothing_is_said():
    outcome = settle()
    assert outcome.usage_estimated
    assert outcome.output_tokens == tokens.estimate(LONG)
    assert outcome.input_tokens == tokens.estimate(PROMPT)
    assert outcome.flags == []


def test_counts_itself_where_a_count_is_negative():
    outcome = settle(Usage(input=-1_000_000, output=-5, cache_read=-3, reasoning=-1))
    assert outcome.usage_estimated
    assert outcome.flags == ["usage_invalid"]
    assert outcome.output_tokens == tokens.estimate(LONG)
    assert (outcome.cached_tokens, outcome.reasoning_tokens) == (None, None)


def test_counts_itself_where_the_count_is_absurdly_low():
    outcome = settle(Usage(input=7, output=10))
    assert outcome.flags == ["usage_mismatch"]
    assert outcome.output_tokens == tokens.estimate(LONG)
    assert outcome.usage_estimated


def test_flags_a_count_that_is_absurdly_high():
    outcome = settle(Usage(input=7, output=50_000))
    assert outcome.flags == ["usage_mismatch"]
    assert outcome.output_tokens == 50_000


def test_accuses_nobody_over_a_few_words():
    assert settle(Usage(input=7, output=90), text="ok").flags == []


def test_believes_in_thinking_that_is_not_shown():
    assert settle(Usage(input=7, output=50_000, reasoning=49_000)).flags == []


@pytest.mark.parametrize(("reasoning_tokens", "flags"), [(49_000, []), (10, ["usage_mismatch"])])
def test_believes_in_thinking_of_which_a_summary_is_shown(reasoning_tokens, flags):
    usage = Usage(input=7, output=50_000, reasoning=reasoning_tokens)
    assert settle(usage, reasoning="I thought about foxes and then about dogs, at some length.").flags == flags


def test_refuses_a_prompt_of_more_tokens_than_it_can_have():
    outcome = settle(Usage(input=10**9, output=10, cache_read=10**9))
    assert outcome.input_tokens == tokens.estimate(PROMPT)
    assert outcome.cached_tokens is None
    assert outcome.flags == ["usage_mismatch"]


def test_takes_no_more_from_the_cache_than_went_in():
    assert settle(Usage(input=7, output=900, cache_read=70)).cached_tokens == 7


def test_says_nothing_of_its_own_about_an_answer_that_never_came():
    outcome = settle(text="")
    assert (outcome.input_tokens, outcome.output_tokens, outcome.usage_estimated) == (None, None, False)
    assert settle(Usage(input=7), text="").input_tokens == 7
