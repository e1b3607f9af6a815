"""The wire's guard under this site's settings: what may be called, whoever asks."""

from __future__ import annotations

from django.conf import settings

from sandbox.wire.addresses import Resolver, Target, vet


def own_addresses() -> frozenset[str]:
    """Where we are reached ourselves, by name or by number: nobody's channel."""
    return frozenset([*settings.ALLOWED_HOSTS, *settings.OWN_ADDRESSES]) - {"*"}


def local_addresses() -> frozenset[str]:
    return frozenset(settings.LOCAL_ADDRESSES)


async def vet_here(url: str, *, resolver: Resolver | None = None) -> Target:
    """``vet`` by ``resolver``, or the system's. Raises ``Blocked`` or ``Unresolved``."""
    return await vet(url, resolver=resolver, local=local_addresses(), own=own_addresses())
