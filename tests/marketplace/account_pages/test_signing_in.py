"""From a guest to a person: sign-up by a letter, sign-in, reset, change; what an attacker gets out of it."""

from __future__ import annotations

import logging
import secrets

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import hashers
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client

from marketplace.accounts import guests
from marketplace.accounts.models import User
from sandbox.models import Trial
from tests.factories import make_trial
from tests.marketplace.account_pages.conftest import PASSWORD, confirm_it_is_me, link_in, sign_in

pytestmark = pytest.mark.django_db(transaction=True)
TOKEN = guests.new_token()
GUEST = guests.fingerprint(TOKEN)


def sign_up(client: Client, email: str = "new@example.org", password: str = PASSWORD, language: str = "en"):
    return client.post(f"/{language}/account/signup/", {"email": email, "password1": password})


def test_signs_up_by_a_letter_and_is_in_the_account_once_the_link_is_opened(client):
    client.cookies[guests.COOKIE] = TOKEN
    trial = make_trial(guest=GUEST)
    assert sign_up(client).headers["Location"] == "/en/account/confirm-email/"
    assert "_auth_user_id" not in client.session
    assert client.get(link_in(mail.outbox[0])).status_code == 200
    assert not EmailAddress.objects.get().verified, "opening it is not enough: mail scanners do, too"
    answer = client.post(link_in(mail.outbox[0]))
    assert answer.headers["Location"] == "/en/account/"
    assert "_auth_user_id" in client.session
    trial.refresh_from_db()
    assert trial.owner == User.objects.get()
    assert client.cookies[guests.COOKIE].value == ""


def test_who_signs_in_takes_their_guests_trials_along_and_is_told(person):
    client = Client()
    client.cookies[guests.COOKIE] = TOKEN
    make_trial(guest=GUEST)
    sign_in(client)
    assert Trial.objects.get().owner == person
    assert client.cookies[guests.COOKIE].value == ""
    assert "1 trial of this browser is now in your account." in client.get("/en/account/").content.decode()


def test_a_forged_guest_cookie_joins_nothing(person):
    client = Client()
    client.cookies[guests.COOKIE] = f"{GUEST}:forged"
    make_trial(guest=GUEST)
    sign_in(client)
    assert Trial.objects.get().owner is None


def test_letters_are_in_the_language_of_the_page(client):
    sign_up(client, language="zh-hans")
    assert User.objects.get().language == "zh-hans"
    assert "/zh-hans/account/confirm-email/" in mail.outbox[0].body


def test_no_one_is_in_before_the_address_is_confirmed(client):
    sign_up(client)
    other = Client()
    assert sign_in(other, "new@example.org").headers["Location"] == "/en/account/confirm-email/"
    assert "_auth_user_id" not in other.session


def test_the_session_is_a_new_one_after_signing_in(person):
    client = Client()
    client.get("/en/account/login/")
    session = client.session
    session["planted"] = True
    session.save()
    planted = session.session_key
    client.cookies["sessionid"] = planted
    sign_in(client)
    assert client.cookies["sessionid"].value != planted
    assert not Session.objects.filter(session_key=planted).exists()


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "https:evil.example",
        "javascript:alert(1)",
        "http://testserver@evil.example/",
        "http://testserver.evil.example/",
    ],
)
def test_leads_nowhere_else_after_signing_in(person, elsewhere, settings):
    settings.ALLOWED_HOSTS = ["*"]
    assert sign_in(Client(), following=elsewhere).headers["Location"] == "/en/account/"


def test_leads_back_to_where_one_was(person):
    assert sign_in(Client(), following="/en/account/data/").headers["Location"] == "/en/account/data/"


def test_signing_up_twice_looks_the_same_and_tells_the_owner_alone(person):
    known, unknown = sign_up(Client(), "ann@example.org"), sign_up(Client(), "new@example.org")
    assert (known.status_code, known.headers["Location"]) == (unknown.status_code, unknown.headers["Location"])
    assert [letter.to for letter in mail.outbox] == [["ann@example.org"], ["new@example.org"]]
    assert "There already is one" in mail.outbox[0].body
    assert User.objects.filter(email="ann@example.org").count() == 1


def test_a_reset_looks_the_same_for_a_stranger(person):
    pages = []
    for email in ("ann@example.org", "nobody@example.org"):
        answer = Client().post("/en/account/password/reset/", {"email": email}, follow=True)
        pages.append((answer.status_code, answer.redirect_chain))
    assert pages[0] == pages[1]
    assert "no account with this address" in mail.outbox[1].body


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(person):
    answers = [
        sign_in(Client(), *pair).context["form"].errors for pair in (("ann@example.org", "x"), ("no@x.org", "x"))
    ]
    assert answers[0] == answers[1]


@pytest.mark.parametrize("login", ["ann@example.org", "ann", "nobody@example.org", "nobody"])
def test_a_stranger_waits_as_long_as_a_person_with_an_account(person, login, monkeypatch):
    hashed = []
    encode = hashers.MD5PasswordHasher.encode
    monkeypatch.setattr(
        hashers.MD5PasswordHasher, "encode", lambda self, *what: hashed.append(1) or encode(self, *what)
    )
    sign_in(Client(), login, "wrong")
    assert len(hashed) == 1


@pytest.mark.parametrize("email", ["ann@example.org", "new@example.org"])
def test_signing_up_takes_as_long_with_an_address_that_has_an_account(person, email, monkeypatch):
    hashed = []
    encode = hashers.MD5PasswordHasher.encode
    monkeypatch.setattr(
        hashers.MD5PasswordHasher, "encode", lambda self, *what: hashed.append(1) or encode(self, *what)
    )
    sign_up(Client(), email)
    assert len(hashed) == 1


def test_a_password_is_reset_once_by_the_link(person, client):
    client.post("/en/account/password/reset/", {"email": "ann@example.org"})
    link = link_in(mail.outbox[0])
    form = client.get(link, follow=True)
    fresh = f"another-{secrets.token_hex(4)}"
    assert client.post(form.request["PATH_INFO"], {"password1": fresh, "password2": fresh}).status_code == 302
    assert sign_in(Client(), password=fresh).status_code == 302
    assert sign_in(Client()).status_code == 200
    assert "does not work any more" in Client().get(link, follow=True).content.decode()


def test_a_host_that_the_request_made_up_is_in_no_letter_of_a_named_site(person, client, settings):
    settings.ALLOWED_HOSTS = ["*"]
    settings.SITE_URL = settings.LETTERS_SITE = "https://touchstone.example"
    client.post("/en/account/password/reset/", {"email": "ann@example.org"}, headers={"Host": "evil.example"})
    assert "https://touchstone.example/" in mail.outbox[0].body
    assert "evil.example" not in mail.outbox[0].body


def test_guessing_is_slowed_down_and_the_right_password_waits_too(person):
    client = Client()
    for _guess in range(5):
        sign_in(client, password="wrong")
    refused = sign_in(client)
    assert refused.status_code == 200
    assert "Too many attempts" in refused.content.decode()


def test_too_many_attempts_from_one_address_are_told_so_in_our_words(person):
    wishes = [{"email": f"nobody-{number}@example.org"} for number in range(21)]
    answers = [Client().post("/en/account/password/reset/", wish) for wish in wishes]
    assert answers[-1].status_code == 429
    assert "nothing is lost" in answers[-1].content.decode()


def test_changes_the_address_once_the_new_one_is_confirmed(browser, person):
    confirm_it_is_me(browser)
    browser.post("/en/account/email/", {"email": "anna@example.org", "action_add": ""})
    assert [letter.to for letter in mail.outbox] == [["anna@example.org"]]
    person.refresh_from_db()
    assert person.email == "ann@example.org"
    browser.post(link_in(mail.outbox[0]))
    person.refresh_from_db()
    assert person.email == "anna@example.org"
    assert EmailAddress.objects.get().email == "anna@example.org"
    assert ["ann@example.org"] in [letter.to for letter in mail.outbox], "the old address hears of it"


def test_a_new_password_signs_the_other_devices_out(browser):
    other = Client()
    sign_in(other)
    confirm_it_is_me(browser)
    fresh = f"another-{secrets.token_hex(4)}"
    browser.post("/en/account/password/change/", {"oldpassword": PASSWORD, "password1": fresh, "password2": fresh})
    assert browser.get("/en/account/").status_code == 200
    assert other.get("/en/account/").status_code == 302


def test_signs_the_other_devices_out(browser):
    other = Client(headers={"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"})
    sign_in(other)
    assert "Firefox · Windows" in browser.get("/en/account/sessions/").content.decode()
    browser.post("/en/account/sessions/")
    assert other.get("/en/account/").status_code == 302
    assert browser.get("/en/account/").status_code == 200


def test_no_password_is_logged(caplog, person):
    caplog.set_level(logging.DEBUG)
    canary = f"canary-{secrets.token_hex(8)}"
    sign_up(Client(), password=canary)
    sign_in(Client(), "new@example.org", canary)
    sign_in(Client(), "ann@example.org", canary)
    assert canary not in caplog.text
    assert all(canary not in letter.body for letter in mail.outbox)


def test_a_letter_that_cannot_be_sent_takes_no_page_down(client, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise ConnectionRefusedError

    monkeypatch.setattr(mail.EmailMessage, "send", refuse)
    assert sign_up(client).status_code == 302


def test_the_way_in_is_on_every_page(client, browser):
    assert 'href="/en/account/login/"' in client.get("/en/privacy/").content.decode()
    page = browser.get("/en/privacy/").content.decode()
    assert 'href="/en/account/"' in page
    assert 'href="/en/account/login/"' not in page


def test_a_guests_page_asks_the_database_nothing_about_them(client, django_assert_num_queries):
    client.get("/en/privacy/")
    with django_assert_num_queries(0):
        client.get("/en/privacy/")


@pytest.mark.parametrize(("mail_server", "said"), [("", "No new accounts"), ("smtp://mail.example", "Create account")])
def test_in_production_nobody_signs_up_where_no_letter_is_mailed(client, settings, mail_server, said):
    settings.PRODUCTION = True
    settings.EMAIL_URL = mail_server
    assert said in client.get("/en/account/signup/").content.decode()


def test_no_page_tells_the_folder_of_letters_in_production(client, settings):
    settings.EMAIL_BACKEND = "marketplace.accounts.letter_files.LetterFiles"
    here, address = str(settings.LETTERS_FOLDER), "/en/account/password/reset/done/"
    assert here in client.get(address).content.decode()
    settings.PRODUCTION = True
    assert here not in client.get(address).content.decode()
