"""The wire's vocabulary: pure values, no I/O, no Django.

Errors have one class and a closed set of kinds: whatever a provider does, a call ends in an ``Outcome`` whose ``error``
is None or a ``WireError``.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, Literal

from msgspec import Struct


class Kind(StrEnum):
    """What can go wrong with a call."""

    REFUSED = "refused"  # the provider will not serve this account or request (402, 403)
    UNAUTHORISED = "unauthorised"  # the key was not accepted (401)
    NOT_FOUND = "not_found"  # no such model or path (404)
    INVALID = "invalid"  # the provider calls our request wrong (400, 422)
    TOO_LONG = "too_long"  # the prompt does not fit its context
    RATE_LIMITED = "rate_limited"  # 429
    OVERLOADED = "overloaded"  # 5xx, "overloaded"
    TIMEOUT = "timeout"  # one of our limits on time
    CONNECT = "connect"  # no TCP connection, or it broke before a response
    TLS = "tls"  # certificate or handshake
    CUT_OFF = "cut_off"  # the stream ended without saying that it was complete
    MALFORMED = "malformed"  # not the protocol that was agreed
    TOO_LARGE = "too_large"  # one of our limits on size or number
    BLOCKED_ADDRESS = "blocked_address"  # not a public https address
    CONTENT_FILTERED = "content_filtered"  # the provider withheld the answer
    CANCELLED = "cancelled"  # the visitor stopped the trial
    INTERNAL = "internal"  # our own fault, never the channel's


class WireError(Exception):
    """A call that failed. ``detail`` is a sentence a person can act on; no key, address or traceback is in it.

    ``retry_after_ms`` says when the same request may be sent once more; None says that it should not be.
    """

    def __init__(
        self, kind: Kind, detail: str = "", *, status: int | None = None, retry_after_ms: float | None = None
    ) -> None:
        super().__init__(detail or kind.value)
        self.kind = kind
        self.detail = detail
        self.status = status
        self.retry_after_ms = retry_after_ms


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one call. ``_ms`` are milliseconds; the rest are bytes, characters and counts."""

    connect_ms: float = 5_000
    headers_ms: float = 15_000
    first_piece_ms: float = 60_000
    idle_ms: float = 20_000
    piece_gap_ms: float = 30_000
    total_ms: float = 180_000
    body_bytes: int = 2 * 1024 * 1024
    event_bytes: int = 256 * 1024
    text_chars: int = 400_000
    events: int = 20_000
    images: int = 16
    images_bytes: int = 20 * 1024 * 1024
    retry_after_ms: float = 10_000


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where and how to call: one channel as the wire sees it. ``key`` is never shown by repr."""

    protocol: Literal["openai", "anthropic", "gemini"]
    base_url: str
    model: str
    key: str = field(default="", repr=False)
    dialect: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Image:
    """A picture as ``sandbox.wire.images`` has read it. ``data`` is empty in an outline, enough for a price."""

    media_type: str
    width: int
    height: int
    data: bytes = field(default=b"", repr=False)

    @cached_property
    def base64(self) -> str:
        """Made once for all the channels that are asked the same."""
        return b64encode(self.data).decode()


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask. ``images`` stand before the text. ``thinking_tokens`` 0 asks for no thinking where it can be off."""

    text: str
    system: str = ""
    max_output_tokens: int = 800
    thinking_tokens: int = 0
    temperature: float | None = None
    images: tuple[Image, ...] = ()


@dataclass(frozen=True, slots=True)
class Body:
    """A request as an adapter built it: path below the base URL, headers without the key, JSON payload.

    ``dropped`` names the parameters that this channel's dialect made us leave out.
    """

    path: str
    headers: Mapping[str, str]
    payload: Mapping[str, Any]
    dropped: tuple[str, ...] = ()


# Pieces are structs and not dataclasses because one is made for every token of every stream: a frozen
# dataclass costs five times as much to make.


class Text(Struct, frozen=True, gc=False):
    """A piece of the answer."""

    text: str


class Reasoning(Struct, frozen=True, gc=False):
    """A piece of the thinking before the answer."""

    text: str


class Usage(Struct, frozen=True):
    """Tokens as the upstream reports them; None is unsaid.

    ``input`` includes cached tokens, ``output`` includes reasoning.
    """

    input: int | None = None
    output: int | None = None
    reasoning: int | None = None
    cache_read: int | None = None
    cache_write: int | None = None


class Stop(Struct, frozen=True):
    """The upstream said it is finished: ``stop``, ``length``, ``content_filter``, ``tool`` or ``other``."""

    reason: str


class Identity(Struct, frozen=True):
    """What the upstream says it is."""

    model: str


class End(Struct, frozen=True):
    """The protocol's last word: nothing after it counts."""


Piece = Text | Reasoning | Usage | Stop | Identity | End


@dataclass(slots=True)
class Outcome:
    """How a call went. Times are milliseconds after the request's bytes left (``t0``); None did not happen.

    ``usage_estimated`` marks counts that are ours because the stream had none, or absurd ones (then ``flags`` says so:
    ``usage_invalid``, ``usage_mismatch``). A failed call keeps the text that it got.
    """

    text: str = ""
    reasoning: str = ""
    error: WireError | None = None
    finish: str = ""
    upstream_model: str = ""
    input_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None
    cached_tokens: int | None = None
    usage_estimated: bool = False
    ttft_ms: float | None = None
    ttfat_ms: float | None = None
    total_ms: float | None = None
    gap_p95_ms: float | None = None
    output_tps: float | None = None
    tries: int = 0
    flags: list[str] = field(default_factory=list)
    sent: Mapping[str, Any] = field(default_factory=dict)
    dropped: tuple[str, ...] = ()
