"""Puzzles with few cases: who tells the truth, who sits where. Every case is tried."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import permutations, product

from sandbox.simulators.solving.problem import Problem, Solution, number

World = dict[str, bool]
Claim = Callable[[World], bool]
Order = tuple[str, ...]
Rule = tuple[str, Callable[[Order], bool]]

_MOST_PEOPLE = 8


def _atom(text: str) -> Claim | None:
    """``B tells the truth``, ``A lies``, joined by ``and``/``or``; ``different kinds``; ``at most two of us``."""
    for word, fold in ((" or ", any), ("或", any), (" and ", all), ("且", all)):
        parts = text.split(word)
        held = [_simple(part) for part in parts]
        if len(parts) > 1 and all(held):
            return lambda world, held=held, fold=fold: fold(claim(world) for claim in held if claim)  # type: ignore[misc]
    return _counted(text) or _compared(text) or _simple(text)


def _simple(text: str) -> Claim | None:
    match = re.search(
        r"\b([A-Z])\s*(tells the truth|is a truth|is telling the truth|lies|is a liar|is lying"
        r"|说真话|说假话|说谎|撒谎)",
        text,
    )
    if match is None:
        return None
    name, honest = match[1], "truth" in match[2] or "真" in match[2]
    return lambda world: world.get(name) == honest


def _compared(text: str) -> Claim | None:
    match = re.search(
        r"\b([A-Z])\s*(?:and|和|与)\s*([A-Z])\s*(?:are of|are|是)?\s*(different|the same|不同|同一|同类)", text
    )
    if match is None:
        return None
    one, other, same = match[1], match[2], match[3] not in {"different", "不同"}
    return lambda world: (world.get(one) == world.get(other)) == same


def _counted(text: str) -> Claim | None:
    match = re.search(r"(at most|at least|exactly|至多|至少|恰有?)\s*(\w+?)\s*(?:of|个|人|名)", text, re.IGNORECASE)
    if match is None:
        return None
    try:
        limit = int(number(match[2]))
    except ValueError:
        return None
    lies = bool(re.search(r"\blie|谎|假", text))
    kind = match[1].lower()

    def claim(world: World) -> bool:
        count = sum(honest != lies for honest in world.values())
        if kind in {"at most", "至多"}:
            return count <= limit
        return count >= limit if kind in {"at least", "至少"} else count == limit

    return claim


def truth_tellers(p: Problem) -> Solution | None:
    spoken = re.findall(r"^[-*\s]*([A-Z])\s*(?:says|said|说)\s*[:：]?\s*[\"“”「](.+?)[\"“”」]", p.text, re.MULTILINE)
    claims = {name: _atom(text) for name, text in spoken}
    if not 2 <= len(claims) <= _MOST_PEOPLE or not all(claims.values()):
        return None
    worlds = []
    for kinds in product((True, False), repeat=len(claims)):
        world = dict(zip(claims, kinds, strict=True))
        if all(claim is not None and claim(world) == world[name] for name, claim in claims.items()):
            worlds.append(world)
    if len(worlds) != 1:
        return None
    honest = "".join(name for name, tells in sorted(worlds[0].items()) if tells)
    liars = "".join(name for name, tells in sorted(worlds[0].items()) if not tells)
    first = next(iter(claims))
    return Solution(
        honest or p.say("没有人", "nobody"),
        (
            p.say(
                f"逐一检查 {2 ** len(claims)} 种可能，看每句话的真假是否与说话人一致。",
                f"There are {2 ** len(claims)} cases; in each, every statement must be as true as its speaker.",
            ),
            p.say(
                f"假设 {first} 的类型相反，会推出矛盾。",
                f"Supposing the opposite kind of {first} makes another statement contradict its speaker.",
            ),
            p.say(
                f"只剩一种：{honest} 说真话，{liars} 说谎。",
                f"One case is left: {honest or 'nobody'} tell the truth, {liars or 'nobody'} lie.",
            ),
        ),
        slips=(liars or honest[:1], honest[:1] or liars[:1], honest + liars[:1]),
        why=p.say(
            "每句话把说话人与其内容绑在一起，相互约束后只有一组自洽。",
            "Each statement ties its speaker to what is said; together they leave one consistent case.",
        ),
        trap=p.say(
            "不能因为一句话听起来合理就当真。",
            "The tempting mistake is to believe a statement because it sounds plausible.",
        ),
        check=p.say("把结果代回每句话，全部吻合。", "Put back into all statements, the result fits every one."),
        chart="table",
    )


def seating(p: Problem) -> Solution | None:
    """The one order in which people sit in a row, from conditions in Chinese."""
    named = p.find(r"([一-龥](?:、[一-龥]){2,6})\s*[二两三四五六七八]人")
    if named is None:
        return None
    people = named[1].split("、")
    lines = [line.strip(" -·*；;。") for line in p.text.splitlines() if line.strip().startswith(("-", "·", "*"))]
    rules = [(line, _rule(line, people)) for line in lines]
    if not rules or any(rule is None for _, rule in rules):
        return None
    held: list[Rule] = [(line, rule) for line, rule in rules if rule is not None]
    orders = _orders(people, held)
    if len(orders) != 1:
        return None
    answer = "".join(orders[0])
    loose = [(line, more) for line, _ in held if len(more := _orders(people, [r for r in held if r[0] != line])) > 1]
    other = next(("".join(order) for _, more in loose for order in more if order != orders[0]), answer[::-1])
    steps = [f"由“{line}”排除不合的排法。" for line, _ in held]
    return Solution(
        answer,
        (*steps, f"只剩一种：{answer}。"),
        slips=(other, answer[::-1], answer[1:] + answer[0]),
        why="先放位置唯一的人，再用相邻条件收窄。",
        trap="容易把“左边”误读成“紧挨着左边”。",
        check="把结果代回每个条件，全部满足。",
        flips=f"去掉“{loose[-1][0]}”，{''.join(next(o for o in loose[-1][1] if o != orders[0]))} 也成立。"
        if loose
        else "",
        chart="table",
    )


def _orders(people: list[str], rules: list[Rule]) -> list[Order]:
    return [order for order in permutations(people) if all(rule(order) for _, rule in rules)]


def _rule(line: str, people: list[str]) -> Callable[[Order], bool] | None:
    who = list(re.findall("|".join(people), line))
    last = len(people) - 1
    seat = re.search(r"(\d)\s*号", line)
    no = "不" in line.replace("不一定", "")
    if len(who) == 2 and "相邻" in line.replace("不一定相邻", ""):
        return lambda o: (abs(o.index(who[0]) - o.index(who[1])) == 1) != no
    if len(who) == 2 and ("左边" in line or "右边" in line):
        return lambda o: (o.index(who[0]) < o.index(who[1])) == ("左边" in line)
    if len(who) == 1 and "中间" in line:
        return lambda o: (o.index(who[0]) == last / 2) != no
    if len(who) == 1 and "两端" in line:
        return lambda o: (o.index(who[0]) in {0, last}) != no
    if len(who) == 1 and seat:
        return lambda o: (o.index(who[0]) == int(seat[1]) - 1) != no
    return None


SOLVERS = (truth_tellers, seating)
