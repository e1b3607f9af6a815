"""What is kept is used under the stamps it was made under, and under no others."""

from __future__ import annotations

from catalog.editions import Editions
from catalog.kept import kept


def test_is_made_once_per_edition() -> None:
    made = []

    @kept
    def count() -> int:
        made.append(1)
        return len(made)

    first, second = Editions("a", "a"), Editions("a", "b")
    assert [count(first), count(first), count(second), count(second)] == [1, 1, 2, 2]


def test_an_older_edition_that_comes_back_is_made_anew() -> None:
    made = iter("xyz")
    make = kept(lambda: next(made))
    first, second = Editions("a", "a"), Editions("b", "a")
    assert [make(first), make(second), make(first)] == ["x", "y", "z"]


def test_nothing_found_is_kept_as_well() -> None:
    made = []

    @kept
    def nothing() -> None:
        made.append(1)

    stamps = Editions("a", "a")
    nothing(stamps)
    nothing(stamps)
    assert made == [1]
