"""Races: hopeless channels rest, come back when they may be the best after all, and the race ends when it is run."""

from __future__ import annotations

import numpy as np
import pytest

from sandbox import racing
from sandbox.racing import Moments, Rules

NAN = np.nan


def scores(*means: float, prompts: int, seed: int = 0, spread: float = 0.1) -> np.ndarray:
    """Channels × prompts from 0 to 1, around these means."""
    random = np.random.default_rng(seed)
    return np.array(means)[:, None] + random.normal(0, spread, (len(means), prompts))


def everybody(table: np.ndarray) -> np.ndarray:
    return np.ones(len(table), dtype=bool)


def after(table: np.ndarray, rules: Rules | None = None) -> racing.Look:
    moments = Moments.empty(len(table))
    moments.add(table, everybody(table))
    return racing.look(moments, rules or Rules(), running=everybody(table))


def race(table: np.ndarray, rules: Rules | None = None) -> tuple[int, int, int]:
    """Who was chosen, after how many prompts and calls."""
    rules = rules or Rules()
    moments, running, asked, calls = Moments.empty(len(table)), everybody(table), 0, 0
    for target in rules.looks(table.shape[1]):
        moments.add(table[:, asked:target], running)
        calls += int(running.sum()) * (target - asked)
        asked = target
        look = racing.look(moments, rules, running=running)
        if look.is_over:
            break
        running = ~look.rests
    return int(look.leader), asked, calls


def test_looks_come_soon_then_seldom_and_never_beyond_the_end():
    looks = Rules(first=8, growth=1.5).looks(50)
    assert looks == [8, 12, 18, 27, 40, 50]
    assert Rules(first=8, growth=1.1).looks(13) == [8, 10, 12, 13]
    assert Rules(first=8).looks(5) == [5]


def test_a_channel_that_is_far_better_wins_at_the_first_look():
    chosen, prompts, _calls = race(scores(0.9, 0.2, 0.1, prompts=100))
    assert (chosen, prompts) == (0, 8)


def test_channels_that_are_level_go_on_to_the_end():
    assert race(scores(0.5, 0.5, prompts=60, spread=0.4))[1] == 60


def test_the_hopeless_rest_while_the_best_race_on():
    table = scores(0.7, 0.69, 0.1, 0.1, prompts=60, spread=0.3)
    look = after(table[:, :20])
    assert look.rests.tolist() == [False, False, True, True]
    assert not look.is_over
    assert race(table)[2] < 4 * 60


def test_the_leader_never_rests():
    assert not after(scores(0.9, 0.1, prompts=30)).rests[0]


def test_whoever_rested_returns_when_the_leader_falls_back():
    """A good start of one channel puts the other to rest; once it falls back, the other is a threat again."""
    table = np.vstack([np.r_[np.full(12, 1.0), np.full(60, 0.0)], np.full(72, 0.5), np.full(72, 0.45)])
    table += np.random.default_rng(2).normal(0, 0.05, table.shape)
    moments, everyone = Moments.empty(3), everybody(table)
    moments.add(table[:, :12], everyone)
    first = racing.look(moments, Rules(), running=everyone)
    assert first.leader == 0
    moments.add(table[:, 12:], np.array([True, False, True]))
    later = racing.look(moments, Rules(), running=np.array([True, False, True]))
    assert later.leader == 2
    assert not later.rests[1]


def test_a_channel_that_was_not_asked_adds_nothing():
    moments = Moments.empty(2)
    moments.add(scores(0.5, 0.5, prompts=10), np.array([True, False]))
    assert racing.own(moments.n).tolist() == [10, 0]


def test_a_missing_score_is_no_score():
    table = scores(0.9, 0.2, prompts=10)
    table[0, :4] = NAN
    moments = Moments.empty(2)
    moments.add(table, everybody(table))
    assert moments.n.tolist() == [[6, 6], [6, 10]]
    assert moments.total[0, 1] == pytest.approx(np.nansum(table[0]))
    assert moments.total[1, 0] == pytest.approx(table[1, 4:].sum())
    assert moments.product[0, 1] == pytest.approx((table[0] * table[1])[4:].sum())


def test_rounds_add_up_to_what_all_prompts_say_at_once():
    table = scores(0.6, 0.5, 0.4, prompts=40)
    whole, parts = Moments.empty(3), Moments.empty(3)
    whole.add(table, everybody(table))
    for start in range(0, 40, 8):
        parts.add(table[:, start : start + 8], everybody(table))
    for name in ("n", "total", "square", "product"):
        assert getattr(parts, name) == pytest.approx(getattr(whole, name))


def test_a_rival_without_a_common_prompt_could_be_anything():
    moments = Moments.empty(2)
    moments.add(np.array([[0.9, 0.8, NAN, NAN], [NAN, NAN, 0.1, 0.1]]), np.array([True, True]))
    look = racing.look(moments, Rules(), running=np.array([True, True]))
    assert look.threats[1] == pytest.approx(0.5, abs=1e-6)
    assert not look.is_over


def test_many_races_at_once_are_judged_as_each_alone():
    tables = [scores(0.6, 0.5, 0.2, prompts=30, seed=seed) for seed in range(4)]
    moments = Moments.empty(4, 3)
    everyone = np.ones((4, 3), dtype=bool)
    moments.add(np.stack(tables), everyone)
    together = racing.look(moments, Rules(), running=everyone)
    for place, table in enumerate(tables):
        alone = after(table)
        assert together.leader[place] == alone.leader
        assert together.risk[place] == pytest.approx(alone.risk)
        assert together.rests[place].tolist() == alone.rests.tolist()


def test_few_prompts_that_agree_do_not_end_a_race():
    same = np.repeat(np.array([[0.6], [0.5]]), 8, axis=1)
    assert not after(same).is_over


def test_a_margin_calls_off_a_race_that_matters_to_nobody():
    table = scores(0.5, 0.5, prompts=200, spread=0.05)
    assert not after(table, Rules(margin=0.0)).is_over
    assert after(table, Rules(margin=0.05)).is_over


def test_the_risk_of_many_is_more_than_of_each_and_less_than_their_sum():
    ahead = np.array([racing.SAFE, 2.0, 2.0, 2.0])
    each = float(racing.tail(np.array(2.0)))
    assert each < racing.joint_risk(ahead) < 3 * each


def test_a_single_rivals_risk_is_its_own():
    ahead = np.array([racing.SAFE, 1.3])
    assert racing.joint_risk(ahead) == pytest.approx(racing.tail(np.array(1.3)), abs=2e-3)


@pytest.mark.parametrize(
    ("z", "beyond"), [(0.0, 0.5), (1.0, 0.1586553), (1.959964, 0.025), (-1.0, 0.8413447), (40.0, 0.0)]
)
def test_normal_tails_are_those_of_the_tables(z, beyond):
    assert racing.tail(np.array(z)) == pytest.approx(beyond, abs=2e-7)


@pytest.mark.parametrize(
    ("t", "freedom", "z"), [(2.776445, 4, 1.959964), (2.228139, 10, 1.959964), (-1.984, 99, -1.96)]
)
def test_students_t_has_the_normal_deviate_of_the_same_tail(t, freedom, z):
    assert racing.as_normal(np.array(t), np.array(freedom)) == pytest.approx(z, abs=0.01)


def test_the_best_is_chosen_nineteen_times_in_twenty():
    """Of ten channels a twentieth of the range apart, with a spread of nearly half of it."""
    means = np.linspace(0.5, 0.05, 10)
    chosen = [race(scores(*means, prompts=400, seed=seed, spread=0.4))[0] for seed in range(100)]
    assert np.mean(np.array(chosen) == 0) >= 0.93
