"""Where a request comes from, as far as our own proxies vouch for it."""

from __future__ import annotations

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "0.0.0.0"  # noqa: S104 - nobody listens here: it stands for an address that nobody told us


def client_address(request: HttpRequest) -> str:
    """The client's IP address: what the outermost of TRUSTED_PROXIES wrote into X-Forwarded-For, else the peer's.

    What a client writes into the header itself stands further left and is never read.
    """
    peer = _address(request.META.get("REMOTE_ADDR", ""))
    if not settings.TRUSTED_PROXIES:
        return peer or UNKNOWN
    entries = request.headers.get("X-Forwarded-For", "").split(",")
    if len(entries) < settings.TRUSTED_PROXIES:
        return peer or UNKNOWN
    return _address(entries[-settings.TRUSTED_PROXIES]) or peer or UNKNOWN


def _address(text: str) -> str:
    """The address in ``text``, without a port; empty where it is none."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        return str(ip_address(text))
    except ValueError:
        return ""
