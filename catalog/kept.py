"""What is made from the rows and kept in this process, only ever used under the editions it was made under."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import wraps
from threading import Lock
from typing import Generic, TypeVar

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


class Kept(Generic[T]):
    """The newest value and what it was built for; readers who come while it is built wait for it."""

    def __init__(self) -> None:
        self._held: tuple[Hashable, T] | None = None
        self._building = Lock()

    def under(self, key: Hashable, build: Callable[[], T]) -> T:
        held = self._held
        if held is not None and held[0] == key:
            return held[1]
        with self._building:
            if self._held is None or self._held[0] != key:
                self._held = (key, build())
            return self._held[1]
