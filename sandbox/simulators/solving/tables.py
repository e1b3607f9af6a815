"""Problems whose data stand in a table: shares under another mix, plans with predecessors, totals, peaks, growth."""

from __future__ import annotations

import re
from fractions import Fraction

from sandbox.simulators.solving.problem import NUMBER, Problem, Solution, number, plain, rounded

_PAIR = re.compile(rf"({NUMBER})\s*/\s*({NUMBER})")


def _amount(cell: str) -> Fraction | None:
    match = re.search(NUMBER, cell)
    return number(match[0]) if match else None


def rates_under_a_mix(p: Problem) -> Solution | None:
    """Options with done/total per group, and a new mix of the groups: which is best, and at what rate."""
    rows = [row for row in p.table[1:] if all(_PAIR.search(cell) for cell in row[1:])]
    groups = p.table[0][1:] if p.table else []
    shares = [p.find(rf"{re.escape(group)}\s*({NUMBER})\s*%") for group in groups]
    if len(rows) < 2 or not groups or not all(shares):
        return None
    weights = [number(share[1]) / 100 for share in shares if share]
    totals: dict[str, Fraction] = {}
    pooled: dict[str, Fraction] = {}
    for name, *cells in rows:
        pairs = [(number(m[1]), number(m[2])) for cell in cells if (m := _PAIR.search(cell))]
        totals[name] = sum((w * done / of for w, (done, of) in zip(weights, pairs, strict=True)), Fraction(0)) * 100
        pooled[name] = 100 * sum((done for done, _ in pairs), Fraction(0)) / sum((of for _, of in pairs), Fraction(0))
    best = max(totals, key=lambda name: totals[name])
    others = "、".join(f"{name} {plain(v, 1)}%" for name, v in totals.items() if name != best)
    mix = " + ".join(f"{plain(w)} × {group}" for w, group in zip(weights, groups, strict=True))
    return Solution(
        plain(totals[best], 1) + "%",
        (
            p.say("先算每组各自的比率，再按新结构加权。", "Take each group's own rate, then weight it by the new mix."),
            p.say(
                f"{mix}：{best} 为 {plain(totals[best], 1)}%，{others}。应选{best}。",
                f"{mix}: {best} comes to {plain(totals[best], 1)}%, against {others}. Choose {best}.",
            ),
        ),
        slips=tuple(
            plain(value, 1) + "%" for value in (*pooled.values(), *(v for n, v in totals.items() if n != best))
        ),
        why=p.say(
            "合计数字混入了各家接单结构的差别（辛普森悖论）。",
            "The pooled figure mixes in how the orders are spread (Simpson's paradox).",
        ),
        trap=p.say(
            "直接比较合计比率，就把“难的单子多”当成了“做得差”。",
            "Comparing pooled rates takes harder work for worse work.",
        ),
        flips=p.say(
            "只要两家面对同样的结构，每组都领先的一方总是领先。",
            "Whoever leads in every group leads under any common mix.",
        ),
        chart="mix",
    )


def average_under_a_mix(p: Problem) -> Solution | None:
    """Counts and averages in two periods: the later average with the earlier mix."""
    if len(p.table) < 3 or len(p.table[0]) != 5 or not p.find(r"mix|结构不变|占比不变"):
        return None
    cells = [[_amount(cell) for cell in row[1:]] for row in p.table[1:]]
    if any(value is None for row in cells for value in row):
        return None
    numbers = [[value for value in row if value is not None] for row in cells]
    old = sum(row[0] for row in numbers)
    value = sum((row[0] * row[3] for row in numbers), Fraction(0)) / old
    real = sum((row[2] * row[3] for row in numbers), Fraction(0)) / sum(row[2] for row in numbers)
    unit = "$" if "$" in p.text else ""
    terms = " + ".join(f"{plain(row[0] / old)} × {plain(row[3])}" for row in numbers)
    return Solution(
        f"{unit}{rounded(value, 2)}",
        (
            p.say(
                f"用旧结构加权新均值：{terms} = {rounded(value, 2)}。",
                f"The new averages with the old shares: {terms} = {rounded(value, 2)}.",
            ),
        ),
        slips=(
            f"{unit}{rounded(real, 2)}",
            f"{unit}{rounded(sum((row[3] for row in numbers), Fraction(0)) / len(numbers), 2)}",
        ),
        why=p.say(
            "每一段都涨了，总均值下降只因便宜的一段占比变大。",
            "Every segment rose; the overall average fell because the cheaper segment grew.",
        ),
        trap=p.say(
            "把结构变化误读成顾客花得更少。",
            "The tempting mistake is to read a change of mix as customers spending less.",
        ),
        flips=p.say("占比不变时，总均值一定上升。", "With constant shares the average could only have risen."),
        chart="mix",
    )


def critical_path(p: Problem) -> Solution | None:
    """How long a plan takes when one of its tasks takes longer."""
    if not p.table or not re.search(r"前置|predecessor|depends|after", " ".join(p.table[0]), re.IGNORECASE):
        return None
    takes: dict[str, Fraction] = {}
    needs: dict[str, list[str]] = {}
    for row in p.table[1:]:
        key, days = re.match(r"[A-Z]", row[0]), _amount(row[1]) if len(row) > 1 else None
        if key is None or days is None:
            return None
        takes[key[0]], needs[key[0]] = days, re.findall(r"\b[A-Z](?![a-z])|[A-Z]", row[-1])
    if any(name not in takes for names in needs.values() for name in names):
        return None
    before, path = _longest(takes, needs)
    late = p.find(rf"([A-Z])\s*多用了?\s*({NUMBER})\s*天") or p.find(
        rf"([A-Z]) takes ({NUMBER}) (?:more )?(?:days|hours|weeks) (?:more|longer)"
    )
    after, then = _longest({**takes, late[1]: takes[late[1]] + number(late[2])}, needs) if late else (before, path)
    unit = p.say(" 天", " days")
    return Solution(
        plain(after) + unit,
        (
            p.say(
                f"原关键路径 {'–'.join(path)}，{plain(before)} 天。",
                f"The critical path was {'–'.join(path)}, {plain(before)} days.",
            ),
            p.say(
                f"拖延后最长的是 {'–'.join(then)}，{plain(after)} 天。",
                f"With the delay the longest is {'–'.join(then)}, {plain(after)} days.",
            ),
        ),
        slips=(
            plain(before) + unit,
            plain(before + number(late[2])) + unit if late else plain(before + 1) + unit,
            plain(sum(takes.values(), Fraction(0))) + unit,
        ),
        why=p.say(
            "总工期由最长的一条依赖链决定，不在链上的任务有机动时间。",
            "The longest chain of dependencies decides; tasks beside it have slack.",
        ),
        trap=p.say(
            "不能把拖延直接加到总工期上：机动时间会先吸收一部分。",
            "Adding the delay to the total forgets that slack absorbs part of it.",
        ),
        check=p.say("列出全部路径逐条相加，没有更长的。", "Adding up every path finds none longer."),
        chart="gantt",
    )


def _longest(takes: dict[str, Fraction], needs: dict[str, list[str]]) -> tuple[Fraction, list[str]]:
    ends: dict[str, tuple[Fraction, list[str]]] = {}
    for _ in takes:
        for name in takes:
            if all(need in ends for need in needs[name]):
                start = max((ends[need] for need in needs[name]), key=lambda end: end[0], default=(Fraction(0), []))
                ends[name] = (start[0] + takes[name], [*start[1], name])
    return max(ends.values(), key=lambda end: end[0], default=(Fraction(0), []))


def ratio_of_totals(p: Problem) -> Solution | None:
    """Money over customers for all rows together."""
    if len(p.table) < 3 or not p.find(r"合计，?每个|overall cost per|成本是多少|cost per"):
        return None
    rows = [[_amount(cell) for cell in row[1:]] for row in p.table[1:]]
    if any(len(row) < 2 or row[0] is None or row[-1] is None for row in rows):
        return None
    money, heads = (sum((row[at] or Fraction(0) for row in rows), Fraction(0)) for at in (0, -1))
    each = [(row[0] or Fraction(0)) / row[-1] for row in rows if row[-1]]
    mean = sum(each, Fraction(0)) / len(each)
    unit = p.say(" 元", "") if "元" in p.text else ""
    return Solution(
        p.shown(money / heads, 1) + unit,
        (
            p.say(f"花费合计 {plain(money)}，客户合计 {plain(heads)}。", f"{plain(money)} in all for {plain(heads)}."),
            p.say(
                f"{plain(money)} ÷ {plain(heads)} ≈ {p.shown(money / heads, 1)}。",
                f"{plain(money)} / {plain(heads)} ≈ {p.shown(money / heads, 1)}.",
            ),
        ),
        slips=(p.shown(mean, 1) + unit, p.shown(min(each), 1) + unit),
        why=p.say("总成本要按客户数加权，规模大的渠道说话更响。", "Totals weigh each row by its size."),
        trap=p.say(
            f"各行直接平均得 {p.shown(mean, 1)}，忽略了人数不同。",
            f"The plain mean of the rows, {p.shown(mean, 1)}, ignores their sizes.",
        ),
        flips=p.say(
            "小渠道的平均成本不等于追加预算的边际成本。", "A small row's average cost is not its marginal cost."
        ),
        chart="bars",
    )


def shave_the_peak(p: Problem) -> Solution | None:
    """The lowest peak that a full battery allows over the blocks after noon."""
    store = p.find(rf"({NUMBER})\s*kWh")
    hours = [re.findall(r"\d+", cell) for cell in p.table[0][1:]] if p.table else []
    if store is None or len(p.table) != 2 or not all(len(pair) == 2 for pair in hours) or not p.find("peak|峰"):
        return None
    loads = [(int(b) - int(a), _amount(cell), int(a)) for (a, b), cell in zip(hours, p.table[1][1:], strict=True)]
    since = 12 if p.find("noon|中午") else 0
    late = sorted(((load, width) for width, load, start in loads if load is not None and start >= since), reverse=True)
    energy = number(store[1])
    level, used = _water(late, energy)
    wrong = (late[0][0] * late[0][1] + late[1][0] * late[1][1] - energy) / (late[0][1] + late[1][1])
    return Solution(
        p.shown(level, 1) + " kW",
        (
            p.say(f"把最高的 {used} 段一起削到同一水平 P。", f"Cut the {used} highest blocks to one level P."),
            p.say(
                f"削去的能量等于电池容量，得 P ≈ {p.shown(level, 1)} kW。",
                f"The energy above P equals what the battery holds: P ≈ {p.shown(level, 1)} kW.",
            ),
        ),
        slips=(p.shown(wrong, 1) + " kW", p.shown(late[0][0] - energy / late[0][1], 1) + " kW"),
        why=p.say(
            "削峰后各段齐平；再低一点，能量就不够。",
            "At the optimum all cut blocks are level; any lower and the energy does not suffice.",
        ),
        trap=p.say(
            "只削最高的两段，第三段会成为新的峰。",
            f"Cutting only two blocks gives {p.shown(wrong, 1)} kW, and the third then becomes the peak.",
        ),
        flips=p.say(
            f"容量翻倍时约 {p.shown(_water(late, energy * 2)[0], 1)} kW。",
            f"Twice the storage gives about {p.shown(_water(late, energy * 2)[0], 1)} kW.",
        ),
        chart="steps",
    )


def _water(blocks: list[tuple[Fraction, int]], energy: Fraction) -> tuple[Fraction, int]:
    """(level, blocks cut) when ``energy`` is taken off the top of blocks sorted from the highest."""
    for used in range(1, len(blocks) + 1):
        area = sum((load * width for load, width in blocks[:used]), Fraction(0))
        level = (area - energy) / sum(width for _, width in blocks[:used])
        if used == len(blocks) or level >= blocks[used][0]:
            return level, used
    return Fraction(0), 0


def weekly_growth(p: Problem) -> Solution | None:
    """A later period's total when the growth between two periods goes on."""
    later = p.find(r"how many .* will (?:week|month|year) (\d+)|第\s*(\d+)\s*[周月年]")
    if len(p.table) != 3 or later is None or not p.find(r"same rate|同样的?(?:速度|增速|增长率)"):
        return None
    sums = [sum((value for cell in row[1:] if (value := _amount(cell))), Fraction(0)) for row in p.table[1:]]
    if not all(sums):
        return None
    rate = sums[1] / sums[0]
    ahead = int(later[1] or later[2]) - 2
    if not 0 < ahead <= 60:
        return None
    value = sums[1] * rate**ahead
    return Solution(
        p.shown(value),
        (
            p.say(
                f"两周合计 {plain(sums[0])} 和 {plain(sums[1])}，增长 {plain((rate - 1) * 100, 1)}%。",
                f"The totals are {plain(sums[0])} and {plain(sums[1])}: growth of {plain((rate - 1) * 100, 1)}%.",
            ),
            f"{plain(sums[1])} × {plain(rate)}^{ahead} = {plain(value, 1)}" + p.say("。", "."),
        ),
        slips=(p.shown(sums[1] * rate), p.shown(sums[1] + (sums[1] - sums[0]) * ahead), p.shown(sums[1])),
        why=p.say(
            "同一星期几相比才公平，整周相比抵消了周末的起伏。",
            "Only like days compare; whole weeks cancel the weekly rhythm.",
        ),
        trap=p.say(
            "拿周日和周五比，把每周都有的起伏当成了变化。",
            "Comparing a Sunday with a Friday takes the rhythm of every week for a change.",
        ),
        flips=p.say(
            "只有两周数据，误差很大。", "Two weeks are one growth figure: a third week could halve or double it."
        ),
        chart="line",
    )


SOLVERS = (rates_under_a_mix, average_under_a_mix, critical_path, shave_the_peak, weekly_growth, ratio_of_totals)
