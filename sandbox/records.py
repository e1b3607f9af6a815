"""What is known of how well graders agree with people."""

from __future__ import annotations

from collections.abc import Iterable

from catalog.models import Channel


def judge_bias(judges: Iterable[Channel], dimension: str) -> float | None:
    """By how many points these judges favour a channel in a dimension, as a standard deviation; None if unmeasured.

    No record is kept yet, so nothing is known of any judge.
    """
    return None
