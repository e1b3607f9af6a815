"""Keeps a secret out of what upstreams say: by value, in every spelling that we can foresee, before anything is cut."""

from __future__ import annotations

import base64
import re
from html import escape
from urllib.parse import quote, quote_plus

MARK = "[removed]"
# Shorter values are no secrets, and would tear holes into ordinary words.
SHORTEST_SECRET = 10
# A scheme is short: without that bound "a.a.a.a…", as long as an error may be, costs its square.
URLS = re.compile(r"[a-z][a-z0-9+.-]{0,20}://[^\s\"'<>]+", re.IGNORECASE)
NUMBER_ADDRESSES = re.compile(
    r"\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b|\[?\b(?:[0-9a-f]{0,4}:){3,7}[0-9a-f]{0,4}\b\]?", re.IGNORECASE
)
PERCENT = re.compile(r"%[0-9A-F]{2}")
# "sk-ab***yz": what some providers leave of a key that they complain about.
# It is looked for at the beginnings of words alone: in a long text without blanks, every other place costs its square.
MASKED = re.compile(r"(?<!\S)\S*\*{3,}\S*")


def spellings(secret: str) -> list[str]:
    """The secret plain, URL-encoded, as HTML has it, in hex, and in base64 at each of three offsets in a text."""
    if len(secret) < SHORTEST_SECRET:
        return []
    raw = secret.encode()
    found = {secret, quote(secret, safe=""), quote_plus(secret), escape(secret), raw.hex(), raw.hex().upper()}
    found |= {PERCENT.sub(lambda code: code[0].lower(), each) for each in found}
    for offset in range(3):
        # The characters at the ends depend on the neighbours; those between do not.
        whole = base64.b64encode(b"\0" * offset + raw).decode().rstrip("=")
        core = whole[-(-offset * 8 // 6) : (offset + len(raw)) * 8 // 6]
        found |= {core, core.translate(str.maketrans("+/", "-_"))}
    return sorted(found, key=len, reverse=True)


def remove(text: str, *, secret: str) -> str:
    """``text`` without the secret, however it is spelled."""
    for spelling in spellings(secret):
        text = text.replace(spelling, MARK)
    return text


def redact(text: str, *, secret: str, host: str = "") -> str:
    """``text`` without the secret, without URLs and number addresses, and without the name of the host called."""
    text = remove(text, secret=secret)
    text = MASKED.sub(MARK, text)
    text = URLS.sub(MARK, text)
    text = NUMBER_ADDRESSES.sub(MARK, text)
    return re.sub(re.escape(host), MARK, text, flags=re.IGNORECASE) if host else text


class Filter:
    """Takes a secret out of streamed text, wherever the stream is cut.

    What might be the beginning of the secret is held back until the next piece decides.
    """

    def __init__(self, secret: str) -> None:
        self._secret = secret if len(secret) >= SHORTEST_SECRET else ""
        self._held = ""

    def feed(self, text: str) -> str:
        secret = self._secret
        if not secret:
            return text
        if self._held:
            text = self._held + text
            self._held = ""
        if secret in text:
            text = text.replace(secret, MARK)
        if secret[0] in text[1 - len(secret) :] and (size := longest_beginning(text, secret)):
            self._held = text[-size:]
            return text[:-size]
        return text

    def finish(self) -> str:
        held, self._held = self._held, ""
        return held


def longest_beginning(text: str, word: str) -> int:
    """How many characters at the end of ``text`` begin ``word`` without completing it."""
    first = word[0]
    start = text.find(first, max(0, len(text) - len(word) + 1))
    while start >= 0:
        if word.startswith(text[start:]):
            return len(text) - start
        start = text.find(first, start + 1)
    return 0
