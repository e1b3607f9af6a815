"""A channel's last day, set by its own people."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from catalog.models import Channel, Listing, Role
from tests.listings import join, make_listed, make_own_channel

pytestmark = pytest.mark.django_db


@pytest.fixture
def channel() -> Channel:
    return make_listed()


@pytest.fixture
def editor(client, channel):
    client.force_login(join(channel.provider, Role.EDITOR))
    return client


def address(channel: Channel, what: str = "sunset") -> str:
    return f"/en/portal/{channel.provider.slug}/channels/{channel.slug}/{what}/"


def test_a_last_day_and_what_to_use_instead(editor, channel):
    other = make_listed(provider=channel.provider)
    day = timezone.localdate() + timedelta(days=40)
    editor.post(address(channel), {"day": day.isoformat(), "successor": other.pk})
    channel.refresh_from_db()
    assert (channel.sunset_on, channel.successor) == (day, other)
    assert f"Visitors are shown {other.name} instead." in editor.get(address(channel)).content.decode()
    editor.post(address(channel), {"act": "lift"})
    channel.refresh_from_db()
    assert (channel.sunset_on, channel.successor) == (None, None)


@pytest.mark.parametrize("day", ["2020-01-01", "soon", ""])
def test_refuses_a_day_that_is_none(editor, channel, day):
    assert editor.post(address(channel), {"day": day}).status_code == 422
    channel.refresh_from_db()
    assert channel.sunset_on is None


def test_refuses_anothers_channel_as_successor(editor, channel):
    day = timezone.localdate() + timedelta(days=40)
    response = editor.post(address(channel), {"day": day.isoformat(), "successor": make_listed().pk})
    assert response.status_code == 422


def test_a_draft_has_no_last_day(editor, channel):
    draft = make_own_channel(provider=channel.provider)
    assert 'name="day"' not in editor.get(address(draft)).content.decode()


def test_retires_at_once(editor, channel):
    assert "is retired" in editor.post(address(channel, "retire"), follow=True).content.decode()
    channel.refresh_from_db()
    assert channel.listing == Listing.RETIRED
    assert "retired already" in editor.post(address(channel, "retire"), follow=True).content.decode()
