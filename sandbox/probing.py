"""Which keys work: those in the environment are linked, and their providers asked something that costs nothing.

A list of models proves a key where nobody gets it without one. Where it is public, or there is none, a question of one
token decides.
"""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from django.db.models import F, Min, Q

from catalog import live
from catalog.models import Channel, Provider
from catalog.seed import load
from sandbox import calling
from sandbox.loop import new_client
from sandbox.wire.client import Client
from sandbox.wire.types import Endpoint, Kind, Outcome, Question, WireError

WITHIN_S = 4.0
TINY = Question(text="1 + 1 =", max_output_tokens=1)
NOT_WELCOME = frozenset({Kind.UNAUTHORISED, Kind.REFUSED})


class Verdict(StrEnum):
    """What a probe found out about a key."""

    LIVE = "live"
    REFUSED = "key refused"
    SILENT = "no answer"


@dataclass(frozen=True)
class Probe:
    """One provider, before it was asked and after. ``models`` are the names that it lists."""

    provider: str
    endpoints: Sequence[Endpoint]
    verdict: Verdict = Verdict.SILENT
    detail: str = ""
    models: Sequence[str] = ()

    def ended(self, error: WireError) -> Probe:
        verdict = Verdict.REFUSED if error.kind in NOT_WELCOME else Verdict.SILENT
        return replace(self, verdict=verdict, detail=error.detail or error.kind.value)


def link_and_probe(environ: Mapping[str, str] = os.environ, *, within_s: float = WITHIN_S) -> list[Probe]:
    """Link the keys in ``environ``, probe all credentials of seeded providers at once, and mark which ones work.

    With OPENAI_BASE_URL the server there becomes a provider of its own. Takes ``within_s`` seconds at most.
    """
    live.link_environment_keys(environ)
    probes = [*seeded(environ), *local_server(environ)]
    found = asyncio.run(probe_all(probes, within_s=within_s))
    for probe in found:
        works = probe.verdict is Verdict.LIVE
        if works and probe.provider == live.LOCAL:
            live.link_local_server(probe.endpoints[0].base_url, probe.models, environ)
        for provider in Provider.objects.filter(slug=probe.provider):
            live.mark_probe(provider, works)
    return found


def seeded(environ: Mapping[str, str]) -> list[Probe]:
    """A probe for each seeded provider that we hold a credential for, with its channels there, the cheapest first."""
    providers = Provider.objects.filter(is_simulated=False, is_local=False, credentials__isnull=False).distinct()
    ours = [provider for provider in providers if load.is_ours(provider.source)]
    probes = [Probe(provider.slug, endpoints_of(provider, environ)) for provider in ours]
    return [probe for probe in probes if probe.endpoints]


def endpoints_of(provider: Provider, environ: Mapping[str, str]) -> list[Endpoint]:
    cost = Min("prices__output", filter=Q(prices__ends_on__isnull=True))
    channels = Channel.objects.listed().filter(provider=provider).select_related("provider").annotate(cost=cost)
    keyed = ((channel, live.reveal(channel, environ)) for channel in channels.order_by(F("cost").asc(nulls_last=True)))
    return [replace(calling.keyless(channel), key=key) for channel, key in keyed if key]


def local_server(environ: Mapping[str, str]) -> list[Probe]:
    base_url = environ.get("OPENAI_BASE_URL", "").strip().rstrip("/")
    key = environ.get("OPENAI_API_KEY", "").strip()
    return [Probe(live.LOCAL, [Endpoint("openai", base_url, model="", key=key)])] if base_url else []


async def probe_all(probes: Sequence[Probe], *, within_s: float) -> list[Probe]:
    client = new_client(resolver=resolve, total_ms=within_s * 1000, retry_after_ms=0)
    try:
        return await asyncio.gather(*(in_time(client, probe, within_s=within_s) for probe in probes))
    finally:
        await client.close()


async def in_time(client: Client, probe: Probe, *, within_s: float) -> Probe:
    try:
        async with asyncio.timeout(within_s):
            return await ask(client, probe)
    except TimeoutError:
        return replace(probe, detail=f"after {within_s:g} s")


async def ask(client: Client, probe: Probe) -> Probe:
    """The probe with what was found out; asks for the models with the key and without it, and then perhaps a token."""
    keyed = probe.endpoints[0]
    names, anonymous = await asyncio.gather(listed(client, keyed), listed(client, replace(keyed, key="")))
    if isinstance(names, WireError):
        is_missing = names.kind is Kind.NOT_FOUND and probe.provider != live.LOCAL
        return await ask_a_token(client, probe) if is_missing else probe.ended(names)
    probe = replace(probe, models=names)
    if probe.provider == live.LOCAL:
        return replace(probe, verdict=Verdict.LIVE if names else Verdict.SILENT, detail=f"{len(names)} models")
    if isinstance(anonymous, WireError) and anonymous.kind in NOT_WELCOME:
        return replace(probe, verdict=Verdict.LIVE)
    return await ask_a_token(client, probe)


async def listed(client: Client, endpoint: Endpoint) -> list[str] | WireError:
    try:
        return await client.list_models(endpoint)
    except WireError as error:
        return error


async def ask_a_token(client: Client, probe: Probe) -> Probe:
    """Put the tiny question to the cheapest model, if possible one that the provider still lists."""
    chosen = next((one for one in probe.endpoints if one.model in probe.models), probe.endpoints[0])
    outcome = await client.ask(chosen, TINY)
    if outcome.error and not has_answered(outcome):
        return probe.ended(outcome.error)
    return replace(probe, verdict=Verdict.LIVE)


def has_answered(outcome: Outcome) -> bool:
    """One token may be a blank or a piece of a thought: a stream that ended in good order is answer enough."""
    return bool(outcome.text or outcome.reasoning or outcome.finish)


async def resolve(name: str, port: int) -> list[str]:
    """As the system resolves it, on a thread that nobody waits for: a name server that is away must not keep us."""
    loop = asyncio.get_running_loop()
    found: asyncio.Future[list[str]] = loop.create_future()

    def settle(addresses: list[str]) -> None:
        if not found.done():
            found.set_result(addresses)

    def look_up() -> None:
        full = f"{name}." if "." in name else name
        try:
            rows: list[Any] = socket.getaddrinfo(full, port, type=socket.SOCK_STREAM)
        except OSError:
            rows = []
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(settle, [str(address[0]) for *_, address in rows])

    threading.Thread(target=look_up, name="resolver", daemon=True).start()
    return await found
