"""A base URL as people paste it, in the one spelling that is kept. Pure: the guard decides what may be called."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from sandbox.wire.addresses import Blocked, parse

HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?(?:/\S*)?", re.IGNORECASE | re.ASCII)
# Paths that a call goes to, and the protocol that they belong to; what follows them belongs to the call.
CALLS = (
    (re.compile(r"/models/[^/?]+:(?:stream)?generatecontent(?:\?alt=sse)?$", re.IGNORECASE), "gemini"),
    (re.compile(r"/messages(?:/count_tokens)?$", re.IGNORECASE), "anthropic"),
    (re.compile(r"/(?:chat/completions|completions|responses|embeddings)$", re.IGNORECASE), "openai"),
    (re.compile(r"/models$", re.IGNORECASE), ""),
)
# A part of the path by which those who speak several protocols tell them apart.
PARTS = {"openai": "openai", "compatible-mode": "openai", "anthropic": "anthropic"}


class Trimmed(StrEnum):
    """What was taken off or put on, so that it can be said."""

    SCHEME = "scheme"
    CALL = "call"
    SLASH = "slash"


@dataclass(frozen=True)
class Pasted:
    """``base_url`` has a lower-case host, no default port and no slash at its end; ``protocol`` is what a path told.

    ``removed`` is the path of a call that was pasted along.
    """

    base_url: str
    protocol: str = ""
    trimmed: frozenset[Trimmed] = frozenset()
    removed: str = ""


def read(text: str) -> Pasted:
    """Raises ``Blocked`` where it is no plain address."""
    text, trimmed = text.strip(), set()
    if "://" not in text and HOST.fullmatch(text):
        text = f"https://{text}"
        trimmed.add(Trimmed.SCHEME)
    if text.endswith("/"):
        text = text.rstrip("/")
        trimmed.add(Trimmed.SLASH)
    text, protocol, removed = _without_call(text)
    if removed:
        trimmed.add(Trimmed.CALL)
    base_url = plain(text)
    told = protocol or next((PARTS[part] for part in base_url.split("/")[3:] if part in PARTS), "")
    return Pasted(base_url, told, frozenset(trimmed), removed)


def _without_call(text: str) -> tuple[str, str, str]:
    for path, protocol in CALLS:
        if (found := path.search(text)) and "://" in text[: found.start()].rstrip("/"):
            return text[: found.start()], protocol, found[0]
    return text, "", ""


def plain(url: str) -> str:
    """The address as it is kept: credentials are bound to its beginning, so there is one spelling only."""
    scheme, host, port, path = parse(url)
    if not host:
        raise Blocked("not a host name")
    name = f"[{host}]" if ":" in host else host
    suffix = "" if port == (443 if scheme == "https" else 80) else f":{port}"
    return f"{scheme}://{name}{suffix}{path.rstrip('/')}"
