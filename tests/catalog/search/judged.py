"""The judged queries, and how far from the ideal order an answer is."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

QUERIES = Path(__file__).parents[2] / "search_queries.jsonl"


def queries(part: str = "") -> list[dict[str, Any]]:
    rows = [json.loads(line) for line in QUERIES.read_text(encoding="utf-8").splitlines()]
    return [row for row in rows if part in ("", row["part"])]


def ndcg(judgements: dict[str, int], answer: Sequence[str], *, depth: int = 10) -> float:
    """Gain 2^grade - 1, discounted by log2(place + 1), as a share of what the best order would gain."""
    ideal = _gain(sorted(judgements.values(), reverse=True)[:depth])
    return _gain([judgements.get(key, 0) for key in answer[:depth]]) / ideal


def _gain(grades: Sequence[int]) -> float:
    return sum((2**grade - 1) / math.log2(place + 2) for place, grade in enumerate(grades))
