"""Counting by going through the cases: codes with conditions, walks on a grid."""

from __future__ import annotations

import re
from itertools import pairwise, permutations, product

from sandbox.simulators.solving.problem import Problem, Solution

_MOST = 300_000  # cases that a simulated mind will go through


def codes(p: Problem) -> Solution | None:
    """How many codes of different digits keep a parity and keep two digits apart."""
    size = p.find(r"(\d)\s*(?:个|位)(?:互不相同的)?数字") or p.find(r"(\d)(?: different)? digits")
    span = p.find(r"取自\s*(\d)\s*到\s*(\d)") or p.find(r"(?:from|between) (\d) (?:to|and) (\d)")
    if size is None or span is None:
        return None
    digits = range(int(span[1]), int(span[2]) + 1)
    distinct = bool(p.find("互不相同|不重复|different|distinct|no digit repeats"))
    if len(digits) ** int(size[1]) > _MOST:
        return None
    pool = list(permutations(digits, int(size[1])) if distinct else product(digits, repeat=int(size[1])))
    parity = _parity(p)
    fair = [code for code in pool if parity is None or sum(code) % 2 == parity]
    apart = p.find(r"(\d)\s*和\s*(\d)\s*不能?相邻") or p.find(
        r"(\d) and (\d) (?:may|must|are) not (?:be )?(?:adjacent|next)"
    )
    pair = {int(apart[1]), int(apart[2])} if apart else None
    held = [code for code in fair if pair is None or all(set(two) != pair for two in pairwise(code))]
    gone = len(fair) - len(held)
    return Solution(
        str(len(held)),
        (
            p.say(f"不计条件共 {len(pool)} 个。", f"Without conditions there are {len(pool)}."),
            p.say(f"和的奇偶符合的有 {len(fair)} 个。", f"{len(fair)} have a sum of the right parity."),
            p.say(
                f"其中 {gone} 个有相邻的禁对：{len(fair)} − {gone} = {len(held)}。",
                f"{gone} of these hold the forbidden pair: {len(fair)} − {gone} = {len(held)}.",
            ),
        ),
        slips=(str(len(fair)), str(len(held) - gone), str(len(pool) - gone)),
        why=p.say(
            "先按奇偶分组，再减去相邻的情形，两步不重不漏。",
            "Grouping by parity first, then taking away the neighbours, counts each code once.",
        ),
        trap=p.say(
            "容易漏掉“只含其中一个数字”的组，或把相邻的两种顺序只减一次。",
            "It is easy to forget codes with only one of the two digits, or to take away only one of two orders.",
        ),
        check=p.say("逐一列举的个数与分类相加一致。", "Listing them one by one gives the same."),
        chart="tree",
    )


def _parity(p: Problem) -> int | None:
    match = p.find(r"和为?(偶|奇)数|sum(?: of the digits)? is (even|odd)")
    return None if match is None else int((match[1] or match[2]) in {"奇", "odd"})


def grid_walks(p: Problem) -> Solution | None:
    """Shortest walks from one crossing to another around closed ones."""
    points = [(int(x), int(y)) for x, y in re.findall(r"\((\d+),\s*(\d+)\)", p.text)]
    if len(points) < 2 or not p.find(r"east or one block north|right or up|向(?:右|东)或(?:向)?(?:上|北)"):
        return None
    (x0, y0), (x1, y1), *rest = points
    closed = set(rest)
    if not (x0 <= x1 <= x0 + 100 and y0 <= y1 <= y0 + 100) or len(closed) > 12:
        return None
    count, free = _walks(x0, y0, x1, y1, closed), _walks(x0, y0, x1, y1, set())
    through = {c: _walks(x0, y0, *c, set()) * _walks(*c, x1, y1, set()) for c in sorted(closed) if c != (x1, y1)}
    told = (
        "、".join(f"{c}：{n}" for c, n in through.items())
        if p.chinese
        else ", ".join(f"{c}: {n}" for c, n in through.items())
    )
    return Solution(
        str(count),
        (
            p.say(f"没有封闭时共 {free} 条。", f"Without closures there are {free}."),
            p.say(f"经过封闭点的条数 {told}。", f"Walks through the closed crossings: {told}."),
            p.say(
                f"逐格累加（每格等于左边加下边，封闭处为 0），得 {count}。",
                f"In a table where each crossing is the sum of west and south, closed ones 0, the end gets {count}.",
            ),
        ),
        slips=(str(free), str(free - max(through.values(), default=1)), str(count + 1)),
        why=p.say("每一步只能来自左边或下边。", "Every crossing is entered from the west or the south only."),
        trap=p.say(
            "如果有路线同时经过两个封闭点，直接相减会多减一次。",
            "Plain subtraction takes away twice any walk through both closed crossings; the table shows if any exist.",
        ),
        check=p.say("两种数法结果一致。", "Table and subtraction agree here."),
        chart="grid",
    )


def _walks(x0: int, y0: int, x1: int, y1: int, closed: set[tuple[int, int]]) -> int:
    ways = {(x0, y0): 0 if (x0, y0) in closed else 1}
    for x in range(x0, x1 + 1):
        for y in range(y0, y1 + 1):
            if (x, y) != (x0, y0):
                ways[x, y] = 0 if (x, y) in closed else ways.get((x - 1, y), 0) + ways.get((x, y - 1), 0)
    return ways.get((x1, y1), 0)


SOLVERS = (grid_walks, codes)
