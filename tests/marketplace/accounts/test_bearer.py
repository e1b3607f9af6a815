"""``Authorization: Bearer …``: what opens the API to a program, and the many things that do not."""

import base64
import random
import string

import pytest
from django.test import Client

from marketplace.accounts import keys
from marketplace.problems import CONTENT_TYPE
from sandbox.models import Trial
from tests.factories import make_channel, make_key, make_prompt_set, make_scenario, make_trial, make_user

pytestmark = pytest.mark.django_db
PUBLIC = "/api/v1/scenarios/"
ODD = (
    *(
        "",
        " ",
        "Bearer",
        "Bearer ",
        "bearer",
        "Basic",
        "Digest x",
        "Token abc",
        "null",
        "undefined",
        "\x00",
        "💎",
        "é" * 50,
    ),
    *("Bearer null", "Bearer ' OR 1=1 --", "Bearer %27", "Bearer *", "Bearer .", "Bearer tsk_", "Bearer tsk_\x00"),
    *("Bearer a b c", "Bearer  ", "Bearer\t", "Bearer,Bearer", "x" * 100_000, "Bearer " + "A" * 100_000),
)


def bearer(secret):
    return {"authorization": f"Bearer {secret}"}


def fuzzed(secret, digest):
    """500 values: odd ones, near misses of a real key, its digest, and noise."""
    noise = random.Random(24)
    near = [secret[:-1], secret + "x", secret.swapcase(), secret[::-1], digest, f"{secret} {secret}", f'"{secret}"']
    values = [
        *ODD,
        *(f"Bearer {one}" for one in near),
        secret,
        f"Basic {secret}",
        f"Token {secret}",
        f" Bearer {secret}",
    ]
    values.append("Basic " + base64.b64encode(f"{secret}:".encode()).decode())
    values += [f"Bearer {keys.new_secret()}" for _ in range(50)]
    while len(values) < 500:
        kind = noise.choice(["Bearer ", "bearer ", "Basic ", "", "Bearer tsk_", f"Bearer {secret[:12]}"])
        values.append(kind + "".join(noise.choices(string.printable, k=noise.randrange(1, 120))))
    return values


def test_500_fuzzed_values_are_500_times_401(client):
    key, secret = make_key(user=make_user())
    for value in fuzzed(secret, key.digest):
        response = client.get(PUBLIC, headers={"authorization": value})
        assert response.status_code == 401, value
        assert response["Content-Type"] == CONTENT_TYPE
        assert response["WWW-Authenticate"] == 'Bearer realm="touchstone", error="invalid_token"'
        assert secret not in response.content.decode()


def test_a_key_in_force_opens_whatever_the_case_of_its_scheme(client):
    _key, secret = make_key(user=make_user())
    for scheme in ("Bearer", "bearer", "BEARER"):
        assert client.get(PUBLIC, headers={"authorization": f"{scheme} {secret}"}).status_code == 200


def test_a_revoked_key_stops_with_the_next_request(client):
    user = make_user()
    key, secret = make_key(user=user)
    assert client.get(PUBLIC, headers=bearer(secret)).status_code == 200
    keys.revoke(user, key.pk)
    assert client.get(PUBLIC, headers=bearer(secret)).status_code == 401


def test_the_key_of_a_person_who_is_barred_stops(client):
    user = make_user()
    _key, secret = make_key(user=user)
    user.is_active = False
    user.save()
    assert client.get(PUBLIC, headers=bearer(secret)).status_code == 401


def test_a_bad_key_is_not_forgiven_for_a_session(client):
    user = make_user()
    client.force_login(user)
    assert client.get(PUBLIC, headers=bearer("wrong")).status_code == 401


def test_a_trial_started_by_a_key_belongs_to_its_person(client, settings, redis_url):
    settings.SIMULATORS_URL = "http://127.0.0.1:9"
    user = make_user()
    _key, secret = make_key(user=user)
    scenario = make_scenario()
    make_prompt_set(scenario=scenario)
    slugs = [make_channel(scenario=scenario).slug for _ in range(2)]
    wish = {"scenario": scenario.slug, "channels": slugs}
    response = client.post("/api/v1/trials/", wish, content_type="application/json", headers=bearer(secret))
    assert response.status_code == 201, response.content
    assert "owner_token" not in response.json()
    assert Trial.objects.get(code=response.json()["code"]).owner == user


@pytest.mark.parametrize(
    ("method", "address", "scope"),
    [
        ("post", "/api/v1/trials/", "trials:write"),
        ("get", "/api/v1/trials/{code}/", "trials:read"),
        ("delete", "/api/v1/trials/{code}/", "trials:write"),
        ("post", "/api/v1/trials/{code}/cancel/", "trials:write"),
        ("get", "/api/v1/reports/{code}/", "trials:read"),
        ("patch", "/api/v1/reports/{code}/", "trials:write"),
        ("delete", "/api/v1/reports/{code}/", "trials:write"),
    ],
)
def test_a_key_does_only_what_its_scopes_say(client, method, address, scope):
    user = make_user()
    _key, secret = make_key(user=user, scopes=tuple(set(keys.SCOPES) - {scope}))
    code = make_trial(owner=user).code
    response = getattr(client, method)(address.format(code=code), headers=bearer(secret))
    assert response.status_code == 403
    assert f'scope="{scope}"' in response["WWW-Authenticate"]
    assert scope in response.json()["detail"]


def test_a_key_needs_no_csrf_token_and_a_session_does():
    strict = Client(enforce_csrf_checks=True)
    user = make_user()
    _key, secret = make_key(user=user)
    code = make_trial(owner=user).code
    assert strict.delete(f"/api/v1/trials/{code}/", headers=bearer(secret)).status_code == 204
    other = make_trial(owner=user).code
    strict.force_login(user)
    assert strict.delete(f"/api/v1/trials/{other}/").status_code == 403
