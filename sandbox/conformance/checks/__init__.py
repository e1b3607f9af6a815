"""The checks. To add one: its slug in ``questions.SLUGS``, a small function in the module of its theme, a line here,
its texts in ``wording`` — and a simulated provider that fails it and nothing else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Literal, NamedTuple

from sandbox.conformance.bench import Desk
from sandbox.conformance.checks import (
    answers,
    errors,
    features,
    instructions,
    limits,
    parameters,
    speed,
    streams,
    texts,
    transport,
)
from sandbox.conformance.questions import SLUGS
from sandbox.conformance.verdicts import Verdict


class Check(NamedTuple):
    """``needs``: it says something only where the address is reached, or where a plain question was answered.

    One that is ``alone`` runs after the others, with nothing else under way.
    """

    run: Callable[[Desk], Awaitable[Verdict]]
    needs: Literal["nothing", "reach", "answer"] = "answer"
    alone: bool = False


_CHECKS: Mapping[str, Check] = {
    "address": Check(transport.address, "nothing"),
    "tls": Check(transport.tls, "nothing"),
    "auth_missing": Check(transport.auth_missing, "reach"),
    "auth_wrong": Check(transport.auth_wrong, "reach"),
    "models_list": Check(transport.models_list, "reach"),
    "error_shape": Check(errors.error_shape, "reach"),
    "bad_request": Check(errors.bad_request, "reach"),
    "plain_answer": Check(answers.plain_answer, "reach"),
    "sse_framing": Check(streams.sse_framing),
    "stream_end": Check(streams.stream_end),
    "usage_present": Check(answers.usage_present),
    "usage_plausible": Check(answers.usage_plausible),
    "same_streamed": Check(answers.same_streamed),
    "model_name": Check(answers.model_name),
    "stop_sequences": Check(instructions.stop_sequences),
    "max_tokens": Check(instructions.max_tokens),
    "system_prompt": Check(instructions.system_prompt),
    "multi_turn": Check(instructions.multi_turn),
    "repeatable": Check(instructions.repeatable),
    "unicode_chinese": Check(texts.unicode_chinese),
    "unicode_emoji": Check(texts.unicode_emoji),
    "unicode_separators": Check(texts.unicode_separators),
    "tools": Check(features.tools),
    "structured_output": Check(features.structured_output),
    "image": Check(features.image),
    "unknown_parameters": Check(parameters.unknown_parameters),
    "parameters": Check(parameters.parameters),
    "cancel": Check(streams.cancel, alone=True),
    "too_long": Check(limits.too_long, alone=True),
    "rate_limit_headers": Check(limits.rate_limit_headers),
    "parallel": Check(limits.parallel, alone=True),
    "speed_alone": Check(speed.speed_alone, alone=True),
    "speed_parallel": Check(speed.speed_parallel, alone=True),
}
CHECKS: Mapping[str, Check] = {slug: _CHECKS[slug] for slug in SLUGS}
