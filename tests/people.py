"""People for tests: who may sign in, and who acts for whom."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress

from catalog.models import Membership, Provider, Role
from marketplace.accounts.models import User
from tests.factories import make_provider, number


def make_user(name: str = "", *, confirmed: bool = True, **overrides: Any) -> User:
    """Somebody who signs in with ``name@people.example``, an address that is confirmed."""
    name = name or f"person-{number()}"
    email = overrides.pop("email", f"{name}@people.example")
    user = User.objects.create_user(username=name, email=email, **overrides)
    EmailAddress.objects.create(user=user, email=email, verified=confirmed, primary=True)
    return user


def make_member(
    provider: Provider | None = None, role: str = Role.OWNER, name: str = "", **overrides: Any
) -> Membership:
    user = make_user(name, **overrides)
    return Membership.objects.create(provider=provider or make_portal_provider(), user=user, role=role)


def make_portal_provider(**overrides: Any) -> Provider:
    """A real provider's draft, as the portal founds it."""
    return make_provider(**{"is_simulated": False, "listing": "draft", "source": "portal", **overrides})
