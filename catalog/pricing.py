"""What calls cost. Pure: a price that is unknown gives a cost that is unknown (None), never zero.

Prices are per million tokens, amounts are Decimals of the price's currency, exact to a billionth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Decimal

from marketplace.money import NANO

__all__ = ["Rates", "Tier", "blended", "ceiling", "convert", "cost"]

MILLION = Decimal(1_000_000)
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Tier:
    """The prices of requests whose prompt has more than ``above`` tokens; they replace all base prices."""

    above: int
    input: Decimal | None = None
    output: Decimal | None = None
    cache_read: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Rates:
    """A price per million tokens; None is unknown, 0 is free. ``tiers`` may come in any order."""

    currency: str
    input: Decimal | None = None
    output: Decimal | None = None
    cache_read: Decimal | None = None
    cache_write: Decimal | None = None
    tiers: tuple[Tier, ...] = ()


def cost(rates: Rates, *, input_tokens: int, output_tokens: int, cached_tokens: int = 0) -> Decimal | None:
    """What one call with this usage costs, or None where a price that it needs is unknown.

    ``input_tokens`` includes ``cached_tokens``, which cost ``cache_read``, or the input price where that is unknown.
    Counts below zero and more cached tokens than there are input tokens are read as the nearest sensible number.
    """
    input_tokens, output_tokens = max(0, input_tokens), max(0, output_tokens)
    cached_tokens = min(max(0, cached_tokens), input_tokens)
    tier = max(_reachable(rates, input_tokens), key=lambda one: one.above)
    cache_read = tier.input if tier.cache_read is None else tier.cache_read
    amount = _sum(
        (tier.input, input_tokens - cached_tokens),
        (cache_read, cached_tokens),
        (tier.output, output_tokens),
    )
    return None if amount is None else amount.quantize(NANO, rounding=ROUND_HALF_EVEN)


def ceiling(rates: Rates, *, input_tokens: int, output_tokens: int) -> Decimal | None:
    """The most that a call within these counts can cost, rounded up; None where it has no known bound.

    A smaller prompt may fall into a dearer tier, and cached tokens may be priced above fresh ones: each part counts at
    the highest price that a call within the bounds can meet.
    """
    reachable = _reachable(rates, max(0, input_tokens))
    amount = _sum(
        (_highest([tier.input for tier in reachable], also=[tier.cache_read for tier in reachable]), input_tokens),
        (_highest([tier.output for tier in reachable]), output_tokens),
    )
    return None if amount is None else amount.quantize(NANO, rounding=ROUND_CEILING)


def blended(rates: Rates) -> Decimal | None:
    """One figure per million tokens for lists: three parts input to one part output, without tiers or caches."""
    if rates.input is None or rates.output is None:
        return None
    return (3 * rates.input + rates.output) / 4


def convert(amount: Decimal | None, rate: Decimal | None, *, up: bool = False) -> Decimal | None:
    """``amount`` in another currency; ``rate`` is what one unit is worth there. ``up`` rounds up, for ceilings."""
    if amount is None or rate is None:
        return None
    return (amount * rate).quantize(NANO, rounding=ROUND_CEILING if up else ROUND_HALF_EVEN)


def _reachable(rates: Rates, input_tokens: int) -> list[Tier]:
    """The base prices and every tier that a prompt of at most ``input_tokens`` can fall into."""
    base = Tier(above=-1, input=rates.input, output=rates.output, cache_read=rates.cache_read)
    return [base, *(tier for tier in rates.tiers if tier.above < input_tokens)]


def _sum(*parts: tuple[Decimal | None, int]) -> Decimal | None:
    total = ZERO
    for price, tokens in parts:
        if tokens <= 0:
            continue
        if price is None:
            return None
        total += price * tokens
    return total / MILLION


def _highest(prices: Sequence[Decimal | None], *, also: Sequence[Decimal | None] = ()) -> Decimal | None:
    """The highest of ``prices`` and the known ones of ``also``; None when one of ``prices`` is unknown."""
    known = [price for price in prices if price is not None]
    if len(known) < len(prices):
        return None
    return max([*known, *(price for price in also if price is not None)])
