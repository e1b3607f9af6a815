"""A key is tried at once, kept encrypted for one origin, replaced only by one that works, and never shown again."""

from __future__ import annotations

import pytest
from django.db import connection
from django.urls import reverse

from catalog.models import Api, AuditEntry, Channel, Credential
from catalog.refusals import Refused
from marketplace.portal.adding import actions, keys
from sandbox import detecting
from tests.factories import make_channel
from tests.marketplace.portal.adding.upstream import GOOD

pytestmark = pytest.mark.django_db
WRONG = "not-the-right-key-but-long"


@pytest.fixture
def make_api(provider, upstream):
    def make(temper, **facts):
        provider.is_local = True
        provider.save()
        values = {"base_url": f"{upstream.origin}/{temper}/v1", "protocol": "openai"}
        return Api.objects.create(provider=provider, **{**values, **facts})

    return make


def posts(upstream):
    return [path for command, path, _ in upstream.calls if command == "POST"]


def test_a_list_that_only_the_key_opens_proves_it(make_api, owner, upstream):
    api = make_api("openai-strict")
    said = actions.enter_key(api, by=owner, key=f"  Bearer {GOOD}\n")
    kept = Credential.objects.get()
    assert (kept.secret, kept.origin, kept.works) == (GOOD, upstream.origin, True)
    assert kept.probed_at is not None
    assert "works" in said.message
    assert api.models_seen == ["model-b", "model-a"]
    assert posts(upstream) == []
    assert AuditEntry.objects.get().action == "key_entered"


@pytest.mark.parametrize("protocol", ["anthropic", "gemini"])
def test_each_protocol_shows_the_key_its_own_way(make_api, owner, protocol):
    actions.enter_key(make_api(f"{protocol}-strict", protocol=protocol), by=owner, key=GOOD)
    assert Credential.objects.get().works


def test_a_public_list_proves_nothing_so_a_token_is_asked_for(make_api, owner, upstream):
    actions.enter_key(make_api("openai"), by=owner, key=GOOD)
    assert posts(upstream) == ["/openai/v1/chat/completions"]
    assert Credential.objects.get().works


@pytest.mark.parametrize("temper", ["openai-strict", "openai"])
def test_a_wrong_key_is_told_and_not_saved(make_api, owner, temper):
    with pytest.raises(Refused, match="does not accept this key") as refused:
        actions.enter_key(make_api(temper), by=owner, key=WRONG)
    assert refused.value.field == "key"
    assert not Credential.objects.exists()


@pytest.mark.parametrize("temper", ["openai-strict", "broken", "listless"])
def test_a_key_that_is_not_answered_never_replaces_one_that_works(make_api, owner, upstream, provider, temper):
    Credential.objects.create(provider=provider, origin=upstream.origin, secret=GOOD, works=True)
    with pytest.raises(Refused):
        actions.enter_key(make_api(temper), by=owner, key=WRONG)
    kept = Credential.objects.get()
    assert (kept.secret, kept.works) == (GOOD, True)


def test_a_new_key_replaces_the_old_one_once_it_was_answered(make_api, owner, upstream, provider):
    Credential.objects.create(provider=provider, origin=upstream.origin, secret=WRONG, works=True)
    actions.enter_key(make_api("openai-strict"), by=owner, key=GOOD)
    kept = Credential.objects.get()
    assert (kept.secret, kept.works) == (GOOD, True)
    assert AuditEntry.objects.get().action == "key_rotated"


def test_what_cannot_be_tried_is_kept_as_not_known_to_work(make_api, owner):
    said = actions.enter_key(make_api("broken"), by=owner, key=GOOD)
    assert not Credential.objects.get().works
    assert said.mend


def test_a_key_is_ciphertext_in_the_database(make_api, owner):
    actions.enter_key(make_api("openai-strict"), by=owner, key=GOOD)
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM catalog_credential")
        ((stored,),) = cursor.fetchall()
    assert GOOD not in stored


def test_a_stranger_reads_no_environment(make_api, owner, monkeypatch):
    monkeypatch.setenv("SOME_KEY", GOOD)
    for text in ("env:SOME_KEY", "Bearer env:SOME_KEY", " ENV:SOME_KEY"):
        with pytest.raises(Refused, match="environment"):
            actions.enter_key(make_api("openai-strict", base_url=f"http://127.0.0.1/{len(text)}"), by=owner, key=text)
    assert not Credential.objects.exists()


@pytest.mark.parametrize(
    "text", ["two words of it", "line\nbreak-in-the-key", "schlüssel-mit-umlaut", "https://a.example.com/v1"]
)
def test_takes_nothing_that_is_no_key(make_api, owner, text):
    with pytest.raises(Refused):
        actions.enter_key(make_api("openai-strict"), by=owner, key=text)


def test_only_a_local_server_may_do_without(make_api, owner, provider):
    api = make_api("openai")
    actions.enter_key(api, by=owner, key="")
    assert Credential.objects.get().works
    provider.is_local = False
    with pytest.raises(Refused, match="No key was entered"):
        actions.enter_key(api, by=owner, key="")


def test_a_key_is_not_kept_for_an_address_that_was_moved_meanwhile(make_api, owner, monkeypatch):
    api = make_api("openai-strict")
    Api.objects.update(base_url="https://api.example.com/v1")
    with pytest.raises(Refused, match="changed meanwhile"):
        actions.enter_key(api, by=owner, key=GOOD)
    assert not Credential.objects.exists()


def test_trying_again_remembers_how_it_went(make_api, owner, upstream, provider):
    api = make_api("openai-strict")
    Credential.objects.create(provider=provider, origin=upstream.origin, secret=GOOD)
    actions.try_key(api, by=None)
    assert Credential.objects.get().works
    Credential.objects.all().delete()
    Credential.objects.create(provider=provider, origin=upstream.origin, secret=WRONG, works=True)
    actions.try_key(api, by=None)
    assert not Credential.objects.get().works


def test_a_working_key_makes_its_channels_live(make_api, owner):
    api = make_api("openai-strict")
    make_channel(provider=api.provider, api=api, base_url=api.base_url)
    actions.enter_key(api, by=owner, key=GOOD)
    assert Channel.objects.live().exists()
    actions.remove_key(api, by=owner)
    assert not Channel.objects.live().exists()


def test_an_api_that_gives_our_key_back_as_a_models_name_is_not_believed(make_api, signed_in):
    api = make_api("echo")
    signed_in.post(reverse("portal:api_key", args=["acme", api.pk]), {"key": GOOD})
    api.refresh_from_db()
    assert api.models_seen == ["model-a"]
    actions.look_up_models(api, by=None)
    assert api.models_seen == ["model-a"]


def test_a_page_takes_the_key_and_shows_its_end_alone(make_api, signed_in):
    api = make_api("openai-strict")
    url = reverse("portal:api_key", args=["acme", api.pk])
    assert signed_in.post(url, {"key": GOOD}).status_code == 302
    page = signed_in.get(url).content.decode()
    assert f"…{GOOD[-4:]}" in page
    assert GOOD[:-4] not in page
    assert keys.held(api).ending == GOOD[-4:]


def test_a_page_says_that_a_key_is_wrong_and_does_not_repeat_it(make_api, signed_in, caplog):
    api = make_api("openai-strict")
    response = signed_in.post(reverse("portal:api_key", args=["acme", api.pk]), {"key": WRONG})
    assert response.status_code == 422
    assert WRONG not in response.content.decode()
    assert WRONG not in caplog.text


def test_a_page_that_waits_for_a_mute_api_comes_back(make_api, signed_in, monkeypatch):
    monkeypatch.setitem(detecting.TIGHT, "headers_ms", 300)
    api = make_api("mute")
    response = signed_in.post(reverse("portal:api_key", args=["acme", api.pk]), {"key": GOOD})
    assert response.status_code == 302
    assert not Credential.objects.get().works


def test_pages_try_again_and_delete(make_api, signed_in, upstream, provider):
    api = make_api("openai-strict")
    Credential.objects.create(provider=provider, origin=upstream.origin, secret=GOOD)
    signed_in.post(reverse("portal:try_api_key", args=["acme", api.pk]))
    assert Credential.objects.get().works
    signed_in.post(reverse("portal:remove_api_key", args=["acme", api.pk]))
    assert not Credential.objects.exists()
