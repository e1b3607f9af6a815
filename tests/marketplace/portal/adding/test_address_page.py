"""The address step as a page."""

from __future__ import annotations

import pytest
from django.urls import reverse

from catalog.models import Api, Channel, Listing, Membership, Role
from marketplace.accounts.models import User
from tests.factories import make_channel

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(signed_in, provider, upstream):
    signed_in.post(reverse("portal:new_api", args=["acme"]), {"base_url": f"{upstream.origin}/openai/v1/models"})
    return Api.objects.get()


def address_of(api):
    return reverse("portal:api_address", args=["acme", api.pk])


def test_saves_and_goes_on_to_the_key_saying_what_was_found(signed_in, provider, upstream):
    url = reverse("portal:new_api", args=["acme"])
    response = signed_in.post(url, {"base_url": f"{upstream.origin}/openai/v1/models"}, follow=True)
    api = Api.objects.get()
    assert response.redirect_chain == [(reverse("portal:api_key", args=["acme", api.pk]), 302)]
    assert "It answers, and lists 2 models." in response.content.decode()


def test_asks_again_where_an_address_hesitates(signed_in, provider, upstream):
    url = reverse("portal:new_api", args=["acme"])
    wish = {"base_url": f"{upstream.origin}/page/v1"}
    page = signed_in.post(url, wish).content.decode()
    assert "web page" in page
    assert 'name="anyway"' in page
    page = signed_in.post(url, {**wish, "anyway": "on"}).content.decode()
    assert "could not be told" in page
    assert 'name="anyway"' in page
    assert signed_in.post(url, {**wish, "anyway": "on", "protocol": "openai"}).status_code == 302


def test_warns_before_a_move_and_does_it_when_confirmed(signed_in, api, upstream):
    channel = make_channel(provider=api.provider, api=api, base_url=api.base_url)
    wish = {"base_url": f"{upstream.origin}/many/v1", "protocol": "openai", "version": api.version}
    page = signed_in.post(address_of(api), wish)
    assert page.status_code == 422
    assert channel.slug in page.content.decode()
    assert 'name="confirmed"' in page.content.decode()
    assert signed_in.post(address_of(api), {**wish, "confirmed": "on"}).status_code == 302
    assert Channel.objects.get().listing == Listing.DRAFT


def test_tells_the_second_of_two_editors(signed_in, api, upstream):
    wish = {"base_url": f"{upstream.origin}/many/v1", "protocol": "openai", "version": 7}
    response = signed_in.post(address_of(api), wish)
    assert response.status_code == 409
    assert f"{upstream.origin}/openai/v1" in response.content.decode()
    assert wish["base_url"] in response.content.decode()


def test_offers_the_simulated_fleet_only_outside_production(signed_in, provider, settings):
    url = reverse("portal:new_api", args=["acme"])
    settings.SIMULATORS_URL = "http://127.0.0.1:9"
    assert 'value="http://127.0.0.1:9/openai/v1"' in signed_in.get(f"{url}?example=openai").content.decode()
    assert 'value="https://evil' not in signed_in.get(f"{url}?example=https://evil.example").content.decode()
    settings.PRODUCTION = True
    assert "127.0.0.1" not in signed_in.get(f"{url}?example=openai").content.decode()


def test_removes_with_a_word(signed_in, api):
    response = signed_in.post(reverse("portal:remove_api", args=["acme", api.pk]))
    assert response.status_code == 302
    assert not Api.objects.exists()


def test_a_viewer_reads_and_changes_nothing(client, api):
    viewer = User.objects.create(username="vera", email="vera@example.org")
    Membership.objects.create(provider=api.provider, user=viewer, role=Role.VIEWER)
    client.force_login(viewer)
    for step in ("address", "key", "models"):
        url = reverse(f"portal:api_{step}", args=["acme", api.pk])
        assert client.get(url).status_code == 200
        assert client.post(url, {}).status_code == 404
    for step in ("remove_api", "try_api_key", "remove_api_key"):
        assert client.post(reverse(f"portal:{step}", args=["acme", api.pk])).status_code == 404
    assert client.get(reverse("portal:new_api", args=["acme"])).status_code == 404


def test_another_providers_api_is_not_here(signed_in, api):
    from tests.factories import make_provider

    other = Api.objects.create(provider=make_provider(), base_url="https://api.example.com", protocol="openai")
    for step in ("address", "key", "models"):
        assert signed_in.get(reverse(f"portal:api_{step}", args=["acme", other.pk])).status_code == 404
