"""Chances: what a test result is worth, how many turn up, what knowing more would earn, how many ways to choose."""

from __future__ import annotations

from fractions import Fraction
from math import comb

from sandbox.simulators.solving.problem import NUMBER, Problem, Solution, number, plain, rounded

_SHARE = r"(\d+(?:\.\d+)?)\s*%"


def bayes(p: Problem) -> Solution | None:
    """The chance that an alarm is true, from the base rate, the hit rate and the false alarm rate."""
    base = p.find(
        rf"(?:次品率|患病率|发病率|概率为|占|prevalence|base rate|defective|have the disease)\D{{0,16}}?{_SHARE}"
    )
    base = base or p.find(rf"{_SHARE} (?:of|are)[^.%]*(?:defective|have|carry|suffer|fraud)")
    false = p.find(rf"(?:误报|假阳性|误判|false (?:alarm|positive))\D{{0,24}}?{_SHARE}")
    false = false or p.find(rf"{_SHARE} of (?:good|healthy|sound|genuine)")
    hit = p.find(rf"(?:报警的概率|检出率|灵敏度|真阳性|sensitivity|detects|flags|catches)\D{{0,24}}?{_SHARE}")
    if not (base and false and hit):
        return None
    prior, alarm, wrong = (number(match[1]) / 100 for match in (base, hit, false))
    true, fake = prior * alarm, (1 - prior) * wrong
    value = true / (true + fake) * 100
    answer = rounded(value, p.places if p.places is not None else 1) + "%"
    twice = prior * alarm**2 / (prior * alarm**2 + (1 - prior) * wrong**2) * 100
    of = 10_000
    counts = [plain(x * of, 0) for x in (prior, true, fake)]
    return Solution(
        answer,
        (
            p.say(
                f"设想 {of} 件：真有问题的 {counts[0]} 件，其中报警 {counts[1]} 件。",
                f"Imagine {of} cases: {counts[0]} are real, and {counts[1]} of these raise the alarm.",
            ),
            p.say(f"没有问题却误报的有 {counts[2]} 件。", f"{counts[2]} harmless ones raise it too."),
            p.say(
                f"{counts[1]} ÷ ({counts[1]} + {counts[2]}) ≈ {answer}。",
                f"{counts[1]} / ({counts[1]} + {counts[2]}) ≈ {answer}.",
            ),
        ),
        slips=(plain(alarm * 100, 1) + "%", plain((1 - wrong) * 100, 1) + "%", plain(true * 100, 1) + "%"),
        why=p.say(
            "决定结果的是基础比例：真正有问题的太少，误报的基数太大。",
            "The base rate decides: real cases are so few that false alarms outnumber them.",
        ),
        trap=p.say(
            "常见误区是把“有问题时报警的概率”当成“报警时有问题的概率”。",
            "It is tempting to read the chance of an alarm given a fault as that of a fault given an alarm.",
        ),
        flips=p.say(
            f"若独立复检仍报警，概率升到约 {rounded(twice, 1)}%。",
            f"A second, independent alarm lifts it to about {rounded(twice, 1)}%.",
        ),
        check=p.say("两类报警相加等于报警总数，比例对得上。", "The two kinds of alarm add up to all alarms."),
        chart="icons",
    )


def binomial_tail(p: Problem) -> Solution | None:
    """The chance that more parties turn up than there are places."""
    sizes = p.find(r"\b(\w{1,12}) tables\b.*?takes? (\w{1,12}) bookings") or p.find(
        r"(\d+)\s*(?:个座位|张桌|个名额).*?(\d+)\s*(?:个预订|人预订|张票)"
    )
    chance = p.find(r"probability (0?\.\d+)") or p.find(r"概率(?:为|是|都是)?\s*(0?\.\d+)")
    if sizes is None or chance is None:
        return None
    try:
        places, asked = int(number(sizes[1])), int(number(sizes[2]))
    except ValueError:
        return None
    if not places < asked <= 200:
        return None
    q = Fraction(chance[1])
    terms = [comb(asked, k) * q**k * (1 - q) ** (asked - k) for k in range(places + 1, asked + 1)]
    value = sum(terms, Fraction(0)) * 100
    answer = rounded(value, p.places if p.places is not None else 1) + "%"
    last = rounded(q**asked * 100, 1) + "%"
    parts = " + ".join(f"{float(term):.4f}" for term in terms)
    counts = ", ".join(str(k) for k in range(places + 1, asked + 1))
    return Solution(
        answer,
        (
            p.say(f"超员意味着到场 {counts} 组。", f"Too many means that {counts} parties come."),
            p.say(f"二项分布相加：{parts} ≈ {answer}。", f"Binomial terms: {parts} ≈ {answer}."),
        ),
        slips=(last, rounded(terms[0] * 100, 1) + "%", rounded(q * 100, 1) + "%"),
        why=p.say(
            "关键是把所有超出的情形都加起来。", "What decides is that every count above the limit has to be added."
        ),
        trap=p.say(
            "容易只算全部到场的一种情形。",
            f"The tempting mistake is to count only the case where all {asked} come ({last}).",
        ),
        flips=p.say(
            "独立性最可疑：天气或节日会让大家一起来或一起不来。",
            "Independence is doubtful: rain or a match moves all parties together, which fattens both ends.",
        ),
        chart="histogram",
    )


def value_of_test(p: Problem) -> Solution | None:
    """What a fallible test is worth before a launch that earns or loses."""
    gain = p.find(rf"(?:earns?|赚|盈利)\s*({NUMBER})")
    loss = p.find(rf"(?:loses?|亏|亏损)\s*({NUMBER})")
    chance = p.find(r"(?:probability|概率[为是]?)\s*(0?\.\d+)")
    says = p.find(rf"{_SHARE}[^%.]{{0,60}}?and for {_SHARE}") or p.find(
        rf"(?:成功)\D{{0,20}}{_SHARE}\D{{0,40}}{_SHARE}"
    )
    if not (gain and loss and chance and says) or not p.find(r"test|测试|试销"):
        return None
    win, lose, q = number(gain[1]), number(loss[1]), Fraction(chance[1])
    hit, false = Fraction(says[1]) / 100, Fraction(says[2]) / 100
    blind = max(q * win - (1 - q) * lose, Fraction(0))
    informed = max(q * hit * win - (1 - q) * false * lose, Fraction(0)) + max(
        q * (1 - hit) * win - (1 - q) * (1 - false) * lose, Fraction(0)
    )
    worth, perfect = informed - blind, q * win - blind
    unit = p.say(" 千欧元", " thousand euros") if p.find("thousand euros|千欧元") else ""
    return Solution(
        p.shown(worth) + unit,
        (
            p.say(
                f"不测试：期望 {plain(blind)}。",
                f"Without the test: {plain(q)} × {plain(win)} − {plain(1 - q)} × {plain(lose)} = {plain(blind)}.",
            ),
            p.say(
                f"按测试行事：期望 {plain(informed)}。",
                f"Acting on it: {plain(q * hit * win)} won less {plain((1 - q) * false * lose)} lost = {plain(informed)}.",
            ),
            p.say(f"差额 {plain(worth)} 就是最高价。", f"The difference, {plain(worth)}, is the most to pay."),
        ),
        slips=(p.shown(informed) + unit, p.shown(perfect) + unit, p.shown(worth / 2) + unit),
        why=p.say("价值来自避开的亏损，减去错过的成功。", "The value is the losses avoided less the successes missed."),
        trap=p.say(
            "不能把测试后的期望直接当成测试的价值。",
            "The tempting mistake is to price the test at the profit with it, not at the difference it makes.",
        ),
        flips=p.say(
            f"从不出错的测试值 {plain(perfect)}。",
            f"A test never wrong would be worth {plain(perfect)}; a higher false go rate shrinks the value fastest.",
        ),
        chart="tree",
    )


def choose(p: Problem) -> Solution | None:
    """How many ways to choose some of many."""
    match = p.find(r"choos\w* (\w{1,12}) (?:\w{1,20} )?(?:from|out of) (?:a group of )?(\w{1,12})") or p.find(
        r"从\s*(\d+)\D{1,8}?(?:选|挑)出?\s*(\d+)"
    )
    if match is None or not p.find(r"how many ways|多少种"):
        return None
    try:
        few, many = sorted((int(number(match[1])), int(number(match[2]))))
    except ValueError:
        return None
    if many > 200:
        return None
    value = comb(many, few)
    step = p.say(f"顺序不计：C({many}, {few}) = {value}。", f"Order does not matter: C({many}, {few}) = {value}.")
    return Solution(str(value), (step,), slips=(str(many * few), str(comb(many, few + 1))))


SOLVERS = (bayes, binomial_tail, value_of_test, choose)
