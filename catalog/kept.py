"""What is made from the rows and kept in this process, only ever used under the editions it was made under."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from catalog.editions import Editions

T = TypeVar("T")


def kept(make: Callable[[], T]) -> Callable[[Editions], T]:
    """``make()`` once per edition. What it returns is shared by every request: read it, never change it.

    The stamps are the caller's, read before anything else (``editions.current()``): one query vouches for all that a
    page keeps. Two threads may both make it; either is right. ``make`` may depend on the rows alone, not on the
    reader's language nor on the day.
    """
    held: list[tuple[Editions, T]] = []

    @wraps(make)
    def under(stamps: Editions) -> T:
        for made_under, value in held[-1:]:
            if made_under == stamps:
                return value
        value = make()
        held[:] = [(stamps, value)]
        return value

    return under
