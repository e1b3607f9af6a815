"""Rows for the tests of this room: a provider with an editor, an API of it, and channels there."""

from __future__ import annotations

from typing import Any

from catalog.models import Api, Channel, Listing, Membership, Provider, Role
from marketplace.accounts.models import User
from tests import factories


def make_user(**overrides: Any) -> User:
    name = overrides.pop("username", f"person-{factories.number()}")
    return User.objects.create_user(username=name, email=f"{name}@example.com", **overrides)


def make_member(provider: Provider, role: str = Role.EDITOR) -> User:
    user = make_user()
    Membership.objects.create(provider=provider, user=user, role=role)
    return user


def make_provider(**overrides: Any) -> Provider:
    return factories.make_provider(**{"is_simulated": False, "listing": Listing.DRAFT, **overrides})


def make_api(**overrides: Any) -> Api:
    provider = overrides.pop("provider", None) or make_provider()
    values = {"base_url": f"https://api-{factories.number()}.example/v1", "protocol": "openai"}
    return Api.objects.create(provider=provider, **{**values, **overrides})


def make_channel(api: Api, **overrides: Any) -> Channel:
    """A draft without a price."""
    values = {"provider": api.provider, "base_url": api.base_url, "listing": Listing.DRAFT, "price": False}
    return factories.make_channel(api=api, **{**values, **overrides})
