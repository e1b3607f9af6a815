"""The benchmark of selection measures what it says: on made-up tables whose truth is plain."""

from __future__ import annotations

import gzip
import json

import numpy as np
import pytest

from benchmarks import claims, published, races, selection, verdicts
from sandbox import racing


def table(models: int = 12, *, step: float = 0.05, spread: float = 0.15, prompts: int = 300) -> np.ndarray:
    random = np.random.default_rng(models)
    means = 0.9 - step * np.arange(models)[:, None]
    return np.clip(means + random.normal(0, spread, (models, prompts)), 0, 1)


def test_a_table_has_the_models_that_lack_little_and_the_prompts_that_all_of_those_have(tmp_path):
    rows = [
        {"judge": "j", "model": model, "pid": pid, "score": 0.5}
        for model in ("a", "b", "c")
        for pid in range(40)
        if (model, pid) != ("b", 3) and not (model == "c" and pid > 20)
    ]
    with gzip.open(tmp_path / "a_alpaca_judgments.jsonl.gz", "wt") as lines:
        lines.writelines(f"{json.dumps(row)}\n" for row in rows)
    found = published.tables(tmp_path, models=2)
    assert {name: each.shape for name, each in found.items()} == {"alpaca j": (2, 39)}
    assert published.tables(tmp_path, models=3) == {}


def test_a_race_counts_every_call_and_hits_the_plainly_best():
    cell = races.cell_of("t", table(), size=10, kind=races.STRONGEST, seed=0)
    small = races.Cell(cell.name, cell.size, cell.kind, cell.pools, cell.pool_of[:50])
    raced = races.race(small, racing.Rules(), seed=0)
    assert raced.hits.mean() > 0.95
    assert (raced.calls >= 80).all()
    assert (raced.calls <= raced.prompts * 10).all()
    assert 1 <= races.enough(small, seed=0) < 200


def test_a_ratio_is_of_sums_and_one_number_serves_the_hardest_table():
    easy, hard = (
        selection.Cell("t", 12, 10, races.RANDOM, prompts, calls, hits=1.0, error=0.0, worst_pool=1.0)
        for prompts, calls in ((10, 200.0), (100, 300.0))
    )
    assert selection.ratio([easy, hard]) == pytest.approx(1100 / 500)
    assert selection.ratio_one_n([easy, hard]) == pytest.approx(2000 / 500)
    assert selection.ratio([]) is None
    result = selection.selection([easy, hard])
    assert result["calls_ratio"]["25_random"] is None
    assert result["calls_ratio"]["10_random"] == pytest.approx(2.2)


def test_no_winner_is_named_among_equals_and_one_is_where_there_is_one():
    tables = {"t": table()}
    for adaptive in (False, True):
        named = verdicts.false_clear(tables, channels=2, prompts=24, adaptive=adaptive, trials=200, seed=1)
        assert named <= 0.1
    assert verdicts.ever_clear(1 + 9 * table(step=0.3, models=3)[:, :100], racing.Rules())
    assert verdicts.is_clear(1 + 9 * table(step=0.3, models=3)[:, :24])
    assert verdicts.power(tables, prompts=24, errors=6.0, trials=50, seed=1) > 0.9


def test_intervals_hold_and_chances_come_true_on_plain_scores():
    shares = verdicts.coverage(table(), prompts=24, trials=200, seed=1)
    assert shares["difference"] > 0.8
    assert shares["chosen"] > 0.8
    assert shares["too_few"] == 0
    told = verdicts.chances({"t": table()}, channels=2, prompts=24, trials=200, seed=1)
    assert told.told.mean() == pytest.approx(told.right.mean(), abs=0.08)
    plans = verdicts.plans(table(step=0.01), trials=60, seed=1)
    assert all(6 <= planned <= 2_000 and took <= 2_000 for planned, took in plans)


def test_a_bins_gap_is_what_was_told_too_much_with_its_error_over_tables():
    right = np.arange(1_000) % 10 < 6
    cell = verdicts.Chances(np.full(1_000, 0.7), right, np.repeat(np.arange(10), 100))
    assert claims.gap(cell, np.arange(1_000)) == pytest.approx((0.1, 0.0))
    told = claims.reliability([cell])
    assert (told["reliability_max_gap"], told["reliability_bins"]) == (0.1, 1)


def test_every_key_is_summed_up(monkeypatch):
    monkeypatch.setattr(claims, "TRIALS", 8)
    monkeypatch.setattr(claims, "PLANS", 8)
    jobs = claims.jobs({"t": table()})
    result = claims.summed_up(dict(map(selection.do, jobs)))
    keys = {
        "null_false_clear",
        "power",
        "coverage_90",
        "share_too_few",
        "reliability_max_gap",
        "brier",
        "planner_ratio",
    }
    assert set(result) >= keys
    assert set(result["coverage_90"]) == {"24", "100", "400"}
