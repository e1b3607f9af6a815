"""A provider with an owner, and an API on the loopback to add."""

from __future__ import annotations

import pytest

from catalog.models import Membership, Role
from marketplace.accounts.models import User
from tests.factories import make_provider
from tests.marketplace.portal.adding import upstream as upstreams


@pytest.fixture
def upstream(settings):
    server = upstreams.serve()
    settings.LOCAL_ADDRESSES = [server.address]
    yield server
    upstreams.stop(server)


@pytest.fixture
def provider(db):
    return make_provider(slug="acme", is_simulated=False, listing="draft", source="portal")


@pytest.fixture
def owner(provider):
    user = User.objects.create(username="olga", email="olga@example.org")
    Membership.objects.create(provider=provider, user=user, role=Role.OWNER)
    return user


@pytest.fixture
def signed_in(client, owner):
    client.force_login(owner)
    return client
