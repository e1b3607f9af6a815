"""Whether a key is answered: shown by a list that opens to nobody else, or by one token."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from sandbox import detecting, probing
from sandbox.detecting import Found, Saw
from sandbox.loop import new_client
from sandbox.wire.client import Client
from sandbox.wire.types import Endpoint, Kind

# All that a person waits for when they enter a key.
WITHIN_S = 5.5
# Names of what answers no question, or not in words.
NO_TALK = re.compile(r"embed|whisper|tts|speech|audio|rerank|moderat|image|dall|video|ocr|transcri|bge", re.IGNORECASE)


# Where a question may still be answered although the list did not show it.
ASKABLE = frozenset({Saw.LIST, Saw.NO_LIST, Saw.NOTHING_THERE, Saw.PAGE, Saw.STRANGE})


class Verdict(StrEnum):
    ANSWERED = "answered"
    REFUSED = "refused"
    UNSURE = "unsure"  # neither: away, busy, or no model's name is known to ask


@dataclass(frozen=True)
class Proof:
    """``models`` None: no list. ``kind`` is what went wrong with the question of one token, if it was put."""

    verdict: Verdict
    saw: Saw
    models: tuple[str, ...] | None = None
    kind: Kind | None = None


def prove(endpoint: Endpoint, names: Sequence[str] = ()) -> Proof:
    """Try the endpoint's key; ``names`` are models known to be served. Raises nothing.

    An empty key, as a server on this computer may do with, is tried as what it is.
    """
    return asyncio.run(_prove(endpoint, names))


async def _prove(endpoint: Endpoint, names: Sequence[str]) -> Proof:
    client = new_client(resolver=probing.resolve, **detecting.TIGHT)
    try:
        keyed, bare = await _lists(client, endpoint)
        proof = _by_lists(keyed, bare, is_open=not endpoint.key)
        if proof.verdict is not Verdict.UNSURE or keyed.saw not in ASKABLE:
            return proof
        return await _by_token(client, endpoint, proof, names)
    finally:
        await client.close()


async def _lists(client: Client, endpoint: Endpoint) -> tuple[Found, Found]:
    """The list with the key, and without."""
    within_s = WITHIN_S - detecting.LOOK_S
    keyed, bare = await asyncio.gather(
        *(detecting.ask(client, each, within_s=within_s) for each in (endpoint, replace(endpoint, key="")))
    )
    return keyed, bare


def _by_lists(keyed: Found, bare: Found, *, is_open: bool) -> Proof:
    if keyed.saw is Saw.REFUSED_KEY or (is_open and keyed.saw is Saw.WANTS_KEY):
        return Proof(Verdict.REFUSED, keyed.saw)
    proven = keyed.saw is Saw.LIST and (is_open or bare.saw in {Saw.WANTS_KEY, Saw.REFUSED_KEY})
    return Proof(Verdict.ANSWERED if proven else Verdict.UNSURE, keyed.saw, keyed.models)


async def _by_token(client: Client, endpoint: Endpoint, proof: Proof, names: Sequence[str]) -> Proof:
    """Ask one model for a token: one that is both known and listed, if there is one."""
    model = a_talker(names, proof.models)
    if not model:
        return proof
    try:
        async with asyncio.timeout(detecting.LOOK_S):
            outcome = await client.ask(replace(endpoint, model=model), probing.TINY)
    except TimeoutError:
        return replace(proof, kind=Kind.TIMEOUT)
    if not outcome.error or probing.has_answered(outcome):
        return replace(proof, verdict=Verdict.ANSWERED)
    if outcome.error.kind in probing.NOT_WELCOME:
        return replace(proof, verdict=Verdict.REFUSED, kind=outcome.error.kind)
    return replace(proof, kind=outcome.error.kind)


def a_talker(names: Sequence[str], listed: Sequence[str] | None) -> str:
    """A model to put a question to; empty where none is known."""
    known = [name for name in names if listed is None or name in listed] or list(names) or list(listed or ())
    return next((name for name in known if not NO_TALK.search(name)), known[0] if known else "")
