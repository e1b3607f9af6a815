"""Which parameters the API takes, ignores or refuses: the channel's compatibility profile."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from sandbox.conformance import questions
from sandbox.conformance.bench import Desk, Reply
from sandbox.conformance.questions import PARAMETERS, Parameter
from sandbox.conformance.speech import Ask
from sandbox.conformance.verdicts import Verdict, failed, passed, warned

BROKEN, REJECTED, IGNORED, ACCEPTED = "broken", "rejected", "ignored", "accepted"
FEW = 24


async def unknown_parameters(desk: Desk) -> Verdict:
    """Whether a parameter that nobody knows does no harm: passed over, or refused in words."""
    reply = await desk.ask(tiny({(questions.UNKNOWN_PARAMETER,): True}))
    refused = (
        passed("refused", status=reply.exchange.status or 0)
        if desk.bench.speech.has_error(reply.exchange.json())
        else warned("refused_mutely", status=reply.exchange.status or 0)
    )
    if reply.exchange.status and 400 <= reply.exchange.status < 500 and reply.exchange.status != 429:
        return refused
    desk.answered(reply)
    return passed("passed_over")


async def parameters(desk: Desk) -> Verdict:
    """Learns the profile; fails where a common parameter breaks the API instead of being taken or refused."""
    here = [parameter for parameter in PARAMETERS if desk.endpoint.protocol in parameter.places]
    found = dict(
        zip([each.name for each in here], await asyncio.gather(*(learn(desk, each) for each in here)), strict=True)
    )
    unknown = [name for name, what in found.items() if not what]
    broken = named(found, BROKEN)
    desk.learned.update({what: named(found, what) for what in (ACCEPTED, IGNORED)})
    desk.learned["rejected"] = named(found, REJECTED) + broken
    desk.learned["dialect"] = desk.bench.adopted
    facts = {what: ", ".join(named(found, what)) or "–" for what in (ACCEPTED, IGNORED, REJECTED)}
    if broken:
        return failed("broken", broken=", ".join(broken), **facts)
    if unknown:
        return warned("unclear", unclear=", ".join(unknown), **facts)
    return warned("some_rejected", **facts) if named(found, REJECTED) else passed("learned", **facts)


def named(found: Mapping[str, str], what: str) -> list[str]:
    return [name for name, is_what in found.items() if is_what == what]


async def learn(desk: Desk, parameter: Parameter) -> str:
    """What becomes of it; "" where nobody can tell."""
    path, value, wrong = parameter.places[desk.endpoint.protocol]
    reply = await desk.ask(tiny(extra(parameter.name, path, value)))
    what = became(reply)
    if what != ACCEPTED:
        return what
    absurd = await desk.ask(tiny(extra(parameter.name, path, wrong)))
    # An API that reads a parameter refuses what it cannot be; one that does not has not looked.
    return IGNORED if became(absurd) == ACCEPTED else ACCEPTED


def extra(name: str, path: tuple[str, ...], value: Any) -> dict[tuple[str, ...], Any]:
    """It, and not what would say the same under an older name: no API takes both."""
    return {path: value} | ({("max_tokens",): None} if name == "max_completion_tokens" else {})


def tiny(more: Mapping[tuple[str, ...], Any]) -> Ask:
    return Ask(questions.ECHO.format(text=questions.PLAIN), max_tokens=FEW, extra=more)


def became(reply: Reply) -> str:
    status = reply.exchange.status
    if status == 200 and (reply.said.has_words or reply.said.finish) and not reply.said.error:
        return ACCEPTED
    if status is not None and 400 <= status < 500:
        return "" if status in (401, 403, 408, 429) else REJECTED
    return BROKEN
