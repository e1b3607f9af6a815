from __future__ import annotations

import pytest
from django.conf import settings
from django.urls import reverse

from catalog.models import Credential, Listing, Role, Submission
from marketplace.portal.adding import prices, terms, todo
from sandbox.models import ConformanceRun
from tests import factories
from tests.marketplace.portal.adding.made import make_api, make_channel, make_member
from tests.marketplace.portal.adding.test_prices import entry

pytestmark = pytest.mark.django_db


def check(channel, result="pass", **overrides):
    facts = {"base_url": channel.base_url, "protocol": channel.protocol, "wire_name": channel.wire_name}
    run = ConformanceRun.objects.create(channel=channel, **{"state": "done", "facts": facts, **overrides})
    run.checks.create(slug="tls", position=1, result=result)
    return run


def states(channel):
    return {need.key: need.state for need in todo.of_channel(channel).needs}


@pytest.fixture
def api():
    return make_api()


@pytest.fixture
def editor(api):
    return make_member(api.provider)


def test_a_new_channel_has_everything_to_do_and_begins_with_the_key(api):
    channel = make_channel(api)
    told = todo.of_channel(channel)
    assert told.next.key == "key"
    assert states(channel) == {
        "key": "now",
        "models": "done",
        "prices": "open",
        "scenarios": "open",
        "terms": "open",
        "check": "open",
        "submit": "open",
        "approve": "open",
    }


def test_what_is_done_is_ticked_step_by_step(api, editor):
    channel = make_channel(api, scenario=factories.make_scenario())
    Credential.objects.create(provider=api.provider, origin=api.base_url.removesuffix("/v1"), secret="s", works=True)
    prices.set_price(channel, by=editor, entry=entry())
    terms.set_terms(api.provider, by=editor, terms_source="https://example.com/terms")
    terms.agree(api.provider, by=editor, version=settings.AGREEMENT_VERSION)
    check(channel)
    assert todo.of_channel(channel).next.key == "submit"
    Submission.objects.create(channel=channel, facts={})
    assert states(channel)["submit"] == "done"
    channel.listing = Listing.LISTED
    channel.save()
    assert todo.of_channel(channel).is_complete
    assert {"key", "prices", "terms", "check", "submit"} <= todo.of_api(api).done


def test_failed_checks_are_a_fault_and_the_newest_run_counts(api):
    channel = make_channel(api)
    check(channel)
    check(channel, result="fail")
    assert states(channel)["check"] == "fault"
    check(channel, result="warn")
    assert states(channel)["check"] == "done"


def test_a_run_of_another_address_does_not_count(api):
    channel = make_channel(api)
    check(channel, facts={"base_url": "https://elsewhere.example/v1"})
    assert states(channel)["check"] != "done"


def test_a_decline_is_a_fault_with_its_reason(api):
    channel = make_channel(api)
    Submission.objects.create(channel=channel, facts={}, state="declined", reason="The page of prices is empty.")
    needs = {need.key: need for need in todo.of_channel(channel).needs}
    assert (needs["submit"].state, "page of prices" in needs["submit"].text) == ("fault", True)


def test_many_apis_and_channels_ask_no_more_of_the_database(api, django_assert_num_queries):
    scenario = factories.make_scenario()
    for row in (api, make_api(provider=api.provider), make_api(provider=api.provider)):
        for _ in range(4):
            check(make_channel(row, scenario=scenario))
    with django_assert_num_queries(8):
        told = todo.todo(api.provider)
        assert [len(each.channels) for each in told.apis] == [4, 4, 4]
        assert all(each.next for each in told.apis[0].channels)


def test_a_channels_page_shows_how_far_it_is_to_members_alone(client, api, editor):
    channel = make_channel(api, profile={"run": "x", "rejected": ["top_k"], "ignored": [], "accepted": ["stop"]})
    run = check(channel, result="fail")
    run.checks.create(slug="other", position=2, result="pass")
    at = reverse("portal:channel", args=[api.provider.slug, channel.slug])
    client.force_login(make_member(api.provider, Role.VIEWER))
    html = client.get(at).content.decode()
    assert "top_k" in html
    assert "todo__item--fault" in html
    assert reverse("portal:channel_prices", args=[api.provider.slug, channel.slug]) not in html
    client.force_login(editor)
    assert reverse("portal:channel_prices", args=[api.provider.slug, channel.slug]) in client.get(at).content.decode()
    client.force_login(make_member(make_api().provider, Role.OWNER))
    assert client.get(at).status_code == 404
