"""What visitors see of a channel that is suspended, retired, ending, or not listed yet."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from catalog import onboarding
from catalog.models import Channel, Listing
from tests.factories import make_channel, make_scenario
from tests.listings import join, make_listed, make_operator, make_own_channel, submit
from tests.people import make_user

pytestmark = pytest.mark.django_db


def page_of(client, channel: Channel) -> str:
    response = client.get(f"/en/channels/{channel.slug}/")
    assert response.status_code == 200
    return response.content.decode()


def missing(client, channel: Channel) -> bool:
    return client.get(f"/en/channels/{channel.slug}/").status_code == 404


def listed_anywhere(client, channel: Channel) -> list[str]:
    """Addresses of lists, trials and maps that name it."""
    scenario = channel.scenarios.get().slug
    places = ["/en/channels/?kind=real", f"/en/trials/new/?scenario={scenario}", "/sitemap-channels.xml"]
    places += [f"/en/scenarios/{scenario}/", f"/en/providers/{channel.provider.slug}/", "/api/v1/channels/"]
    return [place for place in places if channel.slug in client.get(place).content.decode()]


def test_a_suspended_channel_keeps_its_page_with_a_notice_and_is_nowhere_else(client):
    channel = make_listed()
    assert listed_anywhere(client, channel)
    onboarding.suspend(channel, by=make_operator(), reason="terms", note="for its people only")
    page = page_of(client, channel)
    assert "its terms no longer allow trials here" in page
    assert '<meta name="robots" content="noindex">' in page
    assert "for its people only" not in page
    assert channel.base_url not in page
    assert "application/ld+json" not in page or '"Product"' not in page
    assert listed_anywhere(client, channel) == []


def test_a_suspended_channel_takes_part_in_no_new_trial(client):
    channel = make_listed()
    scenario = channel.scenarios.get()
    onboarding.suspend(channel, by=make_operator(), reason="other")
    data = {"scenario": scenario.slug, "channels": [channel.slug], "prompts": [{"text": "hello"}]}
    answer = client.post("/api/v1/trials/", data, content_type="application/json")
    assert answer.status_code == 400


def test_a_retired_channel_keeps_its_page_and_leads_to_its_successor(client):
    channel, other = make_listed(), make_listed()
    onboarding.set_sunset(channel, by=None, day=timezone.localdate(), successor=other)
    onboarding.retire(channel, by=None)
    page = page_of(client, channel)
    assert "Retired." in page
    assert f'href="/en/channels/{other.slug}/"' in page
    assert listed_anywhere(client, channel) == []


def test_a_retired_channel_of_the_seed_keeps_its_page(client):
    assert "Retired." in page_of(client, make_channel(listing=Listing.RETIRED, scenario=make_scenario()))


def test_a_last_day_stands_on_the_page_and_in_lists(client):
    channel = make_listed()
    onboarding.set_sunset(channel, by=None, day=timezone.localdate() + timedelta(days=50))
    channel.refresh_from_db()
    assert "Its last day here is" in page_of(client, channel)
    assert "noindex" not in page_of(client, channel)
    assert "last day" in client.get("/en/channels/?kind=real").content.decode()
    assert "last day" in client.get(f"/en/providers/{channel.provider.slug}/").content.decode()
    row = client.get(f"/api/v1/channels/{channel.slug}/").json()
    assert (row["listing"], row["sunset_on"]) == ("listed", channel.sunset_on.isoformat())


@pytest.mark.parametrize("staged", [True, False], ids=["staged", "draft"])
def test_what_was_never_listed_exists_for_its_people_alone(client, staged):
    channel = make_own_channel()
    if staged:
        submit(channel)
    member, stranger = join(channel.provider), make_user()
    assert missing(client, channel)
    assert client.get(f"/api/v1/channels/{channel.slug}/").status_code == 404
    client.force_login(stranger)
    assert missing(client, channel)
    for user in (member, make_operator()):
        client.force_login(user)
        assert "Not listed yet." in page_of(client, channel)
        answer = client.get(f"/en/channels/{channel.slug}/")
        assert answer.headers["Cache-Control"] == "private, no-store"
    client.logout()
    assert missing(client, channel)


def test_what_its_people_see_is_kept_for_nobody_else(client, settings):
    settings.PAGE_CACHE_S = 60
    channel = make_own_channel()
    client.force_login(join(channel.provider))
    assert "Not listed yet." in page_of(client, channel)
    client.cookies.clear()
    assert missing(client, channel)


def test_a_kept_page_is_not_stale_after_a_suspension(client, settings):
    settings.PAGE_CACHE_S = 60
    channel = make_listed()
    assert "Off the list" not in page_of(client, channel)
    onboarding.suspend(channel, by=make_operator(), reason="facts")
    assert "Off the list for now." in page_of(client, channel)


def test_one_whose_address_changed_says_so_until_it_is_listed_again(client):
    channel = make_listed()
    onboarding.send_back([channel], by=None)
    assert "Its address changed and is being checked again." in page_of(client, channel)
    channel.refresh_from_db()
    submit(channel)
    assert "Its address changed and is being checked again." in page_of(client, channel)
    assert client.get(f"/api/v1/channels/{channel.slug}/").json()["listing"] == "suspended"


def test_machines_are_told_where_it_stands(client):
    channel = make_listed()
    onboarding.suspend(channel, by=make_operator(), reason="other")
    row = client.get(f"/api/v1/channels/{channel.slug}/").json()
    assert (row["listing"], row["live"], row["base_url"]) == ("suspended", False, None)


def test_a_channel_of_a_provider_that_is_off_the_list_is_not_found(client):
    channel = make_listed()
    type(channel.provider).objects.filter(pk=channel.provider_id).update(listing=Listing.SUSPENDED)
    assert missing(client, channel)
    assert client.get(f"/api/v1/channels/{channel.slug}/").status_code == 404
