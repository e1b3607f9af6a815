"""Whether providers answer, for the status page: each is asked for its list of models, which costs nothing."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from django.conf import settings

from sandbox import probing
from sandbox.loop import new_client
from sandbox.wire.client import Client
from sandbox.wire.types import Endpoint, Kind, WireError

WITHIN_S = 10.0


class Reached(NamedTuple):
    """``error`` is a kind of WireError, empty when the list came after ``ms``."""

    name: str
    error: str
    ms: float | None


def simulators() -> list[Reached]:
    """The simulated fleet; nothing where none runs."""
    if not settings.SIMULATORS_URL:
        return []
    endpoint = Endpoint("openai", f"{settings.SIMULATORS_URL}/openai/v1", model="", key="simulated")
    return asyncio.run(_reach_all({"simulators": endpoint}))


def providers(environ: Mapping[str, str] = os.environ) -> list[Reached]:
    """Every provider whose key we hold; one that has no list of models is left out."""
    found = [*probing.seeded(environ), *probing.local_server(environ)]
    return asyncio.run(_reach_all({probe.provider: probe.endpoints[0] for probe in found}))


async def _reach_all(endpoints: Mapping[str, Endpoint]) -> list[Reached]:
    if not endpoints:
        return []
    client = new_client(resolver=probing.resolve, total_ms=WITHIN_S * 1000, retry_after_ms=0)
    try:
        found = await asyncio.gather(*(_reach(client, name, each) for name, each in endpoints.items()))
    finally:
        await client.close()
    return [reached for reached in found if reached.error != Kind.NOT_FOUND.value]


async def _reach(client: Client, name: str, endpoint: Endpoint) -> Reached:
    started = time.perf_counter()
    try:
        async with asyncio.timeout(WITHIN_S):
            await client.list_models(replace(endpoint, key=endpoint.key or ""))
    except TimeoutError:
        return Reached(name, Kind.TIMEOUT.value, None)
    except WireError as error:
        return Reached(name, error.kind.value, None)
    return Reached(name, "", (time.perf_counter() - started) * 1000)
