"""Submitting: what is ready, what is missing and where it is mended."""

from __future__ import annotations

import pytest

from catalog import onboarding
from catalog.models import Channel, Listing, Role
from catalog.refusals import Refused
from marketplace.portal.listing import checked
from marketplace.portal.listing.submitting import submit
from tests.factories import make_channel
from tests.listings import join, make_own_channel, make_run
from tests.people import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def channel() -> Channel:
    return make_own_channel()


@pytest.fixture
def editor(client, channel):
    user = join(channel.provider, Role.EDITOR)
    client.force_login(user)
    return client


def address(channel: Channel) -> str:
    return f"/en/portal/{channel.provider.slug}/apis/{channel.api_id}/submit/"


def state(channel: Channel) -> str:
    return Channel.objects.get(pk=channel.pk).listing


def test_says_what_is_missing_and_leads_there(editor, channel):
    channel.prices.all().delete()
    page = editor.get(address(channel)).content.decode()
    assert "No price is stated." in page
    assert "It has not been checked wholly at its present address." in page
    assert "Nothing can be submitted now." in page


def test_what_is_ready_is_submitted(editor, channel):
    run = make_run(channel, kind="full")
    response = editor.post(address(channel), {"channels": [channel.pk]}, follow=True)
    assert "1 channel waits for review." in response.content.decode()
    assert state(channel) == Listing.STAGED
    assert channel.submissions.get().conformance == run.code


def test_several_at_once(editor, channel):
    other = make_own_channel(provider=channel.provider)
    for each in (channel, other):
        make_run(each, kind="full")
    editor.post(address(channel), {"channels": [channel.pk, other.pk]})
    assert state(channel) == state(other) == Listing.STAGED


def test_nothing_ticked_is_said(editor, channel):
    make_run(channel, kind="full")
    response = editor.post(address(channel), {})
    assert response.status_code == 422
    assert "Tick at least one channel." in response.content.decode()


def test_a_channel_of_others_is_not_taken(editor, channel):
    strange = make_own_channel()
    make_run(strange, kind="full")
    assert editor.post(address(channel), {"channels": [strange.pk]}).status_code == 422
    assert state(strange) == Listing.DRAFT


def test_a_failure_that_is_not_grave_needs_a_word_to_the_operators(editor, channel):
    make_run(channel, kind="full", failing=("tools",))
    assert "It may be listed all the same" in editor.get(address(channel)).content.decode()
    assert editor.post(address(channel), {"channels": [channel.pk]}).status_code == 422
    editor.post(address(channel), {"channels": [channel.pk], "note": "No tools before March."})
    assert channel.submissions.get().facts["note"] == "No tools before March."


def test_a_channel_that_does_not_answer_cannot_be_submitted(channel):
    make_run(channel, kind="full", failing=("plain_answer",))
    with pytest.raises(Refused) as refused:
        submit([channel], by=make_user(), note="please")
    assert refused.value.field == "conformance"


@pytest.mark.parametrize(
    "run",
    [{"kind": "vital"}, {"state": "running"}, {"facts": {"base_url": "https://elsewhere.example.com/v1"}}],
    ids=["not whole", "not over", "of another address"],
)
def test_a_run_that_does_not_count(channel, run):
    make_run(channel, **{"kind": "full", **run})
    assert checked.of_channel(channel) is None


def test_the_reason_of_a_decline_is_shown(editor, channel):
    make_run(channel, kind="full")
    editor.post(address(channel), {"channels": [channel.pk]})
    onboarding.decline(channel.submissions.get(), by=make_user(is_staff=True), reason="Which region is it?")
    assert "Which region is it?" in editor.get(address(channel)).content.decode()


def test_a_submission_is_withdrawn(editor, channel):
    make_run(channel, kind="full")
    editor.post(address(channel), {"channels": [channel.pk]})
    where = f"/en/portal/{channel.provider.slug}/channels/{channel.slug}/withdraw/"
    assert "is a draft again" in editor.post(where, follow=True).content.decode()
    assert state(channel) == Listing.DRAFT
    assert "does not wait for review" in editor.post(where, follow=True).content.decode()


def test_a_viewer_and_a_stranger_find_nothing_here(client, channel):
    for user in (join(channel.provider, Role.VIEWER), make_user()):
        client.force_login(user)
        assert client.get(address(channel)).status_code == 404


def test_another_providers_api_is_not_found(editor, channel):
    other = make_own_channel()
    assert editor.get(f"/en/portal/{channel.provider.slug}/apis/{other.api_id}/submit/").status_code == 404
    seeded = make_channel()
    assert editor.post(f"/en/portal/{channel.provider.slug}/channels/{seeded.slug}/withdraw/").status_code == 404
