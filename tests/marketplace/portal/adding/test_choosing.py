"""Which models an API serves, and which of the catalogue's they are."""

from __future__ import annotations

import secrets

import pytest
from django.urls import reverse

from catalog import live
from catalog.models import AIModel, Api, AuditEntry, Channel, Credential, Listing
from catalog.refusals import Refused
from catalog.versions import Outdated
from marketplace.portal.adding import actions, matching
from marketplace.portal.adding.actions import Choice, Proposal
from marketplace.portal.adding.matching import Why
from tests.factories import make_channel, make_model, make_provider
from tests.marketplace.portal.adding.upstream import GOOD

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(provider):
    return Api.objects.create(
        provider=provider,
        base_url="https://api.example.com/v1",
        protocol="openai",
        models_seen=["model-a", "maker/Some-Model-7B"],
        max_parallel=9,
    )


@pytest.fixture
def known():
    """Some Model 7B, sold by somebody real."""
    model = make_model(slug="some-model-7b", name="Some Model 7B")
    seller = make_provider(is_simulated=False)
    make_channel(provider=seller, model=model, wire_name="vendor-sm7", base_url="https://other.example.com")
    return model


def choose(api, owner, *choices, seen=None):
    return actions.choose_models(api, by=owner, seen=api.version if seen is None else seen, choices=choices)


def test_a_known_name_becomes_a_draft_of_its_model(api, owner, known):
    done = choose(api, owner, Choice("maker/Some-Model-7B"), Choice("vendor-sm7"))
    by_name, by_wire = done.added
    assert by_name.model == by_wire.model == known
    assert (by_name.slug, by_name.listing, by_name.api) == ("acme-some-model-7b", Listing.DRAFT, api)
    assert (by_name.base_url, by_name.protocol, by_name.max_parallel) == (api.base_url, "openai", 9)
    assert AuditEntry.objects.get().facts == {"models": "maker/Some-Model-7B, vendor-sm7"}


def test_slugs_get_a_number_where_they_are_taken(api, owner, known):
    make_channel(slug="acme-some-model-7b")
    (channel,) = choose(api, owner, Choice("Some-Model-7B")).added
    assert channel.slug == "acme-some-model-7b-2"


def test_an_unknown_name_has_to_be_explained(api, owner, known):
    with pytest.raises(Refused) as refused:
        choose(api, owner, Choice("quite-another"))
    assert refused.value.field == "quite-another"
    assert not Channel.objects.filter(provider=api.provider).exists()
    with pytest.raises(Refused, match="no model"):
        choose(api, owner, Choice("quite-another", "nonsense"))


def test_a_proposed_model_is_hidden_until_it_is_approved(api, owner, client):
    proposal = Proposal("Quite Another 2", "Some Maker", 131_072, ("text", "image", "smell"))
    (channel,) = choose(api, owner, Choice("another-2", proposal=proposal)).added
    model = channel.model
    assert (model.proposed_by, model.context_window, model.input_kinds) == (api.provider, 131_072, ["text", "image"])
    assert (model.maker, model.maker_name, model.slug) == ("some-maker", "Some Maker", "quite-another-2")
    assert client.get(reverse("catalog:model", args=[model.slug])).status_code == 404
    for address in (
        reverse("catalog:models"),
        reverse("catalog:channels"),
        reverse("catalog:search") + "?q=Quite+Another",
        "/api/v1/models/",
        "/api/v1/channels/",
    ):
        page = client.get(address).content.decode()
        assert model.slug not in page
        assert channel.slug not in page
    model.proposed_by = None
    model.save()
    assert client.get(reverse("catalog:model", args=[model.slug])).status_code == 200


def test_a_proposal_is_used_again_and_goes_with_its_last_draft(api, owner):
    proposal = Proposal("Quite Another 2", "Some Maker")
    choose(api, owner, Choice("a", proposal=proposal), Choice("b", proposal=proposal))
    assert AIModel.objects.filter(proposed_by=api.provider).count() == 1
    done = choose(api, owner)
    assert sorted(done.removed) == ["a", "b"]
    assert not AIModel.objects.filter(proposed_by=api.provider).exists()


@pytest.mark.parametrize(
    "proposal",
    [
        Proposal("", "Some Maker"),
        Proposal("Name", " "),
        Proposal("x" * 121, "Some Maker"),
        Proposal("Na\0me", "Some Maker"),
        Proposal("Name", "Some Maker", 0),
        Proposal("Name", "Some Maker", 10**12),
        Proposal(f"sk-{secrets.token_hex(12)}", "Some Maker"),
    ],
    ids=["no name", "no maker", "long", "NUL", "zero", "huge", "a key"],
)
def test_refuses_proposals_that_say_too_little_or_too_much(api, owner, proposal):
    with pytest.raises(Refused):
        choose(api, owner, Choice("another", proposal=proposal))
    assert not AIModel.objects.exists()


def test_channels_that_others_see_are_kept_and_named(api, owner, known):
    (channel,) = choose(api, owner, Choice("vendor-sm7")).added
    Channel.objects.filter(pk=channel.pk).update(listing=Listing.LISTED)
    done = choose(api, owner)
    assert done.kept == [channel]
    channel.refresh_from_db()
    assert channel.listing == Listing.LISTED


def test_a_drafts_model_can_be_corrected_until_it_is_submitted(api, owner, known):
    (channel,) = choose(api, owner, Choice("b", proposal=Proposal("B", "Some Maker"))).added
    done = choose(api, owner, Choice("b", known.slug))
    assert done.changed == [channel]
    assert not AIModel.objects.filter(name="B").exists()
    Channel.objects.filter(pk=channel.pk).update(listing=Listing.STAGED)
    assert choose(api, owner, Choice("b", proposal=Proposal("C", "Some Maker"))).changed == []


def test_a_retired_channel_comes_back_as_a_draft(api, owner, known):
    (channel,) = choose(api, owner, Choice("vendor-sm7")).added
    Channel.objects.filter(pk=channel.pk).update(listing=Listing.RETIRED, api=None)
    assert choose(api, owner, Choice("vendor-sm7")).changed == [channel]
    channel.refresh_from_db()
    assert (channel.listing, channel.api) == (Listing.DRAFT, api)


def test_refuses_a_name_that_another_api_of_the_provider_serves(api, owner, known):
    choose(api, owner, Choice("vendor-sm7"))
    other = Api.objects.create(provider=api.provider, base_url="https://api.example.com/v2", protocol="openai")
    with pytest.raises(Refused, match="already served"):
        choose(other, owner, Choice("vendor-sm7"))


def test_refuses_names_that_are_none(api, owner, known):
    for name in ("", " ", "x" * 201, "a\u0000b", "a\nb", f"sk-{secrets.token_hex(12)}"):
        with pytest.raises(Refused):
            choose(api, owner, Choice(name, known.slug))
    with pytest.raises(Refused, match="twice"):
        choose(api, owner, Choice("vendor-sm7"), Choice("vendor-sm7 "))
    with pytest.raises(Refused, match="more than"):
        choose(api, owner, *(Choice(f"n-{n}", known.slug) for n in range(201)))


def test_the_second_of_two_editors_is_told(api, owner, known):
    choose(api, owner, Choice("vendor-sm7"))
    with pytest.raises(Outdated):
        choose(api, owner, seen=1)
    assert Channel.objects.filter(api=api).exists()


def test_names_are_matched_by_wire_name_then_by_spelling_then_by_likeness(api, known):
    index = matching.index_for(api.provider)
    whys = {name: [match.why for match in index.matches(name)][:1] for name in WANTED}
    assert whys == {name: [why] if why else [] for name, why in WANTED.items()}


WANTED = {
    "vendor-sm7": Why.WIRE,
    "Maker/Some_Model-7B": Why.NAME,
    "some.model.7b:free": Why.NAME,
    "some-model-7b-20260101": Why.TAIL,
    "some-model-7b-fp8": Why.TAIL,
    "some-model-7b-e16-versatile": Why.TAIL,
    "some-model": Why.TAIL,
    "somemodel-7b": Why.ALIKE,
    "some-model-70b": None,
    "elephant": None,
}


def test_a_local_servers_models_stand_apart_from_real_ones(api, known):
    api.provider.is_local = True
    assert matching.index_for(api.provider).matches("vendor-sm7") == []
    simulated = make_channel(wire_name="sim-1").model
    assert matching.index_for(api.provider).sure("sim-1").model == simulated
    api.provider.is_local = False
    assert matching.index_for(api.provider).sure("sim-1") is None


def test_a_page_of_five_hundred_names(signed_in, provider, upstream, known, django_assert_max_num_queries):
    provider.is_local = True
    provider.save()
    api = Api.objects.create(provider=provider, base_url=f"{upstream.origin}/many/v1", protocol="openai")
    url = reverse("portal:api_models", args=["acme", api.pk])
    with django_assert_max_num_queries(32):
        page = signed_in.get(url).content.decode()
    assert page.count('data-name="') == 500
    found = signed_in.post(url, {"act": "find", "q": "model-49", "names": ["maker-1/model-1"]}).content.decode()
    assert found.count('data-name="') == 11
    assert 'value="maker-1/model-1" checked' in found


def test_pages_lead_from_names_to_drafts(signed_in, api, known):
    url = reverse("portal:api_models", args=["acme", api.pk])
    page = signed_in.post(url, {"act": "match", "names": ["maker/Some-Model-7B"], "typed": "brand-new-1\n"})
    assert page.status_code == 200
    text = page.content.decode()
    assert "the same name" in text
    assert "brand-new-1" in text
    wish = {
        "act": "save",
        "version": api.version,
        "names": ["maker/Some-Model-7B", "brand-new-1"],
        "model-0": known.slug,
        "model-1": "+new",
        "name-1": "Brand New 1",
        "maker-1": "Some Maker",
        "context-1": "131,072",
        "kinds-1": ["text", "image"],
    }
    assert signed_in.post(url, {**wish, "context-1": "a lot"}).status_code == 422
    assert not api.channels.exists()
    assert signed_in.post(url, wish).status_code == 302
    assert {row.wire_name: row.model.name for row in api.channels.select_related("model")} == {
        "maker/Some-Model-7B": "Some Model 7B",
        "brand-new-1": "Brand New 1",
    }
    assert signed_in.post(url, wish).status_code == 409


def test_a_key_that_waited_for_a_models_name_is_tried_with_it(signed_in, provider, upstream):
    provider.is_local = True
    provider.save()
    api = Api.objects.create(provider=provider, base_url=f"{upstream.origin}/listless/v1", protocol="openai")
    Credential.objects.create(provider=provider, origin=upstream.origin, secret=GOOD)
    wish = {"act": "save", "version": 1, "names": ["x-1"], "model-0": "+new", "name-0": "X 1", "maker-0": "M"}
    url = reverse("portal:api_models", args=["acme", api.pk])
    response = signed_in.post(url, wish, follow=True)
    assert "The key works" in response.content.decode()
    assert Credential.objects.get().works


def test_a_page_takes_another_model_by_name(signed_in, api, known):
    url = reverse("portal:api_models", args=["acme", api.pk])
    wish = {"act": "save", "version": api.version, "names": ["x-1"], "model-0": "+other", "other-0": "nothing"}
    assert "has no model of this name" in signed_in.post(url, wish).content.decode()
    assert signed_in.post(url, {**wish, "other-0": "some model 7b"}).status_code == 302
    assert api.channels.get().model == known


def test_pages_forget_keys_that_strayed_into_them(signed_in, api, known, caplog):
    url = reverse("portal:api_models", args=["acme", api.pk])
    key = f"sk-{secrets.token_hex(12)}"
    fields = [
        {"act": "match", "typed": f"model-a\n{key}"},
        {"act": "find", "q": key},
        {"act": "save", "version": 1, "names": ["x-1"], "model-0": "+new", "name-0": key, "maker-0": "M"},
        {"act": "save", "version": 1, "names": ["x-1"], "model-0": "+other", "other-0": key},
    ]
    for posted in fields:
        response = signed_in.post(url, posted)
        assert response.status_code == 422
        assert "looks like an API key" in response.content.decode()
        assert key not in response.content.decode()
    assert key not in caplog.text
    assert not api.channels.exists()


def test_a_stray_key_in_the_address_is_neither_saved_nor_repeated(signed_in, provider, caplog):
    key = f"sk-{secrets.token_hex(12)}"
    response = signed_in.post(reverse("portal:new_api", args=["acme"]), {"base_url": key, "protocol": "openai"})
    assert response.status_code == 422
    assert "looks like an API key" in response.content.decode()
    assert key not in response.content.decode()
    assert key not in caplog.text


def test_drafts_are_nobodys_to_try(api, owner, known):
    choose(api, owner, Choice("vendor-sm7"))
    assert not Channel.objects.listed().filter(api=api).exists()
    assert live.origin_of(api.base_url) == "https://api.example.com"


def test_what_comes_back_at_another_address_brings_nothing_learned_at_the_old_one(api, owner, known):
    old = {"profile": {"rejected": ["top_k"]}, "base_url": "https://old.example.com/v1", "max_parallel": 500}
    retired = make_channel(
        provider=api.provider, model=known, wire_name="model-a", listing=Listing.RETIRED, protocol="openai", **old
    )
    choose(api, owner, Choice("model-a"))
    retired.refresh_from_db()
    assert (retired.listing, retired.base_url, retired.profile) == (Listing.DRAFT, api.base_url, {})
    assert retired.max_parallel == 9


def test_a_proposal_stays_as_an_operator_sees_it(api, owner):
    (channel,) = choose(api, owner, Choice("new-a", proposal=Proposal("New", "Maker", 1000))).added
    Channel.objects.filter(pk=channel.pk).update(listing=Listing.STAGED)
    also = Choice("new-b", proposal=Proposal("New", "Another Maker", 9000))
    choose(api, owner, Choice("new-a"), also)
    model = AIModel.objects.get(proposed_by=api.provider)
    assert (model.maker_name, model.context_window) == ("Maker", 1000)


def test_a_key_that_we_hold_is_no_model_whatever_it_looks_like(api, owner):
    held = "plain words " + secrets.token_hex(4)
    Credential.objects.create(provider=api.provider, origin="https://api.example.com", secret=held)
    with pytest.raises(Refused) as refused:
        choose(api, owner, Choice(held))
    assert held not in str(refused.value)
    assert not Channel.objects.exists()
