"""Every picture was drawn from the data beside its prompt, and reading and answer are recomputed from the same data."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import redirect_stdout
from decimal import Decimal
from io import StringIO
from itertools import pairwise
from typing import Any

import pytest

from catalog.models import SamplePrompt, Scenario
from catalog.seed.load import load_catalog
from catalog.seed.scenarios import load_scenarios
from sandbox.models import Picture, Prompt, PromptSet
from sandbox.seed import pictures
from sandbox.seed.fleet import load_fleet
from sandbox.seed.pictures.drawing import draw
from sandbox.seed.prompts import SAMPLES, load_prompts
from sandbox.seed.written import Written, read_prompts

PROMPTS = {prompt.slug: prompt for prompt in read_prompts("multimodal-understanding")}
MOST_BYTES = 60_000
Told = tuple[Any, Any]


def branch_sales(d: dict[str, Any]) -> Told:
    growth = max((row[3] - row[0]) / row[0] for row in d["values"])
    return d["values"][1][2], f"{growth * 100:.1f}"


def lab_report(d: dict[str, Any]) -> Told:
    outside = 0
    for _name, value, _unit, span in d["rows"]:
        low, high = map(float, span.split("–"))
        outside += not low <= float(value) <= high
    return next(row[1] for row in d["rows"] if row[0] == "铁蛋白"), outside


def invoice(d: dict[str, Any]) -> Told:
    right = sum(Decimal(count) * Decimal(price) for _, count, price, _ in d["rows"])
    wrong = [row for row in d["rows"] if Decimal(row[1]) * Decimal(row[2]) != Decimal(row[3])]
    assert len(wrong) == 1
    return d["foot"][2].split("：")[1].removesuffix(" 元"), right * Decimal("1.13")


def roster(d: dict[str, Any]) -> Told:
    thursday = [row[d["days"].index("周四")] for row in d["shifts"]]
    hours = sum(d["hours"][shift] for shift in d["shifts"][d["people"].index("姚竹")])
    return d["people"][thursday.index("夜")], hours


def metro(d: dict[str, Any]) -> Told:
    beside: dict[str, set[str]] = {}
    for route in d["routes"]:
        for a, b in pairwise(route["stops"]):
            beside.setdefault(a, set()).add(b)
            beside.setdefault(b, set()).add(a)
    far, line = {"枫桥": 0}, deque(["枫桥"])
    while line:
        here = line.popleft()
        for there in beside[here] - set(far):
            far[there] = far[here] + 1
            line.append(there)
    assert {stop for route in d["routes"] for stop in route["stops"]} == {one["name"] for one in d["stations"]}
    return len(d["routes"][1]["stops"]), far["石磨"]


def cost_shares(d: dict[str, Any]) -> Told:
    shares = dict(zip(d["names"], d["values"], strict=True))
    assert sum(d["values"]) == 100
    return shares["物流"], Decimal(d["total"]) * shares["能源"] / 100 / 4


def approval(d: dict[str, Any]) -> Told:
    """12 万元 by a supplier who is not on the list."""
    said = {"d1": "是", "d2": "否", "d3": "否"}
    kinds = {node["id"]: node["kind"] for node in d["nodes"]}
    here, steps = "ask", 1
    while here != "file":
        out = [edge for edge in d["edges"] if edge["from"] == here]
        here = next(edge["to"] for edge in out if edge["text"] == said.get(here, ""))
        steps += kinds[here] == "step"
    return next(node["text"] for node in d["nodes"] if node["id"] == "d2")[3:5], steps


def reservoirs(d: dict[str, Any]) -> Told:
    alder, birch = d["values"]
    return birch[d["labels"].index("Jul")], sum(level < 40 for level in alder)


def campaigns(d: dict[str, Any]) -> Told:
    cost = {name: x / y for name, x, y in zip(d["names"], d["x"], d["y"], strict=True)}
    return d["y"][d["names"].index("F")], min(cost, key=cost.__getitem__)


def receipt(d: dict[str, Any]) -> Told:
    food = sum(Decimal(price) for _, price, kind in d["rows"] if not kind)
    subtotal = sum(Decimal(price) for _, price, _ in d["rows"])
    tax, tip = subtotal * d["tax_percent"] / 100, subtotal * d["tip_percent"] / 100
    assert [Decimal(amount) for _, amount in d["totals"]] == [subtotal, tax, tip, subtotal + tax + tip]
    return d["totals"][-1][1], food * (100 + d["tax_percent"]) / 100


def gauges(d: dict[str, Any]) -> Told:
    red = [one["name"][0] for one in d["gauges"] if one["red"][0] <= one["value"] <= one["red"][1]]
    return d["gauges"][1]["value"], "".join(red)


def floor_plan(d: dict[str, Any]) -> Told:
    area = sum(one["size"][0] * one["size"][1] for one in d["rooms"] if one["carpet"])
    return next(one["size"][0] for one in d["rooms"] if one["name"] == "Kitchen"), area


def ledger(d: dict[str, Any]) -> Told:
    def amount(text: str) -> Decimal:
        return Decimal(text.replace(",", "") or "0")

    return amount(d["rows"][-1][5]), sum((amount(row[3]) - amount(row[4]) for row in d["rows"]), Decimal(0))


def code(d: dict[str, Any]) -> Told:
    with redirect_stdout(StringIO()) as printed:
        exec(d["code"], {})  # our own seven lines
    return d["code"].strip().splitlines()[1].split(" = ")[1], printed.getvalue().strip()


RECOMPUTED: dict[str, Callable[[dict[str, Any]], Told]] = {
    "zh-branch-sales": branch_sales,
    "zh-lab-report": lab_report,
    "zh-supply-invoice": invoice,
    "zh-shift-roster": roster,
    "zh-metro-map": metro,
    "zh-cost-shares": cost_shares,
    "zh-approval-flow": approval,
    "en-reservoir-levels": reservoirs,
    "en-campaign-scatter": campaigns,
    "en-cafe-receipt": receipt,
    "en-gauge-panel": gauges,
    "en-floor-plan": floor_plan,
    "en-bank-ledger": ledger,
    "en-code-picture": code,
}


def same(told: Any, checked: str) -> bool:
    try:
        return Decimal(str(told)) == Decimal(checked)
    except ArithmeticError:
        return bool(told == checked)


@pytest.mark.parametrize("slug", PROMPTS)
def test_reading_and_answer_follow_from_what_is_drawn(slug: str) -> None:
    prompt = PROMPTS[slug]
    read, found = RECOMPUTED[slug](picture(prompt)["data"])
    reading, answer = prompt.checks
    assert (same(read, reading["value"]), same(found, answer["value"])) == (True, True), (read, found)
    assert (reading["dimension"], answer["dimension"]) == ("recognition-accuracy", "picture-reasoning")
    for check in prompt.checks:
        plain = str(check["value"]).rstrip("0").rstrip(".") if "." in str(check["value"]) else str(check["value"])
        told = prompt.reference.replace(",", "")
        assert plain in told or " ".join(plain) in told or all(letter in told for letter in plain)


@pytest.mark.parametrize("slug", PROMPTS)
def test_each_committed_picture_was_drawn_from_the_data_beside_its_prompt(slug: str) -> None:
    committed = pictures.path_of(slug).read_bytes()
    assert pictures.mark_of(committed) == pictures.digest(picture(PROMPTS[slug]))
    assert len(committed) <= MOST_BYTES
    image = pictures.picture_of(slug)
    assert image.media_type == "image/png"
    assert 850 <= image.width <= 1000


def test_no_picture_is_left_over() -> None:
    assert {path.stem for path in pictures.FOLDER.iterdir()} == set(PROMPTS)


def test_drawing_a_paper_again_gives_the_same_bytes() -> None:
    prompt = PROMPTS["en-code-picture"]
    assert draw(picture(prompt), language="en") == pictures.path_of(prompt.slug).read_bytes()


def picture(prompt: Written) -> dict[str, Any]:
    assert prompt.picture
    return prompt.picture


@pytest.mark.django_db
def test_a_picture_is_frozen_with_its_prompt_and_a_changed_one_makes_the_next_set(monkeypatch: Any) -> None:
    load_scenarios()
    load_prompts()
    row = Picture.objects.get(prompt__slug="en-gauge-panel")
    assert bytes(row.data) == pictures.picture_of("en-gauge-panel").data
    assert (row.alt_en, row.alt_zh) == (
        picture(PROMPTS["en-gauge-panel"])["alt_en"],
        picture(PROMPTS["en-gauge-panel"])["alt_zh"],
    )
    old = pictures.picture_of
    changed = {"en-gauge-panel": "en-floor-plan"}
    monkeypatch.setattr(pictures, "picture_of", lambda slug: old(changed.get(slug, slug)))
    load_prompts()
    versions = PromptSet.objects.filter(scenario__slug="multimodal-understanding").values_list("version", flat=True)
    assert sorted(versions) == [1, 2]
    assert Picture.objects.get(pk=row.pk).digest == row.digest


@pytest.mark.django_db
def test_some_prompts_of_every_scenario_are_handed_to_the_catalogue_once() -> None:
    load_scenarios()
    load_prompts()
    before = list(SamplePrompt.objects.order_by("pk").values_list("pk", flat=True))
    load_prompts()
    assert list(SamplePrompt.objects.order_by("pk").values_list("pk", flat=True)) == before
    assert len(before) == Scenario.objects.count() * 2 * SAMPLES
    sample = SamplePrompt.objects.get(scenario__slug="multimodal-understanding", language="zh", position=1)
    assert (sample.picture, bool(sample.picture_alt)) == ("/static/pictures/zh-branch-sales.png", True)
    assert not SamplePrompt.objects.filter(scenario__slug="deep-reasoning").exclude(picture="").exists()


@pytest.mark.django_db
def test_only_channels_whose_model_takes_pictures_are_offered_for_them() -> None:
    load_scenarios()
    load_catalog()
    load_fleet()
    scenario = Scenario.objects.with_counts().get(slug="multimodal-understanding")
    assert all(channel.model.takes_pictures for channel in scenario.channels.select_related("model"))
    assert (scenario.real_channels >= 25, scenario.simulated_channels) == (True, 15)


def test_no_prompts_picture_is_told_in_one_language_alone() -> None:
    assert all(picture(prompt)["alt_zh"] and picture(prompt)["alt_en"] for prompt in PROMPTS.values())
    assert Prompt._meta.get_field("title").max_length >= max(len(prompt.title) for prompt in PROMPTS.values())
