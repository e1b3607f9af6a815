"""Agreement of graders: known values, honest intervals, and nothing where nothing can be said."""

from __future__ import annotations

import numpy as np
import pytest

from sandbox import agreement

COIN = np.random.default_rng(7)


def sides(count):
    return [("left", "right", "tie")[place] for place in COIN.integers(0, 3, count)]


def test_kappa_is_one_for_equal_verdicts_and_about_nothing_for_strangers():
    one = sides(400)
    assert agreement.kappa(one, one).value == pytest.approx(1)
    strangers = agreement.kappa(one, sides(400))
    assert strangers.low < 0 < strangers.high


def test_kappa_of_a_worked_table():
    """45 both yes, 15 yes/no, 25 no/yes, 15 both no: seen 0.6, chance 0.54."""
    one = ["yes"] * 60 + ["no"] * 40
    other = ["yes"] * 45 + ["no"] * 15 + ["yes"] * 25 + ["no"] * 15
    found = agreement.kappa(one, other)
    assert found.value == pytest.approx((0.6 - 0.54) / 0.46)
    assert found.n == 100
    assert found.low < found.value < found.high


def test_a_judge_who_only_ever_says_the_same_word_has_no_kappa():
    assert agreement.kappa(["left"] * 30, ["left"] * 30) is None
    assert agreement.kappa(["left"] * 30, ["left", "right"] * 15) is None


def test_a_handful_of_verdicts_says_nothing():
    assert agreement.kappa(["left"] * 9, ["right"] * 9) is None
    assert agreement.spearman([1.0] * 9, [2.0] * 9) is None


def test_the_kappa_interval_holds_the_truth_about_as_often_as_it_says():
    chance, held = np.random.default_rng(3), 0
    for _ in range(200):
        truth = chance.integers(0, 2, 120)
        other = np.where(chance.random(120) < 0.8, truth, 1 - truth)  # kappa is 0.6
        found = agreement.kappa([str(x) for x in truth], [str(x) for x in other])
        held += found.low <= 0.6 <= found.high
    assert 0.90 <= held / 200 <= 0.99


def test_verdicts_that_come_in_clusters_are_worth_less_than_as_many_alone():
    one, other = sides(60), sides(60)
    alone = agreement.kappa(one * 10, other * 10)
    clustered = agreement.kappa(one * 10, other * 10, clusters=list(range(60)) * 10)
    assert clustered.value == alone.value
    assert clustered.high - clustered.low > 2 * (alone.high - alone.low)


def test_spearman_sees_order_and_not_distance():
    scores = list(range(1, 21))
    assert agreement.spearman(scores, [score**3 for score in scores]).value == pytest.approx(1)
    assert agreement.spearman(scores, [-score for score in scores]).value == pytest.approx(-1)


def test_spearman_of_a_worked_table_with_equal_scores():
    found = agreement.spearman([1, 2, 2, 4, 5, 6, 7, 8, 9, 10], [2, 1, 3, 3, 5, 7, 6, 8, 10, 9])
    x = [1, 2.5, 2.5, 4, 5, 6, 7, 8, 9, 10]
    y = [2, 1, 3.5, 3.5, 5, 7, 6, 8, 10, 9]
    assert found.value == pytest.approx(np.corrcoef(x, y)[0, 1])
    assert found.low < found.value <= found.high <= 1


def test_a_grader_who_gives_everybody_the_same_has_no_rank_correlation():
    assert agreement.spearman([5.0] * 30, list(range(30))) is None


def test_all_right_is_not_certainty_and_none_of_nothing_is_unknown():
    found = agreement.share(200, 200)
    assert (found.value, found.high) == (1, 1)
    assert 0.97 < found.low < 1
    assert agreement.share(0, 50).low == 0
    assert agreement.share(0, 0) is None


def test_harshness_towards_all_is_no_bias_and_favour_is():
    harsh = {system: [-2.0] * 10 for system in "abcd"}
    assert agreement.bias(harsh) == pytest.approx(0)
    assert agreement.bias({**harsh, "a": [0.0] * 10}) == pytest.approx(1)


def test_bias_needs_several_systems_with_enough_answers():
    assert agreement.bias({"a": [1.0] * 10, "b": [0.0] * 10}) is None
    assert agreement.bias({"a": [1.0] * 10, "b": [0.0] * 10, "c": [0.0] * 4}) is None
