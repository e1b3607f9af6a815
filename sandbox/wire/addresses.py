"""The one place that decides which addresses may be called: https, public unicast, every record of the name.

``vet`` runs when an address is saved and again before every call; its answer carries the addresses to connect to, so
that nothing is resolved a second time. The sole exception are the exact host:port pairs of ``local``.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from sandbox.wire.types import Kind, WireError

Resolver = Callable[[str, int], Awaitable[Iterable[str]]]

LONGEST_URL = 300
LONGEST_NAME = 253
# Strict on purpose: what two parsers might read differently is refused, so ours and the client's cannot disagree.
URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9a-f.]*:[0-9a-f:.]*\]|[a-z0-9.-]+)(?::(?P<port>[0-9]{1,5}))?(?P<path>(?:/[a-z0-9._~+=:,-]+)*/?)",
    re.IGNORECASE | re.ASCII,
)
LABEL = re.compile(r"(?!xn--$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?|xn--[a-z0-9-]{1,59}", re.ASCII)
NUMERIC = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)
# Reserved for other uses, never delegated in public, or what clusters call themselves.
INSIDE_SUFFIXES = (
    *["localhost", "localdomain", "local", "internal", "intranet", "private", "lan", "home", "corp", "svc", "consul"],
    *["arpa", "onion", "alt", "test", "invalid"],
)
# Below 1024 only https; above it not what usually listens inside a data centre.
LOW_PORTS = frozenset({443})
INSIDE_PORTS = frozenset(
    {1099, 1433, 1521, 2049, 2181, 2375, 2376, 2377, 2379, 2380, 3128, 3260, 3306, 3389, 4369, 5000, 5432, 5601, 5671}
    | {5672, 5900, 5984, 5985, 5986, 6000, 6379, 6380, 6443, 6660, 6666, 6667, 6668, 6669, 7001, 7199, 8086, 8125}
    | {8300, 8500, 8600, 9000, 9042, 9092, 9100, 9160, 9200, 9300, 9418, 10250, 10255, 10256, 11211, 15672, 16379}
    | {25672, 26379, 27017, 27018, 27019, 28015, 28017, 50000, 50070, 61616}
    | {1080, 1719, 1720, 1723, 1883, 3659, 4045, 4190, 4646, 5060, 5061, 6566, 6665, 6679, 6697, 8009, 8200, 8983}
    | {9093, 9870, 10080}
)
# Our own list and not ``is_global``, whose answer changes between releases of Python.
CLOSED_V4 = tuple(
    map(
        IPv4Network,
        [
            *["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16"],
            *["172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15"],
            *["198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"],
            # Anycast of the internet's own plumbing: AS112's name servers, multicast relays.
            *["192.31.196.0/24", "192.52.193.0/24", "192.175.48.0/24"],
        ],
    )
)
OPEN_V6 = IPv6Network("2000::/3")
# IETF assignments with Teredo and ORCHID, documentation, 6to4, AS112.
CLOSED_V6 = tuple(map(IPv6Network, ["2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"]))
NAT64 = IPv6Network("64:ff9b::/96")
# The upper half of an interface's name that holds an IPv4 address; two bits of it say whose name it is.
ISATAP, ISATAP_MASK = 0x0000_5EFE, 0xFCFF_FFFF


class Blocked(WireError):
    """An address that we do not call. ``detail`` says why."""

    def __init__(self, why: str) -> None:
        super().__init__(Kind.BLOCKED_ADDRESS, why)


class Unresolved(WireError):
    """A name that does not resolve: neither allowed nor blocked."""

    def __init__(self) -> None:
        super().__init__(Kind.CONNECT, "the name does not resolve")


@dataclass(frozen=True, slots=True)
class Target:
    """A vetted address: ``host`` is the name for Host and SNI, ``ips`` is where to connect."""

    scheme: str
    host: str
    port: int
    path: str
    ips: tuple[str, ...]
    is_local: bool

    @property
    def origin(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"


async def vet(
    url: str,
    *,
    resolver: Resolver | None = None,
    local: Collection[str] = frozenset(),
    own: Collection[str] = frozenset(),
) -> Target:
    """Decide on a base URL; resolve its name once and check every record.

    ``local`` holds exact ``host:port`` pairs that are always allowed, with http too; ``own`` holds our own host names
    and addresses, which are never called. Raises ``Blocked`` or ``Unresolved``.
    """
    scheme, host, port, path = parse(url)
    is_local = f"[{host}]:{port}" in local if ":" in host else f"{host}:{port}" in local
    if not is_local:
        check_shape(scheme, host, port, own)
    ips = (host,) if is_literal(host) else await resolve(host, port, resolver or system_resolver)
    if not is_local:
        ours = {bare(one.strip("[]")) for one in own}
        for ip in ips:
            if why := closed(ip):
                raise Blocked(why)
            if bare(ip) in ours:
                raise Blocked("it is our own address")
    return Target(scheme, host, port, path.rstrip("/"), ips, is_local)


def parse(url: str) -> tuple[str, str, int, str]:
    """Scheme, host, port and path of a base URL in plain spelling; raises ``Blocked`` for any other."""
    match = URL.fullmatch(url) if len(url) <= LONGEST_URL else None
    if not match:
        raise Blocked("not a plain https://host[:port][/path] (no user, query, fragment, spaces or escapes)")
    host = match["host"].lower().removesuffix(".").strip("[]")
    port = int(match["port"] or (443 if match["scheme"].lower() == "https" else 80))
    if not 0 < port < 65536:
        raise Blocked("no such port")
    if any(segment in {".", ".."} for segment in match["path"].split("/")):
        raise Blocked("its path climbs")
    return match["scheme"].lower(), host, port, match["path"]


def check_shape(scheme: str, host: str, port: int, own: Collection[str]) -> None:
    """Everything that can be said without resolving the name."""
    if scheme != "https":
        raise Blocked("not https")
    if port not in LOW_PORTS and (port < 1024 or port in INSIDE_PORTS):
        raise Blocked(f"port {port} is not one that an API is served at")
    if not is_literal(host):
        check_name(host, own)


def check_name(name: str, own: Collection[str]) -> None:
    labels = name.split(".")
    if NUMERIC.fullmatch(labels[-1]):
        raise Blocked("an odd spelling of a number address")
    if len(name) > LONGEST_NAME or not all(LABEL.fullmatch(label) for label in labels):
        raise Blocked("not a host name")
    if len(labels) == 1 or any(name.endswith(f".{suffix}") for suffix in INSIDE_SUFFIXES):
        raise Blocked("a name of an inside network")
    if any(f".{name}".endswith("." + host.removeprefix(".")) for host in own):
        raise Blocked("it is our own address")


def is_literal(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        if ":" in host:
            raise Blocked("not an IPv6 address") from None
        return False
    return True


async def resolve(name: str, port: int, resolver: Resolver) -> tuple[str, ...]:
    """Every address of the name; raises ``Unresolved`` when there is none."""
    try:
        ips = tuple(dict.fromkeys(await resolver(name, port)))
    except OSError:
        raise Unresolved from None
    if not ips:
        raise Unresolved
    return ips


async def system_resolver(name: str, port: int) -> list[str]:
    # The dot at the end keeps search domains out of it: a public name must not be completed into an inside one.
    full = f"{name}." if "." in name else name
    found = await asyncio.get_running_loop().getaddrinfo(full, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


def closed(ip: str) -> str:
    """Why an address is not public unicast; empty when it is."""
    try:
        address = ip_address(ip)
    except ValueError:
        return "its name resolves to something that is no address"
    if isinstance(address, IPv6Address):
        return closed_v6(address)
    return "not a public address" if any(address in network for network in CLOSED_V4) else ""


def closed_v6(address: IPv6Address) -> str:
    """As ``closed``; IPv4 addresses inside transition forms are judged as what they are."""
    if inner := carried(address):
        return closed(str(inner))
    if address.scope_id or address not in OPEN_V6 or any(address in network for network in CLOSED_V6):
        return "not a public address"
    if int(address) >> 32 & ISATAP_MASK == ISATAP:
        return closed(str(low_half(address)))
    return ""


def bare(ip: str) -> IPv4Address | IPv6Address | None:
    """An address whatever its spelling, so that two can be compared; None for anything else, such as a name."""
    try:
        address = ip_address(ip)
    except ValueError:
        return None
    return carried(address) or address if isinstance(address, IPv6Address) else address


def carried(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that a host reaches by this one: mapped into IPv6, or translated on the way (NAT64)."""
    return address.ipv4_mapped or (low_half(address) if address in NAT64 else None)


def low_half(address: IPv6Address) -> IPv4Address:
    return IPv4Address(int(address) & 0xFFFF_FFFF)
