"""Keys in fields that are not for keys."""

from __future__ import annotations

import secrets
import time

import pytest
from django import forms

from catalog.models import Credential
from catalog.seed import load
from marketplace.accounts.models import ApiKey, digest_of
from marketplace.portal.adding.forms import KeyForm
from marketplace.portal.adding.stray_keys import is_stray, looks_like_key
from marketplace.portal.forms import RoomForm


def canary() -> str:
    return f"canary-{secrets.token_hex(8)}"


@pytest.mark.parametrize(
    "shape",
    [
        "sk-{hex}",
        "sk-proj-{hex}",
        "sk_{live}_{hex}",
        "AIza{hex}",
        "gsk_{hex}",
        "hf_{hex}",
        "Bearer {hex}",
        "Authorization: Bearer {hex}",
        "api_key={hex}",
        "x-api-key: {hex}",
        "https://api.example.com/v1?key=AIza{hex}",
        "https://api.example.com/v1/sk-{hex}",
        "my model sk-{hex}",
        "{hex}{hex}",
    ],
)
def test_knows_a_key_by_its_shape(shape):
    assert looks_like_key(shape.format(hex=secrets.token_hex(10) + "a1", live="live"))


def test_takes_no_name_of_the_catalogue_for_a_key():
    rows = [row for name in ("models", "channels", "providers", "prices") for row in load.read(name)]
    taken = [value for row in rows for value in row.values() if isinstance(value, str) and looks_like_key(value)]
    assert rows
    assert taken == []


@pytest.mark.parametrize(
    "text",
    [
        "task-management-handbook-2026",
        "https://docs.example.com/key-authentication",
        "desk-lamp-1234567890",
        "Qwen3-VL",
    ],
)
def test_takes_no_common_words_for_a_key(text):
    assert not looks_like_key(text)


def test_knows_the_keys_that_we_hold(provider):
    held = canary()
    Credential.objects.create(provider=provider, origin="https://api.example.com", secret=held)
    assert is_stray(f"the key is {held}!", provider=provider)
    assert not is_stray(canary(), provider=provider)


def test_knows_a_persons_own_keys(owner):
    secret = canary()
    ApiKey.objects.create(user=owner, name="laptop", beginning=secret[:8], digest=digest_of(secret))
    assert is_stray(secret)


class NameForm(RoomForm):
    name = forms.CharField()
    token = forms.CharField(required=False)
    secret_fields = frozenset({"token"})


@pytest.mark.django_db
def test_a_form_says_so_and_forgets_the_key():
    key = f"sk-{secrets.token_hex(12)}"
    form = NameForm({"name": key, "token": key})
    assert not form.is_valid()
    assert "looks like an API key" in str(form.errors["name"])
    assert len(form.errors["name"]) == 1
    assert "token" not in form.errors
    assert key not in str(form["name"])
    assert "name" not in form.cleaned_data


@pytest.mark.django_db
def test_a_form_lets_words_pass():
    assert NameForm({"name": "Some Cloud 3"}).is_valid()


class ReplyForm(RoomForm):
    text = forms.CharField(widget=forms.Textarea)


@pytest.mark.django_db
def test_every_form_of_the_portal_is_wary():
    key = f"sk-{secrets.token_hex(12)}"
    form = ReplyForm({"text": f"Our key {key} was at fault."})
    assert not form.is_valid()
    assert key not in str(form["text"])


@pytest.mark.django_db
def test_a_field_for_keys_takes_one():
    assert KeyForm({"key": f"sk-{secrets.token_hex(12)}"}).is_valid()


@pytest.mark.parametrize("part", ["eyJ", "eyJaaaaaaaaa", "sk-", "bearer ", "apikey", "x-api-key ", "a", "a1-"])
def test_a_text_as_long_as_a_request_may_be_costs_no_square(part):
    began = time.perf_counter()
    looks_like_key(part * (240_000 // len(part)))
    assert time.perf_counter() - began < 3
