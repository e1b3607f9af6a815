"""Estimates: what few prompts can say, and what they cannot."""

from __future__ import annotations

import numpy as np
import pytest

from sandbox import stats
from tests.sandbox import nulls

NAN = np.nan


@pytest.mark.parametrize(
    ("probability", "df", "quantile"),
    [
        (0.95, 1, 6.313752),
        (0.95, 2, 2.919986),
        (0.975, 5, 2.570582),
        (0.95, 11, 1.795885),
        (0.95, 23, 1.713872),
        (0.975, 100, 1.983972),
        (0.95, 400, 1.648672),
    ],
)
def test_students_quantiles_are_those_of_the_tables(probability, df, quantile):
    assert stats.t_quantile(probability, df) == pytest.approx(quantile, abs=2e-6)


def test_a_mean_of_nothing_is_unknown():
    assert stats.estimate(np.array([NAN, NAN])) is None
    assert stats.compare(np.array([1.0, NAN]), np.array([NAN, 2.0])) is None


def test_an_estimate_counts_what_was_seen_and_stays_on_the_scale():
    estimate = stats.estimate(np.array([9.0, NAN, 10.0, 9.5]))
    assert estimate.value == 9.5
    assert estimate.n == 3
    assert 1 < estimate.low < 9.5
    assert estimate.high == 10


def test_one_prompt_leaves_everything_open():
    estimate = stats.estimate(np.array([7.0]))
    assert (estimate.low, estimate.high) == (1, 10)


def test_prompts_that_agree_do_not_give_certainty():
    same = stats.compare(np.full(6, 8.0), np.full(6, 7.5)).within(0.95)
    assert same.low < 0 < same.high


def test_a_hundred_prompts_forget_the_imagined_one():
    random = np.random.default_rng(3)
    gaps = random.normal(0, 1, 100)
    reach = stats.compare(gaps, np.zeros(100)).error
    assert reach == pytest.approx(gaps.std(ddof=1) / 10, rel=0.06)


def test_differences_are_taken_over_the_prompts_that_both_have():
    gap = stats.compare(np.array([8.0, NAN, 6.0, 9.0]), np.array([6.0, 1.0, NAN, 7.0]))
    assert gap.value == 2.0
    assert gap.n == 2


def test_a_missing_hard_prompt_is_no_advantage():
    cells = np.array([[9.0, 8.0, NAN], [9.0, 8.0, 2.0], [8.0, 7.0, 1.0]])
    means = stats.levels(cells)
    assert means[0] == pytest.approx(means[1], abs=1e-6)
    assert means[1] - means[2] == pytest.approx(1, abs=1e-6)


def test_without_gaps_levels_are_plain_means_and_an_empty_row_is_unknown():
    cells = np.array([[9.0, 8.0], [4.0, 6.0], [NAN, NAN]])
    assert stats.levels(cells[:2]).tolist() == [8.5, 5.0]
    assert np.isnan(stats.levels(cells)[2])


def test_draws_spread_as_wide_as_the_paired_interval():
    cells = nulls.normal(np.random.default_rng(1), 4, 12)
    drawn = stats.draw(cells, draws=40_000)
    span = stats.compare(cells[0], cells[1]).within(0.9)
    low, high = np.quantile(drawn[:, 0] - drawn[:, 1], [0.05, 0.95])
    assert low == pytest.approx(span.low, abs=0.05)
    assert high == pytest.approx(span.high, abs=0.05)


def test_chances_add_up_and_are_never_none_nor_all():
    cells = np.array([[9.0] * 30, [2.0] * 30, [NAN] * 30])
    chances = stats.chances_of_best(stats.draw(cells))
    assert np.nansum(chances) == pytest.approx(1)
    assert 0 < chances[1] < 0.001
    assert 0.999 < chances[0] < 1
    assert np.isnan(chances[2])


def test_one_prompt_leaves_the_order_nearly_open():
    chances = stats.chances_of_best(stats.draw(np.array([[8.0], [6.0]])))
    assert 0.5 < chances[0] < 0.75


def test_regret_is_the_distance_to_the_best_in_points():
    drawn = np.array([[5.0, 7.0], [6.0, 5.0]])
    assert stats.regret(drawn, 0) == 1.0
    assert stats.regret(drawn, 1) == 0.5


def test_no_regret_is_wider_than_the_scale():
    one_prompt = stats.draw(np.array([[8.0], [6.0]]))
    assert 0 < stats.regret(one_prompt, 0) < stats.regret(one_prompt, 1) < stats.WIDTH


def test_the_same_trial_gets_the_same_chances():
    cells = nulls.normal(np.random.default_rng(1), 3, 6)
    assert (stats.draw(cells) == stats.draw(cells)).all()


@pytest.mark.parametrize("prompts", [6, 12, 24, 100])
@pytest.mark.parametrize("draw", [nulls.normal, nulls.discrete, nulls.right_or_wrong, nulls.failing])
def test_nine_in_ten_intervals_hold_the_true_difference(draw, prompts):
    """Never fewer; with few prompts more, for the imagined one widens them."""
    random = np.random.default_rng(prompts)
    held = 0
    for _trial in range(600):
        cells = draw(random, 2, prompts)
        span = stats.compare(cells[0], cells[1]).within(0.9)
        held += span.low <= 0 <= span.high
    assert held / 600 > 0.87
