"""A report's facts for tests of what is made of them: two channels, one prompt, everything known."""

from __future__ import annotations

from typing import Any

Facts = dict[str, Any]


def ranked(slug: str, **overrides: Any) -> Facts:
    row = {
        "channel": slug,
        "label": "A",
        "name": slug.title(),
        "provider": "p",
        "provider_name_zh": "某商",
        "provider_name_en": "Someone",
        "simulated": True,
        "score": 8.0,
        "low": 7.1,
        "high": 8.9,
        "n": 6,
        "value": 8.0,
        "probability_best": 0.9,
        "cost": "0.42",
        "spent": "0.025",
        "ttft_ms_p50": 212.0,
        "ttft_ms_p95": 400.0,
        "output_tps_p50": 84.0,
        "total_ms_p50": 2100.0,
        "answers": 6,
        "failures": 0,
        "failure_kinds": {},
        "dimensions": {"logic": {"value": 8.0, "low": 7.1, "high": 8.9, "n": 6}},
    }
    return {**row, **overrides}


def answered(channel: str, **overrides: Any) -> Facts:
    answer = {
        "id": 1,
        "channel": channel,
        "prompt": "one",
        "repeat": 0,
        "state": "done",
        "error_kind": "",
        "error_detail": "",
        "text": "42",
        "reasoning": "",
        "ttft_ms": 212.0,
        "ttfat_ms": 212.0,
        "total_ms": 2100.0,
        "gap_p95_ms": 30.0,
        "output_tps": 84.0,
        "input_tokens": 10,
        "output_tokens": 20,
        "usage_estimated": False,
        "charge": "0.0042",
        "tries": 1,
        "flags": [],
        "finish": "stop",
        "scores": [
            {"dimension": "logic", "grader": "judge", "judge": "j", "value": 4.0, "reason": "so so", "evidence": {}},
            {"dimension": "logic", "grader": "rule", "judge": None, "value": 9.0, "reason": "right", "evidence": {}},
        ],
    }
    return {**answer, **overrides}


def decided(**overrides: Any) -> Facts:
    values = {
        "verdict": "clear",
        "channel": "cedar",
        "runner_up": "heron",
        "probability_best": 0.96,
        "expected_regret": 0.01,
        "lead": 1.2,
        "scored_prompts": 6,
        "reasons": [],
        "flips_when": [],
    }
    return {**values, **overrides}


def facts(**overrides: Any) -> Facts:
    values = {
        "schema": 1,
        "code": "c0de",
        "simulated": True,
        "own_prompts": False,
        "mode": "fixed",
        "rounds": None,
        "currency": "CNY",
        "weights": {"logic": 1.0, "cost": 0.0, "speed": 0.0},
        "dimensions": [{"slug": "logic", "title_zh": "逻辑", "title_en": "Logic", "weight": 1.0}],
        "recommendation": decided(),
        "ranking": [
            ranked("cedar"),
            ranked("heron", score=6.8, value=6.8, low=5.9, high=7.7, cost="1.1", ttft_ms_p50=301.0),
        ],
        "prompts": [{"slug": "one", "title": "One", "text": "What is six times seven?", "language": "en"}],
        "answers": [answered("cedar"), answered("heron")],
    }
    return {**values, **overrides}
