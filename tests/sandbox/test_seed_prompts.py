"""The house prompts load, stay frozen, and their references are right."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import combinations, pairwise, permutations, product
from math import comb
from typing import Any

import pytest

from catalog.models import Scenario
from catalog.seed.scenarios import load_scenarios
from sandbox.models import Prompt, PromptSet
from sandbox.seed import prompts
from sandbox.seed.prompts import load_prompts, write_set
from sandbox.seed.written import SCENARIOS, parse, read_prompts

REASONING = {prompt.slug: prompt for prompt in read_prompts("deep-reasoning")}


def seat_order() -> str:
    for row in permutations("周吴郑王冯"):
        at = row.index
        apart = abs(at("周") - at("吴")) > 1 and abs(at("王") - at("周")) == 1
        placed = at("郑") == 2 and 0 < at("吴") < 4 and at("周") != 0 and at("王") < at("冯")
        if apart and placed:
            return "".join(row)
    return ""


def truth_tellers() -> str:
    def holds(a: bool, b: bool, c: bool, d: bool) -> bool:
        said = (a + b + c + d <= 2, a != d, b and not d, not a or not c)
        return said == (a, b, c, d)

    found = [kinds for kinds in product((True, False), repeat=4) if holds(*kinds)]
    assert len(found) == 1
    return "".join(name for name, true in zip("ABCD", found[0], strict=True) if true)


def door_codes() -> int:
    codes = [code for code in permutations(range(1, 7), 4) if sum(code) % 2 == 0]
    return sum(not any(set(pair) == {1, 2} for pair in pairwise(code)) for code in codes)


def grid_walks() -> int:
    closed = {(2, 2), (4, 1)}
    walks = 0
    for norths in combinations(range(9), 4):
        x = y = 0
        seen = set()
        for step in range(9):
            x, y = (x, y + 1) if step in norths else (x + 1, y)
            seen.add((x, y))
        walks += not seen & closed
    return walks


def shortest_makespan() -> int:
    hours = (7, 6, 6, 5, 5, 4, 3)
    plans = product(range(3), repeat=len(hours))
    return min(
        max(sum(h for h, o in zip(hours, plan, strict=True) if o == oven) for oven in range(3)) for plan in plans
    )


def minutes_run() -> int:
    run = since = 0
    minute = 0
    while minute < 480:
        if since == 120:
            minute, since = minute + 10, 0
        else:
            minute, since, run = minute + 1, since + 1, run + 1
    return run


def project_days(design: int) -> int:
    design_done, data_done = 3 + design, 3 + 5
    return max(design_done + 4, max(design_done, data_done) + 3) + 2


def power_bill(kwh: int) -> Fraction:
    steps = (min(kwh, 200), max(0, min(kwh, 400) - 200), max(0, kwh - 400))
    return sum((Fraction(n) * Fraction(p) for n, p in zip(steps, ("0.52", "0.57", "0.82"), strict=True)), Fraction(0))


def voucher_price(goods: int) -> Fraction:
    after = (Fraction(goods) * Fraction("0.85") - 10, (Fraction(goods) - 10) * Fraction("0.85"))
    return min(amount + (0 if amount >= 90 else Fraction("6.9")) for amount in after)


def default_list(n: int, seen: list[int] = []) -> int:  # noqa: B006
    seen.append(n % 3)
    return sum(seen)


def word_lengths(words: list[str]) -> list[str]:
    out: dict[int, list[str]] = {}
    for i, w in enumerate(words):
        out.setdefault(len(w), []).insert(0, w[i % len(w)])
    return ["".join(v) for _, v in sorted(out.items(), reverse=True)]


COMPUTED: dict[str, Any] = {
    "zh-two-couriers": 100 * (Fraction("0.4") * Fraction(180, 200) + Fraction("0.6") * Fraction(560, 800)),
    "zh-bottling-line": Fraction(minutes_run() * 40, 8),
    "zh-alarm-odds": Fraction(100 * 19, 19 + Fraction("39.2")),
    "zh-critical-path": project_days(5),
    "zh-channel-cost": Fraction(24000 + 36000 + 5400 + 18000, 150 + 180 + 45 + 96),
    "zh-seat-order": seat_order(),
    "zh-break-even": next(x for x in range(10_000) if 30_000 + 12 * x < 8_000 + 22 * x),
    "zh-worst-stores": "BD",
    "zh-default-list": str([default_list(x) for x in (4, 5, 9, 2)]),
    "zh-power-bill": power_bill(460) - power_bill(395),
    "zh-door-codes": door_codes(),
    "zh-drone-spray": Fraction(90, 15) * Fraction("6.5") * 12,
    "zh-three-years": 500 * Fraction("1.2") * Fraction("0.8") * Fraction("1.1"),
    "en-average-basket": Fraction("0.8") * 42 + Fraction("0.2") * 105,
    "en-three-ovens": shortest_makespan(),
    "en-overbooked": 100 * sum(comb(12, k) * Fraction("0.85") ** k * Fraction("0.15") ** (12 - k) for k in (11, 12)),
    "en-battery-peak": Fraction(46 + 52 + 40 - 20, 3),
    "en-four-colleagues": truth_tellers(),
    "en-leaking-tank": Fraction(1200, 45) + Fraction(600, 30),
    "en-word-lengths": str(word_lengths(["fig", "pear", "plum", "kiwi", "nut"])),
    "en-signup-weeks": 770 * Fraction(770, 700) ** 2,
    "en-surviving-founders": "ACE",
    "en-second-opinion": max(0, 300 * Fraction("0.32") - 120 * Fraction("0.18")) - (Fraction(120) - 72),
    "en-grid-walk": grid_walks(),
    "en-van-fuel": Fraction(1200) / Fraction("1.609") / 28 * Fraction("3.785") * Fraction("1.64"),
    "en-voucher-order": voucher_price(120) - voucher_price(108),
}


@pytest.mark.parametrize("slug", sorted(COMPUTED))
def test_the_reference_agrees_with_a_computation(slug: str) -> None:
    check = REASONING[slug].checks[0]
    if check["rule"] == "number":
        assert abs(Fraction(check["value"]) - COMPUTED[slug]) <= Fraction(check.get("tolerance", "0"))
    else:
        assert check["value"] == COMPUTED[slug]


def test_every_reasoning_prompt_but_the_json_ones_is_recomputed_here() -> None:
    assert set(REASONING) - set(COMPUTED) == {"zh-order-json", "en-split-json"}


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_each_scenario_has_enough_prompts_in_each_language(scenario: str) -> None:
    written = read_prompts(scenario)
    least = 6 if any(p.picture for p in written) else 12  # pictures are dear to draw: twelve in both languages together
    assert min(Counter(p.language for p in written).values()) >= least
    assert {p.language for p in written} == {"zh", "en"}
    assert len({p.slug for p in written}) == len(written)
    assert all(p.text and p.title and p.topic and p.max_output_tokens and p.thinking_tokens for p in written)


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_six_prompts_of_one_click_differ_in_topic(scenario: str, language: str) -> None:
    first = [p.topic for p in read_prompts(scenario) if p.language == language][:6]
    assert len(set(first)) == 6


def test_every_reasoning_prompt_has_a_reference_checks_and_a_final_line() -> None:
    for prompt in REASONING.values():
        assert prompt.reference
        assert prompt.checks
        assert any(word in prompt.text for word in ("Answer: ", "答案：", "JSON"))


def test_enough_reasoning_prompts_ask_for_chart_advice() -> None:
    asking = [
        p
        for p in REASONING.values()
        if any(word in p.text for word in ("建议一张图", "合适的图", "ecommend a chart", "ecommend one chart"))
    ]
    assert Counter(p.language for p in asking) == {"zh": 9, "en": 8}


@pytest.mark.django_db
def test_loading_twice_writes_one_set_per_scenario() -> None:
    load_scenarios()
    load_prompts()
    load_prompts()
    assert list(PromptSet.objects.order_by("scenario__slug").values_list("scenario__slug", "version")) == [
        ("deep-reasoning", 1),
        ("multimodal-understanding", 1),
        ("text-generation", 1),
    ]
    assert Prompt.objects.count() == sum(len(read_prompts(s)) for s in SCENARIOS)


@pytest.mark.django_db
def test_a_changed_prompt_makes_the_next_set_and_leaves_the_old_one(monkeypatch: pytest.MonkeyPatch) -> None:
    load_scenarios()
    load_prompts()
    first, *rest = read_prompts("text-generation")
    changed = (first._replace(text="别的要求"), *rest)
    monkeypatch.setattr(
        prompts, "read_prompts", lambda slug: changed if slug == "text-generation" else read_prompts(slug)
    )
    load_prompts()
    sets = PromptSet.objects.filter(scenario__slug="text-generation")
    assert sorted(s.version or 0 for s in sets) == [1, 2]
    assert sets.get(version=1).prompts.get(slug=first.slug).text == first.text
    assert sets.get(version=2).prompts.get(slug=first.slug).text == "别的要求"
    assert PromptSet.objects.filter(scenario__slug="deep-reasoning").count() == 1


@pytest.mark.django_db
def test_a_visitors_own_set_does_not_count_as_a_version() -> None:
    load_scenarios()
    scenario = Scenario.objects.get(slug="text-generation")
    PromptSet.objects.create(scenario=scenario)
    assert write_set(scenario, read_prompts("text-generation")).version == 1


def test_reads_a_prompt_with_its_defaults_and_without_the_files_line_breaks() -> None:
    source = '[[prompt]]\nslug="a"\nlanguage="en"\ntopic="t"\ntitle="T"\ntext="""\nHi\n"""\nmax_output_tokens=9\n'
    (prompt,) = parse(source, "deep-reasoning")
    assert (prompt.text, prompt.thinking_tokens, prompt.checks, prompt.reference) == ("Hi", 2048, (), "")
