"""The operators' queue: what they see, and that one decision counts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from catalog import onboarding
from catalog.models import Channel, Listing, Submission
from sandbox.weighing import title_of
from tests.factories import make_model, make_price
from tests.listings import (
    join,
    make_listed,
    make_operator,
    make_own_channel,
    make_own_provider,
    make_run,
    propose_model,
    submit,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(client):
    client.force_login(make_operator())
    return client


def address(submission: Submission) -> str:
    return f"/en/portal/review/{submission.pk}/"


def state(channel: Channel) -> str:
    return Channel.objects.get(pk=channel.pk).listing


def seen(page: str) -> str:
    return page.partition('name="seen" value="')[2].partition('"')[0]


def test_the_queue_shows_the_oldest_first(operator):
    channels = [make_own_channel() for _ in range(3)]
    for days, channel in enumerate(channels):
        submit(channel)
        Submission.objects.filter(channel=channel).update(submitted_at=timezone.now() - timedelta(days=days))
    page = operator.get("/en/portal/review/").content.decode()
    places = [page.index(channel.name) for channel in channels]
    assert places == sorted(places, reverse=True)


def test_the_queue_asks_the_database_as_often_for_ten_as_for_one(operator, django_assert_max_num_queries):
    for _ in range(10):
        submit(make_own_channel())
    with django_assert_max_num_queries(8):
        operator.get("/en/portal/review/")


def test_only_operators_find_the_queue(client):
    channel = make_own_channel()
    found = submit(channel)
    assert client.get("/en/portal/review/").status_code == 302
    client.force_login(join(channel.provider))
    for where in ("/en/portal/review/", address(found), "/en/portal/review/channels/"):
        assert client.get(where).status_code == 404
    assert client.post(address(found), {"act": "approve"}).status_code == 404


def test_shows_what_a_decision_rests_on(operator):
    channel = make_own_channel(provider=make_own_provider(homepage="https://amber.example"))
    owner = join(channel.provider)
    run = make_run(channel, kind="full", failing=("tools",))
    found = onboarding.submit([channel], by=owner, conformance={channel.pk: run.code}, note="No tools yet.")[0]
    page = operator.get(address(found)).content.decode()
    for told in (f"/conformance/{run.code}/", str(title_of("tools")), "No tools yet.", "https://amber.example"):
        assert told in page
    for told in (owner.email, channel.base_url, "CNY 2 in, 8 out", "It has never been on the list"):
        assert told in page


def test_shows_what_changed_since_the_last_approval(operator):
    channel = make_listed()
    onboarding.send_back([channel], by=None)
    Channel.objects.filter(pk=channel.pk).update(base_url="https://api.example.com/v2")
    channel.refresh_from_db()
    page = operator.get(address(submit(channel))).content.decode()
    assert "https://api.example.com/v1</del>" in page
    assert "https://api.example.com/v2</ins>" in page


def test_approves_what_is_on_the_page_and_nothing_newer(operator):
    channel = make_own_channel()
    found = submit(channel)
    page = operator.get(address(found)).content.decode()
    make_price(channel=channel, starts_on=timezone.localdate() + timedelta(days=9), input=77)
    answer = operator.post(address(found), {"act": "approve", "seen": seen(page)})
    assert answer.status_code == 409
    assert "It has changed while you were looking" in answer.content.decode()
    assert state(channel) == Listing.STAGED
    again = seen(answer.content.decode())
    operator.post(address(found), {"act": "approve", "seen": again})
    assert state(channel) == Listing.LISTED


def test_a_known_model_is_named_in_place_of_a_proposed_one(operator):
    provider = make_own_provider()
    channel = make_own_channel(provider=provider, model=propose_model(provider))
    found, known = submit(channel), make_model(slug="known-one")
    page = operator.get(address(found)).content.decode()
    operator.post(address(found), {"act": "approve", "seen": seen(page), "model": "no-such"})
    assert state(channel) == Listing.STAGED
    operator.post(address(found), {"act": "approve", "seen": seen(page), "model": "known-one"})
    channel.refresh_from_db()
    assert (channel.listing, channel.model) == (Listing.LISTED, known)


def test_a_decline_needs_a_reason(operator):
    channel = make_own_channel()
    found = submit(channel)
    assert "Say what has to be fixed." in operator.post(address(found), {"act": "decline"}).content.decode()
    operator.post(address(found), {"act": "decline", "reason": "The price page says otherwise."})
    assert state(channel) == Listing.DRAFT


def test_the_second_operator_is_told(operator):
    channel = make_own_channel()
    found, other = submit(channel), make_operator()
    onboarding.approve(found, by=other)
    answer = operator.post(address(found), {"act": "decline", "reason": "no"})
    assert answer.status_code == 409
    assert f"{other.shown_name} was quicker: it is approved." in answer.content.decode()
    assert state(channel) == Listing.LISTED


def test_an_operator_suspends_with_a_reason_and_brings_back(operator):
    channel = make_listed()
    where = f"/en/portal/review/channels/{channel.slug}/"
    make_run(channel)
    assert operator.get(where).status_code == 200
    assert "Nothing has been saved" in operator.post(where, {"act": "suspend"}).content.decode()
    operator.post(where, {"act": "suspend", "reason": "terms", "note": "see clause 4"})
    assert state(channel) == Listing.SUSPENDED
    page = operator.get(where).content.decode()
    assert "its terms no longer allow trials here" in page
    assert "It was suspended by hand" in page
    operator.post(where, {"act": "return"})
    assert state(channel) == Listing.LISTED
    assert "is not suspended" in operator.post(where, {"act": "return"}, follow=True).content.decode()


def test_all_own_channels_are_found(operator):
    channel = make_listed()
    draft = make_own_channel()
    page = operator.get("/en/portal/review/channels/").content.decode()
    assert channel.slug in page
    assert draft.slug not in page
