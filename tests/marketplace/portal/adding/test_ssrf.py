"""Every address that must not be called is refused by the form and, were it saved all the same, at the call."""

from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager

import pytest
from django.urls import reverse

from catalog.models import Api, Credential
from sandbox import calling, probing
from sandbox.loop import new_client
from sandbox.wire.addresses import closed
from sandbox.wire.dialler import Dialler
from sandbox.wire.types import Kind, WireError
from tests.factories import make_channel
from tests.sandbox.wire.ssrf import OWN_HOST, OWN_IP, OWN_V6, ROWS, acceptance_rows

pytestmark = pytest.mark.django_db
# Our own rows stand in where the acceptance set is not beside us. Blanks around an address are taken off.
EVERY = acceptance_rows() or [row for row in ROWS if row.url == row.url.strip()]
KEY = "not-a-real-key-of-the-provider"


class Nothing:
    async def readany(self):
        return b""


class Redirecting:
    """All that a redirecting server says."""

    def __init__(self, hop: str) -> None:
        status, _, location = hop.partition(" ")
        self.status, self.headers, self.content = int(status), {"location": location}, Nothing()

    def close(self):
        pass


@pytest.fixture
def world(settings, monkeypatch):
    """A name server that answers a row's lookups in turn, and a dialler that only notes where it would go."""
    settings.LOCAL_ADDRESSES = []
    settings.OWN_ADDRESSES = [OWN_HOST, OWN_IP, OWN_V6]
    state = World()

    @asynccontextmanager
    async def request(self, method, target, path, *, headers, data=None):
        state.dialled += target.ips
        if not state.hops:
            raise WireError(Kind.CONNECT, "nobody is there")
        yield Redirecting(state.hops[0])

    monkeypatch.setattr(socket, "getaddrinfo", state.look_up)
    monkeypatch.setattr(Dialler, "_request", request)
    return state


class World:
    def __init__(self) -> None:
        self.lookups, self.hops, self.dialled = [], (), []

    def show(self, row, *, later=False):
        self.lookups, self.hops, self.dialled = list(row.lookups)[-1 if later else 0 :], row.hops, []

    def look_up(self, host, port, *_, **__):
        records = self.lookups.pop(0) if len(self.lookups) > 1 else self.lookups[0]
        if records == ("NXDOMAIN",):
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return [(0, 0, 0, "", (record, port)) for record in records]


def called(channel) -> WireError:
    endpoint = calling.endpoint_of(channel)

    async def ask():
        client = new_client(resolver=probing.resolve, total_ms=2_000, retry_after_ms=0)
        try:
            return (await client.ask(endpoint, probing.TINY)).error
        finally:
            await client.close()

    return asyncio.run(ask())


@pytest.mark.parametrize("row", EVERY, ids=lambda row: row.name)
def test_bad_addresses_are_refused_at_save_and_at_call(row, world, signed_in, provider):
    world.show(row)
    wish = {"base_url": row.url, "protocol": "openai", "anyway": "on"}
    response = signed_in.post(reverse("portal:new_api", args=[provider.slug]), wish)
    assert (response.status_code == 302) is row.is_allowed, response.status_code
    assert Api.objects.exists() is row.is_allowed
    assert not any(map(closed, world.dialled))
    if row.is_allowed:
        assert world.dialled
        return
    assert "field__error" in response.content.decode()
    world.show(row, later=True)
    channel = make_channel(provider=provider, base_url=row.url[:300])
    Credential.objects.create(provider=provider, origin="https://api.example.com", secret=KEY)
    error = called(channel)
    assert error.kind in {Kind.BLOCKED_ADDRESS, Kind.CONNECT}
    assert not any(map(closed, world.dialled))


def test_the_local_addresses_of_the_settings_are_the_one_exception(signed_in, provider, upstream):
    url = reverse("portal:new_api", args=[provider.slug])
    assert signed_in.post(url, {"base_url": f"{upstream.origin}/openai/v1"}).status_code == 302
    another = f"http://127.0.0.1:{int(upstream.address.rpartition(':')[2]) + 1}/v1"
    assert signed_in.post(url, {"base_url": another, "protocol": "openai", "anyway": "on"}).status_code == 422
    assert Api.objects.count() == 1
