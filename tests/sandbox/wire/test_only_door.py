"""Providers are called through the guarded dialler alone: nothing else in the project can open a way out."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
# Modules whose only use is to call somebody, and the names of others that do.
CALLERS = {
    *["http.client", "httpx", "requests", "urllib.request", "urllib3", "websockets", "pycurl", "ftplib", "telnetlib"],
    *["openai", "anthropic", "google.genai", "litellm"],
    *["aiohttp.ClientSession", "aiohttp.TCPConnector", "aiohttp.request", "aiohttp.client"],
    *["asyncio.open_connection", "socket.create_connection"],
}
# What may call all the same: the dialler itself, and the stack that asks its own web server whether it is ready.
DOORS = {"sandbox/wire/dialler.py", "marketplace/embedded.py"}


def names_in(source: str) -> Iterator[str]:
    """Every dotted name that a module imports or reads."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Attribute):
            yield ast.unparse(node)


def callers_in(source: str) -> set[str]:
    return {caller for name in names_in(source) for caller in CALLERS if f"{name}.".startswith(f"{caller}.")}


def test_only_the_dialler_opens_a_way_out():
    files = [file for package in ("marketplace", "catalog", "sandbox") for file in (ROOT / package).rglob("*.py")]
    found = {str(file.relative_to(ROOT)) for file in files if callers_in(file.read_text(encoding="utf-8"))}
    assert found == DOORS


@pytest.mark.parametrize(
    "source",
    [
        "import urllib.request",
        "from urllib import request",
        "from urllib.request import urlopen",
        "import httpx as calm",
        "from google import genai",
        "import aiohttp\naiohttp.ClientSession()",
        "from aiohttp import ClientSession",
        "import asyncio\nasyncio.open_connection('a', 1)",
    ],
)
def test_sees_a_way_out_however_it_is_imported(source):
    assert callers_in(source)


def test_minds_no_servers_and_no_parsing():
    assert not callers_in("from aiohttp import web\nfrom urllib.parse import quote\nimport socket\nsocket.socket()")
