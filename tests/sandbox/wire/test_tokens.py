"""Our own count is fair for Chinese and English, and the bound is never too low."""

from __future__ import annotations

import pytest

from sandbox.wire.tokens import at_most, estimate, plausible

# Counted by hand for a vocabulary of common words and word beginnings.
ENGLISH = (
    "A touchstone is a small tablet of dark stone, used for testing precious metals: rub the metal against it, and "
    "compare the colour of the streak it leaves with that of a known alloy."
)
CHINESE = "试金石是一种黑色坚硬的石块，用黄金在上面划一条纹，就可以看出黄金的成色。后来人们用它比喻可靠的检验方法。"


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        (ENGLISH, 34, 46),
        (CHINESE, 28, 46),
        ("3.14159 + 2024", 6, 10),
        ("быстрая лиса прыгает", 6, 14),
        ("🪨🪨🪨", 3, 9),
        ("a\n\nb", 3, 3),
        ("x", 1, 1),
    ],
)
def test_estimates_within_a_fair_range(text, low, high):
    assert low <= estimate(text) <= high


def test_counts_nothing_only_for_nothing():
    assert estimate("") == 0
    assert at_most("") == 0
    assert estimate(" ") == 1


@pytest.mark.parametrize("text", [ENGLISH, CHINESE, "🪨", "\ud83d", "a" * 50])
def test_is_never_above_the_bound(text):
    assert estimate(text) <= at_most(text)
    least, most = plausible(estimate(text))
    assert least < estimate(text) < most
