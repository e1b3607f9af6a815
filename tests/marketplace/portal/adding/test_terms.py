from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from catalog.models import Agreement, AuditEntry, Listing, Role
from catalog.refusals import Refused
from catalog.versions import Outdated
from marketplace.portal.adding import terms
from tests import factories
from tests.marketplace.portal.adding.made import make_api, make_channel, make_member

pytestmark = pytest.mark.django_db
PAGE = "https://example.com/terms"
TEXTS = Path(settings.BASE_DIR) / "templates" / "portal" / "adding"
# Change AGREEMENT_VERSION with what the texts say, then this: providers are asked again.
AGREED_TEXT = ("2026-11-28", "b6776c9029ee88e9")


@pytest.fixture
def api():
    return make_api()


@pytest.fixture
def provider(api):
    return api.provider


@pytest.fixture
def editor(provider, client):
    user = make_member(provider)
    client.force_login(user)
    return user


def address(name, api, *args):
    return reverse(f"portal:{name}", args=[api.provider.slug, *args])


def test_limits_hold_for_all_channels_of_the_api_and_for_no_other(api, editor):
    channel, stranger = make_channel(api), make_channel(make_api())
    terms.set_limits(api, by=editor, max_parallel=9, calls_per_minute=300)
    for row in (channel, stranger):
        row.refresh_from_db()
    assert (channel.max_parallel, channel.calls_per_minute, stranger.max_parallel) == (9, 300, 4)
    assert AuditEntry.objects.get().action == "limits_set"


@pytest.mark.parametrize(
    ("at_once", "per_minute", "field"),
    [(0, 9, "max_parallel"), (501, 999, "max_parallel"), (4, 0, "calls_per_minute"), (9, 8, "calls_per_minute")],
)
def test_limits_that_cannot_be_are_refused(api, editor, at_once, per_minute, field):
    with pytest.raises(Refused) as refused:
        terms.set_limits(api, by=editor, max_parallel=at_once, calls_per_minute=per_minute)
    assert refused.value.field == field


def test_the_second_editor_of_limits_is_told_and_keeps_their_words(client, api, editor):
    at = address("api_limits", api, api.pk)
    assert client.post(at, {"version": 1, "max_parallel": 5, "calls_per_minute": 50}).status_code == 302
    page = client.post(at, {"version": 1, "max_parallel": 7, "calls_per_minute": 70})
    api.refresh_from_db()
    assert (page.status_code, api.max_parallel) == (409, 5)
    assert {(one.theirs, one.yours) for one in page.context["clash"]} == {("5", "7"), ("50", "70")}
    html = page.content.decode()
    assert 'value="70"' in html
    assert f'name="version" value="{api.version}"' in html


def test_scenarios_are_chosen_by_channel_and_closed_ones_are_left_alone(api, editor):
    one, other = factories.make_scenario(), factories.make_scenario()
    closed = factories.make_scenario(is_open=False)
    channel, untouched = make_channel(api, scenario=closed), make_channel(api, scenario=one)
    terms.choose_scenarios(api, by=editor, choices={channel.pk: [one.slug, other.slug]})
    assert set(channel.scenarios.all()) == {one, other, closed}
    assert set(untouched.scenarios.all()) == {one}


@pytest.mark.parametrize("slug", ["no-such", "closed"])
def test_no_channel_applies_for_a_scenario_that_is_not_open(api, editor, slug):
    factories.make_scenario(slug="closed", is_open=False)
    channel = make_channel(api)
    with pytest.raises(Refused):
        terms.choose_scenarios(api, by=editor, choices={channel.pk: [slug]})


def test_no_channel_of_another_api_is_changed(api, editor):
    scenario, stranger = factories.make_scenario(), make_channel(make_api())
    with pytest.raises(Refused):
        terms.choose_scenarios(api, by=editor, choices={stranger.pk: [scenario.slug]})
    assert not stranger.scenarios.exists()


def test_the_second_editor_of_scenarios_is_told_and_keeps_their_ticks(client, api, editor):
    one, other = factories.make_scenario(title_en="One"), factories.make_scenario(title_en="Other")
    channel = make_channel(api)
    at = address("api_scenarios", api, api.pk)
    assert "quality-1" in client.get(at).content.decode()
    tick = f"scenarios-{channel.pk}"
    assert client.post(at, {f"version-{channel.pk}": 1, tick: one.slug}).status_code == 302
    page = client.post(at, {f"version-{channel.pk}": 1, tick: [one.slug, other.slug]})
    assert page.status_code == 409
    assert [(each.theirs, each.yours) for each in page.context["clash"]] == [("One", "One, Other")]
    assert page.content.decode().count(" checked") == 2
    assert set(channel.scenarios.all()) == {one}


def test_what_is_not_stated_stays_unknown(provider, editor):
    terms.set_terms(provider, by=editor, retention_days=0, terms_source=PAGE)
    provider.refresh_from_db()
    assert (provider.retention_days, provider.trains_on_inputs, provider.available_in_mainland) == (0, None, None)
    assert provider.mainland_source == ""


def test_what_is_stated_needs_a_source(provider, editor):
    with pytest.raises(Refused) as refused:
        terms.set_terms(provider, by=editor, available_in_mainland=True, filing_number="号 1")
    assert refused.value.field == "terms_source"
    terms.set_terms(provider, by=editor, available_in_mainland=True, filing_number="号 1", terms_source=PAGE)
    provider.refresh_from_db()
    assert (provider.mainland_source, provider.filing_source) == (PAGE, PAGE)


@pytest.mark.parametrize(
    "page", ["http://example.com/", "javascript:alert(1)", "https://me:word@example.com/", "example"]
)
def test_the_page_of_the_terms_is_an_https_address(provider, editor, page):
    with pytest.raises(Refused):
        terms.set_terms(provider, by=editor, terms_source=page)


def test_terms_are_saved_by_their_page_and_a_second_editor_is_told(client, api, provider, editor):
    at = address("terms", api)
    fields = {"version": 1, "trains_on_inputs": "False", "retention_days": "30", "terms_source": PAGE}
    assert client.post(at, fields).status_code == 302
    provider.refresh_from_db()
    assert (provider.trains_on_inputs, provider.retention_days) == (False, 30)
    page = client.post(at, {**fields, "trains_on_inputs": "True"})
    assert page.status_code == 409
    assert [(one.theirs, one.yours) for one in page.context["clash"]] == [("no", "yes")]


def test_a_key_among_the_terms_is_not_saved(client, api, provider, editor):
    key = "sk-" + "a1b2" * 8
    page = client.post(address("terms", api), {"version": 1, "processing_region": key, "terms_source": PAGE})
    provider.refresh_from_db()
    assert (page.status_code, provider.processing_region) == (422, "")
    assert key not in page.content.decode()


def test_a_viewer_reads_the_terms_and_changes_nothing(client, api, provider):
    client.force_login(make_member(provider, Role.VIEWER))
    html = client.get(address("terms", api)).content.decode()
    assert 'name="agreed"' not in html
    assert client.post(address("terms", api), {"version": 1}).status_code == 404
    assert client.post(address("agree", api), {"agreed": "1"}).status_code == 404


def test_agreeing_is_kept_with_date_version_and_name_and_allows_trials(client, api, provider, editor):
    terms.set_terms(provider, by=editor, terms_source=PAGE)
    client.post(address("agree", api), {"agreed": "1", "agreement": settings.AGREEMENT_VERSION})
    row = Agreement.objects.get()
    provider.refresh_from_db()
    assert (row.version, row.agreed_by, row.agreed_name) == (settings.AGREEMENT_VERSION, editor, editor.shown_name)
    assert (provider.allows_trials, provider.terms_source) == (True, PAGE)
    html = client.get(address("terms", api)).content.decode()
    assert editor.shown_name in html
    assert 'name="agreed"' not in html


def test_nobody_agrees_without_the_tick_or_to_a_text_that_was_replaced(client, api, provider, editor):
    terms.set_terms(provider, by=editor, terms_source=PAGE)
    client.post(address("agree", api), {"agreement": settings.AGREEMENT_VERSION})
    client.post(address("agree", api), {"agreed": "1", "agreement": "2020-01-01"})
    assert not Agreement.objects.exists()


def test_only_an_owner_or_editor_agrees(provider):
    with pytest.raises(Refused):
        terms.agree(provider, by=make_member(provider, Role.VIEWER), version=settings.AGREEMENT_VERSION)


def test_a_new_version_asks_again_and_agreeing_twice_is_once(provider, editor, settings):
    terms.set_terms(provider, by=editor, terms_source=PAGE)
    for _ in range(2):
        terms.agree(provider, by=editor, version=settings.AGREEMENT_VERSION)
    assert Agreement.objects.count() == 1
    settings.AGREEMENT_VERSION = "2099-01-01"
    assert terms.agreement_of(provider) is None


def test_the_agreement_needs_a_page_of_terms_or_of_the_provider(provider, editor):
    with pytest.raises(Refused) as refused:
        terms.agree(provider, by=editor, version=settings.AGREEMENT_VERSION)
    assert refused.value.field == "terms_source"


def test_the_page_of_terms_cannot_be_emptied_once_trials_are_agreed_to(provider, editor):
    terms.set_terms(provider, by=editor, terms_source=PAGE)
    terms.agree(provider, by=editor, version=settings.AGREEMENT_VERSION)
    with pytest.raises(Refused):
        terms.set_terms(provider, by=editor)


def test_terms_seen_before_somebody_else_saved_are_not_written_over(provider, editor):
    terms.set_terms(provider, by=editor, terms_source=PAGE, seen=1)
    with pytest.raises(Outdated):
        terms.set_terms(provider, by=editor, retention_days=3, terms_source=PAGE, seen=1)


def test_the_text_of_the_agreement_changes_with_its_version_alone():
    texts = "".join((TEXTS / f"_agreement_{language}.html").read_text() for language in ("en", "zh"))
    digest = hashlib.sha256(texts.encode()).hexdigest()[:16]
    assert (settings.AGREEMENT_VERSION, digest) == AGREED_TEXT


def test_a_listed_channel_enters_a_scenario_at_once(api, editor):
    scenario = factories.make_scenario()
    channel = make_channel(api, listing=Listing.LISTED)
    assert terms.choose_scenarios(api, by=editor, choices={channel.pk: [scenario.slug]}) == [channel]


def test_many_models_and_scenarios_ask_no_more_of_the_database(client, api, editor, django_assert_max_num_queries):
    for _ in range(4):
        factories.make_prompt_set(scenario=factories.make_scenario())
    for _ in range(8):
        make_channel(api)
    with django_assert_max_num_queries(26):
        html = client.get(address("api_scenarios", api, api.pk)).content.decode()
    assert "6 in English" in html


def test_a_region_that_does_not_fit_is_refused(provider, editor):
    with pytest.raises(Refused) as refused:
        terms.set_terms(provider, by=editor, processing_region="x" * 101, terms_source=PAGE)
    assert refused.value.field == "processing_region"
