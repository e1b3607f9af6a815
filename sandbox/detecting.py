"""What stands at an address: whether it answers, which protocol it speaks, which models it lists.

Only lists of models are asked for, which costs nobody anything; everything is over in a few seconds, whatever the
address does.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice
from typing import Any

from sandbox import probing
from sandbox.loop import new_client
from sandbox.vetting import vet_here
from sandbox.wire.addresses import Blocked, Unresolved
from sandbox.wire.anthropic import HEADERS as ANTHROPIC_HEADERS
from sandbox.wire.client import Client, names
from sandbox.wire.exchange import Exchange, Request, exchange
from sandbox.wire.redact import remove
from sandbox.wire.types import Endpoint, Kind, WireError

# A person waits for it: the first look, and the second with a key, end after so much.
LOOK_S = 3.2
TRY_S = 2.4
ALL_S = 5.8
TIGHT: dict[str, Any] = {
    "connect_ms": 2_500,
    "headers_ms": 3_000,
    "first_piece_ms": 3_000,
    "idle_ms": 2_500,
    "piece_gap_ms": 2_500,
    "total_ms": 3_000,
    "body_bytes": 2 * 1024 * 1024,
    "events": 2_000,
    "retry_after_ms": 0,
}
LONGEST_NAME = 200
MOST_NAMES = 2_000
PROTOCOLS = ("openai", "anthropic", "gemini")
# All at once, where the protocol hands its list out in pages.
LISTS = {"openai": "/models", "anthropic": "/models?limit=1000", "gemini": "/models?pageSize=1000"}
VERSIONED = re.compile(r"/v\d+[a-z0-9]*$")
BELOW = ("/v1", "/v1beta")


class Saw(StrEnum):
    """What an address did when it was asked for its models."""

    LIST = "list"  # a list of models
    WANTS_KEY = "wants_key"  # 401 or 403 without a key
    REFUSED_KEY = "refused_key"  # 401 or 403 with one
    NO_LIST = "no_list"  # 404 or 405 in a protocol's own words
    NOTHING_THERE = "nothing_there"  # 404 by something that is no API
    BUSY = "busy"  # 429
    FAILED = "failed"  # 5xx
    PAGE = "page"  # HTML
    STRANGE = "strange"  # neither of these
    ENDLESS = "endless"  # began and did not end, or was larger than we accept
    SILENT = "silent"  # took the connection and said nothing
    AWAY = "away"  # takes no connections
    CERTIFICATE = "certificate"  # TLS cannot be trusted
    REDIRECT = "redirect"
    BLOCKED = "blocked"  # an address that we do not call
    UNRESOLVED = "unresolved"  # a name without an address


# What may become right without a change of address. Everything else that is not a good sign is final.
PASSING = frozenset({Saw.NOTHING_THERE, Saw.BUSY, Saw.FAILED, Saw.PAGE, Saw.STRANGE, Saw.ENDLESS, Saw.SILENT, Saw.AWAY})
GOOD = frozenset({Saw.LIST, Saw.WANTS_KEY, Saw.REFUSED_KEY, Saw.NO_LIST})
CLOSED = frozenset({Saw.BLOCKED, Saw.UNRESOLVED, Saw.REDIRECT, Saw.CERTIFICATE})


@dataclass(frozen=True)
class Found:
    """``protocol`` empty: it did not show. ``models`` None: no list. ``why`` is the guard's word on a blocked address.

    ``base_url`` is where it answered: the one asked about, or that with the version behind it.
    """

    base_url: str
    saw: Saw
    protocol: str = ""
    models: tuple[str, ...] | None = None
    status: int | None = None
    is_local: bool = False
    why: str = ""


def look(base_url: str, *, key: str = "") -> Found:
    """Ask ``base_url`` (plain spelling) for its models, without a key and then with ``key``. Raises nothing."""
    return asyncio.run(_look(base_url, key=key))


def list_models(endpoint: Endpoint) -> Found:
    """Ask for the list once more, in the endpoint's own protocol and with its key."""
    return asyncio.run(_list_models(endpoint))


async def _look(base_url: str, *, key: str) -> Found:
    client = new_client(resolver=probing.resolve, **TIGHT)
    try:
        async with asyncio.timeout(ALL_S):
            target = await vet_here(base_url, resolver=probing.resolve)
            found = await _without_key(client, base_url)
            if key and found.saw in {Saw.WANTS_KEY, Saw.NO_LIST, Saw.NOTHING_THERE}:
                found = await _with_key(client, found, key=key)
    except Blocked as blocked:
        return Found(base_url, Saw.BLOCKED, why=blocked.detail)
    except Unresolved:
        return Found(base_url, Saw.UNRESOLVED)
    except TimeoutError:
        return Found(base_url, Saw.SILENT)
    finally:
        await client.close()
    models = None if found.models is None else without(found.models, key=key)
    return replace(found, models=models, is_local=target.is_local)


async def _list_models(endpoint: Endpoint) -> Found:
    client = new_client(resolver=probing.resolve, **TIGHT)
    try:
        return await ask(client, endpoint, within_s=LOOK_S)
    finally:
        await client.close()


async def _without_key(client: Client, base_url: str) -> Found:
    below = () if VERSIONED.search(base_url) else BELOW
    places = [base_url, *(base_url + path for path in below)]
    found = await asyncio.gather(*(ask(client, Endpoint("openai", place, ""), within_s=LOOK_S) for place in places))
    return best(found)


async def _with_key(client: Client, found: Found, *, key: str) -> Found:
    """The same place in every protocol's way of showing the key; where none is let in, what was known before."""
    spoken = (found.protocol,) if found.protocol else PROTOCOLS
    endpoints = [Endpoint(each, found.base_url, "", key) for each in spoken]  # type: ignore[arg-type]
    tried = await asyncio.gather(*(ask(client, endpoint, within_s=TRY_S) for endpoint in endpoints))
    let_in = [each for each in tried if each.saw is Saw.LIST]
    if let_in:
        return replace(let_in[0], protocol=let_in[0].protocol or found.protocol)
    told = next((each for each in tried if each.protocol), found)
    return replace(told, protocol=found.protocol or told.protocol)


async def ask(client: Client, endpoint: Endpoint, *, within_s: float) -> Found:
    """One question for the list of models at ``endpoint``."""
    headers = {"accept": "application/json"} | (ANTHROPIC_HEADERS if endpoint.protocol == "anthropic" else {})
    path = LISTS[endpoint.protocol] if endpoint.key else "/models"
    made = Exchange(Request(path, method="GET"))
    try:
        async with asyncio.timeout(within_s):
            made = await exchange(client, endpoint, Request(path, method="GET", headers=headers))
    except TimeoutError:
        return Found(endpoint.base_url, Saw.SILENT)
    return read(made, endpoint)


def best(found: Sequence[Found]) -> Found:
    """What tells most; of equals the first, which is the address as it was given."""
    return max(found, key=_weight)


def _weight(found: Found) -> float:
    if found.saw is Saw.LIST:
        weight = 4.0
    elif found.saw is Saw.WANTS_KEY:
        weight = 3.0 if found.protocol else 2.0
    else:
        weight = 1.0 if found.saw is Saw.NO_LIST else 0.0
    # Google's serves both versions, and what is new in one of them alone.
    return weight + (0.5 if found.protocol == "gemini" and found.base_url.endswith("/v1beta") else 0.0)


def read(made: Exchange, endpoint: Endpoint) -> Found:
    """What an exchange says of the address. Pure."""
    body = made.json() if made.error is None else None
    protocol = protocol_of(body)
    models = _models_in(made, endpoint.key) if protocol and made.status == 200 else None
    saw = _saw(made, has_list=models is not None, protocol=protocol, has_key=bool(endpoint.key))
    why = made.error.detail if made.error and saw is Saw.BLOCKED else ""
    return Found(endpoint.base_url, saw, protocol, models, made.status, why=why)


def _saw(made: Exchange, *, has_list: bool, protocol: str, has_key: bool) -> Saw:
    if made.status is None or made.error:
        return _broken(made)
    if has_list:
        return Saw.LIST
    if made.status in (401, 403) or (made.status == 400 and protocol == "gemini"):  # Google's word for a wrong key
        return Saw.REFUSED_KEY if has_key else Saw.WANTS_KEY
    if made.status in (404, 405, 410):
        return Saw.NO_LIST if protocol else Saw.NOTHING_THERE
    return _by_status(made.status) or (Saw.PAGE if _is_page(made) else Saw.STRANGE)


def _by_status(status: int) -> Saw | None:
    if 300 <= status < 400:
        return Saw.REDIRECT
    if status == 429:
        return Saw.BUSY
    return Saw.FAILED if status >= 500 else None


def _broken(made: Exchange) -> Saw:
    """What never came to an end, or never began."""
    kind = made.kind
    if made.status is not None and 300 <= made.status < 400:
        return Saw.REDIRECT
    if made.status is not None:
        return Saw.ENDLESS if kind in {Kind.TIMEOUT, Kind.TOO_LARGE} else Saw.STRANGE
    return {
        Kind.TIMEOUT: Saw.SILENT,
        Kind.CONNECT: Saw.AWAY,
        Kind.TLS: Saw.CERTIFICATE,
        Kind.BLOCKED_ADDRESS: Saw.BLOCKED,
    }.get(kind or Kind.INTERNAL, Saw.STRANGE)


def _is_page(made: Exchange) -> bool:
    return "html" in made.media_type or made.body[:200].lstrip()[:1] == b"<"


def _models_in(made: Exchange, key: str) -> tuple[str, ...] | None:
    """The names that can be one: others may be anything, such as the key that was sent, and are not kept."""
    try:
        found = dict.fromkeys(names(made.body))
    except WireError:
        return None
    fit = (name for name in found if 0 < len(name) <= LONGEST_NAME and name.isprintable())
    return without(tuple(islice(fit, MOST_NAMES)), key=key)


def without(models: tuple[str, ...], *, key: str) -> tuple[str, ...]:
    """The names in which the key is not, however it is spelled."""
    return tuple(name for name in models if remove(name, secret=key) == name)


def protocol_of(body: Any) -> str:
    """Whose list of models, or whose error, this is; empty where it is nobody's."""
    if isinstance(body, list):  # Google's errors may come in a list
        body = body[0] if body else None
    if not isinstance(body, Mapping):
        return ""
    return _protocol_of_list(body) or _protocol_of_error(body)


def _protocol_of_list(body: Mapping[str, Any]) -> str:
    rows = body.get("models")
    if isinstance(rows, list) and all(_is_google(row) for row in rows):
        return "gemini" if rows else ""
    rows = body.get("data")
    if not isinstance(rows, list):
        return ""
    typed = [row for row in rows if isinstance(row, Mapping) and row.get("type") == "model"]
    if body.get("object") != "list" and (typed or "has_more" in body):
        return "anthropic"
    return "openai" if body.get("object") == "list" or rows else ""


def _is_google(row: Any) -> bool:
    return isinstance(row, Mapping) and str(row.get("name", "")).startswith("models/")


def _protocol_of_error(body: Mapping[str, Any]) -> str:
    error = body.get("error")
    if not isinstance(error, Mapping):
        return ""
    if body.get("type") == "error":
        return "anthropic"
    status = error.get("status")
    if isinstance(status, str) and status.isupper() and isinstance(error.get("code"), int):
        return "gemini"
    return "openai" if isinstance(error.get("message"), str) else ""
