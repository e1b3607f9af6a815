"""Keys go to the address that the facts name and to no other; a server of the visitor's own is measured apart."""

import pytest
from django.db import connection

from catalog.live import (
    LOCAL,
    link_environment_keys,
    link_local_server,
    mark_probe,
    origin_of,
    reveal,
    unlink_local_server,
)
from catalog.models import AIModel, Channel, Credential, Listing, Provider
from catalog.seed.load import load_catalog
from tests.factories import make_channel, make_provider, make_scenario

pytestmark = pytest.mark.django_db
KEY = "not-a-real-key"
LOCAL_URL = "http://127.0.0.1:8081/v1"


@pytest.fixture
def catalogue():
    load_catalog()


def channel_of(provider):
    return Channel.objects.filter(provider__slug=provider).select_related("provider").first()


def live_providers():
    return set(Channel.objects.live().values_list("provider__slug", flat=True))


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://API.example/v1", "https://api.example"),
        ("https://api.example:8443/v1", "https://api.example:8443"),
        ("https://user:pass@api.example/v1", "https://api.example"),
        ("/openai/v1", ""),
        ("", ""),
    ],
)
def test_an_origin_is_scheme_host_and_port(address, origin):
    assert origin_of(address) == origin


def test_a_key_in_the_environment_makes_a_credential_for_the_seeded_origin(catalogue):
    linked = link_environment_keys({"DEEPSEEK_API_KEY": KEY})
    assert [provider.slug for provider in linked] == ["deepseek"]
    credential = Credential.objects.get()
    assert (credential.origin, credential.secret) == ("https://api.deepseek.com", "env:DEEPSEEK_API_KEY")
    assert not credential.works


def test_the_database_never_holds_the_key_itself_nor_its_name_in_clear(catalogue):
    link_environment_keys({"DEEPSEEK_API_KEY": KEY})
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM catalog_credential")
        stored = cursor.fetchone()[0]
    assert KEY not in stored
    assert "DEEPSEEK" not in stored


def test_a_channel_is_live_once_a_probe_was_answered(catalogue):
    (provider,) = link_environment_keys({"DEEPSEEK_API_KEY": KEY})
    assert live_providers() == set()
    assert mark_probe(provider, True)
    assert live_providers() == {"deepseek"}
    assert not mark_probe(provider, True)
    assert mark_probe(provider, False)
    assert live_providers() == set()


def test_linking_again_keeps_what_the_probe_found(catalogue):
    environ = {"DEEPSEEK_API_KEY": KEY}
    (provider,) = link_environment_keys(environ)
    mark_probe(provider, True)
    before = Credential.objects.get()
    link_environment_keys(environ)
    assert Credential.objects.get() == before
    assert live_providers() == {"deepseek"}


def test_a_variable_that_is_gone_or_empty_takes_its_credential_along(catalogue):
    link_environment_keys({"DEEPSEEK_API_KEY": KEY})
    assert link_environment_keys({"DEEPSEEK_API_KEY": " "}) == []
    assert not Credential.objects.exists()


def test_the_first_variable_that_is_set_is_taken(catalogue):
    link_environment_keys({"GOOGLE_API_KEY": KEY})
    assert Credential.objects.get().secret == "env:GOOGLE_API_KEY"
    link_environment_keys({"GOOGLE_API_KEY": KEY, "GEMINI_API_KEY": KEY})
    assert Credential.objects.get().secret == "env:GEMINI_API_KEY"


def test_reveals_the_key_for_the_seeded_origin_only(catalogue):
    environ = {"DEEPSEEK_API_KEY": KEY}
    (provider,) = link_environment_keys(environ)
    mark_probe(provider, True)
    channel = channel_of("deepseek")
    assert reveal(channel, environ) == KEY
    assert reveal(channel, {}) is None
    for address in (
        "https://api.deepseek.com.evil.example/v1",
        "https://api.deepseek.com:8443",
        "http://api.deepseek.com",
        "https://evil.example/https://api.deepseek.com/",
        "https://api.deepseek.com@evil.example/v1",
    ):
        Channel.objects.filter(pk=channel.pk).update(base_url=address)
        channel.refresh_from_db()
        assert reveal(channel, environ) is None, address
        assert not Channel.objects.live().filter(pk=channel.pk).exists(), address


def test_a_provider_that_took_a_slug_of_ours_gets_no_key():
    make_provider(slug="deepseek", is_simulated=False, key_variables=["DEEPSEEK_API_KEY"], source="portal")
    assert link_environment_keys({"DEEPSEEK_API_KEY": KEY}) == []


def test_a_stranger_who_names_a_variable_of_ours_as_his_key_gets_nothing():
    provider = make_provider(is_simulated=False, source="portal")
    channel = make_channel(provider=provider, base_url="https://theirs.example/v1")
    Credential.objects.create(provider=provider, origin="https://theirs.example", secret="env:OPENAI_API_KEY")
    assert reveal(channel, {"OPENAI_API_KEY": KEY}) is None


def test_a_key_that_an_operator_entered_is_kept_and_revealed(catalogue):
    provider = Provider.objects.get(slug="deepseek")
    Credential.objects.create(provider=provider, origin="https://api.deepseek.com", secret="entered-by-hand")
    assert link_environment_keys({"DEEPSEEK_API_KEY": KEY}) == []
    assert reveal(channel_of("deepseek"), {}) == "entered-by-hand"


def test_a_credential_that_cannot_be_decrypted_reveals_nothing(catalogue, settings):
    provider = Provider.objects.get(slug="deepseek")
    Credential.objects.create(provider=provider, origin="https://api.deepseek.com", secret="entered-by-hand")
    settings.SECRET_KEY = "another"
    assert reveal(channel_of("deepseek"), {}) is None


def test_an_empty_secret_opens_nothing_but_the_local_server(catalogue):
    provider = Provider.objects.get(slug="deepseek")
    Credential.objects.create(provider=provider, origin="https://api.deepseek.com", secret="")
    assert reveal(channel_of("deepseek"), {}) is None


def test_a_simulated_channel_needs_no_key():
    assert reveal(make_channel(), {}) == ""


def test_without_a_credential_there_is_no_key(catalogue):
    assert reveal(channel_of("groq"), {"GROQ_API_KEY": KEY}) is None


def test_with_a_local_server_its_key_does_not_make_openai_live(catalogue):
    environ = {"OPENAI_BASE_URL": LOCAL_URL, "OPENAI_API_KEY": KEY}
    assert link_environment_keys(environ) == []
    channels = link_local_server(LOCAL_URL, ["tiny"], environ)
    assert [reveal(channel, environ) for channel in channels] == [KEY]
    assert not Credential.objects.filter(provider__slug="openai").exists()


def test_a_local_server_gets_a_provider_and_channels_of_its_own():
    scenario, closed = make_scenario(), make_scenario(is_open=False)
    channels = link_local_server(f"{LOCAL_URL}/", ["tiny", "org/Tiny.v2", "tiny"], {})
    provider = Provider.objects.get()
    assert (provider.slug, provider.is_local, provider.is_simulated) == (LOCAL, True, False)
    assert [channel.slug for channel in channels] == ["local-tiny", "local-org-tiny-v2"]
    assert {channel.base_url for channel in channels} == {LOCAL_URL}
    assert [reveal(channel, {}) for channel in channels] == ["", ""]
    assert set(channels[0].scenarios.all()) == {scenario}
    assert closed not in channels[0].scenarios.all()
    assert not channels[0].prices.exists()
    assert not Channel.objects.live().exists()
    mark_probe(provider, True)
    assert Channel.objects.live().count() == 2


def test_linking_the_same_server_again_changes_nothing():
    first = link_local_server(LOCAL_URL, ["tiny"], {})
    assert link_local_server(LOCAL_URL, ["tiny"], {}) == first
    assert AIModel.objects.count() == Credential.objects.count() == 1


def test_names_that_read_the_same_get_slugs_of_their_own():
    channels = link_local_server(LOCAL_URL, ["a.b", "a-b", "模型"], {})
    assert [channel.slug for channel in channels] == ["local-a-b", "local-a-b-2", "local"]


def test_a_model_that_the_server_no_longer_lists_is_retired_and_comes_back():
    link_local_server(LOCAL_URL, ["one", "two"], {})
    link_local_server("http://127.0.0.1:9999/v1", ["two"], {"OPENAI_API_KEY": KEY})
    one, two = Channel.objects.order_by("wire_name")
    assert (one.listing, two.listing) == (Listing.RETIRED, Listing.LISTED)
    assert two.base_url == "http://127.0.0.1:9999/v1"
    assert Credential.objects.get().origin == "http://127.0.0.1:9999"
    link_local_server("http://127.0.0.1:9999/v1", ["one", "two"], {})
    assert Channel.objects.listed().count() == 2
    assert Credential.objects.get().secret == ""


def test_absurd_lists_of_models_are_cut():
    channels = link_local_server(LOCAL_URL, ["", "x" * 500, *(f"m{n}" for n in range(150))], {})
    assert len(channels) == 100


def test_without_a_local_server_its_channels_are_retired():
    link_local_server(LOCAL_URL, ["tiny"], {})
    link_environment_keys({})
    assert not Channel.objects.listed().exists()
    assert not Credential.objects.exists()
    link_local_server(LOCAL_URL, ["tiny"], {})
    assert Channel.objects.listed().count() == 1
    unlink_local_server()
    assert Provider.objects.get().listing == Listing.RETIRED
