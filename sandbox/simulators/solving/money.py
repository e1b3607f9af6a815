"""Prices and shares: two tariffs, tiers, chains of percentages, vouchers in order, who owes whom."""

from __future__ import annotations

import re
from fractions import Fraction
from math import floor

from sandbox.simulators.solving.problem import NUMBER, Problem, Solution, number, plain, rounded

_MOVES = (
    "增长|上涨|提高|涨|上升|下降|下跌|降低|降价|跌"
    "|(?:rises?|rose|grows?|grew|up|falls?|fell|down|drops?|dropped)(?: by)?"
)


def _total(values: list[Fraction]) -> Fraction:
    return sum(values, Fraction(0))


def break_even(p: Problem) -> Solution | None:
    """From how many pieces on the plan with the higher fixed price is cheaper."""
    plans = re.findall(rf"固定\s*({NUMBER})\s*元[，,]\s*每[^\d，。]{{1,3}}\s*({NUMBER})\s*元", p.text)
    plans = plans or re.findall(
        rf"({NUMBER})(?: \w+)? (?:a|per) month (?:plus|and) ({NUMBER})(?: \w+)? (?:a|per|for each)", p.text
    )
    if len(plans) != 2:
        return None
    (fix1, each1), (fix2, each2) = sorted(((number(f), number(e)) for f, e in plans), reverse=True)
    if each1 >= each2:
        return None
    even = (fix1 - fix2) / (each2 - each1)
    least = floor(even) + 1
    unit = " 单" if "单" in p.text else ""
    return Solution(
        f"{least}{unit}",
        (
            f"{plain(fix1)} + {plain(each1)}x < {plain(fix2)} + {plain(each2)}x",
            p.say(f"x > {plain(even)}，所以至少 {least}。", f"x > {plain(even)}, so at least {least}."),
        ),
        slips=(f"{plain(even, 0)}{unit}", f"{plain((fix1 - fix2) / each2, 0)}{unit}"),
        why=p.say(
            "固定费的差额要靠每单的差价一单一单挣回来。", "The difference in fixed price is earned back piece by piece."
        ),
        trap=p.say(
            f"恰好 {plain(even)} 时两者相等，严格便宜要再多一单。",
            f"At exactly {plain(even)} the two are equal; strictly cheaper takes one more.",
        ),
        check=p.say(
            "把前后两个整数代入，大小关系恰好翻转。", "Putting in the whole numbers on either side flips the order."
        ),
        flips=p.say(
            "量若长期在分界点以下，结论反过来；还要问清起步量与退仓费。",
            "Below that volume the other plan wins; ask about minimum charges.",
        ),
        chart="crossing",
    )


def tiers(p: Problem) -> Solution | None:
    """What a usage costs under tiered prices, or how much two usages differ."""
    parts = re.findall(r"(超过[^元]{0,40}?|不超过[^元]{0,20}?)每度\s*(\d+(?:\.\d+)?)\s*元", p.text)
    limits = sorted({number(n) for text, _ in parts for n in re.findall(r"(\d+)\s*度", text)})
    prices = [number(price) for _, price in parts]
    used = [number(a or b) for a, b in re.findall(r"用电\s*(\d+)\s*度|用了\s*(\d+)\s*度", p.text)]
    if len(parts) < 2 or len(limits) != len(prices) - 1 or not used:
        return None
    costs = [_tiered(amount, limits, prices) for amount in used]
    differs = len(costs) == 2 and bool(p.find("少付|多付|相差"))
    value = abs(costs[0] - costs[1]) if differs else costs[0]
    gap = abs(used[0] - used[-1])
    return Solution(
        f"{rounded(value, 2)} 元",
        (
            *(f"{plain(amount)} 度：{rounded(cost, 2)} 元。" for amount, cost in zip(used, costs, strict=True)),
            f"相差 {rounded(value, 2)} 元。" if differs else "逐档相加即得。",
        ),
        slips=(
            f"{rounded(gap * prices[-1], 2)} 元",
            f"{rounded(gap * prices[0], 2)} 元",
            f"{rounded(gap * prices[1], 2)} 元",
        ),
        why="每一度的价格由它落在哪一档决定，跨档的用量要拆开算。",
        trap=f"不能用单一价格乘以 {plain(gap)} 度：其中只有一部分落在高价档。",
        check="把各档用量相加，正好等于总用量。",
        flips=f"再少用同样多，省的就主要是每度 {plain(prices[1])} 元的部分了。",
        chart="tiers",
    )


def _tiered(amount: Fraction, limits: list[Fraction], prices: list[Fraction]) -> Fraction:
    edges = [Fraction(0), *limits, max(amount, limits[-1])]
    return _total(
        [
            max(min(amount, high) - low, Fraction(0)) * price
            for low, high, price in zip(edges, edges[1:], prices, strict=False)
        ]
    )


def chained_growth(p: Problem) -> Solution | None:
    """An amount after several rises and falls by per cent."""
    base = (
        p.find(rf"原为\s*({NUMBER})")
        or p.find(rf"(?:starts? at|was|costs?|worth|earned|price of)\D{{0,12}}({NUMBER})")
        or p.find(rf"({NUMBER})\s*(?:万元|元)")
    )
    moves = re.findall(
        rf"(?<!平均)(?<!average )({_MOVES})\s*了?\s*({NUMBER})\s*(?:%|per cent)",
        p.text,
        re.IGNORECASE,
    )
    if base is None or not 2 <= len(moves) <= 12 or not p.find(r"多少|what|how much"):
        return None
    falls = ("下", "降", "跌", "fall", "fell", "down", "drop")
    shares = [number(share) / 100 * (-1 if kind.lower().startswith(falls) else 1) for kind, share in moves]
    value = number(base[1])
    for share in shares:
        value *= 1 + share
    mean = _total(shares) / len(shares)
    yearly = (float(value / number(base[1]))) ** (1 / len(shares)) - 1
    unit = p.say(" 万元", "") if "万元" in p.text else ""
    chain = " × ".join([base[1], *(plain(1 + share) for share in shares)])
    return Solution(
        p.shown(value) + unit,
        (
            f"{chain} = {plain(value)}" + p.say("。", "."),
            p.say(f"年均复合增长率约 {yearly:.1%}。", f"That is {yearly:.1%} a period, compounded."),
        ),
        slips=(
            p.shown(number(base[1]) * (1 + _total(shares))) + unit,
            p.shown(number(base[1]) * (1 + mean) ** len(shares)) + unit,
        ),
        why=p.say(
            "每次的百分比以上一次的结果为基数，所以是相乘。",
            "Each percentage is taken of the result before it, so they multiply.",
        ),
        trap=p.say(
            f"把百分比相加再平均得 {float(mean):.1%}，基数不同，不能这样算。",
            f"Adding and averaging gives {float(mean):.1%}, but the bases differ.",
        ),
        flips=p.say("跌 20% 要涨 25% 才能回到原处。", "A fall of 20 % needs a rise of 25 % to be undone."),
        chart="line",
    )


def takeaway(p: Problem) -> Solution | None:
    """An order with a reduction from a sum on, a member's discount and fees, in that order."""
    items = [(number(a), number(b)) for a, b in re.findall(rf"({NUMBER})\s*元\s*[×xX*]\s*(\d+)\s*份", p.text)]
    cut = p.find(rf"满\s*({NUMBER})\s*元减\s*({NUMBER})")
    member = p.find(r"打?\s*(\d{2})\s*折")
    delivery, packing = p.find(rf"配送费\s*({NUMBER})"), p.find(rf"包装费每份\s*({NUMBER})")
    if not (items and cut and member and delivery and packing):
        return None
    goods = _total([price * count for price, count in items])
    rate = number(member[1]) / 100
    off = number(cut[2]) if goods >= number(cut[1]) else Fraction(0)
    paid = (goods - off) * rate
    fees = number(delivery[1]) + number(packing[1]) * _total([count for _, count in items])
    other = goods * rate - (number(cut[2]) if goods * rate >= number(cut[1]) else 0)
    result = {"goods": goods, "discounted": paid, "fees": fees, "total": paid + fees}
    return Solution(
        rounded(paid + fees, 2),
        (
            f"商品合计 {plain(goods)} 元。",
            f"({plain(goods)} − {plain(off)}) × {plain(rate)} = {plain(paid)} 元。",
            f"费用 {plain(fees)} 元，应付 {plain(paid + fees)} 元。",
        ),
        slips=(rounded(other + fees, 2), rounded(paid, 2)),
        why=f"先减后折时，减的 {plain(off)} 元也被打了折，所以更贵。",
        trap=f"先打折再满减：{plain(other)} 元，相差 {plain(abs(paid - other))} 元。",
        json={key: _plain_number(value) for key, value in result.items()},
    )


def _plain_number(value: Fraction) -> int | float:
    return int(value) if value.denominator == 1 else round(float(value), 4)


def vouchers(p: Problem) -> Solution | None:
    """What one more thing adds to a bill with two vouchers, in the better order, and a limit for free shipping."""
    items = [(number(n), number(price)) for n, price in re.findall(rf"(two|three|four|\d+) \w+ at ({NUMBER})", p.text)]
    share, flat = p.find(rf"({NUMBER})\s*% off"), p.find(rf"({NUMBER}) (?:euros|dollars) off")
    post, limit = p.find(rf"shipping costs ({NUMBER})"), p.find(rf"at least ({NUMBER})")
    more = p.find(rf"adds .*? for ({NUMBER})")
    if not (items and share and flat and post and limit and more):
        return None
    rate, off = 1 - number(share[1]) / 100, number(flat[1])

    def bill(goods: Fraction) -> Fraction:
        after = {goods * rate - off, (goods - off) * rate}
        return min(amount + (0 if amount >= number(limit[1]) else number(post[1])) for amount in after)

    basket = _total([count * price for count, price in items])
    before, now = bill(basket), bill(basket + number(more[1]))
    return Solution(
        f"{rounded(now - before, 2)} euros",
        (
            f"Without it: goods {plain(basket)}, the better order comes to {rounded(before, 2)} with shipping.",
            f"With it: goods {plain(basket + number(more[1]))}, the better order comes to {rounded(now, 2)}.",
            f"The difference is {rounded(now - before, 2)} euros.",
        ),
        slips=(f"{rounded(number(more[1]) * rate, 2)} euros", f"{more[1]} euros"),
        why="Percentage first takes its share of the larger sum, so it is mostly cheaper; the limit looks at the rest.",
        trap="The tempting mistake is to add the discounted price alone and forget that shipping may become free.",
        flips="Just below the limit the order that leaves a larger amount can be the cheaper one in the end.",
        chart="bars",
    )


def settle_up(p: Problem) -> Solution | None:
    """Who owes whom after several people paid for several things."""
    paid = re.findall(rf"([A-Z]\w+) paid ({NUMBER})[^.]*?shared by ([^.]*?)(?:\.|, because)", p.text)
    people = sorted({name for name, *_ in paid}, key=p.text.index)
    if len(people) < 2:
        return None
    balance = dict.fromkeys(people, Fraction(0))
    for name, amount, among in paid:
        sharers = [one for one in people if one in among] or people
        balance[name] += number(amount)
        for one in sharers:
            balance[one] -= number(amount) / len(sharers)
    transfers = _transfers(balance)
    told = "; ".join(f"{a} pays {b} {plain(amount, 2)}" for a, b, amount in transfers)
    return Solution(
        told,
        (
            "Balances: " + ", ".join(f"{name} {plain(value, 2)}" for name, value in balance.items()) + ".",
            f"{told}.",
        ),
        why="Balances sum to zero, so the last transfer always comes out even: n people never need more than n − 1.",
        trap="The tempting mistake is to split everything among all and forget who did not share the ride.",
        check="Paid minus used, person by person, gives the same balances.",
        json={
            "balances": {name: _plain_number(value) for name, value in balance.items()},
            "transfers": [{"from": a, "to": b, "amount": _plain_number(amount)} for a, b, amount in transfers],
        },
    )


def _transfers(balance: dict[str, Fraction]) -> list[tuple[str, str, Fraction]]:
    """The largest debtor pays the largest creditor until all is even."""
    left, moves = dict(balance), []
    while (owes := min(left, key=lambda n: left[n])) and left[owes] < 0:
        owed = max(left, key=lambda n: left[n])
        amount = min(-left[owes], left[owed])
        moves.append((owes, owed, amount))
        left[owes] += amount
        left[owed] -= amount
    return moves


SOLVERS = (break_even, tiers, takeaway, vouchers, settle_up, chained_growth)
