"""Every address of the portal × every role: whoever has no business behind a door finds nothing there.

The addresses are the resolver's own: one that is added later without a door fails here, and so does one with a part
that this test cannot fill.
"""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import translation

from catalog import members
from catalog.models import Api, Invitation, PublicReport, Role, Submission
from marketplace.accounts.models import User
from tests.factories import SOME_DAY, make_channel, make_price, make_provider, make_scenario
from tests.people import make_member, make_portal_provider, make_user

pytestmark = pytest.mark.django_db
ROLES = ("guest", "stranger", "elsewhere", "viewer", "editor", "owner", "operator")
MEMBERS = {Role.VIEWER: ("viewer", "editor", "owner"), Role.EDITOR: ("editor", "owner"), Role.OWNER: ("owner",)}
# Doors that are no member's.
OTHERS = {"anybody": ROLES, "signed in": ROLES[1:], "operator": ("operator",)}
# Pages about a row that need not be there: whoever may ask can be told so.
MAY_BE_EMPTY = {"reply", "remove_reply", "faring", "faring_csv"}


def patterns(resolver: URLResolver | None = None) -> list[URLPattern]:
    """All patterns of the portal's namespace."""
    found = []
    for entry in (resolver or portal()).url_patterns:
        found += patterns(entry) if isinstance(entry, URLResolver) else [entry]
    return found


def portal() -> URLResolver:
    def inside(resolver: Any) -> Any:
        for entry in resolver.url_patterns:
            if isinstance(entry, URLResolver):
                if entry.app_name == "portal":
                    yield entry
                yield from inside(entry)

    with translation.override("en"):
        return next(inside(get_resolver()))


PATTERNS = {pattern.name or str(pattern.pattern): pattern for pattern in patterns()}


def allowed(view: Any, method: str) -> tuple[str, ...]:
    """The roles that may do this; no door, no pass."""
    least = getattr(view, "role_to_change" if method == "post" else "least_role", None) or view.least_role
    return OTHERS.get(least) or MEMBERS[least]


class World:
    """One provider with everything, another one with a member of its own, and people of every role."""

    def __init__(self) -> None:
        self.provider = make_portal_provider(slug="amber")
        self.people = {role: make_member(self.provider, role).user for role in ("viewer", "editor", "owner")}
        self.people["stranger"] = make_user()
        self.people["elsewhere"] = make_member(make_provider(slug="birch", is_simulated=False)).user
        self.people["operator"] = make_user(is_staff=True)
        api = Api.objects.create(provider=self.provider, base_url="https://api.amber.example/v1", protocol="openai")
        channel = make_channel(
            provider=self.provider, api=api, slug="amber-one", base_url=api.base_url, listing="draft", price=False
        )
        submission = Submission.objects.create(channel=channel, facts={})
        owner = self.people["owner"]
        invitation = members.invite(self.provider, by=owner, email="ada@new.example", role="viewer")
        report = PublicReport.objects.create(
            code="report-one", scenario=make_scenario(), title_zh="t", title_en="t", published_on=SOME_DAY
        )
        self.parts = {
            "provider": self.provider.slug,
            "api": api.pk,
            "channel": channel.slug,
            "pk": submission.pk,
            "member": self.provider.memberships.get(user=self.people["viewer"]).pk,
            "invitation": invitation.pk,
            "token": "not-a-token",
            "code": report.code,
            "price": make_price(channel=channel).pk,
        }

    def address(self, pattern: URLPattern) -> str:
        wanted = pattern.pattern.converters
        unknown = set(wanted) - set(self.parts)
        assert not unknown, f"tell World.parts what {unknown} is"
        return reverse(f"portal:{pattern.name}", kwargs={name: self.parts[name] for name in wanted})


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def visitor(client, world):
    def enter(role: str):
        client.logout()
        if role != "guest":
            client.force_login(world.people[role])
        return client

    return enter


def test_the_portal_has_addresses_and_each_has_a_door_and_a_name():
    assert len(PATTERNS) >= 12
    without = [name for name, pattern in PATTERNS.items() if not hasattr(pattern.callback, "least_role")]
    assert not without, f"no door of marketplace.portal.doors guards {without}"
    assert all(pattern.name for pattern in PATTERNS.values())


@pytest.mark.parametrize(("name", "method"), list(itertools.product(sorted(PATTERNS), ("get", "post"))))
def test_nobody_gets_behind_a_door_that_is_not_theirs(name, method, world, visitor):
    pattern = PATTERNS[name]
    address, view = world.address(pattern), pattern.callback
    before = snapshot(world)
    for role in ROLES:
        if role in allowed(view, method):
            continue
        answer = getattr(visitor(role), method)(address)
        if role == "guest" and answer.status_code == 302:
            assert answer["Location"].startswith(reverse("account_login")), (role, answer["Location"])
        else:  # 405 says what the address is for, and nothing of the provider
            assert answer.status_code in {403, 404, 405}, (role, answer.status_code)
        assert "Amber" not in answer.content.decode()
    assert snapshot(world) == before


@pytest.mark.parametrize("name", sorted(PATTERNS))
def test_whoever_may_enter_is_let_in(name, world, visitor):
    """So that a door that is always shut does not pass for a safe one."""
    pattern = PATTERNS[name]
    for role in allowed(pattern.callback, "get"):
        answer = visitor(role).get(world.address(pattern))
        if name in MAY_BE_EMPTY or "token" in pattern.pattern.converters:
            assert answer.status_code < 500
            continue
        assert answer.status_code in {200, 302, 405}, (role, answer.status_code)
        if answer.status_code == 302:
            assert not answer["Location"].startswith(reverse("account_login")), role
        assert "no-store" in answer.get("Cache-Control", "") or answer.status_code == 405
        assert "noindex" in answer.get("X-Robots-Tag", "") or answer.status_code == 405


def test_rows_of_another_provider_are_not_reached_through_ones_own(world, visitor):
    """The slug is ours, the rest of the address is theirs."""
    owner = make_member(make_portal_provider(slug="cedar")).user
    world.people["owner of another"] = owner
    for name, pattern in PATTERNS.items():
        parts = pattern.pattern.converters
        if "provider" not in parts or len(parts) == 1 or name in MAY_BE_EMPTY - {"faring", "faring_csv"}:
            continue
        kwargs = {part: world.parts[part] for part in parts} | {"provider": "cedar"}
        for method in ("get", "post"):
            answer = getattr(visitor("owner of another"), method)(reverse(f"portal:{name}", kwargs=kwargs))
            assert answer.status_code in {404, 405}, (name, method, answer.status_code)


def test_a_removed_member_finds_nothing_at_once(world, visitor):
    editor = world.people["editor"]
    address = reverse("portal:members", args=["amber"])
    assert visitor("editor").get(address).status_code == 200
    members.remove(world.provider.memberships.get(user=editor), by=world.people["owner"])
    assert visitor("editor").get(address).status_code == 404


def snapshot(world: World) -> list[Any]:
    """What nobody but members may change."""
    world.provider.refresh_from_db()
    return [
        world.provider.version,
        sorted(world.provider.memberships.values_list("user", "role")),
        sorted(Invitation.objects.values_list("pk", "revoked_at", "accepted_at")),
        world.provider.log.count(),
        sorted(world.provider.channels.values_list("slug", "listing", "version")),
        sorted(world.provider.apis.values_list("base_url", "version")),
        sorted(Submission.objects.values_list("pk", "state")),
        User.objects.count(),
    ]
