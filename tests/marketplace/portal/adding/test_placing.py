"""Addresses: looked at before they are saved, and what a move undoes."""

from __future__ import annotations

import pytest

from catalog.models import AIModel, Api, AuditEntry, Channel, Credential, Listing
from catalog.refusals import Refused
from catalog.versions import Outdated
from marketplace.portal.adding import actions
from marketplace.portal.adding.keys import drop_unused
from sandbox import detecting
from tests.factories import make_channel, make_model
from tests.marketplace.portal.adding import upstream as upstreams
from tests.marketplace.portal.adding.upstream import GOOD

pytestmark = pytest.mark.django_db


def place(provider, owner, base_url, **more):
    return actions.add_api(provider, by=owner, base_url=base_url, **more)


def listed(api, name="model-a", listing=Listing.LISTED, **more):
    facts = {"provider": api.provider, "api": api, "base_url": api.base_url, "protocol": api.protocol}
    return make_channel(**facts, wire_name=name, listing=listing, **more)


def test_saves_what_was_found_and_says_it(provider, owner, upstream):
    api, said = place(provider, owner, f"{upstream.origin}/openai/v1/chat/completions")
    assert (api.base_url, api.protocol, api.is_detected) == (f"{upstream.origin}/openai/v1", "openai", True)
    assert api.models_seen == ["model-b", "model-a"]
    assert "lists 2 models" in said.message
    assert "/chat/completions was taken off" in said.message
    assert AuditEntry.objects.get().action == "api_added"


def test_keeps_the_version_that_was_left_out(provider, owner, upstream):
    api, said = place(provider, owner, f"{upstream.origin}/versioned")
    assert api.base_url == f"{upstream.origin}/versioned/v1"
    assert api.base_url in said.message


def test_lets_the_provider_overrule_the_protocol(provider, owner, upstream):
    api, said = place(provider, owner, f"{upstream.origin}/openai/v1", protocol="anthropic")
    assert (api.protocol, api.is_detected) == ("anthropic", False)
    assert "look like OpenAI" in said.message


def test_a_local_address_makes_the_provider_local(provider, owner, upstream):
    place(provider, owner, f"{upstream.origin}/openai/v1")
    provider.refresh_from_db()
    assert provider.is_local


def test_a_real_provider_gets_no_server_of_this_computer(provider, owner, upstream):
    make_channel(provider=provider, base_url="https://api.example.com/v1")
    with pytest.raises(Refused) as refused:
        place(provider, owner, f"{upstream.origin}/openai/v1")
    assert refused.value.field == "base_url"
    provider.refresh_from_db()
    assert not provider.is_local
    assert not Api.objects.exists()


@pytest.mark.parametrize(
    ("temper", "words"),
    [
        ("page", "web page"),
        ("nothing", "no API at this address: it answered 404"),
        ("broken", "answered 500"),
        ("busy", "too many requests"),
        ("flood", "did not end"),
        ("number", "not one that any protocol"),
    ],
)
def test_hesitates_at_what_may_pass_and_saves_it_only_when_asked_again(provider, owner, upstream, temper, words):
    with pytest.raises(actions.Hesitant, match=words) as refused:
        place(provider, owner, f"{upstream.origin}/{temper}/v1")
    assert refused.value.mend
    assert not Api.objects.exists()
    api, _said = place(provider, owner, f"{upstream.origin}/{temper}/v1", protocol="openai", anyway=True)
    assert (api.protocol, api.models_seen) == ("openai", None)


def test_hesitates_at_silence(provider, owner, upstream, monkeypatch):
    monkeypatch.setitem(detecting.TIGHT, "headers_ms", 300)
    with pytest.raises(actions.Hesitant, match="did not answer"):
        place(provider, owner, f"{upstream.origin}/mute/v1")


def test_wants_a_protocol_where_none_shows(provider, owner, upstream):
    with pytest.raises(Refused) as refused:
        place(provider, owner, f"{upstream.origin}/number/v1", anyway=True)
    assert refused.value.field == "protocol"


def test_never_saves_a_redirecting_address(provider, owner, upstream):
    for anyway in (False, True):
        with pytest.raises(Refused, match="redirects"):
            place(provider, owner, f"{upstream.origin}/redirect/v1", protocol="openai", anyway=anyway)
    assert not Api.objects.exists()


def test_says_why_http_will_not_do(provider, owner):
    with pytest.raises(Refused, match="must begin with https"):
        place(provider, owner, "http://api.example.com/v1")


def test_refuses_an_address_twice(provider, owner, upstream):
    place(provider, owner, f"{upstream.origin}/openai/v1")
    with pytest.raises(Refused, match="there already"):
        place(provider, owner, f"{upstream.origin}/openai/v1/")


def test_a_path_on_the_same_origin_keeps_the_key(provider, owner, upstream):
    api, _said = place(provider, owner, f"{upstream.origin}/openai/v1")
    Credential.objects.create(provider=provider, origin=upstream.origin, secret=GOOD, works=True)
    actions.change_address(api, seen=api.version, by=owner, base_url=f"{upstream.origin}/many/v1")
    assert Credential.objects.get().secret == GOOD


def test_another_origin_wants_the_key_again_and_the_old_one_is_never_sent_there(provider, owner, upstream, settings):
    api, _said = place(provider, owner, f"{upstream.origin}/openai/v1")
    Credential.objects.create(provider=provider, origin=upstream.origin, secret=GOOD, works=True)
    other = upstreams.serve()
    settings.LOCAL_ADDRESSES = [upstream.address, other.address]
    try:
        actions.change_address(api, seen=api.version, by=owner, base_url=f"{other.origin}/openai-strict/v1")
        assert not Credential.objects.exists()
        assert other.calls
        assert GOOD not in repr(other.calls)
    finally:
        upstreams.stop(other)


def test_a_move_warns_first_and_then_has_its_channels_checked_again(provider, owner, upstream):
    api, _said = place(provider, owner, f"{upstream.origin}/openai/v1")
    shown, draft = listed(api), listed(api, "model-b", Listing.DRAFT)
    wish = {"seen": api.version, "by": owner, "base_url": f"{upstream.origin}/many/v1"}
    with pytest.raises(actions.Moves) as moves:
        actions.change_address(api, **wish)
    assert moves.value.channels == [shown]
    api.refresh_from_db()
    assert api.base_url.endswith("/openai/v1")
    Channel.objects.filter(pk=shown.pk).update(profile={"rejected": ["seed"]})
    actions.change_address(api, **wish, confirmed=True)
    for channel in (shown, draft):
        channel.refresh_from_db()
        assert channel.base_url == f"{upstream.origin}/many/v1"
        assert channel.listing == Listing.DRAFT
        assert channel.profile == {}


def test_looking_again_at_the_same_address_moves_nothing(provider, owner, upstream):
    api, _said = place(provider, owner, f"{upstream.origin}/openai/v1")
    shown = listed(api)
    Api.objects.update(models_seen=None)
    api.refresh_from_db()
    actions.change_address(api, seen=api.version, by=owner, base_url=api.base_url, protocol=api.protocol)
    shown.refresh_from_db()
    assert shown.listing == Listing.LISTED
    assert api.models_seen == ["model-b", "model-a"]


def test_tells_the_second_of_two_editors(provider, owner, upstream):
    api, _said = place(provider, owner, f"{upstream.origin}/openai/v1")
    actions.change_address(api, seen=api.version, by=owner, base_url=f"{upstream.origin}/many/v1")
    with pytest.raises(Outdated):
        actions.change_address(api, seen=1, by=owner, base_url=f"{upstream.origin}/openai/v1")
    assert Api.objects.get().base_url.endswith("/many/v1")


def test_moving_onto_another_of_ones_own_changes_nothing(provider, owner, upstream):
    place(provider, owner, f"{upstream.origin}/openai/v1")
    api, _said = place(provider, owner, f"{upstream.origin}/many/v1")
    with pytest.raises(Refused, match="there already"):
        actions.change_address(api, seen=api.version, by=owner, base_url=f"{upstream.origin}/openai/v1")
    assert (api.base_url, api.version) == (f"{upstream.origin}/many/v1", 1)


def test_removing_takes_drafts_their_proposals_and_the_key(provider, owner, upstream):
    api, _said = place(provider, owner, f"{upstream.origin}/openai/v1")
    Credential.objects.create(provider=provider, origin=upstream.origin, secret=GOOD)
    listed(api, listing=Listing.DRAFT, model=make_model(proposed_by=provider, slug="proposed"))
    retired = listed(api, "model-b", Listing.RETIRED)
    actions.remove_api(api, by=owner)
    assert list(Channel.objects.all()) == [retired]
    assert not AIModel.objects.filter(slug="proposed").exists()
    assert not Credential.objects.exists()  # the retired channel's page stays; it is called no more


def test_a_key_stays_while_a_channel_is_called_with_it(provider, upstream):
    Credential.objects.create(provider=provider, origin=upstream.origin, secret=GOOD)
    make_channel(provider=provider, base_url=f"{upstream.origin}/openai/v1")
    drop_unused(provider, upstream.origin)
    assert Credential.objects.exists()


def test_removing_waits_for_what_visitors_see(provider, owner, upstream):
    api, _said = place(provider, owner, f"{upstream.origin}/openai/v1")
    listed(api)
    with pytest.raises(Refused, match="still in use"):
        actions.remove_api(api, by=owner)
