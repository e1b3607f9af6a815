"""From rows to calls: what the wire is asked with, and what a call costs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.conf import settings

from catalog import pricing
from catalog.live import reveal
from catalog.models import Channel, Price
from sandbox.models import Prompt
from sandbox.wire import tokens
from sandbox.wire.adapters import ADAPTERS
from sandbox.wire.types import Endpoint, Outcome, Question

# A chat template's own tokens around the text, at most.
TEMPLATE_TOKENS = 64
# The parameters, of any protocol and dialect, that bound what a call may write. Where thinking has a cap of its own
# below another one's, the two add up to too much, which a ceiling may be.
CAPS = ("max_tokens", "max_completion_tokens", "maxOutputTokens", "thinking_budget")


@dataclass(frozen=True)
class Cost:
    """``native`` in the price's currency, ``charge`` in the trial's; None is unknown."""

    native: Decimal | None
    charge: Decimal | None


def endpoint_of(channel: Channel) -> Endpoint:
    """The channel as the wire calls it. Its key is read here, so keep the endpoint out of logs and pages."""
    return replace(keyless(channel), key="simulated" if channel.is_simulated else reveal(channel) or "")


def keyless(channel: Channel) -> Endpoint:
    """Enough to build a request for the channel, not to send it; asks the database nothing."""
    return Endpoint(
        protocol=channel.protocol,  # type: ignore[arg-type]  # the database holds no other
        base_url=channel.address,
        model=channel.wire_name,
        dialect=dialect_of(channel),
    )


def dialect_of(channel: Channel) -> dict[str, Any]:
    """The channel's departures from its protocol: those that its checks found out, and over them those we were told."""
    learned: dict[str, Any] = {**channel.profile.get("dialect", {}), **channel.dialect}
    rejected = channel.profile.get("rejected", [])
    return {**learned, "rejected": rejected} if rejected else learned


def question_of(prompt: Prompt) -> Question:
    return replace(outline_of(prompt), images=tuple(picture.image for picture in prompt.shown))


def outline_of(prompt: Prompt) -> Question:
    """The question with its pictures' sizes in their place: enough for a price, at no reading of pictures."""
    return Question(
        text=prompt.text,
        system=prompt.system,
        max_output_tokens=prompt.max_output_tokens,
        thinking_tokens=prompt.thinking_tokens,
        images=tuple(picture.outline for picture in prompt.shown),
    )


def into_trial_currency(
    amount: Decimal | None, currency: str, fx: dict[str, str], *, up: bool = False
) -> Decimal | None:
    """``amount`` by the rates frozen in the trial, rounded ``up`` for ceilings; None where either is unknown."""
    if amount is None or currency == settings.CURRENCY:
        return amount
    return pricing.convert(amount, Decimal(fx[currency]), up=up) if currency in fx else None


def most_output(channel: Channel, question: Question) -> int:
    """Tokens, thinking included, that the request for ``question`` allows: dialects raise what was asked for."""
    payload = ADAPTERS[channel.protocol].build(keyless(channel), replace(question, images=())).payload
    said = {**payload, **payload.get("generationConfig", {})}
    return sum(said[name] for name in CAPS if name in said)


def ceiling(question: Question, channel: Channel, price: Price | None, fx: dict[str, str]) -> Decimal:
    """The most that one call to ``channel`` may cost, in the trial's currency. Unknown prices hold a stated sum."""
    held: Decimal | None = None
    if price:
        known = pricing.ceiling(
            price.rates,
            input_tokens=tokens.most_of(question, model=channel.wire_name) + TEMPLATE_TOKENS,
            output_tokens=most_output(channel, question),
        )
        held = into_trial_currency(known, price.currency, fx, up=True)
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
