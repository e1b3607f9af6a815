"""Keys: shown once, kept as a hash, ended at once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from marketplace.accounts import keys
from marketplace.accounts.models import ApiKey
from tests.factories import make_key, make_user

pytestmark = pytest.mark.django_db


def test_keeps_no_more_of_the_secret_than_its_beginning_and_hash():
    key, secret = make_key(user=make_user())
    kept = ApiKey.objects.filter(pk=key.pk).values().get()
    assert len(secret) == keys.LENGTH
    assert secret.startswith(kept["beginning"])
    assert len(kept["beginning"]) == 12
    assert all(secret not in str(value) and secret[12:] not in str(value) for value in kept.values())


def test_no_two_secrets_are_alike_and_all_look_right():
    made = {keys.new_secret() for _ in range(500)}
    assert len(made) == 500
    assert all(keys.looks_right(secret) for secret in made)


def test_a_slip_of_one_character_is_known_without_the_database(django_assert_num_queries):
    secret = keys.new_secret()
    with django_assert_num_queries(0):
        for place in range(len(secret)):
            other = "x" if secret[place] != "x" else "y"
            assert not keys.looks_right(secret[:place] + other + secret[place + 1 :])


def test_finds_the_key_by_the_whole_secret_only():
    key, secret = make_key(user=make_user())
    assert ApiKey.objects.matching(secret) == key
    assert ApiKey.objects.matching(secret[:-1]) is None
    assert ApiKey.objects.matching(key.digest) is None  # who stole the table cannot send what is in it


def test_a_revoked_or_expired_key_opens_nothing():
    user = make_user()
    key, secret = make_key(user=user)
    _late, expired = make_key(user=user, expires_at=timezone.now() - timedelta(seconds=1))
    assert keys.revoke(user, key.pk)
    assert not keys.revoke(user, key.pk)
    assert ApiKey.objects.matching(secret) is None
    assert ApiKey.objects.matching(expired) is None


def test_nobody_revokes_anothers_key():
    key, secret = make_key(user=make_user())
    assert not keys.revoke(make_user(), key.pk)
    assert ApiKey.objects.matching(secret) == key


def test_refuses_an_unknown_scope_and_one_key_too_many():
    user = make_user()
    with pytest.raises(ValueError, match="no such scopes: everything"):
        make_key(user=user, scopes=("everything",))
    make_key(user=user, at_most=1)
    with pytest.raises(keys.TooMany):
        make_key(user=user, at_most=1)


def test_notes_its_use_once_a_minute(django_assert_num_queries):
    key, _secret = make_key(user=make_user())
    keys.used(key)
    key.refresh_from_db()
    first = key.last_used_at
    assert first
    with django_assert_num_queries(0):
        keys.used(key)
    ApiKey.objects.update(last_used_at=first - timedelta(seconds=61))
    key.refresh_from_db()
    keys.used(key)
    key.refresh_from_db()
    assert key.last_used_at > first - timedelta(seconds=61)
