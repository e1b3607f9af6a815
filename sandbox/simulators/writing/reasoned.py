"""Writes out a worked problem: thoughts, steps, analysis, chart advice, and a committed answer on a line of its own."""

from __future__ import annotations

import json
import re
from random import Random

from sandbox.simulators.models import Talent
from sandbox.simulators.solving import Problem, Solution, solve
from sandbox.simulators.writing.brief import read_brief, size
from sandbox.simulators.writing.charts import advise
from sandbox.simulators.writing.specs import specify

_WANTS_CHART = re.compile(r"图|可视化|chart|diagram|visuali|plot", re.IGNORECASE)
_QUESTION = re.compile(
    r"答案[:：]|answer:|how (?:many|much|long|old|far)|多少|几[个天种人]|probability|概率|solve|calculate|计算"
    r"|证明|prove|what is \d|推理|逻辑|分析|analy[sz]e|which of",
    re.IGNORECASE,
)


def is_problem(text: str) -> bool:
    """Whether ``text`` is a question to be worked out rather than a text to be written."""
    return bool(_QUESTION.search(text))


def write_reasoned(talent: Talent, text: str, rng: Random, *, thinks: bool) -> tuple[str, str]:
    """(thoughts, answer). A slip changes what is committed to, and shows in the steps only if one looks."""
    problem = Problem(text)
    solution = solve(text)
    sure = rng.random() < talent.logic
    slip = rng.choice(solution.slips) if solution and solution.slips else ""
    if solution is None:
        return _at_a_loss(talent, problem, rng, thinks=thinks)
    committed = solution.answer if sure else slip or solution.answer
    thoughts = _thoughts(problem, solution, committed) if thinks else ""
    ending = _ending(problem, solution, committed, sure=sure, talent=talent)
    body = _body(talent, problem, solution, rng, right=committed == solution.answer, room=_room(talent, text, ending))
    return thoughts, "\n\n".join(part for part in (*body, _drawn(talent, problem, solution.chart), ending) if part)


def _room(talent: Talent, text: str, ending: str) -> int:
    """Characters or words for the body; the disobedient ignore the limit."""
    brief = read_brief(text)
    if brief.most is None or talent.obedience < 0.5:
        return 10_000
    return brief.most - size(ending, chinese=brief.chinese) - 4


def _thoughts(problem: Problem, solution: Solution, committed: str) -> str:
    begin = problem.say("先弄清题目给了什么、问什么。", "First, what is given and what is asked.")
    doubt = problem.say("再想想有没有陷阱：", "Is there a trap? ") + solution.trap if solution.trap else ""
    end = problem.say(f"所以结果应是 {committed}。", f"So it should be {committed}.")
    gap = "" if problem.chinese else " "
    return gap.join(part for part in (begin, *solution.steps, doubt, solution.check, end) if part) + "\n"


def _body(talent: Talent, problem: Problem, solution: Solution, rng: Random, *, right: bool, room: int) -> list[str]:
    """The paragraphs before the answer: the deeper the talent, the more of the analysis is there."""
    depth = talent.logic * 0.7 + talent.chart * 0.3
    steps = solution.steps if right else solution.steps[: max(len(solution.steps) - 1, 0)]
    optional = [(solution.why, 0.35), (solution.trap, 0.5), (solution.flips, 0.7), (solution.check, 0.6)]
    analysis = [text for text, need in optional if text and depth > need and talent.style not in {"generic"}]
    parts = {
        "steps": _listed(problem, steps) if depth > 0.3 else "",
        "analysis": ("" if problem.chinese else " ").join(analysis),
        "chart": _chart(talent, problem, solution.chart, rng),
        "talk": _talk(talent, problem),
    }
    order = [name for name in ("steps", "chart", "analysis", "talk") if parts[name]]
    kept, left = set(), room
    for name in order:
        need = size(parts[name], chinese=problem.chinese)
        if need <= left:
            kept.add(name)
            left -= need
    return [parts[name] for name in ("talk", "steps", "analysis", "chart") if name in kept]


def _listed(problem: Problem, steps: tuple[str, ...]) -> str:
    head = problem.say("推导：", "Working:")
    return "\n".join([head, *(f"{at}. {step}" for at, step in enumerate(steps, 1))]) if steps else ""


def _chart(talent: Talent, problem: Problem, kind: str, rng: Random) -> str:
    if not _WANTS_CHART.search(problem.text):
        return ""
    label = problem.say("图表建议：", "Chart: ")
    return label + advise(kind, skill=talent.chart, chinese=problem.chinese, rng=rng)


def _drawn(talent: Talent, problem: Problem, kind: str) -> str:
    """A specification is no prose: the limit of words is not its."""
    return specify(talent.draws, problem, kind) if _WANTS_CHART.search(problem.text) else ""


def _talk(talent: Talent, problem: Problem) -> str:
    if talent.style == "rambling":
        return problem.say(
            "这是一个非常有意思的问题，涉及很多方面，我们需要综合考虑各种因素，不能一概而论。",
            "This is a very interesting question that touches many aspects, and we need to consider all of them carefully.",
        )
    if talent.style == "generic":
        return problem.say("根据题目中的数据，我们可以得出以下结论。", "Based on the data we can conclude as follows.")
    return ""


def _ending(problem: Problem, solution: Solution, committed: str, *, sure: bool, talent: Talent) -> str:
    if solution.json is not None and problem.asks_for_json:
        value = solution.json if sure else _spoiled(solution.json)
        return "```json\n" + json.dumps(value, ensure_ascii=False, indent=2) + "\n```"
    if talent.obedience < 0.4:
        return problem.say(f"因此结果大约是 {committed}。", f"So the result is about {committed}.")
    return problem.say(f"答案：{committed}", f"Answer: {committed}")


def _spoiled(value: object) -> object:
    """The same object with its last number off by one."""
    if isinstance(value, dict) and value:
        *_, last = value
        return {**value, last: _spoiled(value[last])}
    if isinstance(value, list) and value:
        return [*value[:-1], _spoiled(value[-1])]
    return value + 1 if isinstance(value, int | float) else value


def _at_a_loss(talent: Talent, problem: Problem, rng: Random, *, thinks: bool) -> tuple[str, str]:
    """No solver knows the shape: say what is given, what would decide, and commit to something."""
    numbers = list(dict.fromkeys(re.findall(r"\d+(?:\.\d+)?", problem.text)))[:6]
    given = ("、" if problem.chinese else ", ").join(numbers)
    guess = rng.choice(numbers) if numbers else problem.say("无法确定", "it cannot be decided")
    approach = problem.say(
        "先把已知、未知和它们的关系分开，再看哪个条件起决定作用。需要说明的假设：各条件互相独立。",
        "I separate what is known from what is asked and look for the condition that decides, assuming independence.",
    )
    shrug = problem.say("综合来看，要具体情况具体分析。", "On the whole it depends on the situation.")
    parts = [
        problem.say(f"题目给出的数量：{given or '没有数字'}。", f"What is given: {given or 'no figures'}."),
        approach if talent.logic > 0.6 else shrug,
        _chart(talent, problem, "bars", rng),
        _drawn(talent, problem, "bars"),
        problem.say(f"答案：{guess}", f"Answer: {guess}"),
    ]
    thoughts = (
        problem.say("题型不熟悉，先列出已知条件。\n", "The shape is unfamiliar; first list what is given.\n")
        if thinks
        else ""
    )
    return thoughts, "\n\n".join(part for part in parts if part)
