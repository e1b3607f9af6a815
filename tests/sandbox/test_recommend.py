"""Verdicts: a winner is named when it is one, and seldom when it is none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sandbox import contest, reasons, stats
from sandbox.reasons import Remark
from sandbox.recommend import Recommendation, Verdict, recommend
from sandbox.stats import Cells, Difference
from sandbox.value import Evidence, Judged, complete, cost_points, score_cells, speed_points, value_cells
from tests.sandbox import nulls

NAN = np.nan
QUALITY = {"quality": 1.0}
SHAKE = np.array([0.3, -0.3, 0.2, -0.2, 0.1, -0.1] * 4)


def table(*levels: float, prompts: int = 6) -> Cells:
    """Channels at these levels, each shaken a little by the prompts in its own way."""
    return np.array([level + np.roll(SHAKE, place)[:prompts] for place, level in enumerate(levels)])


def flat(*values: float, prompts: int = 6) -> Cells:
    return np.repeat(np.array(values)[:, None], prompts, axis=1)


def codes(remarks: list[Remark]) -> list[str]:
    return [remark.code for remark in remarks]


def remark(remarks: list[Remark], code: str) -> dict:
    return next(each.values for each in remarks if each.code == code)


def decide(cells: Cells, weights: dict[str, float] | None = None, **options) -> Recommendation:
    evidence = nulls.evidence(cells, cost=options.pop("cost", None), time_ms=options.pop("time_ms", None))
    return recommend(evidence, weights or QUALITY, **options)


# -- the verdict ---------------------------------------------------------------------------------


def test_a_channel_that_beats_all_others_is_clear():
    decided = decide(table(9, 6, 4))
    assert decided.verdict is Verdict.CLEAR
    assert (decided.channel, decided.runner_up) == ("0", "1")
    assert decided.probability_best > 0.97
    assert decided.expected_regret < 0.05
    assert decided.lead == pytest.approx(3)
    assert codes(decided.reasons) == ["lead", "best_dimension"]
    assert [standing.channel for standing in decided.ranking] == ["0", "1", "2"]


def test_five_prompts_never_make_a_winner():
    decided = decide(table(10, 1, prompts=5))
    assert decided.verdict is Verdict.CANNOT_TELL
    assert decided.channel == "0"
    assert remark(decided.reasons, "too_few_prompts") == {"n": 5, "needed": 6}
    assert decided.reasons[-1] == Remark("take_until_then", {"channel": "0"})


def test_one_prompt_gets_a_ranking_and_no_certainty():
    decided = decide(np.array([[9.0], [5.0], [2.0]]))
    assert decided.verdict is Verdict.CANNOT_TELL
    assert [standing.channel for standing in decided.ranking] == ["0", "1", "2"]
    assert decided.probability_best < 0.9
    assert remark(decided.reasons, "few_differences") == {
        "channel": "0",
        "rival": "1",
        "lead": 4.0,
        "n": 1,
        "differ": 1,
    }
    assert remark(decided.reasons, "more_prompts")["low"] == contest.ENOUGH_PROMPTS


def test_a_bar_keeps_a_winner_from_being_named_and_comes_first():
    decided = decide(table(9, 4), bars=[Remark("own_prompts", {"n": 6})])
    assert decided.verdict is Verdict.CANNOT_TELL
    assert codes(decided.reasons) == ["own_prompts", "lead", "take_until_then"]


def test_more_of_ones_own_prompts_are_not_said_to_decide_anything():
    told = decide(table(8, 7.9), bars=[Remark("own_prompts", {"n": 6})]).reasons
    assert "more_prompts" not in codes(told)
    assert "more_prompts" in codes(decide(table(8, 7.9)).reasons)


def test_one_rival_that_is_not_beaten_keeps_the_verdict_open():
    decided = decide(table(8, 7.9, 3))
    assert decided.verdict is Verdict.CANNOT_TELL
    assert remark(decided.reasons, "open_rivals") == {"channels": ["1"]}
    needed = remark(decided.reasons, "more_prompts")
    assert 6 < needed["low"] < needed["high"]


def test_a_channel_that_was_never_scored_is_named_and_does_not_hold_up_the_rest():
    cells = np.vstack([table(9, 4), np.full((1, 6), NAN)])
    decided = decide(cells)
    assert decided.verdict is Verdict.CLEAR
    assert remark(decided.reasons, "not_compared") == {"channels": ["2"]}
    last = decided.ranking[-1]
    assert (last.channel, last.score, last.value, last.probability_best) == ("2", None, None, None)


def test_a_rival_scored_on_few_prompts_keeps_the_verdict_open():
    cells = table(9, 4, prompts=8)
    cells[1, 3:] = NAN
    assert decide(cells).verdict is Verdict.CANNOT_TELL


def test_a_single_channel_has_nobody_to_beat():
    decided = decide(table(8))
    assert decided.verdict is Verdict.CANNOT_TELL
    assert decided.runner_up is None
    assert codes(decided.reasons) == ["only_one"]
    assert decided.flips_when == []


def test_nothing_scored_recommends_nobody():
    decided = decide(np.full((2, 3), NAN), bars=[Remark("stopped_early")])
    assert decided.channel is None
    assert codes(decided.reasons) == ["stopped_early", "nothing_scored"]
    assert decided.ranking[0].score is None


def test_a_lead_in_four_prompts_bears_no_interval_and_wins_nothing():
    cells = flat(5, 5, prompts=24)
    cells[0, :4] = 10
    decided = decide(cells)
    assert decided.verdict is Verdict.CANNOT_TELL
    few = remark(decided.reasons, "few_differences")
    assert (few["differ"], few["n"]) == (4, 24)
    assert "lead" not in codes(decided.reasons)


def test_a_lead_is_told_within_the_scale():
    cells = table(9, 5)
    cells[1, ::2] = 1
    lead = remark(decide(np.abs(cells)).reasons, "lead")
    assert -9 <= lead["low"] < lead["lead"] < lead["high"] <= 9


def test_twelve_prompts_that_agree_are_level_and_the_cheaper_is_taken():
    decided = decide(flat(8, 8, 3, prompts=12), cost=flat(0.004, 0.001, 0.0001, prompts=12))
    assert decided.verdict is Verdict.TIE
    assert (decided.channel, decided.runner_up) == ("1", "0")
    assert codes(decided.reasons) == ["too_close", "cheapest_of_equals"]
    assert remark(decided.flips_when, "price") == {"channel": "1", "multiple": pytest.approx(4), "rival": "0"}


def test_equals_of_one_price_are_told_apart_by_speed():
    times = flat(900, 300, prompts=12)
    decided = decide(flat(8, 8, prompts=12), cost=flat(0.001, 0.001, prompts=12), time_ms=times)
    assert decided.channel == "1"
    assert codes(decided.reasons) == ["too_close", "fastest_of_equals"]


def test_equals_of_unknown_price_are_level_all_the_same():
    decided = decide(flat(8, 8, prompts=12))
    assert decided.verdict is Verdict.TIE
    assert codes(decided.reasons) == ["too_close"]
    assert decided.flips_when == []


def test_a_lead_too_small_to_matter_is_no_win():
    gaps = table(7.1, 7, prompts=24) / 10 + 6
    assert decide(gaps).verdict is Verdict.TIE


def test_a_trial_that_looked_after_every_round_needs_more_to_be_clear():
    gaps = nulls.normal(np.random.default_rng(7), 2, 24)
    gaps[0] += 0.9 - (gaps[0] - gaps[1]).mean()
    gaps[0] -= 0.9 - 2.2 * contest.hold(nulls.evidence(gaps), QUALITY).gaps[1].error
    assert decide(gaps).verdict is Verdict.CLEAR
    assert decide(gaps, looks=30).verdict is Verdict.CANNOT_TELL


def test_the_leaders_score_is_told_without_the_luck_of_being_picked():
    decided = decide(nulls.normal(np.random.default_rng(2), 10, 24))
    first, *others = decided.ranking
    assert first.score.value < first.raw - 0.1
    assert first.score.low < first.score.value < first.score.high
    assert all(standing.raw is None for standing in others)
    values = [standing.value for standing in decided.ranking]
    assert values == sorted(values, reverse=True)


def test_a_leader_far_ahead_was_not_lucky():
    first = decide(table(9, 4, prompts=24)).ranking[0]
    assert first.score.value == pytest.approx(first.raw, abs=0.01)


# -- what resembles, what was lost, and who judged -----------------------------------------------


def clustered(cells: Cells, *topics: str) -> Evidence:
    return replace(nulls.evidence(cells), clusters=tuple((topic, "en") for topic in topics))


def test_prompts_that_resemble_each_other_count_for_fewer():
    """Ahead on every prompt of one topic, level on the other: eight prompts say little more than two topics do."""
    cells = table(8, 7.2, prompts=8)
    cells[0, 4:] -= 0.8
    apart = contest.hold(nulls.evidence(cells), QUALITY)
    alike = contest.hold(clustered(cells, *"aaaabbbb"), QUALITY)
    assert apart.effect == 1
    assert alike.effect > 2
    assert alike.gaps[1].error > apart.gaps[1].error
    assert alike.gaps[1].n == apart.gaps[1].n == 8


def test_a_topic_without_which_another_would_lead_is_named():
    cells = table(6, 6, 4, prompts=12)
    cells[0, :4] += 3
    cells[1, 4:] += 1
    decided = recommend(clustered(cells, *"aaaabbbbcccc"), QUALITY)
    assert decided.channel == "0"
    assert [each.values for each in decided.flips_when if each.code == "topic"] == [{"topic": "a", "channel": "1"}]


def test_a_topic_without_which_the_win_would_not_be_clear_is_named():
    decided = recommend(clustered(table(7.7, 7, prompts=24), *"aab" * 8), QUALITY)
    assert decided.verdict is Verdict.CLEAR
    assert [each.values["topic"] for each in decided.flips_when if each.code == "topic_doubt"] == ["a"]


def test_a_single_topic_cannot_be_left_out():
    assert recommend(clustered(table(8, 7), *"aaaaaa"), QUALITY).flips_when == []


def test_leaving_out_the_only_scored_topic_says_nothing():
    cells = table(8, 7, prompts=8)
    cells[:, 6:] = NAN
    assert recommend(clustered(cells, *"aaaaaabb"), QUALITY).flips_when == []


def lose(cells: Cells, *places: tuple[int, int]) -> Evidence:
    lost = np.zeros(cells.shape, dtype=bool)
    for place in places:
        cells[place] = NAN
        lost[place] = True
    return replace(nulls.evidence(cells), lost=lost)


def test_a_win_that_hangs_on_a_lost_score_is_none():
    decided = recommend(lose(table(8, 7, 3, prompts=12), (0, 2), (2, 1)), QUALITY)
    assert decided.verdict is Verdict.CANNOT_TELL
    assert decided.reasons[0] == Remark("missing_scores", {"n": 1, "channels": ["1"]})


def test_a_win_that_stands_whatever_was_lost_is_clear():
    assert recommend(lose(table(9, 6, 3, prompts=24), (0, 2), (1, 4)), QUALITY).verdict is Verdict.CLEAR
    assert recommend(lose(table(9, 6)), QUALITY).verdict is Verdict.CLEAR


def test_what_nobody_was_scored_in_is_not_filled():
    found = lose(table(9, 6), (0, 0), (1, 0))
    assert np.isnan(found.filled(1.0).quality[:, 0]).all()
    assert nulls.evidence(table(9, 6)).filled(1.0).quality[0, 0, 0] == pytest.approx(9.3)


def judged(cells: Cells, *, share: float = 1.0, bias: float | None = None) -> Evidence:
    return replace(nulls.evidence(cells), judged={"quality": Judged(share, bias)})


def test_uncalibrated_judges_alone_never_name_a_winner():
    decided = recommend(judged(table(9, 3)), QUALITY)
    assert decided.verdict is Verdict.CANNOT_TELL
    assert decided.reasons[0].code == "uncalibrated_judge"
    assert recommend(judged(table(9, 3), share=0.5), QUALITY).verdict is Verdict.CLEAR
    assert recommend(judged(table(9, 3), bias=0.2), QUALITY).verdict is Verdict.CLEAR


def test_a_judges_error_does_not_shrink_with_more_prompts():
    for prompts in (24, 2400):
        cells = np.tile(table(8, 7.5, prompts=24), prompts // 24)
        assert decide(cells).verdict is Verdict.CLEAR
        assert recommend(judged(cells, bias=0.3), QUALITY).verdict is Verdict.CANNOT_TELL


def test_more_prompts_are_not_asked_for_where_judges_are_the_limit():
    decided = recommend(judged(np.tile(table(8, 7.5, prompts=24), 4), bias=0.3), QUALITY)
    assert remark(decided.reasons, "judge_limit")["reach"] == pytest.approx(2.054 * 0.3 * 2**0.5)
    assert "more_prompts" not in codes(decided.reasons)


def test_chances_know_that_judges_may_be_wrong():
    cells = table(8, 7.5, prompts=24)
    sure = recommend(judged(cells, bias=0.0), QUALITY).probability_best
    assert recommend(judged(cells, bias=0.5), QUALITY).probability_best < sure - 0.1


def test_a_judge_counts_by_the_weight_of_what_it_scored():
    cells = table(8, 7, prompts=24)
    found = judged(cells, bias=0.8)
    alone = contest.hold(found, {"quality": 1.0, "cost": 0.0, "speed": 0.0})
    halved = contest.hold(found, {"quality": 1.0, "cost": 1.0, "speed": 0.0})
    assert alone.bias == pytest.approx(0.8)
    assert halved.bias == pytest.approx(0.4)


# -- weights, cost and speed ---------------------------------------------------------------------


def test_a_cheaper_channel_overtakes_when_cost_weighs_enough():
    cells, cost = table(8, 7), flat(0.1, 0.001)
    assert decide(cells, cost=cost).channel == "0"
    assert decide(cells, QUALITY | {"cost": 1.0}, cost=cost).channel == "1"


def test_a_faster_channel_overtakes_when_speed_weighs_enough():
    cells, times = table(8, 7.5), flat(9000, 900)
    assert decide(cells, QUALITY | {"speed": 1.0}, time_ms=times).channel == "1"


def test_tenfold_the_cost_takes_four_and_a_half_points():
    points = cost_points(flat(0.001, 0.01))
    assert points[0].tolist() == [10.0] * 6
    assert points[1].mean() == pytest.approx(5.5)


def test_cost_points_keep_the_doubt_in_the_mean():
    points = cost_points(np.array([[0.001, 0.003], [0.002, 0.002]]))
    assert points.mean(axis=1) == pytest.approx([10.0, 10.0])
    assert points[0, 0] > points[0, 1]
    assert points[1, 0] == points[1, 1]


def test_an_unknown_price_counts_as_the_dearest_and_is_named():
    points = cost_points(flat(0.001, 0.1, NAN))
    assert points[2].mean() == pytest.approx(points[1].mean())
    decided = decide(table(9, 5, 4), QUALITY | {"cost": 0.1}, cost=flat(0.001, 0.1, NAN))
    assert remark(decided.reasons, "unknown_price") == {"channels": ["2"]}


def test_free_counts_as_a_hundredth_of_the_cheapest():
    points = cost_points(flat(0.0, 0.01))
    assert points[0].mean() == pytest.approx(10)
    assert points[1].mean() == pytest.approx(1)


def test_prices_and_times_that_nobody_knows_say_nothing():
    assert not cost_points(flat(NAN, NAN)).any()
    assert not cost_points(flat(0.0, 0.0)).any()
    assert not speed_points(flat(NAN, NAN)).any()


def test_a_channel_without_times_counts_as_the_slowest():
    points = speed_points(flat(100, 1000, NAN))
    assert points[:, 0].tolist() == pytest.approx([10, 5.5, 5.5])


def test_half_a_grade_is_no_grade():
    quality = np.full((2, 2, 2), 6.0)
    quality[0, 0, 1] = NAN
    found = Evidence(("a", "b"), ("x", "y"), quality, flat(NAN, NAN, prompts=2), flat(NAN, NAN, prompts=2))
    cells = score_cells(found, {"x": 1.0, "y": 1.0})
    assert np.isnan(cells[0, 0])
    assert cells[1].tolist() == [6.0, 6.0]
    assert score_cells(found, {"x": 1.0, "y": 0.0})[0, 0] == 6.0


def test_a_dimension_that_nobody_has_on_a_prompt_is_not_missed():
    quality = np.array([[[8.0, NAN], [8.0, 4.0]]])
    found = Evidence(("a",), ("x", "y"), quality, flat(NAN, prompts=2), flat(NAN, prompts=2))
    assert score_cells(found, {"x": 1.0, "y": 3.0})[0].tolist() == [8.0, 5.0]


def test_without_any_weight_dimensions_are_equal():
    found = nulls.evidence(table(8, 7))
    assert complete({}, found) == {"quality": 1.0, "cost": 0.0, "speed": 0.0}
    assert complete({"quality": -1.0, "cost": 2.0}, found) == {"quality": 0.0, "cost": 2.0, "speed": 0.0}


def test_cost_alone_can_decide():
    found = nulls.evidence(table(8, 7), cost=flat(0.1, 0.001))
    values = value_cells(found, {"cost": 1.0}).mean(axis=1)
    assert values.tolist() == pytest.approx([1.0, 10.0])


# -- what would flip it --------------------------------------------------------------------------


def two_dimensions(first: tuple[float, float], second: tuple[float, float]) -> Evidence:
    quality = np.stack([table(*first), table(*second)], axis=2)
    return Evidence(("a", "b"), ("x", "y"), quality, flat(NAN, NAN), flat(NAN, NAN))


def test_the_smallest_change_of_a_weight_that_changes_the_leader():
    decided = recommend(two_dimensions((9, 5), (5, 7)), {"x": 1.0, "y": 1.0})
    assert decided.channel == "a"
    raised = next(each.values for each in decided.flips_when if each.values["weight"] == "y")
    assert (raised["channel"], raised["now"], raised["share"]) == ("b", 0.5, 0.67)
    lowered = next(each.values for each in decided.flips_when if each.values["weight"] == "x")
    assert lowered["share"] == 0.33


def test_a_dimension_in_which_the_leader_trails_is_not_its_best():
    decided = recommend(two_dimensions((9, 5), (5, 7)), {"x": 1.0, "y": 0.1})
    assert remark(decided.reasons, "best_dimension")["dimension"] == "x"


def test_a_leader_by_price_alone_has_no_best_dimension():
    decided = decide(table(6, 7), QUALITY | {"cost": 3.0}, cost=flat(0.001, 0.1))
    assert decided.verdict is Verdict.CLEAR
    assert codes(decided.reasons) == ["lead"]


def test_nothing_flips_a_leader_in_everything():
    assert decide(table(9, 4)).flips_when == []


def test_the_price_at_which_the_runner_up_passes():
    decided = decide(table(8, 7), QUALITY | {"cost": 1.0}, cost=flat(0.01, 0.01))
    multiple = remark(decided.flips_when, "price")["multiple"]
    assert multiple == pytest.approx(10 ** (1 / 4.5))
    dearer = decide(table(8, 7), QUALITY | {"cost": 1.0}, cost=flat(0.0101 * multiple, 0.01))
    assert dearer.channel == "1"


def test_a_price_that_would_have_to_rise_a_hundredfold_is_not_spoken_of():
    decided = decide(table(9, 2), QUALITY | {"cost": 0.1}, cost=flat(0.01, 0.01))
    assert "price" not in codes(decided.flips_when)


def test_a_weight_that_is_all_the_weight_has_no_other_share():
    assert codes(decide(table(8, 7), {"quality": 1.0}).flips_when) == []


# -- how many prompts ----------------------------------------------------------------------------


def test_a_wide_gap_needs_few_prompts_and_a_narrow_one_many():
    wide = reasons.prompts_needed(Difference(2.0, 0.9, 6, differ=6))
    narrow = reasons.prompts_needed(Difference(0.6, 0.9, 6, differ=6))
    assert wide[1] < narrow[0] * 4
    assert wide[0] < narrow[0]


def test_beyond_two_thousand_prompts_channels_are_as_good_as_equal():
    assert reasons.prompts_needed(Difference(0.27, 0.19, 2000, differ=900)) == (2000, None)
    low, high = reasons.prompts_needed(Difference(0.0, 1.2, 100, differ=90))
    assert 100 < low < 2000
    assert high is None


def test_the_number_of_prompts_that_is_told_decides_every_second_time():
    """A pilot of 24 says how many; then channels with just such a gap are tried with as many."""
    low, high = reasons.prompts_needed(Difference(0.8, 0.4, 24, differ=24))
    random = np.random.default_rng(4)
    for prompts, least, most in ((low, 0.1, 0.6), (high, 0.5, 1.0)):
        gaps = random.normal(0.8, 0.4 * 24**0.5, (200, prompts))
        decided = [contest.is_beaten(stats.compare(row, np.zeros(prompts))) for row in gaps]
        assert least < np.mean(decided) < most


def test_an_open_end_of_one_rival_is_the_open_end_of_all():
    cells = np.tile(table(8, 7.9, 7.8, prompts=24), 4)
    cells[1] += np.array([20, -20] * 48)
    needed = remark(decide(cells).reasons, "more_prompts")
    assert needed["high"] is None


def test_more_prompts_are_told_with_their_price():
    found = replace(nulls.evidence(table(8, 7.9)), prompt_cost=0.02)
    needed = remark(recommend(found, QUALITY).reasons, "more_prompts")
    assert needed["n"] == 6
    assert float(needed["cost_low"]) == pytest.approx(0.02 * (needed["low"] - 6))
    assert float(needed["cost_high"]) == pytest.approx(0.02 * (needed["high"] - 6))
    assert remark(decide(table(8, 7.9)).reasons, "more_prompts")["cost_low"] is None


# -- what is promised ----------------------------------------------------------------------------

NULLS = [nulls.normal, nulls.discrete, nulls.tied, nulls.right_or_wrong, nulls.uneven, nulls.failing, nulls.two_best]


@pytest.mark.parametrize("prompts", [6, 12, 24])
@pytest.mark.parametrize("draw", NULLS)
def test_two_equal_channels_seldom_give_a_false_winner(draw, prompts):
    """The promise is 5 %; 600 trials can miss it by three standard errors of 0.9 %."""
    assert nulls.share_clear(draw, channels=2, prompts=prompts, trials=600) <= 0.05 + 3 * 0.009


@pytest.mark.parametrize(("channels", "trials"), [(5, 300), (25, 100)])
@pytest.mark.parametrize("draw", NULLS)
def test_many_equal_channels_give_a_false_winner_no_more_often(draw, channels, trials):
    assert nulls.share_clear(draw, channels=channels, prompts=12, trials=trials) <= 0.05 + 3 * (0.0475 / trials) ** 0.5


@pytest.mark.parametrize(("prompts", "lead", "least"), [(6, 4.0, 0.9), (12, 2.0, 0.9), (24, 1.2, 0.85)])
def test_a_better_channel_is_found(prompts, lead, least):
    """Against one rival, when paired scores differ by 1.4 points from prompt to prompt."""
    assert nulls.share_clear(nulls.normal, channels=2, prompts=prompts, trials=200, lead=lead) >= least


def test_a_better_channel_is_found_among_twenty_five():
    assert nulls.share_clear(nulls.normal, channels=25, prompts=24, trials=40, lead=2.5) >= 0.9


def test_prompts_in_clusters_give_a_false_winner_hardly_more_often():
    """Eight topics of three prompts whose differences share half their variance. Taken as independent: 15 %."""
    random = np.random.default_rng(5)
    topics = np.repeat(np.arange(8), 3)
    named = 0
    for _trial in range(400):
        shared = random.normal(0, 1, (2, 8))[:, topics]
        held = contest.hold(clustered(6 + shared + random.normal(0, 1, (2, 24)), *map(str, topics)), QUALITY)
        named += held.is_won
    assert named / 400 <= 0.08


def test_enough_prompts_are_six():
    assert contest.ENOUGH_PROMPTS == 6
