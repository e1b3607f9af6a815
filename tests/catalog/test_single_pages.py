"""The pages of one channel, model or provider and the comparison: what they say, and in how many queries."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from catalog.models import Channel, PublicReport
from tests import factories
from tests.catalog.test_views import furnish, make_live, make_real_channel

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12


def page(client, address, language="en"):
    response = client.get(f"/{language}/{address}")
    assert response.status_code == 200
    return response.content.decode()


def test_each_page_asks_few_queries_however_much_there_is(client, django_assert_max_num_queries):
    scenario = furnish(6)
    model = factories.make_model(family="f")
    provider = factories.make_provider(is_simulated=False)
    report = PublicReport.objects.get()
    for _ in range(6):
        factories.make_model(family="f")
        channel = make_real_channel(scenario=scenario, model=model)
        make_live(channel)
        make_real_channel(scenario=scenario, provider=provider)
        report.channels.add(channel)
        for metric in ("score", "score:quality-1", "ttft_ms", "success"):
            factories.make_measurement(channel=channel, scenario=scenario, metric=metric, value=0.9)
        factories.make_price(channel=channel, starts_on=date(2025, 1, 1), ends_on=date(2025, 2, 1))
    slugs = "&".join(f"channel={each.slug}" for each in model.channels.all())
    for address in (
        f"channels/{channel.slug}/",
        f"models/{model.slug}/",
        f"providers/{provider.slug}/",
        f"compare/?{slugs}",
        "compare/",
    ):
        with django_assert_max_num_queries(MOST_QUERIES):
            page(client, address)


def test_a_stale_fact_is_flagged_with_its_age(client):
    channel = make_real_channel(checked_on=timezone.localdate() - timedelta(days=148))
    html = page(client, f"channels/{channel.slug}/")
    assert '<span class="stale"><time' in html
    assert "checked 148 days ago" in html


def test_percentiles_come_with_their_sample_sizes_or_say_what_they_need(client):
    scenario, channel = factories.make_scenario(), make_real_channel()
    run = {"channel": channel, "scenario": scenario, "report": "one"}
    factories.make_measurement(metric="ttft_ms", value=212.0, samples=24, **run)
    factories.make_measurement(metric="ttft_ms_p95", value=640.0, samples=24, **run)
    factories.make_measurement(metric="output_tps", value=84.0, samples=6, **run)
    html = page(client, f"channels/{channel.slug}/")
    assert "212 ms" in html
    assert "640 ms" in html
    assert "needs 20 answers" in html
    assert "badge--simulated" not in html


def test_a_simulated_channels_measurements_are_labelled(client):
    scenario, channel = factories.make_scenario(), factories.make_channel()
    factories.make_measurement(channel=channel, scenario=scenario)
    html = page(client, f"channels/{channel.slug}/")
    assert "badge--simulated" in html[html.index('id="measured"') :]


def test_a_channel_shows_its_calls_one_a_panel(client):
    html = page(client, f"channels/{make_real_channel(protocol='anthropic').slug}/")
    for name in ("curl", "python", "javascript"):
        assert f'data-copy="call-{name}"' in html
    assert "does not speak OpenAI" in html


def test_a_judge_shows_no_calls_and_no_comparison(client):
    html = page(client, f"channels/{factories.make_channel(is_judge=True).slug}/")
    assert "data-copy" not in html
    assert "compare/?" not in html


def test_a_channel_shows_the_public_reports_that_compare_it_and_no_others(client):
    scenario = furnish(1)
    channel, other = Channel.objects.real().first(), make_real_channel(scenario=scenario)
    PublicReport.objects.get().channels.add(channel)
    assert "/en/reports/pub/" in page(client, f"channels/{channel.slug}/")
    assert "/en/reports/pub/" not in page(client, f"channels/{other.slug}/")


def test_the_same_model_elsewhere_says_how_much_dearer_it_is(client):
    model = factories.make_model()
    mine, dear, cheap, unknown = (make_real_channel(model=model, price=False) for _ in range(4))
    make_live(dear)
    for channel, amount in ((mine, 10), (dear, 34), (cheap, 4)):
        factories.make_price(channel=channel, input=Decimal(amount), output=Decimal(amount))
    response = client.get(f"/en/channels/{mine.slug}/")
    offers = response.context["offers"]
    assert [offer.slug for offer in offers] == [cheap.slug, dear.slug, unknown.slug]
    assert [offer.is_live for offer in offers] == [False, True, False]
    html = response.content.decode()
    assert "−60 %" in html
    assert "3.4×" in html
    assert f"compare/?channel={mine.slug}&amp;channel={cheap.slug}" in html


def test_an_ended_or_announced_price_elsewhere_is_not_its_price(client):
    model = factories.make_model()
    mine, other = make_real_channel(model=model), make_real_channel(model=model, price=False)
    factories.make_price(channel=other, starts_on=date(2025, 1, 1), ends_on=date(2025, 2, 1))
    factories.make_price(channel=other, starts_on=timezone.localdate() + timedelta(days=9))
    (offer,) = client.get(f"/en/channels/{mine.slug}/").context["offers"]
    assert offer.comparable is None


def test_a_channel_stands_beside_others_of_its_own_kind_alone(client):
    model = factories.make_model()
    mine = make_real_channel(model=model)
    factories.make_channel(model=model)
    assert client.get(f"/en/channels/{mine.slug}/").context["offers"] == []


def test_an_announced_price_is_called_so(client):
    channel = make_real_channel()
    factories.make_price(channel=channel, input=Decimal(1), starts_on=timezone.localdate() + timedelta(days=9))
    assert "announced" in page(client, f"channels/{channel.slug}/")


def test_a_model_sets_each_price_beside_the_cheapest(client):
    model = factories.make_model(parameters_b=235, active_parameters_b=22, parameters_source="name")
    for amount in (10, 34):
        channel = make_real_channel(model=model, price=False)
        factories.make_price(channel=channel, input=Decimal(amount), output=Decimal(amount))
    response = client.get(f"/en/models/{model.slug}/")
    assert [(offer.times, offer.bar) for offer in response.context["offers"]] == [
        (1, "29.4"),
        (Decimal("3.4"), "100.0"),
    ]
    html = response.content.decode()
    assert "3.4×" in html
    assert "22 B at work per token" in html


def test_a_model_that_is_free_somewhere_is_not_compared_in_multiples(client):
    model = factories.make_model()
    for amount in (0, 5):
        channel = make_real_channel(model=model, price=False)
        factories.make_price(channel=channel, input=Decimal(amount), output=Decimal(amount))
    assert [offer.times for offer in client.get(f"/en/models/{model.slug}/").context["offers"]] == [None, None]


def test_a_model_offers_one_click_on_its_live_channels_alone(client):
    scenario, model = factories.make_scenario(), factories.make_model()
    live = [make_real_channel(scenario=scenario, model=model) for _ in range(2)]
    idle = make_real_channel(scenario=scenario, model=model)
    assert "data-once" not in page(client, f"models/{model.slug}/")
    for channel in live:
        make_live(channel)
    html = page(client, f"models/{model.slug}/")
    assert "data-once" in html
    assert "csrfmiddlewaretoken" not in html
    for channel in live:
        assert f'name="channels" value="{channel.slug}"' in html
    assert f'name="channels" value="{idle.slug}"' not in html


def test_a_models_scores_are_ranked_scenario_by_scenario(client):
    model, scenarios = factories.make_model(), [factories.make_scenario(position=place) for place in range(2)]
    one, two = make_real_channel(model=model), make_real_channel(model=model)
    factories.make_measurement(channel=one, scenario=scenarios[0], value=6)
    factories.make_measurement(channel=two, scenario=scenarios[0], value=8)
    factories.make_measurement(channel=one, scenario=scenarios[1], value=9)
    scored = client.get(f"/en/models/{model.slug}/").context["scored"]
    assert [[row.value for _item, row in each.rows] for each in scored] == [[8, 6], [9]]


def test_others_of_the_maker_come_family_first(client):
    mine = factories.make_model(family="f", released_on=date(2026, 1, 1))
    kin = factories.make_model(family="f", released_on=date(2025, 1, 1))
    newer = factories.make_model(family="g", released_on=date(2026, 6, 1))
    factories.make_model(family="f", name="sold by nobody")
    for model in (mine, kin, newer):
        make_real_channel(model=model)
        make_real_channel(model=model)
    shown = client.get(f"/en/models/{mine.slug}/").context["family"].shown
    assert [other.slug for other in shown] == [kin.slug, newer.slug]


def test_a_providers_record_counts_the_answers_of_all_its_runs(client):
    scenario, provider = factories.make_scenario(), factories.make_provider(is_simulated=False)
    channels = [make_real_channel(provider=provider, model=factories.make_model()) for _ in range(2)]
    assert "none yet" in page(client, f"providers/{provider.slug}/")
    for channel, share, samples, report in (
        (channels[0], 1.0, 30, "a"),
        (channels[1], 0.5, 10, "a"),
        (channels[0], 1.0, 10, "b"),
    ):
        factories.make_measurement(
            channel=channel, scenario=scenario, metric="success", value=share, samples=samples, report=report
        )
    record = client.get(f"/en/providers/{provider.slug}/").context["record"]
    assert (record.answers, record.trials) == (50, 2)
    assert record.arrived == pytest.approx(0.9)


def test_mainland_availability_is_known_with_its_source_or_unknown(client):
    provider = factories.make_provider(is_simulated=False)
    html = page(client, f"providers/{provider.slug}/")
    assert html.count("unknown") >= 7
    provider.available_in_mainland, provider.mainland_source = False, "https://acme.example/regions"
    provider.mainland_checked_on = timezone.localdate()
    provider.save()
    html = page(client, f"providers/{provider.slug}/")
    assert "not available" in html
    assert 'href="https://acme.example/regions"' in html


def test_a_comparison_of_two_marks_what_differs_and_opens_a_trial(client):
    scenario = factories.make_scenario()
    channels = [make_real_channel(scenario=scenario) for _ in range(2)]
    query = "&".join(f"channel={channel.slug}" for channel in channels)
    assert "cannot be tried together" in page(client, f"compare/?{query}")
    for channel in channels:
        make_live(channel)
    html = page(client, f"compare/?{query}")
    assert f"trials/new/?scenario={scenario.slug}&amp;{query.replace('&', '&amp;')}" in html
    assert 'class="differs"' in html
    assert "Context" in html
    assert "Tools" not in page(client, f"compare/?{query}&differences=1")


def test_a_comparison_names_what_it_does_not_know_and_what_it_left_out(client):
    channels = [make_real_channel() for _ in range(7)]
    query = "&".join(f"channel={channel.slug}" for channel in channels)
    html = page(client, f"compare/?{query}")
    assert "1 more channel is left out" in html
    assert html.count('class="compare__head"') == 6
    html = page(client, f"compare/?channel={channels[0].slug}&channel=<script>alert(1)</script>")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "stands alone" in html


def test_simulated_beside_real_is_said_and_leads_to_no_trial(client, settings):
    settings.SIMULATORS_URL = "http://127.0.0.1:1"
    scenario = factories.make_scenario()
    slugs = [make_real_channel(scenario=scenario).slug, *(factories.make_channel(scenario=scenario).slug for _ in "ab")]
    html = page(client, "compare/?" + "&".join(f"channel={slug}" for slug in slugs))
    assert "never share a trial" in html
    assert "trials/new/" not in html


def test_a_comparison_of_nothing_offers_a_picker(client):
    channel = make_real_channel()
    html = page(client, "compare/")
    assert '<datalist id="choices">' in html
    assert f'<option value="{channel.slug}">' in html


def test_a_draft_is_not_compared(client):
    draft = make_real_channel(listing="draft")
    assert f"No channel here is called {draft.slug}" in page(client, f"compare/?channel={draft.slug}")
