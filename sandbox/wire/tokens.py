"""Counting tokens without the model's tokenizer: a fair guess, a plausible range, and a bound that is never too low."""

from __future__ import annotations

import re
from math import ceil
from typing import NamedTuple

from sandbox.wire.types import Image, Question

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


# Pictures. Every maker has a rule of its own, in its guide to vision or as it is seen to bill:
# - OpenAI: 85 + 170 for each tile of 512 pixels, at most 8; or patches of 32, at most 2,500 × 1.2 or 1,536 × 2.46
#   (platform.openai.com/docs/guides/images-vision);
# - Anthropic: an area of 750 pixels is a token, at most about 1,600, three times that where the newest see more sharply
#   (platform.claude.com/docs/en/build-with-claude/vision);
# - Google: 258 for each tile, or 1,120 for a picture (ai.google.dev/gemini-api/docs/tokens);
# - Qwen, and those who follow it: a patch of 28 or 32 pixels is a token, at most 16,384 (huggingface.co/Qwen).
PATCH = 28
LEAST_BOUND, MOST_BOUND = 4_096, 16_384
# GPT-4o mini bills as many times over for pictures as its tokens are cheaper: 2,833 + 5,667 a tile.
DEAR, DEAR_BASE, DEAR_TILE, MOST_TILES = "4o-mini", 2_833, 5_667, 8
LIKELY_AREA, LEAST_LIKELY, MOST_LIKELY = 750, 85, 1_600


class Count(NamedTuple):
    """What a prompt probably takes, and what it takes at most."""

    likely: int
    most: int


def of_question(question: Question, *, model: str) -> Count:
    likely = estimate(question.system + question.text) + sum(map(estimate_image, question.images))
    return Count(likely, most_of(question, model=model))


def most_of(question: Question, *, model: str) -> int:
    pictures = sum(image_at_most(image, model=model) for image in question.images)
    return at_most(question.system + question.text) + pictures


def estimate_image(image: Image) -> int:
    """Our own count: an area of 750 pixels is a token, within what most makers ever count."""
    return min(max(round(image.width * image.height / LIKELY_AREA), LEAST_LIKELY), MOST_LIKELY)


def image_at_most(image: Image, *, model: str) -> int:
    """Above every maker's rule: two tokens for each patch, and never few."""
    if DEAR in model:
        return DEAR_BASE + DEAR_TILE * MOST_TILES
    patches = ceil(image.width / PATCH) * ceil(image.height / PATCH)
    return min(max(2 * patches, LEAST_BOUND), MOST_BOUND)
