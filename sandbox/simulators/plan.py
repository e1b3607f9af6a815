"""From persona and question to a reply: what is said, when each piece leaves, how it ends. Pure and seeded."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from random import Random

from sandbox.simulators import judge, seeing, writing
from sandbox.simulators.asked import Asked, Refusal
from sandbox.simulators.obeying import obey
from sandbox.simulators.personas import Persona
from sandbox.simulators.reply import Piece, Plan, ToolCall
from sandbox.wire.tokens import estimate, estimate_image

# Words with the space before them, Chinese characters one by one, everything else as it comes.
_ATOMS = re.compile(r"\s*[A-Za-z0-9'’]+|\s*[^A-Za-z0-9'’\s]|\s+")
# Simulated thinking is shown faster than an answer: nobody reads it at leisure.
_THINKING_HASTE = 2.0


def plan_reply(persona: Persona, asked: Asked, *, seed: int, first_call: bool = True) -> Plan:
    """The same seed, persona and question give the same plan; raises Refusal when the persona will not answer.

    ``first_call`` matters to one flaw only: a rate limit that lets the second try pass.
    """
    if asked.images and not persona.talent.sees:
        raise Refusal(400, f"The model '{persona.name}' does not take images.", word="images_not_supported")
    dice = "|".join([str(seed), persona.name, asked.system, asked.text, *map(seeing.fingerprint, asked.images)])
    chance = seeded(f"{dice}|fate").random()
    refuse(persona, chance=chance, first_call=first_call)
    rng = seeded(dice)
    thoughts, answer, calls = compose(persona, asked, rng)
    answer, stopped_by = until(answer, asked.stop)
    pieces, finish = _within_cap(list(_pieces(thoughts, answer, rng)), asked.max_tokens)
    thinking = sum(estimate(text) for text, is_thought in pieces if is_thought)
    saying = sum(estimate(text) for text, is_thought in pieces if not is_thought)
    timed = tuple(_timed(persona, pieces, rng, shown=asked.shows_thoughts))
    return Plan(
        pieces=timed,
        done_ms=timed[-1].at_ms + 5 if timed else persona.ttft_ms,
        finish="tool" if calls else finish,
        input_tokens=size_of(asked) + 8,
        output_tokens=thinking + saying + sum(_weight(call) for call in calls),
        reasoning_tokens=thinking,
        cut_after=_cut(persona, timed, chance),
        calls=calls,
        stopped_by=stopped_by if finish == "stop" else "",
    )


def compose(persona: Persona, asked: Asked, rng: Random) -> tuple[str, str, tuple[ToolCall, ...]]:
    """(thoughts, answer, calls of tools). A plain order is carried out; anything else is a matter of talent."""
    told = obey(asked)
    if isinstance(told, ToolCall):
        return "", "", (told,)
    if told is not None:
        return "", told, ()
    if persona.is_judge:
        return "", judge.answer(asked.text, system=asked.system), ()
    if asked.images:
        return *seeing.look(persona.talent, asked, rng), ()
    return *writing.write(persona.talent, asked, rng), ()


def until(answer: str, stops: tuple[str, ...]) -> tuple[str, str]:
    """The answer up to the first of ``stops``, and the one that it was."""
    found = [(at, stop) for stop in stops if (at := answer.find(stop)) >= 0]
    if not found:
        return answer, ""
    at, stop = min(found)
    return answer[:at], stop


def size_of(asked: Asked) -> int:
    """Our own count of what was sent, in tokens."""
    texts = [asked.system, asked.text, *(turn.text for turn in asked.turns)]
    tools = [json.dumps(dict(tool.parameters)) for tool in asked.tools]
    return sum(map(estimate, [*texts, *tools])) + sum(map(estimate_image, asked.images))


def refuse_too_long(persona: Persona, asked: Asked) -> None:
    """Raises Refusal (400) for a question that does not fit the model's context."""
    window = persona.model.context_window
    chars = len(asked.system) + len(asked.text) + sum(len(turn.text) for turn in asked.turns)
    if chars <= window:  # no text has more tokens than that: spare the counting
        return
    if (tokens := size_of(asked)) > window:
        message = (
            f"This model's maximum context length is {window} tokens, and the prompt has about {tokens}: the prompt is"
            " too long."
        )
        raise Refusal(400, message, word="context_length_exceeded")


def _weight(call: ToolCall) -> int:
    return estimate(call.name) + estimate(json.dumps(dict(call.arguments), ensure_ascii=False))


def seeded(text: str) -> Random:
    """The same dice for the same text, in every process."""
    return Random(text)  # noqa: S311 - nothing secret hangs on it


def refuse(persona: Persona, *, chance: float, first_call: bool) -> None:
    """Raises the Refusal that the persona's flaw and this question's ``chance`` (0-1) call for."""
    if persona.flaw == "fails" and chance < 0.2:
        raise Refusal(503, "The model is overloaded. Please try again later.", word="overloaded")
    if persona.flaw == "rate_limits" and (chance < 0.1 or (chance < 0.5 and first_call)):
        raise Refusal(429, "Rate limit reached for this model.", word="rate_limit_exceeded", retry_after_s=1)


def _cut(persona: Persona, pieces: tuple[Piece, ...], chance: float) -> int | None:
    if persona.flaw != "cuts_off" or chance >= 0.25 or len(pieces) < 4:
        return None
    return int(len(pieces) * (0.3 + chance * 1.6))


def _pieces(thoughts: str, answer: str, rng: Random) -> Iterator[tuple[str, bool]]:
    """(text, is a thought), a piece being one to four atoms."""
    for text, is_thought in ((thoughts, True), (answer, False)):
        atoms = _ATOMS.findall(text)
        at = 0
        while at < len(atoms):
            size = rng.randint(1, 4)
            yield "".join(atoms[at : at + size]), is_thought
            at += size


def _within_cap(pieces: list[tuple[str, bool]], cap: int | None) -> tuple[list[tuple[str, bool]], str]:
    if cap is None:
        return pieces, "stop"
    spent = 0
    for at, (text, _) in enumerate(pieces):
        spent += estimate(text)
        if spent > cap:
            return pieces[:at], "length"
    return pieces, "stop"


def _timed(persona: Persona, pieces: list[tuple[str, bool]], rng: Random, *, shown: bool) -> Iterator[Piece]:
    """Each piece's moment on the schedule: the first after ttft, the others at the persona's speed with some jitter.

    Thoughts that the protocol hides still take their time.
    """
    at_ms = persona.ttft_ms * rng.uniform(0.8, 1.25)
    for text, is_thought in pieces:
        if shown or not is_thought:
            yield Piece(round(at_ms, 1), text, is_thought)
        rate = persona.tokens_per_s * (_THINKING_HASTE if is_thought else 1)
        at_ms += estimate(text) / rate * 1000 * rng.uniform(0.6, 1.4)
