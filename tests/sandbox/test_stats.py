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


def test_too_few_differences_bear_no_interval():
    few = stats.compare(np.array([2.0, 3.0, 4.0, 5.0, 5.0, 5.0]), np.full(6, 5.0))
    assert (few.n, few.differ, few.bears_interval) == (6, 3, False)
    assert stats.compare(np.arange(6.0), np.full(6, 5.0)).bears_interval


def test_a_bias_widens_an_interval_however_many_prompts():
    gaps = np.random.default_rng(3).normal(1, 1, 10_000)
    wide = stats.compare(gaps, np.zeros(10_000), bias=0.5).within(0.9)
    assert wide.high - wide.value == pytest.approx(1.645 * 0.5, rel=0.01)


def test_prompts_without_clusters_are_independent():
    cells = nulls.normal(np.random.default_rng(1), 3, 6)
    assert stats.design_effect(cells, ()) == 1
    assert stats.design_effect(cells, "abcdef") == 1
    assert stats.design_effect(cells, "aabcde") == 1
    assert stats.design_effect(np.full((2, 6), 7.0), "aabbcc") == 1


def test_prompts_that_are_copies_count_once():
    """Three copies of each prompt: the variance of a mean is three times what independent prompts would leave."""
    cells = np.repeat(nulls.normal(np.random.default_rng(1), 4, 20), 3, axis=1)
    assert stats.design_effect(cells, [place // 3 for place in range(60)]) == pytest.approx(3)


def test_clusters_that_say_nothing_leave_the_variance_alone():
    random = np.random.default_rng(1)
    effects = [stats.design_effect(nulls.normal(random, 5, 24), "abcdefgh" * 3) for _ in range(100)]
    assert min(effects) == 1
    assert np.mean(effects) < 1.15


def test_a_prompt_that_only_one_channel_has_joins_no_cluster():
    cells = nulls.normal(np.random.default_rng(1), 2, 6)
    cells[1, 4:] = NAN
    assert stats.design_effect(cells, "aabbcc") >= 1
    cells[1, 2:] = NAN
    assert stats.design_effect(cells, "aabbcc") == 1


def test_draws_know_of_clusters_and_of_bias():
    cells = nulls.normal(np.random.default_rng(1), 2, 24)
    span = stats.compare(cells[0], cells[1], effect=3.0, bias=0.4 * 2**0.5).within(0.9)
    drawn = stats.draw(cells, draws=40_000, effect=3.0, bias=0.4)
    low, high = np.quantile(drawn[:, 0] - drawn[:, 1], [0.05, 0.95])
    assert low == pytest.approx(span.low, abs=0.06)
    assert high == pytest.approx(span.high, abs=0.06)


@pytest.mark.parametrize(("channels", "prompts"), [(2, 24), (10, 24), (25, 100)])
def test_most_of_the_winners_luck_is_told(channels, prompts):
    """All channels are equal, so whatever the winner has over the true mean is luck. Never more than all of it: scores
    that happen to differ are taken for true ones.
    """
    random = np.random.default_rng(channels)
    over, said = [], []
    for _trial in range(150):
        cells = random.normal(6, 1, (channels, prompts))
        over.append(cells.mean(axis=1).max() - 6)
        said.append(stats.luck(cells, cells, draws=200))
    assert 0.5 * np.mean(over) < np.mean(said) < np.mean(over)


def test_resampled_means_are_those_of_the_prompts_that_were_drawn():
    cells = nulls.normal(np.random.default_rng(1), 3, 12)
    drawn = stats.resampled_means(cells, draws=150, random=np.random.default_rng(2))
    random = np.random.default_rng(2)
    gathered = [cells[:, random.integers(0, 12, 12)].mean(axis=1) for _ in range(150)]
    assert drawn == pytest.approx(np.array(gathered))


def test_as_many_prompts_are_resampled_as_one_asks_for():
    cells = nulls.normal(np.random.default_rng(1), 2, 12)
    few, many = (stats.resampled_means(cells, draws=400, random=np.random.default_rng(2), prompts=n) for n in (3, 300))
    assert few.std() > 5 * many.std()


def test_who_is_picked_for_the_price_was_not_lucky_in_its_score():
    cells = nulls.normal(np.random.default_rng(1), 5, 24)
    values = cells * 0.01 + np.array([5.0, 1, 1, 1, 1])[:, None]
    assert stats.luck(values, cells) < 0.02 < stats.luck(cells, cells)


def test_a_winner_borrows_its_spread_and_stays_on_the_scale():
    cells = np.vstack([np.full(6, 8.0), nulls.normal(np.random.default_rng(1), 3, 6) - 2, np.full(6, NAN)])
    told = stats.winner(cells, 0, luck=0.5)
    assert told.value == 7.5
    steady = stats.estimate(cells[0])
    assert told.high - told.low > steady.high - steady.low
    assert stats.winner(cells, 0, luck=20.0).value == 1.0
    assert stats.winner(cells, 4, luck=0.0) is None
    assert stats.winner(cells[:, :1], 0, luck=0.0).n == 1


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
