"""Only public https addresses are called; every record of a name counts, at save and at every call."""

from __future__ import annotations

import asyncio
import socket

import pytest

from sandbox.wire import errors
from sandbox.wire.addresses import Blocked, Target, Unresolved, vet
from sandbox.wire.types import Kind, WireError
from tests.sandbox.wire.ssrf import OWN_HOST, OWN_IP, OWN_V6, PUBLIC, ROWS, Row, acceptance_rows

OWN = frozenset({OWN_HOST, OWN_IP, f"[{OWN_V6}]"})


def resolver_of(row: Row):
    """Answers each lookup with the row's next answer, and then with its last."""
    answers = list(row.lookups)

    async def resolve(name: str, port: int) -> tuple[str, ...]:
        records = answers.pop(0) if len(answers) > 1 else answers[0]
        if records == ("NXDOMAIN",):
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return records

    return resolve


def judge(row: Row) -> Target | WireError:
    """What becomes of an address that is saved, then called, then answers."""
    resolver = resolver_of(row)
    try:
        asyncio.run(vet(row.url, resolver=resolver, own=OWN))
        target = asyncio.run(vet(row.url, resolver=resolver, own=OWN))
        for hop in row.hops:
            raise errors.read_error(int(hop.split()[0]), {}, b"")
    except WireError as error:
        return error
    return target


@pytest.mark.parametrize("row", [*ROWS, *acceptance_rows()], ids=lambda row: row.name)
def test_allows_public_addresses_and_blocks_all_others(row):
    verdict = judge(row)
    assert isinstance(verdict, Target) is row.is_allowed, verdict
    if not row.is_allowed:
        assert verdict.kind in {Kind.BLOCKED_ADDRESS, Kind.CONNECT}
        assert verdict.detail


def test_hands_out_every_address_that_it_checked():
    row = Row("", True, "https://API.example.com:8443/v1/", (("8.8.8.8", "8.8.4.4", "8.8.8.8"),))
    target = judge(row)
    assert target == Target("https", "api.example.com", 8443, "/v1", ("8.8.8.8", "8.8.4.4"), is_local=False)
    assert target.origin == "https://api.example.com:8443"


def test_spells_an_ipv6_origin_with_brackets():
    assert judge(ROWS[6]).origin == "https://[2606:4700:4700::1111]:443"


def test_allows_exactly_the_local_pairs():
    local = frozenset({"127.0.0.1:9000", "[::1]:9000", "llm:9000"})

    async def resolve(name: str, port: int) -> list[str]:
        return ["172.18.0.2"]

    for url in ("http://127.0.0.1:9000/v1", "http://[::1]:9000", "https://127.0.0.1:9000", "http://llm:9000"):
        assert asyncio.run(vet(url, local=local, resolver=resolve)).is_local
    for url in ("http://127.0.0.1:9001/v1", "https://127.0.0.2:9000", "http://127.0.0.1", "https://llm:9001"):
        with pytest.raises(Blocked):
            asyncio.run(vet(url, local=local, resolver=resolve))


@pytest.mark.parametrize("records", [(), ("NXDOMAIN",)])
def test_calls_a_name_without_records_unresolved(records):
    row = Row("", False, "https://api.example.com", (records,))
    assert isinstance(judge(row), Unresolved)


def test_asks_the_system_for_the_full_name(monkeypatch):
    asked = []

    def lookup(host: str, port: int, *_: int) -> list:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (PUBLIC, port))]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    assert asyncio.run(vet("https://api.example.com/v1")).ips == (PUBLIC,)
    assert asyncio.run(vet("http://llm:9000", local=frozenset({"llm:9000"}))).ips == (PUBLIC,)
    assert asked == ["api.example.com.", "llm"]
