"""Writes a persona's answer to a question: a text from a brief, or a problem worked out. Pure and seeded."""

from __future__ import annotations

from random import Random

from sandbox.simulators.asked import Asked
from sandbox.simulators.models import Talent
from sandbox.simulators.writing.brief import read_brief
from sandbox.simulators.writing.creative import write_creative
from sandbox.simulators.writing.reasoned import is_problem, write_reasoned

__all__ = ["write"]

# What a simulated mind takes in: the rest of a very long prompt changes nothing.
_READ_CHARS = 12_000


def write(talent: Talent, asked: Asked, rng: Random) -> tuple[str, str]:
    """(thoughts, answer); thoughts are empty when the model does not think or was told not to."""
    text = asked.text[:_READ_CHARS]
    thinks = talent.thinks and asked.thinking != 0
    if is_problem(text):
        return write_reasoned(talent, text, rng, thinks=thinks)
    brief = read_brief(text)
    answer = write_creative(talent, brief, rng)
    return (_plan(brief.subject, brief.most, chinese=brief.chinese) if thinks else ""), answer


def _plan(subject: str, most: int | None, *, chinese: bool) -> str:
    if chinese:
        limit = f"不超过 {most} 字" if most else "长短适中"
        return f"要写的是{subject or '这件事'}。读者最在意什么？先找一个场景，{limit}，不用套话，最后给出下一步。\n"
    limit = f"at most {most} words" if most else "a moderate length"
    return f"What does the reader care about? One scene with the {subject or 'offer'}, {limit}, one next step.\n"
