"""``manage.py check_address``: one line for each URL."""

from __future__ import annotations

import socket
from io import StringIO

import pytest
from django.core.management import CommandError, call_command


def check(*urls: str) -> list[str]:
    out = StringIO()
    call_command("check_address", *urls, stdout=out)
    return out.getvalue().splitlines()


@pytest.fixture(autouse=True)
def names(monkeypatch):
    """A system resolver that knows two names."""
    known = {"api.example.com.": "93.184.215.14", "rebound.example.com.": "10.0.0.7"}

    def lookup(host: str, port: int, *_: int) -> list:
        if host not in known:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (known[host], port))]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)


def test_says_one_line_for_each_url_in_their_order():
    lines = check(
        "https://api.example.com/v1", "https://rebound.example.com", "https://nowhere.example.com", "file:///x"
    )
    assert lines[0] == "allowed"
    assert lines[1] == "blocked: not a public address"
    assert lines[2] == "unresolved"
    assert lines[3].startswith("blocked: ")


def test_allows_the_local_addresses_of_the_settings(settings):
    settings.LOCAL_ADDRESSES = ["127.0.0.1:9001"]
    assert check("http://127.0.0.1:9001/v1", "http://127.0.0.1:9002/v1")[0] == "allowed"


def test_blocks_our_own_names(settings):
    settings.ALLOWED_HOSTS = ["example.com", "*"]
    assert check("https://api.example.com/v1") == ["blocked: it is our own address"]


def test_asks_for_at_least_one_url():
    with pytest.raises(CommandError):
        check()
