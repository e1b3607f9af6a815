"""The catalogue's facts: enough of them, each with its source, loaded twice without a trace."""

import json
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.models import AIModel, Channel, FxRate, Listing, Price, Provider
from catalog.seed import load
from catalog.seed.load import load_catalog, read
from sandbox.wire import dialects
from tests.factories import make_channel, make_model, make_provider, make_scenario

SOURCE = "models.dev (MIT), community data"
TERMS = {"processing_region", "allows_trials", "trains_on_inputs", "retention_days", "terms_note_en", "terms_note_zh"}
pytestmark = pytest.mark.django_db


@pytest.fixture
def facts(tmp_path, monkeypatch):
    """A small set of facts of the test's own; call it again to change a file."""
    seen = {"source": SOURCE, "checked_on": "2026-07-02"}
    provider = {"slug": "acme", "name_en": "Acme", "name_zh": "顶点", "protocol": "openai"}
    provider |= {"base_url": "https://api.acme.example/v1", "dialect": {"temperature": False}, **seen}
    model = {"slug": "one", "name": "One", "maker": "acme", "maker_name": "Acme", **seen}
    channel = {"slug": "acme-one", "provider": "acme", "model": "one", "wire_name": "one", "dialect": {}, **seen}
    channel |= {"scenarios": ["text-generation"]}
    price = {"channel": "acme-one", "currency": "USD", "input": "1", "output": "2", "cache_read": None}
    price |= {"cache_write": None, "tiers": [], "basis": "community", **seen}
    rate = {"base": "USD", "quote": "CNY", "rate": "7", "on": "2026-07-02", "source": SOURCE}
    rows = {"providers": [provider], "models": [model], "channels": [channel], "prices": [price], "fx": [rate]}

    def write(file=None, /, **changes):
        if file:
            rows[file][0].update(changes)
        for name, lines in rows.items():
            (tmp_path / f"{name}.json").write_text(json.dumps(lines), encoding="utf-8")

    write.rows = rows
    monkeypatch.setattr(load, "FACTS", tmp_path)
    write()
    return write


def test_seeds_enough_real_providers_and_channels():
    make_scenario(slug="text-generation")
    make_scenario(slug="deep-reasoning")
    load_catalog()
    assert Provider.objects.listed().real().filter(channels__isnull=False).distinct().count() >= 35
    channels = Channel.objects.listed().real()
    assert channels.count() >= 150
    assert channels.filter(scenarios__slug="text-generation").count() >= 25
    assert channels.filter(scenarios__slug="deep-reasoning").count() >= 10


def test_the_same_model_is_sold_by_several_providers():
    load_catalog()
    assert AIModel.objects.get(slug="deepseek-v3-2").channels.values("provider").distinct().count() >= 5


def test_a_second_run_writes_nothing():
    make_scenario(slug="text-generation")
    load_catalog()
    with CaptureQueriesContext(connection) as queries:
        assert load_catalog() == {"created": 0, "changed": 0, "retired": 0}
    assert not [query["sql"] for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert len(queries) <= 14


def test_every_line_has_a_source_of_ours_and_a_day():
    for name in ("providers", "models", "channels", "prices"):
        for row in read(name):
            assert load.is_ours(row["source"]), row
            assert isinstance(row["checked_on"], date)
    assert all(row["source"] and isinstance(row["on"], date) for row in read("fx"))


def test_every_known_term_has_a_page_and_a_day():
    known = [row for row in read("providers") if TERMS & {key for key, value in row.items() if value not in (None, "")}]
    assert len(known) >= 15
    for row in known:
        assert row["terms_source"].startswith("https://"), row
        assert row["terms_checked_on"] <= timezone.localdate(), row
        assert bool(row.get("terms_note_en")) == bool(row.get("terms_note_zh")), row


def test_every_mainland_fact_has_a_page_and_a_day():
    rows = read("providers")
    for fact, page, day in (
        ("available_in_mainland", "mainland_source", "mainland_checked_on"),
        ("filing_number", "filing_source", "filing_checked_on"),
    ):
        for row in rows:
            if row.get(fact) is not None:
                assert row[page].startswith("https://"), row
                assert row[day] <= timezone.localdate(), row
    assert sum("available_in_mainland" in row for row in rows) >= 4


def test_a_models_size_comes_from_its_line_or_else_its_name(facts):
    facts("models", name="One 235B A22B")
    load_catalog()
    model = AIModel.objects.get()
    assert (model.parameters_b, model.active_parameters_b, model.parameters_source) == (235, 22, "name")
    facts("models", parameters_b="120", parameters_source="https://acme.example/card")
    load_catalog()
    model.refresh_from_db()
    assert (model.parameters_b, model.parameters_source) == (120, "https://acme.example/card")
    assert load_catalog()["changed"] == 0


def test_terms_arrive_with_their_page_and_day_and_others_stay_unknown(facts):
    facts("providers", retention_days=30, terms_source="https://acme.example/terms", terms_checked_on="2026-07-02")
    load_catalog()
    provider = Provider.objects.get()
    assert (provider.retention_days, provider.terms_checked_on) == (30, date(2026, 7, 2))
    assert provider.terms_source == "https://acme.example/terms"
    assert provider.trains_on_inputs is provider.allows_trials is None
    assert load_catalog()["changed"] == 0


def test_no_price_is_a_zero_that_means_unknown():
    for row in read("prices"):
        assert 0 not in {row["input"], row["output"], row["cache_read"], row["cache_write"]}, row
        assert row["basis"] == "community"
        for tier in row["tiers"]:
            assert tier["above"] > 0
            assert all(tier[part] is None or Decimal(tier[part]) > 0 for part in ("input", "output", "cache_read"))


def test_a_price_in_yuan_cites_the_price_list_it_is_from():
    yuan = [row for row in read("prices") if row["currency"] == "CNY"]
    assert yuan
    assert all("https://" in row["source"] for row in yuan)


def test_lines_are_in_a_stable_order_and_one_row_each():
    keys = {"providers": ["slug"], "models": ["maker", "slug"], "channels": ["provider", "slug"], "prices": ["channel"]}
    for name, key in keys.items():
        text = (load.FACTS / f"{name}.json").read_text(encoding="utf-8")
        rows = read(name)
        assert [[row[part] for part in key] for row in rows] == sorted([row[part] for part in key] for row in rows)
        assert len(text.splitlines()) == len(rows) + 2


def test_every_seeded_address_is_https_and_every_dialect_one_that_the_wire_knows():
    for row in read("providers"):
        assert row["base_url"].startswith("https://")
        assert not row["base_url"].endswith("/")
    for row in [*read("providers"), *read("channels")]:
        assert set(row["dialect"]) <= dialects.KEYS, row
        assert row["dialect"].get("thinking", "reasoning") in dialects.THINKING, row


def test_a_channel_is_called_as_its_provider_says(facts):
    facts("channels", dialect={"max_tokens": "max_completion_tokens"})
    load_catalog()
    channel = Channel.objects.get()
    assert (channel.protocol, channel.base_url) == ("openai", "https://api.acme.example/v1")
    assert channel.dialect == {"temperature": False, "max_tokens": "max_completion_tokens"}


def test_a_changed_price_succeeds_the_old_one(facts):
    load_catalog()
    facts("prices", input="3", checked_on="2026-09-01")
    assert load_catalog()["created"] == 1
    old, new = Price.objects.order_by("starts_on")
    assert (old.input, old.ends_on) == (1, date(2026, 9, 1))
    assert (new.input, new.starts_on, new.ends_on) == (3, date(2026, 9, 1), None)


def test_a_price_corrected_under_the_same_day_starts_a_day_later(facts):
    load_catalog()
    facts("prices", input="3")
    load_catalog()
    assert [price.starts_on for price in Price.objects.order_by("starts_on")] == [date(2026, 7, 2), date(2026, 7, 3)]
    assert load_catalog()["created"] == 0


def test_a_price_that_became_unknown_ends(facts):
    load_catalog()
    facts.rows["prices"].clear()
    facts()
    load_catalog()
    assert Price.objects.get().ends_on is not None


def test_a_price_that_an_operator_entered_stays(facts):
    load_catalog()
    Price.objects.update(source="https://acme.example/prices", input=9)
    facts("prices", input="3")
    load_catalog()
    assert Price.objects.get().input == 9


def test_a_channel_that_the_facts_no_longer_name_is_retired_and_may_come_back(facts):
    load_catalog()
    rows = facts.rows["channels"]
    row = rows.pop()
    facts()
    assert load_catalog()["retired"] == 1
    assert Channel.objects.get().listing == Listing.RETIRED
    rows.append(row)
    facts()
    load_catalog()
    assert Channel.objects.get().listing == Listing.LISTED


def test_what_an_operator_suspended_stays_suspended(facts):
    load_catalog()
    Channel.objects.update(listing=Listing.SUSPENDED)
    facts("models", name="One and a half")
    assert load_catalog()["changed"] == 1
    assert Channel.objects.get().listing == Listing.SUSPENDED


def test_a_renamed_channel_keeps_its_row(facts):
    load_catalog()
    before = Channel.objects.get()
    facts("channels", slug="acme-uno")
    facts("prices", channel="acme-uno")
    load_catalog()
    after = Channel.objects.get()
    assert (after.pk, after.slug, after.listing) == (before.pk, "acme-uno", Listing.LISTED)


def test_a_provider_from_the_portal_is_left_alone_under_a_slug_of_ours(facts):
    theirs = make_provider(slug="acme", source="portal", is_simulated=False)
    load_catalog()
    theirs.refresh_from_db()
    assert theirs.source == "portal"
    assert not Channel.objects.exists()


def test_a_channel_from_the_portal_is_left_alone(facts):
    load_catalog()
    Channel.objects.update(slug="theirs", source="portal", base_url="https://theirs.example")
    load_catalog()
    assert [(row.slug, row.base_url) for row in Channel.objects.all()] == [("theirs", "https://theirs.example")]


def test_a_simulated_channel_is_never_retired(facts):
    make_channel(slug="sim", provider=make_provider(), model=make_model())
    load_catalog()
    assert Channel.objects.get(slug="sim").listing == Listing.LISTED


def test_scenarios_are_linked_as_the_lines_say_and_others_are_kept(facts):
    named, other = make_scenario(slug="text-generation"), make_scenario(slug="operators-own")
    deep = make_scenario(slug="deep-reasoning")
    facts("channels", scenarios=["text-generation", "deep-reasoning"])
    load_catalog()
    channel = Channel.objects.get()
    channel.scenarios.add(other)
    assert set(channel.scenarios.all()) == {named, deep, other}
    facts("channels", scenarios=["deep-reasoning"])
    facts.rows["channels"].append(facts.rows["channels"][0] | {"slug": "acme-2", "wire_name": "2"})
    facts.rows["channels"][1]["scenarios"] = ["text-generation"]
    facts()
    load_catalog()
    assert set(channel.scenarios.all()) == {deep, other}


def test_exchange_rates_are_dated_and_sourced():
    load_catalog()
    rate = FxRate.objects.get(base="USD", quote="CNY")
    assert rate.rate > 0
    assert "https://" in rate.source
