"""People who sign in, and browsers that do it as they would."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
import struct
import time
from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from marketplace.accounts.models import User

PASSWORD = f"not-a-real-{secrets.token_hex(4)}"


@pytest.fixture
def make_person() -> Callable[..., User]:
    def make(email: str = "ann@example.org", **overrides) -> User:
        user = User.objects.create_user(email.partition("@")[0], email, PASSWORD, **overrides)
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
        return user

    return make


@pytest.fixture
def person(make_person) -> User:
    return make_person()


def sign_in(client: Client, login: str = "ann@example.org", password: str = PASSWORD, following: str = ""):
    return client.post("/en/account/login/", {"login": login, "password": password, "next": following})


@pytest.fixture
def browser(person) -> Client:
    """Somebody who has just signed in."""
    client = Client()
    assert sign_in(client).status_code == 302
    return client


def confirm_it_is_me(client: Client) -> None:
    assert client.post("/en/account/reauthenticate/", {"password": PASSWORD}).status_code == 302


def link_in(letter: mail.EmailMessage) -> str:
    """The path of the first address in a letter."""
    found = re.search(r"https?://[^/\s]+(/\S+)", letter.body)
    assert found, letter.body
    return found[1]


def totp(secret: str) -> str:
    """What an authenticator app shows now (RFC 6238)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    offset = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[offset : offset + 4])[0] & 0x7FFFFFFF) % 10**6:06}"


def set_up_app(client: Client) -> str:
    """Turn the authenticator app on; its secret."""
    confirm_it_is_me(client)
    secret = client.get("/en/account/2fa/totp/activate/").context["form"].secret
    answer = client.post("/en/account/2fa/totp/activate/", {"code": totp(secret)})
    assert answer.status_code == 302, answer.context["form"].errors
    return secret
