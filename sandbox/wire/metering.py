"""How many tokens a call took: the upstream's word where it can be true, our own count where it cannot."""

from __future__ import annotations

from dataclasses import dataclass, field

from sandbox.wire import tokens
from sandbox.wire.tokens import Count
from sandbox.wire.types import Outcome, Usage

# Below so many tokens our count is too coarse to accuse anybody.
MEANINGFUL = 50
# The difference that a plausible count may still have.
TOLERANCE = 0.20
# What chat templates and a provider's own instructions may add to a prompt.
TEMPLATE_TOKENS = 2_048


@dataclass(slots=True)
class Meter:
    """Usage as it comes in: what is said later replaces what was said before."""

    usage: Usage = field(default_factory=Usage)

    def take(self, said: Usage) -> None:
        known = {name: value for name in Usage.__struct_fields__ if (value := getattr(said, name)) is not None}
        self.usage = Usage(**{name: getattr(self.usage, name) for name in Usage.__struct_fields__} | known)

    def settle(self, outcome: Outcome, *, prompt: Count) -> None:
        """Write the counts into ``outcome``, whose text is complete. An answer that never came has none of ours."""
        said = self.usage
        valid = Usage(**{name: at_least_zero(getattr(said, name)) for name in Usage.__struct_fields__})
        if valid != said:
            outcome.flags.append("usage_invalid")
        outcome.reasoning_tokens = valid.reasoning
        outcome.cached_tokens = valid.cache_read
        outcome.input_tokens = valid.input
        outcome.output_tokens = valid.output
        if outcome.text or outcome.reasoning:
            settle_input(outcome, prompt)
            settle_output(outcome)


def at_least_zero(value: int | None) -> int | None:
    return None if value is not None and value < 0 else value


def settle_input(outcome: Outcome, prompt: Count) -> None:
    said = outcome.input_tokens
    if said is not None and said > prompt.most + TEMPLATE_TOKENS:
        flag_mismatch(outcome)
        said = None
    if said is None:
        outcome.usage_estimated = True
        outcome.cached_tokens = None
        said = prompt.likely
    outcome.input_tokens = said
    if outcome.cached_tokens is not None:
        outcome.cached_tokens = min(outcome.cached_tokens, said)


def settle_output(outcome: Outcome) -> None:
    shown = outcome.text + outcome.reasoning
    own = tokens.estimate(shown)
    said = outcome.output_tokens
    if said is not None and own >= MEANINGFUL:
        least, most = tokens.plausible(own)
        hidden = 0 if outcome.reasoning else outcome.reasoning_tokens or 0
        if said < least * (1 - TOLERANCE):
            flag_mismatch(outcome)
            said = None
        elif said - hidden > most * (1 + TOLERANCE) and not is_summarised(outcome):
            flag_mismatch(outcome)
    if said is None:
        outcome.usage_estimated = True
        said = own
    outcome.output_tokens = said


def is_summarised(outcome: Outcome) -> bool:
    """Whether the shown reasoning is shorter than what was billed for it, as where only a summary is shown."""
    return bool(outcome.reasoning) and (outcome.reasoning_tokens or 0) > tokens.estimate(outcome.reasoning)


def flag_mismatch(outcome: Outcome) -> None:
    if "usage_mismatch" not in outcome.flags:
        outcome.flags.append("usage_mismatch")
