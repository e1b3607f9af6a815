"""What is known of how well graders agree with people."""

from __future__ import annotations

from collections.abc import Collection

from catalog.models import Channel, Dimension


def judge_bias(judges: Collection[Channel], dimension: Dimension) -> float | None:
    """By how many points these judges favour a channel in ``dimension``, as a standard deviation; None if unmeasured.

    No record is kept yet, so nothing is known of any judge.
    """
    return None
