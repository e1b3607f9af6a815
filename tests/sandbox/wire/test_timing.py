"""Times are milliseconds after the request left, and None for what did not happen."""

from __future__ import annotations

import pytest

from sandbox.wire.timing import Timing


def test_tells_the_first_piece_from_the_first_of_the_answer():
    timing = Timing()
    timing.t0 = 10.0
    timing.note(10.5, is_answer=False)
    timing.note(11.0, is_answer=True)
    timing.note(11.1, is_answer=True)
    assert timing.since_t0(timing.first) == pytest.approx(500)
    assert timing.since_t0(timing.first_answer) == pytest.approx(1_000)
    assert timing.gap_p95_ms == pytest.approx(500)
    assert timing.tokens_per_second(60) == pytest.approx(100)


def test_knows_nothing_of_what_did_not_happen():
    timing = Timing()
    assert timing.since_t0(5.0) is None
    timing.t0 = 1.0
    assert timing.since_t0(timing.first) is None
    assert timing.gap_p95_ms is None
    assert timing.tokens_per_second(10) is None
    timing.note(2.0, is_answer=True)
    assert timing.tokens_per_second(10) is None


def test_takes_the_95th_percentile_from_what_was_seen():
    timing = Timing()
    for at in [0, *range(1, 20), 119]:
        timing.note(float(at), is_answer=True)
    assert timing.gap_p95_ms == pytest.approx(1_000)
