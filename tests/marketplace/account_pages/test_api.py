"""``/api/v1/account/``: whose key it is."""

import pytest

from tests.factories import make_key, make_user

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/account/"


def test_says_whose_key_asks_and_what_it_may(client):
    user = make_user()
    key, secret = make_key(user=user, scopes=("account:read", "portal:read"))
    response = client.get(ADDRESS, headers={"authorization": f"Bearer {secret}"})
    assert response.json()["email"] == user.email
    assert response.json()["key"]["scopes"] == ["portal:read", "account:read"]
    assert response.json()["key"]["beginning"] == key.beginning
    assert secret not in response.content.decode()
    assert "no-store" in response["Cache-Control"]


def test_guests_and_keys_without_the_scope_learn_nothing(client):
    assert client.get(ADDRESS).status_code == 401
    _key, secret = make_key(user=make_user(), scopes=("portal:read",))
    assert client.get(ADDRESS, headers={"authorization": f"Bearer {secret}"}).status_code == 403


def test_a_session_has_no_key(client):
    client.force_login(make_user())
    assert client.get(ADDRESS).json()["key"] is None
