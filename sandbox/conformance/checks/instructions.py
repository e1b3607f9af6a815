"""Does the API do what its parameters and roles say: stop, limit, system, turns, temperature 0?"""

from __future__ import annotations

from sandbox.conformance import questions
from sandbox.conformance.bench import Desk
from sandbox.conformance.checks.answers import PLAINLY_DIFFERENT
from sandbox.conformance.checks.reading import bare, likeness, numbers, says
from sandbox.conformance.speech import Ask
from sandbox.conformance.verdicts import Verdict, failed, inapplicable, passed, warned
from sandbox.wire import dialects, tokens
from sandbox.wire.types import Question

# A few tokens more than asked are a matter of counting.
SOME_MORE = 4
HIDDEN_PARIS = "Paris"


async def stop_sequences(desk: Desk) -> Verdict:
    """Whether a stop sequence ends the answer before it."""
    reply = await desk.ask(Ask(questions.COUNT, stop=(questions.STOP_SEQUENCE,)))
    said = desk.answered(reply, refused=warned("not_taken", status=reply.exchange.status or 0))
    counted = numbers(said.text)
    if any(number >= int(questions.STOP_SEQUENCE) for number in counted):
        return failed("ignored", last=max(counted))
    if not counted:
        return warned("unclear", text=desk.bench.clean(said.text))
    return passed("stopped") if said.finish == "stop" else warned("finish", finish=said.finish)


async def max_tokens(desk: Desk) -> Verdict:
    """Whether the cap on the output is kept, and the answer says that it was cut."""
    if dialects.budget(desk.endpoint, Question("")):
        return inapplicable("thinks")
    said = desk.answered(await desk.ask(Ask(questions.COUNT, max_tokens=questions.FEW_TOKENS)))
    least, _ = tokens.plausible(tokens.estimate(said.text))
    if least > questions.FEW_TOKENS * SOME_MORE:
        return failed("ignored", asked=questions.FEW_TOKENS, about=tokens.estimate(said.text))
    if said.finish != "length":
        return failed("not_said", finish=said.finish)
    return passed("kept", asked=questions.FEW_TOKENS)


async def system_prompt(desk: Desk) -> Verdict:
    """Whether the system's words outweigh the user's."""
    said = desk.answered(await desk.ask(Ask(questions.SYSTEM_QUESTION, system=questions.SYSTEM)))
    if says(said.text, questions.SYSTEM_ANSWER):
        is_alone = bare(said.text) == bare(questions.SYSTEM_ANSWER)
        return passed("obeyed") if is_alone else warned("more_words", text=desk.bench.clean(said.text))
    if says(said.text, HIDDEN_PARIS):
        return failed("ignored", text=desk.bench.clean(said.text))
    return warned("unclear", text=desk.bench.clean(said.text))


async def multi_turn(desk: Desk) -> Verdict:
    """Whether what was said in an earlier turn is known."""
    earlier = (questions.REMEMBER.format(word=questions.CODE_WORD), questions.REMEMBERED)
    said = desk.answered(await desk.ask(Ask(questions.RECALL, turns=(earlier,))))
    if says(said.text, questions.CODE_WORD):
        return passed("remembered")
    return failed("forgotten", text=desk.bench.clean(said.text))


async def repeatable(desk: Desk) -> Verdict:
    """Whether temperature 0 gives the same answer twice, or nearly so."""
    if not dialects.takes(desk.endpoint, "temperature"):
        return inapplicable("no_temperature")
    ask = Ask(questions.COUNT, temperature=0)
    first = await desk.ask(ask)
    one = desk.answered(first, refused=inapplicable("no_temperature"))
    two = desk.answered(await desk.ask(ask))
    if one.text == two.text:
        return passed("same")
    alike = likeness(one.text, two.text)
    if alike < PLAINLY_DIFFERENT:
        return failed("different", percent=round(alike * 100))
    return warned("nearly", percent=round(alike * 100))
