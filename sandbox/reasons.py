"""Why, and what would change it: a contest's reasons and flips as codes with values, for any language. Pure numpy."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sandbox import stats
from sandbox.contest import ENOUGH_PROMPTS, MARGIN, Contest, hold
from sandbox.stats import Difference
from sandbox.value import COST, POINTS_PER_TENFOLD, row_means, value_cells

MOST_PROMPTS = 2_000
# Standard errors that a gap must have to be seen, or to be seen to be too small to matter, every second time.
DECIDES, SETTLES = 2.054, 1.645
# Standard normal quantiles at 2.5 %, 7.5 %, … 97.5 %: what a gap may truly be.
MAYBE = (0.0627, 0.1891, 0.3186, 0.4538, 0.5978, 0.7554, 0.9346, 1.1503, 1.4395, 1.9600)


@dataclass(frozen=True, slots=True)
class Remark:
    """A reason, or a change that would flip the verdict, without a language."""

    code: str
    values: dict[str, Any] = field(default_factory=dict)


def why_clear(contest: Contest, chosen: int) -> list[Remark]:
    rival = contest.runner_up
    return [_lead(contest, rival), *_best_dimensions(contest, chosen, rival)] if rival is not None else []


def why_tied(contest: Contest, chosen: int) -> list[Remark]:
    names = contest.evidence.channels
    tied = [names[k] for k in sorted({contest.leader, *contest.equals}) if k != chosen]
    remarks = [Remark("too_close", {"channels": tied, "margin": MARGIN})]
    costs, times = row_means(contest.evidence.cost), row_means(contest.evidence.time_ms)
    others = [contest.evidence.channels.index(name) for name in tied]
    if all(costs[chosen] < costs[k] for k in others):
        remarks.append(Remark("cheapest_of_equals", {"channel": names[chosen]}))
    elif all(times[chosen] < times[k] for k in others):
        remarks.append(Remark("fastest_of_equals", {"channel": names[chosen]}))
    return remarks


def why_unknown(contest: Contest, chosen: int) -> list[Remark]:
    names = contest.evidence.channels
    rival = contest.runner_up
    if rival is None:
        return [Remark("only_one", {"channel": names[chosen]})]
    remarks = []
    prompts = min(gap.n for gap in contest.gaps.values())
    if prompts < ENOUGH_PROMPTS:
        remarks.append(Remark("too_few_prompts", {"n": prompts, "needed": ENOUGH_PROMPTS}))
    remarks.append(_lead(contest, rival))
    if contest.rivals_left:
        remarks.append(Remark("open_rivals", {"channels": [names[k] for k in contest.rivals_left]}))
        remarks.append(_needed(contest))
    remarks.append(Remark("take_until_then", {"channel": names[chosen]}))
    return remarks


def missing_scores(contest: Contest, unsafe: list[int]) -> Remark:
    """What was lost, and who might not be beaten had it not been."""
    names, lost = contest.evidence.channels, contest.evidence.lost
    count = 0 if lost is None else int(lost[[contest.leader, *unsafe]].sum())
    return Remark("missing_scores", {"n": count, "channels": [names[k] for k in unsafe]})


def _lead(contest: Contest, rival: int) -> Remark:
    """Told within the scale: nobody is 19 points of 10 better, however few the prompts."""
    gap = contest.gaps[rival]
    names = contest.evidence.channels
    values = {"channel": names[contest.leader], "rival": names[rival], "lead": gap.value, "n": gap.n}
    if not gap.bears_interval:
        return Remark("few_differences", values | {"differ": gap.differ})
    span = gap.within(stats.LEVEL)
    most = max(stats.WIDTH, span.value)
    return Remark("lead", values | {"low": max(span.low, -most), "high": min(span.high, most)})


def _needed(contest: Contest) -> Remark:
    """The hardest of the open comparisons decides how many prompts are needed, and what they would cost."""
    open_gaps = [contest.gaps[rival] for rival in contest.rivals_left]
    needs = [prompts_needed(gap) for gap in open_gaps]
    low, highs = max(low for low, _high in needs), [high for _low, high in needs if high is not None]
    high = max(highs) if len(highs) == len(needs) else None
    if low >= MOST_PROMPTS and any(_is_hidden_by_judges(gap) for gap in open_gaps):
        return Remark("judge_limit", {"reach": max(gap.bias for gap in open_gaps) * DECIDES})
    now = min(gap.n for gap in open_gaps)
    prices = [_price_of(contest, None if most is None else most - now) for most in (low, high)]
    return Remark("more_prompts", {"low": low, "high": high, "n": now, "cost_low": prices[0], "cost_high": prices[1]})


def _price_of(contest: Contest, prompts: int | None) -> str | None:
    """What so many more prompts would cost at what this trial's own did, in its currency."""
    each = contest.evidence.prompt_cost
    return None if each is None or prompts is None else f"{each * prompts:.9f}"


def _is_hidden_by_judges(gap: Difference) -> bool:
    """Whether the judges' own error hides a difference of this size for good."""
    return gap.bias * DECIDES >= abs(gap.value) and gap.bias * SETTLES >= MARGIN - abs(gap.value)


def _best_dimensions(contest: Contest, chosen: int, rival: int) -> list[Remark]:
    """The weighed dimension in which the chosen channel leads the runner-up by most."""
    evidence = contest.evidence
    leads = {}
    for d, slug in enumerate(evidence.dimensions):
        gap = stats.compare(evidence.quality[chosen, :, d], evidence.quality[rival, :, d])
        if gap is not None and contest.weights[slug] and gap.value > 0:
            leads[slug] = gap.value
    if not leads:
        return []
    slug = max(leads, key=lambda each: leads[each])
    values = {"channel": evidence.channels[chosen], "rival": evidence.channels[rival]}
    return [Remark("best_dimension", values | {"dimension": slug, "lead": leads[slug]})]


def gaps_in_knowledge(contest: Contest) -> list[Remark]:
    names = contest.evidence.channels
    remarks = []
    out = [names[k] for k in range(len(names)) if k != contest.leader and k not in contest.gaps]
    if out:
        remarks.append(Remark("not_compared", {"channels": out}))
    unpriced = [names[k] for k, mean in enumerate(row_means(contest.evidence.cost)) if math.isnan(mean)]
    if unpriced and contest.weights[COST]:
        remarks.append(Remark("unknown_price", {"channels": unpriced}))
    return remarks


def prompts_needed(gap: Difference) -> tuple[int, int | None]:
    """About how many prompts in all would decide between two channels: from, to (None: over ``MOST_PROMPTS``).

    The number at which a true gap is decided every second time, over all that the gap may truly be by its error; the
    range has the middle half of those. Never fewer than ``ENOUGH_PROMPTS``, below which nothing is decided.
    """
    needs = sorted(_prompts(gap, abs(gap.value + sign * z * gap.error)) for z in MAYBE for sign in (-1, 1))
    quarter = len(needs) // 4
    low, high = (max(needs[place], gap.n + 1, ENOUGH_PROMPTS) for place in (quarter, -quarter - 1))
    return math.ceil(min(low, MOST_PROMPTS)), math.ceil(high) if high <= MOST_PROMPTS else None


def _prompts(gap: Difference, size: float) -> float:
    """Prompts until a true gap of ``size`` is either seen or seen to be too small to matter, whichever comes first."""
    spread = gap.error**2 * gap.n
    # The error that would do, less the judges' part in it, which no prompt lowers.
    rooms = ((size / DECIDES) ** 2 - gap.bias**2, (max(MARGIN - size, 0.0) / SETTLES) ** 2 - gap.bias**2)
    return min((spread / room for room in rooms if room > 0), default=math.inf)


def weight_flips(contest: Contest) -> list[Remark]:
    """For each weight, the nearest whole percentage at which another channel leads; the smallest change first."""
    total = sum(contest.weights.values())
    found: list[tuple[float, Remark]] = []
    for key, weight in contest.weights.items():
        now = weight / total
        shares = [share for end in (0, 100) if (share := _flip_towards(contest, key, now=now, end=end)) is not None]
        if shares:
            share = min(shares, key=lambda each: abs(each - now))
            winner = contest.evidence.channels[_leader_at(contest, key, share)]
            values = {"weight": key, "now": now, "share": share, "channel": winner}
            found.append((abs(share - now), Remark("weight", values)))
    return [remark for _distance, remark in sorted(found, key=lambda each: each[0])]


def _flip_towards(contest: Contest, key: str, *, now: float, end: int) -> float | None:
    """The first whole percentage towards ``end`` at which the leader has lost; None when it leads there too.

    Values are linear in a share, so the shares at which one channel leads have no gap, and halving finds their end.
    """
    held, lost = round(now * 100), end
    if _leader_at(contest, key, lost / 100) == contest.leader:
        return None
    while abs(lost - held) > 1:
        middle = (held + lost) // 2
        if _leader_at(contest, key, middle / 100) == contest.leader:
            held = middle
        else:
            lost = middle
    return lost / 100


def _leader_at(contest: Contest, key: str, share: float) -> int:
    """Who leads when ``key`` has ``share`` of all weight and the others keep their proportions."""
    others = sum(weight for name, weight in contest.weights.items() if name != key)
    if not others:  # it is all the weight, whatever its share
        return contest.leader
    weights = {name: weight / others * (1 - share) for name, weight in contest.weights.items()}
    values = stats.levels(value_cells(contest.evidence, weights | {key: share}))
    return contest.leader if np.isnan(values).all() else int(np.nanargmax(values))


def price_flip(contest: Contest) -> list[Remark]:
    """By how much the leader's price may be multiplied before the runner-up passes it."""
    share = contest.weights[COST] / sum(contest.weights.values())
    rival = contest.runner_up
    if not share or rival is None or math.isnan(row_means(contest.evidence.cost)[contest.leader]):
        return []
    lead = float(contest.values[contest.leader] - contest.values[rival])
    multiple = 10 ** min(lead / (share * POINTS_PER_TENFOLD), 6.0)
    if multiple > 100:
        return []
    names = contest.evidence.channels
    return [Remark("price", {"channel": names[contest.leader], "multiple": multiple, "rival": names[rival]})]


def price_flip_of_equals(contest: Contest, chosen: int) -> list[Remark]:
    """Among equals the price decides: it flips once the chosen one costs more than the next cheapest."""
    costs = row_means(contest.evidence.cost)
    others = {k: costs[k] for k in {contest.leader, *contest.equals} - {chosen} if costs[k] > 0}
    if not others or not costs[chosen] > 0:
        return []
    rival = min(others, key=lambda k: others[k])
    names = contest.evidence.channels
    multiple = float(costs[rival] / costs[chosen])
    return [Remark("price", {"channel": names[chosen], "multiple": multiple, "rival": names[rival]})]


def topic_flips(contest: Contest) -> list[Remark]:
    """Topics without whose prompts another channel would lead, or this one would not have won."""
    evidence, names = contest.evidence, contest.evidence.channels
    found: list[Remark] = []
    if len({topic for topic, _language in evidence.clusters}) < 2:
        return found
    for topic in evidence.topics:
        rest = hold(evidence.without(topic), contest.weights, looks=contest.looks)
        if rest is None:
            continue
        if rest.leader != contest.leader:
            found.append(Remark("topic", {"topic": topic, "channel": names[rest.leader]}))
        elif contest.is_won and _has_enough(rest) and not rest.is_won:
            found.append(Remark("topic_doubt", {"topic": topic, "channel": names[contest.leader]}))
    return found


def _has_enough(contest: Contest) -> bool:
    return min((gap.n for gap in contest.gaps.values()), default=0) >= ENOUGH_PROMPTS
