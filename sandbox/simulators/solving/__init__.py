"""Works out problems whose shape it knows, from their words and numbers alone. It holds no problem's answer."""

from __future__ import annotations

import re
from dataclasses import replace

from sandbox.simulators.solving import arithmetic, chance, choice, code, counting, logic, money, tables, work
from sandbox.simulators.solving.problem import Problem, Solution, Solver

__all__ = ["Problem", "Solution", "solve"]

# Longer texts, and endless runs of digits, letters or blanks, are no word problems; reading them would only take time.
_MOST_CHARS = 8_000
_ENDLESS = re.compile(r"[\d,.]{30}|[A-Za-z_]{60}|\s{40}")
_SOLVERS: tuple[Solver, ...] = tuple(
    solver
    for room in (code, logic, counting, tables, chance, money, work, choice, arithmetic)
    for solver in room.SOLVERS
)


def solve(text: str) -> Solution | None:
    """The first solver's answer that knows the shape of ``text``; None when none does."""
    if len(text) > _MOST_CHARS or _ENDLESS.search(text):
        return None
    problem = Problem(text)
    for solver in _SOLVERS:
        try:
            if found := solver(problem):
                return replace(found, slips=_other_answers(found))
        except (ArithmeticError, ValueError, LookupError, TypeError):
            continue  # numbers of a shape that it did not expect
    return None


def _other_answers(found: Solution) -> tuple[str, ...]:
    """The slips that do not lead to the right answer after all; an answer in figures that has none is off by one."""
    others = tuple(dict.fromkeys(slip for slip in found.slips if slip != found.answer))
    if others or found.json is not None:
        return others
    off = re.sub(r"\d+", lambda figure: str(int(figure[0]) + 1), found.answer, count=1)
    return (off,) if off != found.answer else ()
