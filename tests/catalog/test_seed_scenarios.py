"""Scenarios load from their file, and a rubric that was in use keeps its words."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from catalog.models import Dimension, GraderKind, Rubric, Scenario
from catalog.seed.scenarios import FACTS, load_scenarios

pytestmark = pytest.mark.django_db


def changed(tmp_path: Path, *, old: str, new: str) -> Path:
    source = FACTS.read_text(encoding="utf-8")
    assert old in source
    copy = tmp_path / "scenarios.toml"
    copy.write_text(source.replace(old, new), encoding="utf-8")
    return copy


def test_loads_all_scenarios_with_three_dimensions_each() -> None:
    load_scenarios()
    slugs = {s.slug: [d.slug for d in s.rubric.dimensions.order_by("position")] for s in Scenario.objects.all()}
    assert slugs == {
        "text-generation": ["creative-novelty", "emotional-resonance", "commercial-potential"],
        "deep-reasoning": ["logical-accuracy", "analysis-depth", "visualization-advice"],
        "multimodal-understanding": ["recognition-accuracy", "picture-reasoning", "trade-usefulness"],
    }
    assert all(s.free_until == date(2026, 12, 31) and s.is_open for s in Scenario.objects.all())


def test_loading_again_changes_nothing() -> None:
    load_scenarios()
    before = list(Dimension.objects.values_list("pk", flat=True))
    load_scenarios()
    assert list(Dimension.objects.values_list("pk", flat=True)) == before
    assert set(Rubric.objects.values_list("version", flat=True)) == {1}


def test_every_dimension_is_anchored_at_four_levels_in_both_languages() -> None:
    load_scenarios()
    for row in Dimension.objects.all():
        for anchors in (row.anchors_zh, row.anchors_en):
            assert list(anchors) == ["1", "4", "7", "10"]
            assert all(anchors.values())
            assert len(set(anchors.values())) == 4
        assert row.guide_zh
        assert row.guide_en
        assert row.graders
        assert set(row.graders) <= set(GraderKind.values)


def test_commercial_potential_is_labelled_a_readers_judgement() -> None:
    load_scenarios()
    row = Dimension.objects.get(slug="commercial-potential")
    assert "读者判断" in row.note_zh
    assert "not a measured conversion" in row.note_en


def test_a_changed_anchor_makes_a_new_rubric_and_leaves_the_old_one_as_it_was(tmp_path: Path) -> None:
    load_scenarios()
    old = Dimension.objects.get(slug="analysis-depth").anchors_en
    load_scenarios(changed(tmp_path, old="A bare conclusion, or", new="No more than a conclusion, or"))
    versions = {r.version: r for r in Rubric.objects.filter(scenario__slug="deep-reasoning")}
    assert sorted(versions) == [1, 2]
    assert versions[1].dimensions.get(slug="analysis-depth").anchors_en == old
    assert versions[2].dimensions.get(slug="analysis-depth").anchors_en["1"].startswith("No more")
    assert Rubric.objects.filter(scenario__slug="text-generation").count() == 1


def test_a_changed_title_is_corrected_in_place(tmp_path: Path) -> None:
    load_scenarios()
    load_scenarios(changed(tmp_path, old='"#AI deep reasoning APIs"', new='"#AI reasoning APIs"'))
    assert Scenario.objects.get(slug="deep-reasoning").title_en == "#AI reasoning APIs"
    assert Rubric.objects.count() == 3
