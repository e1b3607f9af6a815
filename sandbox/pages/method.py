"""The page *How we score*: who grades which dimension, by which anchors, and the record that each grader wears."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from catalog.models import Channel, Dimension, GraderKind, Scenario
from sandbox import records, stats
from sandbox.graders import judge, pairwise, planted
from sandbox.graders.rule.grading import RULES
from sandbox.models import GraderRecord
from sandbox.pages import judges as judge_page
from sandbox.wording import Facts


def context() -> dict[str, Any]:
    channels = list(Channel.objects.listed().judges().for_lists().order_by("provider__is_simulated", "slug"))
    names = [f"rule:{name}" for name in RULES] + [channel.slug for channel in channels]
    known = records.by_grader(names)
    scenarios = [scenario_of(each) for each in Scenario.objects.open().with_dimensions()]
    titles = {each["dimension"].slug: each["dimension"].title for scored in scenarios for each in scored["dimensions"]}
    lately = records.lately(channel.slug for channel in channels)
    return {
        "scenarios": scenarios,
        "rules": [
            {"title": title, "records": figures(known.get(f"rule:{name}", []), titles)}
            for name, title in judge_page.rule_titles().items()
        ],
        "judges": [
            {
                "channel": channel,
                "records": figures(known.get(channel.slug, []), titles),
                "lately": lately.get(channel.slug),
            }
            for channel in channels
        ],
        "level": round(stats.LEVEL * 100),
        "versions": {"grades": judge.PROMPT_VERSION, "pairs": pairwise.PROMPT_VERSION},
        "planted": {"count": len(planted.pairs()), "per_judge": planted.PER_JUDGE},
    }


def scenario_of(scenario: Scenario) -> dict[str, Any]:
    rubrics = scenario.newest_rubrics  # type: ignore[attr-defined]  # with_dimensions adds it
    dimensions = rubrics[0].dimensions.all() if rubrics else []
    return {
        "scenario": scenario,
        "version": rubrics[0].version if rubrics else None,
        "dimensions": [{"dimension": each, "graders": graders_of(each)} for each in dimensions],
    }


def graders_of(dimension: Dimension) -> list[str]:
    """Who scores it today, first who goes before the others."""
    titles = {GraderKind.RULE: _("a rule, where a prompt can be checked"), GraderKind.JUDGE: _("AI judges")}
    return [title for kind, title in titles.items() if kind in dimension.graders]


def figures(kept: list[GraderRecord], titles: dict[str, str]) -> list[Facts]:
    """Records as the page shows them."""
    return [
        {
            "record": record,
            "dimension": titles.get(record.dimension, record.dimension),
            "statistic": judge_page.statistic(record.statistic),
            "value": f"{record.value:.3f}",
            "interval": f"[{record.low:.3f}, {record.high:.3f}]",
            "data": _(record.data),
        }
        for record in kept
    ]
