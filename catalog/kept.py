"""What is made from the rows and kept in this process, only ever used under what it was made under."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import wraps
from threading import Lock
from typing import Generic, TypeVar

from catalog.editions import Editions

T = TypeVar("T")


class Kept(Generic[T]):
    """The newest value and the key it was made under; who comes while it is made waits for it.

    Every request shares the value: read it, never change it. The key is read before the rows.
    """

    def __init__(self) -> None:
        self._held: tuple[Hashable, T] | None = None
        self._making = Lock()

    def under(self, key: Hashable, make: Callable[[], T]) -> T:
        held = self._held
        if held is not None and held[0] == key:
            return held[1]
        with self._making:
            if self._held is None or self._held[0] != key:
                self._held = (key, make())
            return self._held[1]


def kept(make: Callable[[], T]) -> Callable[[Editions], T]:
    """``make()`` once per edition.

    The stamps are the caller's, read before anything else (``editions.current()``): one query vouches for all that a
    page keeps. ``make`` may depend on the rows alone, not on the reader's language nor on the day.
    """
    held: Kept[T] = Kept()

    @wraps(make)
    def under(stamps: Editions) -> T:
        return held.under(stamps, make)

    return under
