"""Who is on the front, who is beaten and who only may be, whatever the figures."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from catalog import frontier
from catalog.frontier import Candidate, Place, Reading


def measured(value: float, reach: float = 0.2) -> Reading:
    return Reading(value, value - reach, value + reach, 24)


def test_the_front_is_whoever_nobody_equals_for_less() -> None:
    found = {
        "cheap": Candidate(measured(6), Reading(1)),
        "middle": Candidate(measured(8), Reading(2)),
        "dear and worse": Candidate(measured(7), Reading(3)),
        "dearest and best": Candidate(measured(9), Reading(10)),
    }
    assert frontier.front(found) == ["cheap", "middle", "dearest and best"]
    assert frontier.places(found)["dear and worse"] == Place.BEATEN


def test_nobody_is_beaten_while_the_intervals_overlap() -> None:
    found = {
        "ahead": Candidate(measured(8, reach=1), Reading(1)),
        "behind": Candidate(measured(7, reach=1), Reading(2)),
    }
    assert frontier.places(found) == {"ahead": Place.FRONT, "behind": Place.OPEN}


def test_a_cost_that_overlaps_beats_nobody() -> None:
    found = {
        "ahead": Candidate(measured(9), Reading(100, 80, 120)),
        "behind": Candidate(measured(5), Reading(110, 90, 130)),
    }
    assert frontier.places(found)["behind"] == Place.OPEN


def test_more_speed_is_better() -> None:
    found = {"slow": Candidate(measured(8), Reading(20)), "fast": Candidate(measured(8), Reading(90))}
    assert frontier.front(found, more_is_better=True) == ["fast"]
    assert frontier.front(found) == ["slow"]


def test_equals_are_both_on_the_front() -> None:
    found = {name: Candidate(measured(8), Reading(2)) for name in ("one", "other")}
    assert frontier.front(found) == ["one", "other"]


readings = st.floats(1, 10).map(measured)
candidates = st.dictionaries(
    st.sampled_from("abcdefghij"),
    st.builds(Candidate, readings, st.floats(0.01, 1000).map(Reading)),
    min_size=1,
    max_size=8,
)


@given(candidates, st.booleans())
def test_somebody_is_always_on_the_front_and_nobody_on_it_is_beaten(found: dict[str, Candidate], more: bool) -> None:
    line = frontier.front(found, more_is_better=more)
    assert line
    qualities = [found[name].quality.value for name in line]
    assert qualities == sorted(qualities)
    best = max(found.values(), key=lambda each: each.quality.value).quality.value
    assert best in qualities


@given(st.lists(st.floats(1e-4, 1e5), min_size=1))
def test_every_amount_has_a_place_inside_the_plot(values: list[float]) -> None:
    axis = frontier.logarithmic(values)
    shares = [axis.share(value) for value in values]
    assert all(0 < share < 1 for share in shares)
    assert 1 <= len(axis.ticks) <= frontier.MOST_TICKS
    assert all(axis.low <= tick <= axis.high for tick in axis.ticks)
    assert sorted(values) == [value for _share, value in sorted(zip(shares, values, strict=True))]


@given(st.lists(readings, min_size=1))
def test_the_scores_axis_holds_every_interval_that_a_score_can_have(found: list[Reading]) -> None:
    axis = frontier.scores(found)
    assert 1 <= axis.low < axis.high <= 10
    assert axis.high - axis.low >= 2
    assert all(axis.low <= each.value <= axis.high for each in found)
