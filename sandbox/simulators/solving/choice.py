"""Statements to be judged: which claims about data hold, by how they are worded and what they rest on."""

from __future__ import annotations

import re

from sandbox.simulators.solving.problem import Problem, Solution

_OPTION = re.compile(r"^\s*([A-H])[.．、)]\s*(.+)$", re.MULTILINE)
# A claim of cause or certainty from one group without a comparison does not hold …
_BOLD = re.compile(
    r"证明|一定|必然|使.{0,14}(?:提高|降低)了|净效果|完全|proves?|settle|will always|certain|because of|caused"
    r"|^\d+(?:\.\d+)?\s*% of (?:those|founders|people|customers)[^.]*(?:survive|succeed|recover)",
    re.IGNORECASE,
)
# … while one that says possible, asks for the missing group or draws lots for it does.
_CAREFUL = re.compile(
    r"可能|随机|对照|需要知道|相容|不能排除|更可信"
    r"|compatible|needs? to know|random|control group|could|may|slightly|would lean",
    re.IGNORECASE,
)
_STANDS_ZH = "没有越过数据所能支持的范围，站得住"
_FALLS_ZH = "把没有对照的变化当成因果，或说得太满，站不住"
_STANDS_EN = "claims no more than the data can carry, so it stands"
_FALLS_EN = "draws a cause or a certainty from a group without comparison, so it falls"


def sound_statements(p: Problem) -> Solution | None:
    options = _OPTION.findall(p.text)
    if len(options) < 3 or not p.find("sound|correct|holds?|justified|站得住|正确|成立|合理"):
        return None
    held = [letter for letter, text in options if _CAREFUL.search(text) and not _BOLD.search(text)]
    if not held:
        return None
    answer = "".join(held)
    steps = [
        p.say(
            f"{letter}：{_STANDS_ZH if letter in held else _FALLS_ZH}。",
            f"{letter}: {_STANDS_EN if letter in held else _FALLS_EN}.",
        )
        for letter, _ in options
    ]
    every = [letter for letter, _ in options]
    wrong = next((letter for letter in every if letter not in held), "")
    return Solution(
        answer,
        tuple(steps),
        slips=(
            "".join(sorted(answer + wrong)),
            "".join(letter for letter in every if letter not in held) or every[0],
            answer[:1],
        ),
        why=p.say(
            "数据里缺了一半：没有可比的另一组。", "Half of the data is missing: there is no group to compare with."
        ),
        trap=p.say(
            "挑出来的极端值下次自然会向平均靠拢，容易误当成措施有效。",
            "It is tempting to read a cause into those who were selected by their outcome.",
        ),
        flips=p.say(
            "如果有随机分组的对照，结论才可能改变。", "Figures for the missing group could turn the conclusion round."
        ),
        check=p.say("逐项问：没有这个措施，会不会也这样？", "For each ask: would we see the same without it?"),
        chart="contrast",
    )


SOLVERS = (sound_statements,)
