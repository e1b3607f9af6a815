"""Who may what: every address and verb of the portal's API, for everybody."""

from __future__ import annotations

import re

import pytest
from django.db import transaction
from django.urls import URLResolver, get_resolver

from marketplace.problems import CONTENT_TYPE
from sandbox import conformance, detecting
from sandbox.detecting import Found, Saw

# The least role for each; "anybody" is whoever is signed in.
OF_EVERYBODY = {"get providers/", "post providers/", "post invitations/accept/"}
ONE, API, CHANNEL = (
    "providers/{provider}/",
    "providers/{provider}/apis/{api}/",
    "providers/{provider}/channels/{channel}/",
)
LEAST = {
    f"get {ONE}": "viewer",
    f"patch {ONE}": "editor",
    f"get {ONE}terms/": "viewer",
    f"put {ONE}terms/": "editor",
    f"get {ONE}agreement/": "viewer",
    f"post {ONE}agreement/": "editor",
    f"get {ONE}members/": "viewer",
    f"patch {ONE}members/{{member}}/": "owner",
    # Everybody may leave; the member here is the viewer, and another's is an owner's to remove.
    f"delete {ONE}members/{{member}}/": "owner",
    f"post {ONE}members/{{member}}/transfer/": "owner",
    f"get {ONE}invitations/": "owner",
    f"post {ONE}invitations/": "owner",
    f"delete {ONE}invitations/{{invitation}}/": "owner",
    f"get {ONE}log/": "viewer",
    f"get {ONE}apis/": "viewer",
    f"post {ONE}apis/": "editor",
    f"get {API}": "viewer",
    f"patch {API}": "editor",
    f"delete {API}": "editor",
    f"put {API}key/": "editor",
    f"delete {API}key/": "editor",
    f"post {API}key/try/": "editor",
    f"put {API}models/": "editor",
    f"post {API}models/look-up/": "editor",
    f"get {API}prices/": "viewer",
    f"put {API}prices/": "editor",
    f"put {API}limits/": "editor",
    f"put {API}scenarios/": "editor",
    f"get {ONE}channels/": "viewer",
    f"get {CHANNEL}": "viewer",
    f"get {CHANNEL}state/": "viewer",
    f"get {CHANNEL}prices/": "viewer",
    f"post {CHANNEL}prices/": "editor",
    f"delete {CHANNEL}prices/{{price}}/": "editor",
    f"get {CHANNEL}checks/": "viewer",
    f"post {CHANNEL}checks/": "editor",
    f"get {CHANNEL}checks/{{run}}/": "viewer",
    f"post {CHANNEL}withdraw/": "editor",
    f"put {CHANNEL}sunset/": "editor",
    f"delete {CHANNEL}sunset/": "editor",
    f"post {CHANNEL}retire/": "editor",
    f"get {CHANNEL}faring/": "viewer",
    f"post {ONE}submissions/": "editor",
    f"get {ONE}reports/": "viewer",
    f"put {ONE}reports/{{report}}/reply/": "editor",
    f"delete {ONE}reports/{{report}}/reply/": "editor",
}
ORDER = ("viewer", "editor", "owner")
STRANGERS = ("stranger", "operator", "owner of another")


@pytest.fixture(autouse=True)
def _no_call_leaves(monkeypatch, world):
    """What an allowed request may start is not what is tested here."""
    monkeypatch.setattr(conformance, "start", lambda channel, **_options: world.run, raising=False)
    monkeypatch.setattr(detecting, "list_models", lambda endpoint: Found(endpoint.base_url, Saw.NO_LIST))


def asked(ask, route, who):
    """The answer to a request without a body, after which everything is as before."""
    verb, path = route.split(" ", 1)
    with transaction.atomic():
        response = ask(verb, path, who)
        transaction.set_rollback(True)
    return response


def in_the_table(path):
    """Django's own spelling of an address, as the table spells it."""
    return re.sub(r"<\w+:(\w+)>", r"{\1}", path)


def every_route():
    def walk(patterns, prefix):
        for pattern in patterns:
            path = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, path)
            else:
                verbs = ("get", "post", "put", "patch", "delete")
                yield from (f"{verb} {path}" for verb in verbs if hasattr(pattern.callback.view_class, verb))

    start = "api/v1/portal/"
    found = []
    for pattern in get_resolver("marketplace.urls").url_patterns:
        if str(pattern.pattern) == "api/":
            for inner in pattern.url_patterns:
                if str(inner.pattern) == "v1/portal/":
                    found += walk(inner.url_patterns, "")
    assert found, start
    return {in_the_table(route) for route in found}


def test_the_table_has_every_address_and_verb():
    assert every_route() == OF_EVERYBODY | set(LEAST)


@pytest.mark.parametrize("route", sorted(OF_EVERYBODY | set(LEAST)))
def test_nobody_enters_without_a_key_that_may(route, ask, unable):
    guest = asked(ask, route, "")
    assert guest.status_code == 401
    assert guest["WWW-Authenticate"].startswith("Bearer")
    assert guest["Content-Type"] == CONTENT_TYPE
    assert asked(ask, route, unable["revoked"]).status_code == 401
    assert asked(ask, route, unable["expired"]).status_code == 401
    assert asked(ask, route, unable["without the scope"]).status_code == 403


@pytest.mark.parametrize("route", sorted(LEAST))
def test_to_strangers_a_provider_does_not_exist(route, ask):
    for who in STRANGERS:
        response = asked(ask, route, who)
        assert response.status_code == 404, who
        assert response["Content-Type"] == CONTENT_TYPE


@pytest.mark.parametrize("route", sorted(LEAST))
def test_a_member_may_what_their_role_says(route, ask):
    least = ORDER.index(LEAST[route])
    for place, who in enumerate(ORDER):
        response = asked(ask, route, who)
        if route.startswith("delete") and "members/" in route and who == "viewer":
            assert response.status_code == 204  # they leave
        elif place < least:
            assert response.status_code == 403, who
        else:
            assert response.status_code in {200, 201, 202, 204, 400, 409}, (who, response.status_code)


@pytest.mark.parametrize("route", sorted(LEAST))
def test_a_session_may_as_much_as_a_key(route, client, world):
    client.force_login(world.people["viewer"])
    verb, path = route.split(" ", 1)
    with transaction.atomic():
        response = getattr(client, verb)(f"/api/v1/portal/{path.format(**world.names)}")
        transaction.set_rollback(True)
    allowed = LEAST[route] == "viewer" or (verb == "delete" and "members/" in path)
    assert (response.status_code != 403) is allowed


def test_what_belongs_to_a_provider_is_kept_by_no_cache_and_no_search_engine(ask):
    response = ask("get", ONE, "viewer")
    assert "no-store" in response["Cache-Control"]
    assert "noindex" in response["X-Robots-Tag"]
    assert "no-store" in ask("get", ONE, "")["Cache-Control"]


def test_an_api_of_another_provider_is_not_reached_below_ones_own(ask, world):
    for path in ("apis/{api}/", "channels/{channel}/", "channels/{channel}/checks/{run}/"):
        assert ask("get", f"providers/oak/{path}", "owner of another").status_code == 404
