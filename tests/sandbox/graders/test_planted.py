"""Planted pairs are plain, in both languages and of several kinds, and each judge gets the same two again."""

from __future__ import annotations

import itertools

import pytest

from sandbox.graders import pairwise, planted
from sandbox.graders.judge import floor
from sandbox.simulators import judge as simulated

PAIRS = planted.pairs().values()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_language_has_six_pairs_of_six_kinds(language):
    kinds = [pair.kind for pair in PAIRS if pair.language == language]
    assert len(kinds) >= 6
    assert {"wrong", "evasive", "off-topic", "injected"} <= set(kinds)


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.slug)
def test_both_answers_are_answers_so_that_a_judge_must_be_asked(pair):
    assert not floor(pair.question, pair.better)
    assert not floor(pair.question, pair.worse)


def verdict_of(pair):
    sides = ((pair.better, pair.worse), (pair.worse, pair.better))
    said = []
    for left, right in sides:
        question = pairwise.build(
            prompt_text=pair.question,
            reference=pair.reference,
            left=left,
            right=right,
            dimensions=(),
            language=pair.language,
        )
        said.append(pairwise.read(simulated.answer(question.text, system=question.system)))
    return pairwise.settle(*said)


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.slug)
def test_the_simulated_judge_sees_the_better_answer_in_either_order(pair):
    assert verdict_of(pair) == pairwise.Verdict("left", flipped=False)


def test_a_judge_gets_two_pairs_of_different_kinds_and_the_same_when_drawn_again():
    for trial, language in itertools.product(range(30), ["zh", "en"]):
        drawn = planted.draw(language=language, by=f"{trial} a-judge")
        assert drawn == planted.draw(language=language, by=f"{trial} a-judge")
        pairs = [planted.pairs()[slug] for slug in drawn]
        assert len({pair.kind for pair in pairs}) == planted.PER_JUDGE
        assert {pair.language for pair in pairs} == {language}


def test_trials_take_turns_with_all_pairs():
    drawn = {slug for trial in range(200) for slug in planted.draw(language="en", by=str(trial))}
    assert drawn == {pair.slug for pair in PAIRS if pair.language == "en"}


@pytest.mark.parametrize(("missed", "asked", "doubtful"), [(0, 0, False), (0, 2, False), (1, 2, False), (2, 2, True)])
def test_a_judge_that_misses_more_than_half_is_in_doubt(missed, asked, doubtful):
    assert planted.is_doubtful(asked=asked, missed=missed) is doubtful
