"""The second factor: set up, asked for at every sign-in, recovered from; and held by operators."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client

from marketplace.accounts.models import User
from tests.marketplace.account_pages.conftest import PASSWORD, set_up_app, sign_in, totp

pytestmark = pytest.mark.django_db


def is_in(client: Client) -> bool:
    return client.get("/en/account/").status_code == 200


def test_signing_in_takes_a_code(browser):
    secret = set_up_app(browser)
    cache.clear()  # a code counts once, and this one was just used
    other = Client()
    assert sign_in(other).headers["Location"] == "/en/account/2fa/authenticate/"
    assert not is_in(other)
    other.post("/en/account/2fa/authenticate/", {"code": "000000"})
    assert not is_in(other)
    other.post("/en/account/2fa/authenticate/", {"code": totp(secret)})
    assert is_in(other)


def test_a_code_counts_once(browser):
    secret = set_up_app(browser)
    code = totp(secret)
    cache.clear()
    for opened in (True, False):
        other = Client()
        sign_in(other)
        other.post("/en/account/2fa/authenticate/", {"code": code})
        assert is_in(other) is opened


def test_a_recovery_code_opens_the_account_once(browser):
    set_up_app(browser)
    code = browser.get("/en/account/2fa/recovery-codes/").context["unused_codes"][0]
    for opened in (True, False):
        other = Client()
        sign_in(other)
        other.post("/en/account/2fa/authenticate/", {"code": code})
        assert is_in(other) is opened


def test_setting_it_up_asks_for_the_password_again(browser):
    assert "/reauthenticate/" in browser.get("/en/account/2fa/totp/activate/").headers["Location"]


def test_the_apps_secret_is_encrypted_in_the_database(browser):
    secret = set_up_app(browser)
    kept = Authenticator.objects.get(type="totp").data["secret"]
    assert secret not in kept
    assert kept.startswith("gAAAA")


@pytest.fixture
def operator(make_person):
    return make_person("op@example.org", is_staff=True, is_superuser=True)


def test_the_admin_signs_people_in_by_the_sites_own_page(client):
    answer = client.get("/admin/", follow=True)
    assert answer.redirect_chain[-1][0] == "/en/account/login/?next=/admin/"


def test_an_operator_reaches_the_admin(operator):
    client = Client()
    assert sign_in(client, "op@example.org", following="/admin/").headers["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_an_operator_without_a_second_factor_is_sent_to_set_one_up(operator, settings):
    settings.STAFF_NEED_SECOND_FACTOR = True
    client = Client()
    sign_in(client, "op@example.org")
    answer = client.get("/admin/", follow=True)
    assert any("/2fa/totp/activate/" in step[0] for step in answer.redirect_chain)
    assert client.get("/admin/accounts/user/").status_code == 302
    set_up_app(client)
    assert client.get("/admin/").status_code == 200


def test_who_is_no_operator_is_told_so(browser):
    answer = browser.get("/admin/", follow=True)
    assert answer.redirect_chain[-1][0] == "/en/account/"
    assert "not an operator" in answer.content.decode()


def test_the_terminal_makes_operators_who_can_sign_in(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", "--noinput", "--username", "root", "--email", "root@example.org", verbosity=0)
    call_command("createsuperuser", "--noinput", "--username", "bare", "--email", "", verbosity=0)
    assert User.objects.filter(is_superuser=True).count() == 2
    for login in ("root@example.org", "root", "bare"):
        client = Client()
        sign_in(client, login)
        assert is_in(client), login
