"""From rows to calls: what the wire is asked with, and what a call costs."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings

from catalog import pricing
from catalog.live import reveal
from catalog.models import Channel, Price
from sandbox.models import Prompt
from sandbox.wire import tokens
from sandbox.wire.types import Endpoint, Outcome, Question

# A chat template's own tokens around the text, at most.
TEMPLATE_TOKENS = 64


@dataclass(frozen=True)
class Cost:
    """``native`` in the price's currency, ``charge`` in the trial's; None is unknown."""

    native: Decimal | None
    charge: Decimal | None


def endpoint_of(channel: Channel) -> Endpoint:
    return Endpoint(
        protocol=channel.protocol,  # type: ignore[arg-type]  # the database holds no other
        base_url=channel.address,
        model=channel.wire_name,
        key="simulated" if channel.is_simulated else reveal(channel) or "",
        dialect=channel.dialect,
    )


def question_of(prompt: Prompt) -> Question:
    return Question(
        text=prompt.text,
        system=prompt.system,
        max_output_tokens=prompt.max_output_tokens,
        thinking_tokens=prompt.thinking_tokens,
    )


def into_trial_currency(amount: Decimal | None, currency: str, fx: dict[str, str]) -> Decimal | None:
    """``amount`` by the rates frozen in the trial; None where the amount or the rate is unknown."""
    if amount is None or currency == settings.CURRENCY:
        return amount
    return pricing.convert(amount, Decimal(fx[currency])) if currency in fx else None


def ceiling(question: Question, price: Price | None, fx: dict[str, str]) -> Decimal:
    """The most that one call may cost, in the trial's currency. Unknown prices hold a stated sum."""
    held: Decimal | None = None
    if price:
        known = pricing.ceiling(
            price.rates,
            input_tokens=tokens.at_most(question.system + question.text) + TEMPLATE_TOKENS,
            output_tokens=question.max_output_tokens + question.thinking_tokens,
        )
        held = into_trial_currency(known, price.currency, fx)
    return settings.UNKNOWN_PRICE_HOLD if held is None else held


def cost_of(outcome: Outcome, price: Price | None, fx: dict[str, str], *, at_most: Decimal) -> Cost:
    """What the call cost. Nothing delivered costs nothing; the charge never exceeds what was held for it."""
    if not (outcome.text or outcome.reasoning):
        return Cost(Decimal(0), Decimal(0))
    if price is None or outcome.input_tokens is None or outcome.output_tokens is None:
        return Cost(None, None)
    native = pricing.cost(
        price.rates,
        input_tokens=outcome.input_tokens,
        output_tokens=outcome.output_tokens,
        cached_tokens=outcome.cached_tokens or 0,
    )
    charge = into_trial_currency(native, price.currency, fx)
    return Cost(native, None if charge is None else min(charge, at_most))
