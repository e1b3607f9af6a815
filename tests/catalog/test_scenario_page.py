"""A scenario's page: the job, how it is scored, who was measured doing it, and who was not."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from catalog import standings
from catalog.models import Channel, PublicReport, SamplePrompt, Scenario
from marketplace.billing import ledger, purse
from tests import factories

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12


@pytest.fixture
def scenario() -> Scenario:
    return factories.make_scenario(slug="writing")


def make_real_channel(scenario: Scenario, **overrides: Any) -> Channel:
    provider = overrides.pop("provider", None) or factories.make_provider(is_simulated=False)
    return factories.make_channel(scenario=scenario, provider=provider, **overrides)


def page(client: Client, language: str = "en") -> str:
    return client.get(f"/{language}/scenarios/writing/").content.decode()


@pytest.mark.parametrize("rows", [1, 30])
def test_takes_the_same_few_queries_however_many_channels(
    client: Client, scenario: Scenario, django_assert_max_num_queries: Any, rows: int
) -> None:
    for _ in range(rows):
        for channel in (make_real_channel(scenario), factories.make_channel(scenario=scenario)):
            factories.make_measurement(channel=channel, scenario=scenario)
        make_real_channel(scenario)
        factories.make_channel(scenario=scenario)
    SamplePrompt.objects.create(scenario=scenario, language="en", position=1, text="Write.")
    with django_assert_max_num_queries(MOST_QUERIES):
        client.get("/en/scenarios/writing/")


def test_shows_a_change_of_the_rubric_at_once(client: Client, scenario: Scenario) -> None:
    page(client)
    dimension = scenario.rubric.dimensions.first()
    assert dimension
    dimension.title_en = "Wholly new"
    dimension.save()
    assert "Wholly new" in page(client)


def test_keeps_the_levels_of_a_dimension_a_click_away(client: Client, scenario: Scenario) -> None:
    html = page(client)
    assert html.count('<details class="levels">') == scenario.rubric.dimensions.count()
    for text in factories.ANCHORS.values():
        assert text in html


def test_lists_the_unmeasured_with_their_price_and_does_not_rank_them(client: Client, scenario: Scenario) -> None:
    channel = make_real_channel(scenario, price=False)
    factories.make_price(channel=channel, currency="USD", input=Decimal("0.5"), output=Decimal(3))
    response = client.get("/en/scenarios/writing/")
    assert response.context["real"].ranked == []
    assert "$0.5 / $3" in response.content.decode()


def test_says_that_a_price_is_unknown(client: Client, scenario: Scenario) -> None:
    make_real_channel(scenario, price=False)
    assert "price unknown" in page(client)


def test_lists_the_newest_models_first_and_each_once_before_any_twice(client: Client, scenario: Scenario) -> None:
    models = [factories.make_model(name=f"m{year}", released_on=date(year, 1, 1)) for year in (2024, 2026)]
    undated = factories.make_model(name="undated")
    for model in (*models, undated):
        for _ in range(2):
            make_real_channel(scenario, model=model)
    items = client.get("/en/scenarios/writing/").context["real"].unmeasured
    assert [item.channel.name for item in items] == ["m2026", "m2024", "undated"] * 2


def test_counts_what_it_does_not_show(client: Client, scenario: Scenario) -> None:
    for _ in range(standings.UNMEASURED + 3):
        make_real_channel(scenario)
    standing = client.get("/en/scenarios/writing/").context["real"]
    assert len(standing.unmeasured) == standings.UNMEASURED
    assert standing.not_measured == standings.UNMEASURED + 3
    assert f"{standings.UNMEASURED + 3} channels not measured here yet" in page(client)


def test_ranks_the_best_so_many_and_says_how_many_more(
    client: Client, scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standings, "RANKED", 2)
    for value in (5.0, 9.0, 7.0):
        factories.make_measurement(channel=make_real_channel(scenario), scenario=scenario, value=value)
    response = client.get("/en/scenarios/writing/")
    assert [item.score.value for item in response.context["real"].best] == [9.0, 7.0]
    assert "1 more was measured." in response.content.decode()


def test_shows_samples_in_the_readers_language_with_what_a_picture_shows(client: Client, scenario: Scenario) -> None:
    SamplePrompt.objects.create(scenario=scenario, language="en", position=1, text="Read the <chart>.")
    SamplePrompt.objects.create(
        scenario=scenario, language="zh", position=1, text="读图。", picture="/static/chart.png", picture_alt="柱状图"
    )
    english, chinese = page(client), page(client, "zh-hans")
    assert "Read the &lt;chart&gt;." in english
    assert "读图。" not in english
    assert "读图。" in chinese
    assert 'src="/static/chart.png" alt="柱状图" width=' in chinese


def test_says_so_when_no_sample_and_no_report_is_public(client: Client, scenario: Scenario) -> None:
    html = page(client)
    assert "None of this scenario's prompts is shown here yet." in html
    assert "Nobody has made a report of this scenario public yet." in html


def test_leads_to_public_reports(client: Client, scenario: Scenario) -> None:
    PublicReport.objects.create(
        code="abc", scenario=scenario, title_en="A report", title_zh="一份报告", published_on=date(2026, 11, 2)
    )
    assert 'href="/en/reports/abc/">A report' in page(client)


def test_a_free_period_has_a_last_day_and_what_follows_is_said(client: Client, scenario: Scenario) -> None:
    today = timezone.localdate()
    assert "no end has been set" in page(client)
    Scenario.objects.update(free_until=today)
    assert "Limited-time free: until" in page(client)
    Scenario.objects.update(free_until=today - timedelta(days=1))
    html = page(client)
    assert "The limited-time free period ended on" in html
    assert 'name="scenario" value="writing"' in html


def test_says_what_is_left_of_the_purse(client: Client, scenario: Scenario, settings: Any) -> None:
    settings.PURSE_PER_DAY = Decimal(50)
    ledger.hold(payer=purse.open_today(), currency="CNY", amount=Decimal("12.5"), reference="trial:a")
    assert "¥37.50 of today" in page(client)


@pytest.mark.parametrize("slug", ["no", "writing2", "WRITING"])
def test_an_unknown_scenario_is_not_found(client: Client, scenario: Scenario, slug: str) -> None:
    assert client.get(f"/en/scenarios/{slug}/").status_code == 404
