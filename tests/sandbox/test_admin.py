"""At the operator's desk an address is vetted when it is saved, as it will be at every call."""

from __future__ import annotations

import socket

import pytest
from django.contrib import admin
from django.forms.models import model_to_dict
from django.urls import path, reverse

from catalog.models import Channel
from marketplace.accounts.models import User
from tests.factories import make_channel, make_provider

urlpatterns = [path("admin/", admin.site.urls)]
pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]
NO_PRICES = {"prices-TOTAL_FORMS": "0", "prices-INITIAL_FORMS": "0"}


@pytest.fixture
def desk(client):
    client.force_login(User.objects.create_superuser("op", password="not-a-real-password"))
    return client


@pytest.fixture
def asked(monkeypatch):
    """What the system resolver was asked, which finds every name at one public address."""
    names = []

    def lookup(host: str, port: int, *_: int, **__: int) -> list:
        names.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", port))]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    return names


def save(desk, channel: Channel, **changes) -> dict[str, list[str]]:
    """Write the form; what it says is wrong with which field."""
    fields = {**model_to_dict(channel), "dialect": "{}", "scenarios": [], **NO_PRICES, **changes}
    url = reverse("admin:catalog_channel_change", args=[channel.pk])
    saved = desk.post(url, {name: value for name, value in fields.items() if value not in (None, False)})
    return dict(saved.context["adminform"].form.errors) if saved.status_code == 200 else {}


def address(channel: Channel) -> str:
    return Channel.objects.get(pk=channel.pk).base_url


@pytest.fixture
def channel():
    provider = make_provider(is_simulated=False)
    return make_channel(provider=provider, base_url="https://api.example.com/v1")


def test_takes_a_public_address(desk, channel, asked):
    assert save(desk, channel, base_url="https://llm.example.com/v1") == {}
    assert address(channel) == "https://llm.example.com/v1"
    assert asked == ["llm.example.com."]


@pytest.mark.parametrize("wrong", ["https://10.0.0.7/v1", "http://llm.example.com/v1", "https://db.internal/v1"])
def test_takes_no_address_that_nobody_may_call(desk, channel, asked, wrong):
    assert list(save(desk, channel, base_url=wrong)) == ["base_url"]
    assert address(channel) == "https://api.example.com/v1"
    assert asked == []


def test_asks_nobody_about_an_address_that_stays(desk, channel, asked):
    assert save(desk, channel, wire_name="another-name") == {}
    assert asked == []


def test_leaves_the_paths_of_simulated_channels_to_the_stack(desk, asked):
    channel = make_channel(provider=make_provider(is_simulated=True), base_url="/openai/v1")
    assert save(desk, channel, base_url="/gemini/v1beta") == {}
    assert asked == []


def test_vets_what_was_simulated_and_is_no_more(desk, asked):
    channel = make_channel(provider=make_provider(is_simulated=True), base_url="/openai/v1")
    real = make_provider(is_simulated=False)
    assert list(save(desk, channel, provider=real.pk)) == ["base_url"]


def test_our_own_addresses_are_nobodys_channel(desk, channel, asked, settings):
    settings.OWN_ADDRESSES = ["93.184.215.14"]
    errors = save(desk, channel, base_url="https://llm.example.com/v1")
    assert errors == {"base_url": ["Nobody is called there: it is our own address."]}
