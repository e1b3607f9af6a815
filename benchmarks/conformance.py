"""Do the conformance checks find what is wrong, and nothing else? On simulated providers with planted faults.

``python -m benchmarks.conformance --json``. Each planted provider does everything right but for one thing; it is
checked as any channel is, by the same engine, through the same wire, on loopback. Keys:

- ``planted``: providers with one fault each, in each protocol where the fault exists; at least one for each check.
- ``found_exactly``: those where the intended check fails and no other.
- ``honest_all_pass``: whether the honest providers of all three protocols, plain and behind TLS, fail nothing and are
  warned of nothing.
- ``doubtful``, ``doubtful_found_exactly``: providers that do what honest ones may do for reasons of their own, and
  those where the intended check warns, and no other warns or fails.
- ``checks``, ``checks_with_a_plant``: how many checks there are, and how many a planted fault belongs to.
- ``misses``: of both kinds, what was found instead.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

from benchmarks import certificates
from sandbox.conformance.bench import Claims
from sandbox.conformance.engine import run_checks
from sandbox.conformance.questions import SLUGS
from sandbox.simulators.personas import BASE_URLS, PERSONAS
from sandbox.simulators.plants import PLANTS
from sandbox.simulators.plants.on_the_line import CLAIMED_PLACES
from sandbox.simulators.server import build_app
from sandbox.wire.client import Client
from sandbox.wire.types import Endpoint, Limits

ROOT = Path(__file__).resolve().parent.parent
# Fast enough for two hundred providers, slow enough that a reader can hang up in the middle of an answer.
SPEED = "4"
AT_ONCE = 4
WITHIN_S = 240.0
# Models that see, with a window that a prompt can pass quickly.
MODELS = {"openai": "heron-lite", "anthropic": "kestrel-1-mini", "gemini": "brook-lite"}
HOST = "llm.example.com"


@dataclass(frozen=True)
class Subject:
    """One provider to be checked. ``check`` is the one that is to say ``result``; empty for the honest."""

    name: str
    protocol: str
    base_url: str
    check: str = ""
    result: str = ""
    does: str = ""
    tls: Any = None


@dataclass
class Looked:
    """What the checks said: slug to finding, of those that fail and those that warn; ``seconds`` it took."""

    subject: Subject
    failed: dict[str, str] = field(default_factory=dict)
    warned: dict[str, str] = field(default_factory=dict)
    silent: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def is_exact(self) -> bool:
        """The intended check fails and no other; where a warning is due, nothing else warns or fails either."""
        subject = self.subject
        if subject.result == "fail":
            return set(self.failed) == {subject.check}
        return not self.failed and set(self.warned) == ({subject.check} if subject.check else set())


async def resolve_to_loopback(_name: str, _port: int) -> list[str]:
    return ["127.0.0.1"]


def claims_of(subject: Subject) -> Claims:
    persona = next(p for p in PERSONAS.values() if p.name == MODELS[subject.protocol])
    return Claims(
        names=(persona.title,),
        takes_pictures=True,
        calls_tools=True,
        structured_output=True,
        context_window=persona.model.context_window,
        max_parallel=CLAIMED_PLACES,
    )


async def look_at(subject: Subject, *, only: Sequence[str] = ()) -> Looked:
    """The checks of ``only`` (none: all) on one provider."""
    looked, began = Looked(subject), time.monotonic()
    address = subject.base_url.partition("://")[2].partition("/")[0]
    resolver = resolve_to_loopback if subject.tls else None
    client = Client(Limits(), frozenset({address}), resolver, tls=subject.tls)
    endpoint = Endpoint(subject.protocol, subject.base_url, MODELS[subject.protocol], key="simulated")  # type: ignore[arg-type]
    try:
        async for found in run_checks(client, endpoint, claims_of(subject), only=only, within_s=WITHIN_S):
            said = {"fail": looked.failed, "warn": looked.warned}.get(found.verdict.result)
            if said is not None:
                facts = " ".join(f"{name}={value}" for name, value in found.verdict.facts.items())
                said[found.slug] = f"{found.verdict.finding} {facts}".strip()
            elif found.verdict.result == "na":
                looked.silent.append(found.slug)
    finally:
        await client.close()
    looked.seconds = time.monotonic() - began
    return looked


def planted(fleet: str, *, names: Iterable[str] = (), protocols: Iterable[str] = tuple(BASE_URLS)) -> list[Subject]:
    """The planted providers of ``names`` (none: all), in each of ``protocols`` that they speak."""
    chosen = set(names)
    return [
        Subject(plant.name, protocol, fleet + plant.path(protocol), plant.check, plant.result, plant.does)
        for plant in PLANTS.values()
        for protocol in plant.protocols
        if protocol in protocols and (not chosen or plant.name in chosen)
    ]


def honest(fleet: str, *, protocols: Iterable[str] = tuple(BASE_URLS)) -> list[Subject]:
    return [Subject("honest", protocol, fleet + BASE_URLS[protocol]) for protocol in protocols]  # type: ignore[index]


async def behind_tls(stack: AsyncExitStack, folder: Path) -> list[Subject]:
    """Honest providers behind a good certificate, and one behind each bad one; served until ``stack`` closes."""
    authority = certificates.authority(folder)
    bad = {
        "wrong-host": ("has a certificate for another name", authority.serving("elsewhere.example.com")),
        "expired": ("has a certificate of yesterday", authority.serving(HOST, days=-1)),
        "self-signed": ("vouches for itself alone", certificates.self_signed(folder, HOST)),
    }
    trusting = authority.trusting()
    good = await serve(stack, authority.serving(HOST))
    subjects = [Subject("honest, TLS", name, f"{good}{path}", tls=trusting) for name, path in BASE_URLS.items()]
    for name, (does, context) in bad.items():
        url = await serve(stack, context) + BASE_URLS["openai"]
        subjects.append(Subject(name, "openai", url, "tls", "fail", does, tls=trusting))
    return subjects


async def serve(stack: AsyncExitStack, context: Any) -> str:
    runner = web.AppRunner(build_app(speed=float(SPEED)), access_log=None, handler_cancellation=True)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    return f"https://{HOST}:{runner.addresses[0][1]}"


@contextmanager
def simulators() -> Iterator[str]:
    """The fleet as a process of its own; its address."""
    command = [sys.executable, "-m", "sandbox.simulators", "--port", "0", "--speed", SPEED]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


async def look_at_all(subjects: list[Subject], *, tell: Any = None) -> list[Looked]:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(subject: Subject) -> Looked:
        async with gate:
            looked = await look_at(subject)
            if tell:
                tell(looked)
            return looked

    return list(await asyncio.gather(*(one(subject) for subject in subjects)))


def summed_up(all_looked: list[Looked]) -> dict[str, Any]:
    by_result: dict[str, list[Looked]] = {"fail": [], "warn": [], "": []}
    for looked in all_looked:
        by_result[looked.subject.result].append(looked)
    faults, doubts, good = by_result["fail"], by_result["warn"], by_result[""]
    return {
        "planted": len(faults),
        "found_exactly": sum(looked.is_exact for looked in faults),
        "honest_all_pass": bool(good) and all(looked.is_exact for looked in good),
        "doubtful": len(doubts),
        "doubtful_found_exactly": sum(looked.is_exact for looked in doubts),
        "honest": len(good),
        "checks": len(SLUGS),
        "checks_with_a_plant": len({looked.subject.check for looked in faults}),
        "misses": [miss(looked) for looked in all_looked if not looked.is_exact],
        "seconds": round(sum(looked.seconds for looked in all_looked)),
    }


def miss(looked: Looked) -> dict[str, Any]:
    subject = looked.subject
    named = {"name": subject.name, "protocol": subject.protocol, "check": subject.check}
    return {**named, "failed": looked.failed, "warned": looked.warned}


def show(looked: Looked) -> None:
    subject = looked.subject
    mark = "ok  " if looked.is_exact else "MISS"
    said = ", ".join([*(f"{slug} fails" for slug in looked.failed), *(f"{slug} warns" for slug in looked.warned)])
    print(
        f"{mark} {subject.name:22} {subject.protocol:9} {subject.check or 'nothing':19} {said} {looked.seconds:.1f} s",
        flush=True,
    )
    if not looked.is_exact:
        for slug, finding in (looked.failed | looked.warned).items():
            print(f"       {slug}: {finding[:160]}", flush=True)


async def run(options: argparse.Namespace) -> list[Looked]:
    with simulators() as fleet, tempfile.TemporaryDirectory(prefix="touchstone-bench-") as folder:
        async with AsyncExitStack() as stack:
            subjects = honest(fleet, protocols=options.protocol)
            if not options.plant:
                subjects += await behind_tls(stack, Path(folder))
            subjects += planted(fleet, names=options.plant, protocols=options.protocol)
            return await look_at_all(subjects, tell=show)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--plant", nargs="*", default=[], help="only these, by name")
    parser.add_argument("--protocol", nargs="*", default=list(BASE_URLS), choices=list(BASE_URLS))
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    started = time.monotonic()
    result = summed_up(asyncio.run(run(options))) | {"seconds": round(time.monotonic() - started)}
    print(", ".join(f"{name} {value}" for name, value in result.items() if name != "misses"))
    if options.json:
        print(json.dumps(result, ensure_ascii=False))


if __name__ == "__main__":
    main()
