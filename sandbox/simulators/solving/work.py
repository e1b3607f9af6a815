"""Rates and time: conversions, bottlenecks, leaks, work done together, journeys, bakes on several ovens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from sandbox.simulators.solving.problem import NUMBER, Problem, Solution, number, plain, rounded

Rate = tuple[str, str, Fraction]  # one of the first unit is so many of the second

_UNITS = {
    "miles": "mile",
    "kilometres": "km",
    "kilometers": "km",
    "千米": "km",
    "公里": "km",
    "hours": "hour",
    "小时": "hour",
    "minutes": "minute",
    "分钟": "minute",
    "litres": "litre",
    "liters": "litre",
    "liter": "litre",
    "升": "litre",
    "us gallon": "gallon",
    "gallons": "gallon",
    "us gallons": "gallon",
    "euros": "euro",
    "公顷": "hectare",
    "亩": "mu",
    "days": "day",
    "天": "day",
    "kg": "kg",
    "dollars": "dollar",
    "元": "yuan",
}
_UNIT = (
    r"(US gallons?|gallons?|miles?|km|kilomet(?:re|er)s?|hours?|minutes?|lit(?:re|er)s?|euros?|dollars?|days?|kg"
    r"|公顷|亩|升|小时|分钟|公里|千米|天|元)"
)


def _unit(text: str) -> str:
    return _UNITS.get(text.lower(), text.lower())


def _rates(p: Problem) -> tuple[list[Rate], str]:
    """Every rate and equivalence in the text, and the text without them."""
    found: list[Rate] = []
    rest = p.text
    shapes = [
        (rf"1\s*{_UNIT}\s*=\s*({NUMBER})\s*{_UNIT}", (1, 3, 2)),
        (rf"每\s*{_UNIT}[^\d，。]{{0,4}}({NUMBER})\s*{_UNIT}", (1, 3, 2)),
        (rf"({NUMBER})\s*{_UNIT}\s*(?:a|an|per|every|each|/)\s*{_UNIT}", (3, 2, 1)),
    ]
    for shape, (one, many, count) in shapes:
        matches = re.finditer(shape, rest, re.IGNORECASE)
        found += [(_unit(match[one]), _unit(match[many]), number(match[count])) for match in matches]
        rest = re.sub(shape, " ", rest, flags=re.IGNORECASE)
    return found, rest


def convert(p: Problem) -> Solution | None:
    """From an amount through every given rate to the unit that is asked for."""
    asked = p.find(rf"多少\s*{_UNIT}|how many {_UNIT}|in {_UNIT}\?")
    rates, rest = _rates(p)
    if asked is None or not rates or len(rates) > 6:
        return None
    target = _unit(next(group for group in asked.groups() if group))
    for count, unit in re.findall(rf"({NUMBER})\s*{_UNIT}", rest)[:12]:
        for value, chain in _routes(number(count), _unit(unit), target, rates):
            if len(chain) == len(rates):
                return _converted(p, value, f"{count} {unit}", chain, next(group for group in asked.groups() if group))
    return None


def _routes(value: Fraction, unit: str, target: str, rates: list[Rate]) -> Iterator[tuple[Fraction, list[str]]]:
    """Each way from ``unit`` to ``target``: (the value there, the factors on the way)."""
    if unit == target:
        yield value, []
    for at, (one, many, count) in enumerate(rates):
        others = rates[:at] + rates[at + 1 :]
        if unit == one:
            yield from ((v, [f"× {plain(count)}", *chain]) for v, chain in _routes(value * count, many, target, others))
        elif unit == many and count:
            yield from ((v, [f"÷ {plain(count)}", *chain]) for v, chain in _routes(value / count, one, target, others))


def _converted(p: Problem, value: Fraction, start: str, chain: list[str], unit: str) -> Solution:
    answer = f"{p.shown(value)} {unit}"
    factor = number(chain[0][2:]) ** 2
    swapped = value / factor if chain[0][0] == "×" else value * factor
    return Solution(
        answer,
        (f"{start} {' '.join(chain)} = {answer}" + p.say("。", "."),),
        slips=(f"{p.shown(swapped)} {unit}", f"{p.shown(value * 10)} {unit}"),
        why=p.say(
            "让每一步的单位约掉，只剩下所求的单位，就知道该乘还是该除。",
            "Let the units cancel at each step: what is left over says whether to multiply or divide.",
        ),
        trap=p.say("最容易错在把乘和除弄反。", "The likeliest mistake is to multiply where one should divide."),
        check=p.say("取整估算，数量级一致。", "Rounding every number gives the same order of magnitude."),
        flips=p.say(
            "任何一个换算率变 1%，结果也变 1%。",
            "Whatever stands below the line, such as distance per unit of fuel, saves less with every further step.",
        ),
        chart="bars",
    )


def bottleneck(p: Problem) -> Solution | None:
    """What a line makes in a shift: its slowest machine, less the pauses."""
    machines = re.findall(rf"([一-龥]{{2,4}}机)每分钟\s*({NUMBER})\s*([瓶箱件个])", p.text)
    pack, shift = p.find(rf"每箱\s*({NUMBER})\s*瓶"), p.find(rf"一班\s*({NUMBER})\s*小时")
    if len(machines) < 2 or shift is None:
        return None
    size = number(pack[1]) if pack else Fraction(1)
    speeds = {name: number(rate) * (size if unit == "箱" else 1) for name, rate, unit in machines}
    slow = min(speeds, key=lambda name: speeds[name])
    total = number(shift[1]) * 60
    run, rest = p.find(rf"连续运行\s*({NUMBER})\s*小时"), p.find(rf"停\s*({NUMBER})\s*分钟")
    working = _working(total, number(run[1]) * 60, number(rest[1])) if run and rest else total
    made = speeds[slow] * working / size
    unit = " 箱" if pack else ""
    second = sorted(speeds.values())[1]
    gain = plain((second / speeds[slow] - 1) * 100, 0)
    return Solution(
        f"{plain(made)}{unit}",
        (
            f"一班 {plain(total)} 分钟，减去停机，实际运行 {plain(working)} 分钟。",
            f"最慢的是{slow}，折合每分钟 {plain(speeds[slow])} 瓶。",
            f"{plain(working)} × {plain(speeds[slow])} ÷ {plain(size)} = {plain(made)}。",
        ),
        slips=(
            f"{plain(speeds[slow] * total / size)}{unit}",
            f"{plain(max(speeds.values()) * working / size)}{unit}",
            f"{plain(second * working / size)}{unit}",
        ),
        why=f"整条线只能跟着最慢的{slow}走。",
        trap="不能用平均速度，也不能忘记停机。",
        check=f"按箱核对：每分钟 {plain(speeds[slow] / size)} 箱，结果相同。",
        flips=f"{slow}提速后，瓶颈变成每分钟 {plain(second)} 瓶的下一台，最多只提高 {gain}%。",
        chart="bottleneck",
    )


def _working(total: Fraction, run: Fraction, rest: Fraction) -> Fraction:
    rounds = total // (run + rest)
    return rounds * run + min(run, total - rounds * (run + rest))


def leak(p: Problem) -> Solution | None:
    """How long a tank with a crack part of the way up takes to fill."""
    size, pump = p.find(rf"({NUMBER}) litres"), p.find(rf"adds ({NUMBER}) litres a minute")
    lost, part = (
        p.find(rf"({NUMBER}) litres a minute leak"),
        p.find(r"(half|two thirds|three quarters|a third) of the way up"),
    )
    if not (size and pump and lost and part):
        return None
    share = {
        "half": Fraction(1, 2),
        "two thirds": Fraction(2, 3),
        "three quarters": Fraction(3, 4),
        "a third": Fraction(1, 3),
    }
    whole, fast, drip = number(size[1]), number(pump[1]), number(lost[1])
    if drip >= fast:
        return None
    low = whole * share[part[1].lower()]
    first, second = low / fast, (whole - low) / (fast - drip)
    return Solution(
        f"{p.shown(first + second, 1)} minutes",
        (
            f"To the crack: {plain(low)} / {plain(fast)} = {plain(first, 2)} minutes.",
            f"Above it: {plain(whole - low)} / ({plain(fast)} − {plain(drip)}) = {plain(second, 2)} minutes.",
            f"Together {p.shown(first + second, 1)} minutes.",
        ),
        slips=(
            f"{p.shown(whole / (fast - drip / 2), 1)} minutes",
            f"{p.shown(whole / (fast - drip), 1)} minutes",
            f"{p.shown(whole / fast, 1)} minutes",
        ),
        why="The rate changes at the crack, so time adds up stage by stage.",
        trap="Averaging the two rates weighs them by volume, but they hold for different times.",
        check="Volume added less volume leaked comes to the tank's size.",
        flips=f"It never fills once the leak reaches {plain(fast)} litres a minute.",
        chart="line",
    )


def together(p: Problem) -> Solution | None:
    """How long two take together when each takes so long alone."""
    times = p.numbers(rf"(?:in|takes?|需要?|要)\s*({NUMBER})\s*(?:hours|days|minutes|小时|天|分钟)")
    unit = p.find(r"hours|days|minutes|小时|天|分钟")
    if len(times) != 2 or unit is None or not p.find("together|合作|一起|同时") or not all(times):
        return None
    value = 1 / (1 / times[0] + 1 / times[1])
    rate = " + ".join(f"1/{plain(t)}" for t in times)
    return Solution(
        f"{p.shown(value)} {unit[0]}",
        (
            p.say(
                f"单位时间完成 {rate}，取倒数得 {plain(value)}。",
                f"In one unit of time they do {rate}; the inverse is {plain(value)}.",
            ),
        ),
        slips=(f"{p.shown(sum(times, Fraction(0)) / 2)} {unit[0]}", f"{p.shown(sum(times, Fraction(0)))} {unit[0]}"),
        trap=p.say("工效可以相加，时间不能平均。", "Rates add up; times do not average."),
    )


def heads_and_legs(p: Problem) -> Solution | None:
    """Chickens and rabbits."""
    heads, legs = (
        p.find(rf"({NUMBER}) heads|({NUMBER})\s*个?头"),
        p.find(rf"({NUMBER}) (?:legs|feet)|({NUMBER})\s*[条只]?[脚腿]"),
    )
    if heads is None or legs is None or not p.find("rabbit|兔"):
        return None
    h, f = number(heads[1] or heads[2]), number(legs[1] or legs[2])
    rabbits = (f - 2 * h) / 2
    if rabbits.denominator != 1 or not 0 <= rabbits <= h:
        return None
    shown = [
        p.say(f"鸡 {plain(h - n)} 只，兔 {plain(n)} 只", f"{plain(h - n)} chickens and {plain(n)} rabbits")
        for n in (rabbits, h - rabbits)
    ]
    step = p.say(
        f"全当成鸡有 {plain(2 * h)} 只脚，差的每 2 只对应一只兔。",
        f"All chickens would have {plain(2 * h)} feet; every two more are a rabbit.",
    )
    return Solution(shown[0], (step,), slips=(shown[1],))


def ovens(p: Problem) -> Solution | None:
    """The shortest time for jobs that cannot be split on machines of one kind."""
    count = p.find(r"(two|three|four|\d) identical|([两二三四\d])\s*台相同")
    listed = p.find(r"(?:take|需要?|分别要?)\s*((?:\d+(?:, | and |、|和)?)+)\s*(?:hours|小时)")
    if count is None or listed is None:
        return None
    machines = int(number((count[1] or count[2]).replace("两", "二")))
    jobs = sorted((int(n) for n in re.findall(r"\d+", listed[1])), reverse=True)
    if not 1 < machines < 7 or not machines <= len(jobs) <= 14 or jobs[0] > 1000:
        return None
    greedy = _greedy(jobs, machines)
    bound = max(-(-sum(jobs) // machines), jobs[0])
    best = next(limit for limit in range(bound, greedy + 1) if _fits(jobs, [limit] * machines))
    unit = p.say(" 小时", " hours")
    return Solution(
        f"{best}{unit}",
        (
            p.say(
                f"总量 {sum(jobs)}，平均每台至少 {bound}。",
                f"The work is {sum(jobs)} in all, so no schedule beats {bound}.",
            ),
            p.say(f"能装进 {best}，所以这就是最短。", f"All jobs fit into {best}, so that is the shortest."),
        ),
        slips=(
            f"{greedy}{unit}",
            f"{best + 1}{unit}",
            f"{rounded(Fraction(sum(jobs), machines), 1)}{unit}" if greedy == best else f"{greedy - 1}{unit}",
        ),
        why=p.say(
            "下界来自总工作量，能达到下界就不可能更好。",
            "The bound comes from the total; a schedule that meets it cannot be beaten.",
        ),
        trap=p.say(
            f"“长的先做”得到 {greedy}，把长任务配在一起，尾巴参差。",
            f"Longest-first gives {greedy}: it spreads the long ones and leaves an uneven end.",
        ),
        check=p.say("逐台相加，没有一台超过。", "Adding up each machine's jobs, none goes over."),
        chart="gantt",
    )


def _greedy(jobs: list[int], machines: int) -> int:
    loads = [0] * machines
    for job in jobs:
        loads[loads.index(min(loads))] += job
    return max(loads)


def _fits(jobs: list[int], room: list[int]) -> bool:
    """Whether the jobs fit into the rooms; the largest is placed first."""
    if not jobs:
        return True
    tried = set()
    for at, free in enumerate(room):
        if free >= jobs[0] and free not in tried:
            tried.add(free)
            if _fits(jobs[1:], [*room[:at], free - jobs[0], *room[at + 1 :]]):
                return True
    return False


SOLVERS = (bottleneck, leak, ovens, heads_and_legs, together, convert)
