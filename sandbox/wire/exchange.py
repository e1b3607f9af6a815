"""One raw request and what came back, for whoever checks how a provider speaks rather than what it says.

It leaves by the same door as every call: the address is vetted anew, redirects are not followed, the key stands in its
own header and nowhere else, and the limits end it. It is never tried again.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Any, Literal, NamedTuple

import aiohttp
import msgspec

from sandbox.wire import dialects
from sandbox.wire.client import Client, internal, presentable
from sandbox.wire.reader import Reader
from sandbox.wire.redact import MARK, redact, remove
from sandbox.wire.types import Endpoint, Kind, Limits, WireError
from sandbox.wire.watch import Stop, Watch

logger = logging.getLogger(__name__)

LONGEST_KEPT = 4_000
LONGEST_HEADER_KEPT = 300
# Addresses and masked keys are looked for in so much more than is kept, so that none stands half at the cut.
SLACK = 1_000
ESCAPES = re.compile(r"\\u([0-9a-fA-F]{4})")
OWN_KEY = "(the key)"
OTHER_KEY = "(another key)"


@dataclass(frozen=True, slots=True)
class Request:
    """What to send. ``path`` is below the endpoint's base URL; ``payload`` becomes JSON, ``raw`` goes as it is.

    ``key`` None is the endpoint's own, "" none at all, and any other text another key.
    """

    path: str
    method: Literal["GET", "POST"] = "POST"
    payload: Any = None
    raw: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    key: str | None = field(default=None, repr=False)

    @property
    def body(self) -> bytes:
        return msgspec.json.encode(self.payload) if self.raw is None else self.raw


class Heard(NamedTuple):
    """Bytes, and when they came: milliseconds after the request left."""

    ms: float
    data: bytes


@dataclass(slots=True)
class Exchange:
    """What came. ``headers`` have lower-case names; they and the bytes are as received: show only what ``kept`` says.

    ``status`` None: no response began. ``error`` is why it ended early; what had come by then is there. ``is_stopped``:
    we hung up ourselves. ``total_ms`` runs from the request's leaving.
    """

    request: Request
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    heard: list[Heard] = field(default_factory=list, repr=False)
    error: WireError | None = None
    is_stopped: bool = False
    total_ms: float | None = None

    @property
    def body(self) -> bytes:
        return b"".join(heard.data for heard in self.heard)

    @property
    def kind(self) -> Kind | None:
        return self.error.kind if self.error else None

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def first_ms(self) -> float | None:
        return self.heard[0].ms if self.heard else None

    def json(self) -> Any:
        """The body as JSON; None where it is none."""
        try:
            return msgspec.json.decode(self.body)
        except (ValueError, RecursionError):
            return None


async def exchange(
    client: Client,
    endpoint: Endpoint,
    request: Request,
    *,
    limits: Limits | None = None,
    stop: Stop | None = None,
    hang_up: Callable[[bytes], bool] | None = None,
) -> Exchange:
    """Send ``request`` to ``endpoint`` and read what comes; raises nothing but ``CancelledError``.

    ``limits`` None are the client's. ``hang_up`` sees each piece of the body as it comes: True closes the connection.
    """
    limits = limits or client.limits
    made = Exchange(request)
    watch = Watch(limits, stop)
    try:
        async with asyncio.timeout(None) as timeout:
            with watch.over(timeout):
                await run(client, endpoint, made, watch=watch, limits=limits, hang_up=hang_up)
    except TimeoutError:
        made.error = watch.error or internal()
    except WireError as error:
        made.error = error
    except ValueError:
        made.error = WireError(Kind.INVALID, "The request cannot be sent.")
    except Exception as error:
        # The type alone: a message or a traceback may hold the address or the key.
        logger.error("an exchange failed in an unforeseen way: %s", type(error).__name__)
        made.error = internal()
    made.error = made.error and presentable(made.error, endpoint)
    return made


async def run(
    client: Client,
    endpoint: Endpoint,
    made: Exchange,
    *,
    watch: Watch,
    limits: Limits,
    hang_up: Callable[[bytes], bool] | None,
) -> None:
    t0 = perf_counter()

    def leave() -> None:
        nonlocal t0
        t0 = perf_counter()
        watch.send(t0)

    try:
        async with send(client, endpoint, made.request, watch=watch, leave=leave) as response:
            watch.answer(t0)
            made.status = response.status
            made.headers = {name.lower(): value for name, value in response.headers.items()}
            reader = Reader(response, most=limits.body_bytes)
            while data := await reader.read():
                now = perf_counter()
                watch.hear(now)
                watch.advance(now)
                if len(made.heard) >= limits.events:
                    raise WireError(Kind.TOO_LARGE, "The response comes in more pieces than we accept.")
                made.heard.append(Heard((now - t0) * 1000, data))
                if hang_up and hang_up(data):
                    made.is_stopped = True
                    response.close()
                    break
    finally:
        made.total_ms = (perf_counter() - t0) * 1000


@asynccontextmanager
async def send(
    client: Client, endpoint: Endpoint, request: Request, *, watch: Watch, leave: Callable[[], None]
) -> AsyncIterator[aiohttp.ClientResponse]:
    target = await client.dial(endpoint, watch)
    signed = endpoint if request.key is None else replace(endpoint, key=request.key)
    headers = {"accept": "*/*", "accept-encoding": "identity", **request.headers, **dialects.authorise(signed)}
    if request.method == "GET":
        leave()
        async with client.dialler.get(target, request.path, headers=headers) as response:
            yield response
    else:
        body, path = request.body, request.path
        async with client.dialler.post(target, path, headers=headers, body=body, on_leave=leave) as response:
            yield response


def kept(made: Exchange, endpoint: Endpoint, *, most: int = LONGEST_KEPT) -> dict[str, Any]:
    """What may be stored and shown of it, as ``{"sent": {…}, "received": {…}}``: redacted by value first, then cut.

    ``sent`` has method, path, headers, body; ``received`` has status, headers, body, error (a ``Kind`` or ""), detail,
    is_stopped, first_ms and total_ms. Bodies are text of at most ``most`` characters.
    """
    request = made.request
    host = endpoint.base_url.partition("://")[2].partition("/")[0].rpartition("@")[2].partition(":")[0]

    def clean(text: str, longest: int = most) -> str:
        return shorten(text, secret=endpoint.key, host=host, most=longest)

    def clean_name(name: str) -> str:
        # Names came in lower case, and so would a key that stands in one.
        return clean(remove(name, secret=endpoint.key.lower()), 100)

    def headers_of(headers: Mapping[str, str]) -> dict[str, str]:
        return {clean_name(name): clean(value, LONGEST_HEADER_KEPT) for name, value in headers.items()}

    sent = dict(request.headers)
    marked = {None: OWN_KEY, "": ""}.get(request.key, OTHER_KEY)
    if endpoint.key or request.key:
        sent |= dialects.authorise(replace(endpoint, key=marked))
    return {
        "sent": {
            "method": request.method,
            "path": clean(request.path, 300),
            "headers": headers_of(sent),
            "body": clean(request.body.decode("utf-8", "replace")) if request.method == "POST" else "",
        },
        "received": {
            "status": made.status,
            "headers": headers_of(made.headers),
            "body": clean(made.body.decode("utf-8", "replace")),
            "error": made.error.kind.value if made.error else "",
            "detail": made.error.detail if made.error else "",
            "is_stopped": made.is_stopped,
            "first_ms": made.first_ms and round(made.first_ms, 1),
            "total_ms": made.total_ms and round(made.total_ms, 1),
        },
    }


def shorten(text: str, *, secret: str, host: str = "", most: int = LONGEST_KEPT) -> str:
    """``text`` without secret, addresses and NUL, in at most ``most`` characters: the secret goes from all of it first.

    A text that writes the secret in JSON's escapes is withheld as a whole.
    """
    text = remove(text.replace("\0", ""), secret=secret)
    plain = unescape(text) if "\\" in text else text
    if remove(plain, secret=secret) != plain:
        return MARK
    text = redact(text[: most + SLACK], secret="", host=host)
    return text if len(text) <= most else f"{text[: most - 1]}…"


def unescape(text: str) -> str:
    """``text`` as a reader of JSON would see its escapes."""
    text = ESCAPES.sub(lambda found: chr(int(found[1], 16)), text)
    return text.replace("\\/", "/")
