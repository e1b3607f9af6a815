"""Counting tokens without the model's tokenizer: a fair guess, a plausible range, and a bound that is never too low."""

from __future__ import annotations

import re

# One match for each token, as today's tokenizers (100,000 entries and more) cut running text: a word or a part of a
# long one, digits by threes, white space other than the single space that belongs to the next word, and each sign.
PIECES = re.compile(
    r"[A-Za-z]{1,8}|[0-9]{1,3}|[^\S ]\s*|  +|[^\W\d_\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003134f]{1,3}"
    r"|[^\sA-Za-z0-9\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003134f]"
)
CJK = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003134f]")
CJK_PER_TOKEN = 1.5
# Tokenizers differ; so much less or more than our guess is still honest.
LEAST, MOST = 0.55, 1.8


def estimate(text: str) -> int:
    """Our own count: good to a quarter or so for Chinese and English prose; 0 only for an empty text."""
    total = float(len(PIECES.findall(text)))
    if not text.isascii():
        total += len(CJK.findall(text)) / CJK_PER_TOKEN
    return max(1, round(total)) if text else 0


def plausible(count: int) -> tuple[float, float]:
    """The fewest and the most tokens that an honest tokenizer might make of a text for which our count is this."""
    return count * LEAST, count * MOST


def at_most(text: str) -> int:
    """No byte-level tokenizer makes more tokens than bytes: safe for ceilings, several times too high for prose."""
    return len(text.encode("utf-8", "surrogatepass"))
