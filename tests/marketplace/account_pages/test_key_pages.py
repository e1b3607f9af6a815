"""The page of one's keys: a secret is on it once, in the answer to the form that made it."""

import secrets

import pytest
from django.urls import reverse

from marketplace.accounts import keys
from marketplace.accounts.models import ApiKey
from tests.factories import make_key, make_user

PASSWORD = secrets.token_urlsafe(12)
pytestmark = pytest.mark.django_db
WISH = {"name": "from our CI", "scopes": ["portal:read", "portal:write"], "days": "90"}


@pytest.fixture
def person(client):
    """Signed in, and asked for the password a moment ago."""
    user = with_password()
    client.force_login(user)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return user


def with_password():
    user = make_user()
    user.set_password(PASSWORD)
    user.save()
    return user


def page():
    return reverse("account_pages:keys")


def test_a_guest_is_asked_to_sign_in(client):
    assert client.get(page()).status_code == 302
    assert client.post(page(), WISH).status_code == 302
    assert not ApiKey.objects.exists()


def test_who_asks_for_a_key_is_asked_for_the_password_and_then_gets_it(client):
    user = with_password()
    client.force_login(user)
    assert client.get(page()).status_code == 200
    response = client.post(page(), WISH)
    assert response.status_code == 302
    assert not ApiKey.objects.exists()
    response = client.post(response["Location"], {"password": PASSWORD})
    assert response.context["secret"]
    assert ApiKey.objects.get().user == user


def test_shows_the_secret_once_and_keeps_the_page_out_of_caches(client, person):
    response = client.post(page(), WISH)
    secret = response.context["secret"]
    assert ApiKey.objects.matching(secret).user == person
    assert secret in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert secret not in client.get(page()).content.decode()
    assert all(secret not in str(value) for value in client.session.values())


def test_a_key_has_what_was_ticked_and_its_day(client, person):
    client.post(page(), WISH)
    key = ApiKey.objects.get()
    assert key.scopes == ["portal:read", "portal:write"]
    assert (key.expires_at - key.created_at).days in {89, 90}
    client.post(page(), {**WISH, "days": ""})
    assert ApiKey.objects.first().expires_at is None


@pytest.mark.parametrize(
    "change", [{"name": ""}, {"scopes": []}, {"scopes": ["everything"]}, {"days": "9999"}, {"name": "x" * 61}]
)
def test_refuses_a_wish_that_is_wrong_and_keeps_what_was_typed(client, person, change):
    response = client.post(page(), {**WISH, **change})
    assert response.status_code == 400
    assert 'role="alert"' in response.content.decode()
    assert not ApiKey.objects.exists()


def test_refuses_one_key_too_many(client, person, monkeypatch):
    for _ in range(keys.MOST_KEYS):
        make_key(user=person)
    response = client.post(page(), WISH)
    assert response.status_code == 400
    assert "Revoke one" in response.content.decode()


def test_revokes_ones_own_key_and_no_other(client, person):
    mine, _secret = make_key(user=person)
    other, _secret = make_key(user=make_user())
    assert client.post(reverse("account_pages:revoke_key", args=[mine.pk])).status_code == 302
    assert client.post(reverse("account_pages:revoke_key", args=[other.pk])).status_code == 404
    assert set(ApiKey.objects.in_force()) == {other}
    assert "is revoked" in client.get(page()).content.decode()


def test_lists_only_ones_own(client, person):
    other, _secret = make_key(user=make_user(), name="somebody else's")
    assert other.beginning not in client.get(page()).content.decode()
