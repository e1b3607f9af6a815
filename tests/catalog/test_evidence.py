"""What counts as a channel's evidence."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from catalog import editions, evidence
from catalog.models import Rubric
from tests import factories

pytestmark = pytest.mark.django_db


def test_the_largest_run_counts_and_the_newest_of_equals():
    scenario, channel = factories.make_scenario(), factories.make_channel()
    before = timezone.now() - timedelta(days=3)
    factories.make_measurement(channel=channel, scenario=scenario, samples=24, value=6.0, measured_at=before)
    factories.make_measurement(channel=channel, scenario=scenario, samples=24, value=7.0)
    factories.make_measurement(channel=channel, scenario=scenario, samples=6, value=9.0)
    assert evidence.measured(scenario, [channel.pk])[channel.pk]["score"].value == 7.0


def test_another_scenario_is_no_evidence_for_a_score_but_is_for_speed():
    channel, elsewhere = factories.make_channel(), factories.make_scenario()
    factories.make_measurement(channel=channel, scenario=elsewhere)
    factories.make_measurement(channel=channel, scenario=elsewhere, metric="ttft_ms", value=90.0)
    assert evidence.measured(factories.make_scenario(), [channel.pk]) == {}
    assert set(evidence.speed([channel.pk])[channel.pk]) == {"ttft_ms"}


def test_a_channels_dimensions_come_in_the_rubrics_order():
    scenario, channel = factories.make_scenario(dimensions=2), factories.make_channel()
    for metric in ("score:quality-2", "score:quality-1", "score:forgotten"):
        factories.make_measurement(channel=channel, scenario=scenario, metric=metric)
    (found,) = evidence.of_channel(channel, editions.current())
    assert [dimension.slug for dimension, _row in found.dimensions] == ["quality-1", "quality-2"]


def test_a_leader_shines_fully_only_when_its_interval_stands_apart():
    scenario = factories.make_scenario()
    first, second, close = (
        factories.make_measurement(
            channel=factories.make_channel(), scenario=scenario, value=v, low=v - 0.3, high=v + 0.3
        )
        for v in (8.0, 7.0, 7.8)
    )
    assert evidence.sureness([first, second]) == 1.0
    assert evidence.sureness([first, close]) < 1.0


def test_a_run_of_one_channel_is_not_shown_as_a_comparison():
    factories.make_measurement(channel=factories.make_channel(), scenario=factories.make_scenario())
    assert evidence.latest_run() is None


def test_a_tail_counts_only_beside_the_median_of_its_own_run():
    scenario, channel = factories.make_scenario(), factories.make_channel()
    row = {"channel": channel, "scenario": scenario, "samples": 24}
    factories.make_measurement(metric="ttft_ms", value=200, report="one", **row)
    factories.make_measurement(metric="ttft_ms_p95", value=600, report="one", **row)
    (found,) = evidence.of_channel(channel, editions.current())
    assert (found.ttft.median.value, found.ttft.tail.value) == (200, 600)
    factories.make_measurement(metric="ttft_ms", value=150, report="two", **row | {"samples": 30})
    (found,) = evidence.of_channel(channel, editions.current())
    assert (found.ttft.median.value, found.ttft.tail) == (150, None)


def test_the_first_answer_is_told_apart_only_where_reasoning_came_before_it():
    scenario, channel = factories.make_scenario(), factories.make_channel()
    for metric in ("ttft_ms", "ttfat_ms"):
        factories.make_measurement(channel=channel, scenario=scenario, metric=metric, value=200)
    assert evidence.of_channel(channel, editions.current())[0].ttfat is None
    factories.make_measurement(channel=channel, scenario=scenario, metric="ttfat_ms", value=900, samples=9)
    assert evidence.of_channel(channel, editions.current())[0].ttfat.median.value == 900


def test_the_speed_across_scenarios_is_the_one_of_most_answers():
    channel = factories.make_channel()
    for samples, value in ((6, 100), (24, 200)):
        row = {"channel": channel, "scenario": factories.make_scenario(), "metric": "ttft_ms"}
        factories.make_measurement(value=value, samples=samples, **row)
    found = evidence.fastest_known(evidence.across([channel.pk]))
    assert found[channel.pk]["ttft_ms"].value == evidence.speed([channel.pk])[channel.pk]["ttft_ms"].value == 200


def test_a_channels_dimensions_are_those_of_the_newest_rubric():
    scenario, channel = factories.make_scenario(dimensions=1), factories.make_channel()
    newer = Rubric.objects.create(scenario=scenario, version=2)
    factories.make_dimension(rubric=newer, slug="quality-1", title_en="newer")
    factories.make_measurement(channel=channel, scenario=scenario, metric="score:quality-1")
    (found,) = evidence.of_channel(channel, editions.current())
    assert [dimension.rubric for dimension, _row in found.dimensions] == [newer]


def test_a_provider_without_answers_has_no_record():
    assert evidence.record(factories.make_provider()) is None


def test_the_newest_comparison_is_shown_though_a_lone_score_is_newer_and_a_real_one_before_a_simulated_one():
    scenario = factories.make_scenario()
    seller = factories.make_provider(is_simulated=False)
    for report, provider, age in (("real", seller, 3), ("simulated", None, 2), ("lone", seller, 1)):
        for _ in range(1 if report == "lone" else 2):
            channel = factories.make_channel(scenario=scenario, **({"provider": provider} if provider else {}))
            at = timezone.now() - timedelta(days=age)
            factories.make_measurement(channel=channel, scenario=scenario, report=report, measured_at=at)
    run = evidence.latest_run()
    assert {row.report for row in run.rows} == {"real"}


def test_a_run_is_not_shown_with_a_channel_that_is_no_longer_listed():
    scenario = factories.make_scenario()
    for listing in ("listed", "listed", "suspended"):
        channel = factories.make_channel(scenario=scenario, listing=listing)
        factories.make_measurement(channel=channel, scenario=scenario, report="one")
    assert len(evidence.latest_run().rows) == 2
