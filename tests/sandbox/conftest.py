"""Simulated providers as a process of their own, and this process as a worker."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from sandbox import loop, saver

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def simulators() -> Iterator[str]:
    command = [sys.executable, "-m", "sandbox.simulators", "--port", "0", "--speed", "20"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield process.stdout.readline().strip()
        process.terminate()


@pytest.fixture(autouse=True)
def _no_thread_keeps_a_connection() -> Iterator[None]:
    yield
    close_the_savers_connections()


def close_the_savers_connections() -> None:
    """Its threads live on; a connection of theirs would keep PostgreSQL from dropping the test database."""
    for thread in saver.THREADS:
        thread.submit(connections.close_all).result()


@pytest.fixture
def worker(simulators: str, redis_url: str, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[loop.Loop]:
    """Its own loop and room, thrown away afterwards."""
    settings.SIMULATORS_URL = simulators
    settings.LOCAL_ADDRESSES = [simulators.removeprefix("http://")]
    mine = loop.Loop()
    monkeypatch.setattr(loop, "run", mine.run)
    monkeypatch.setattr(loop, "begin", mine.begin)
    monkeypatch.setattr(loop, "open_room", mine.open_room)
    yield mine
    mine.close()
    close_the_savers_connections()  # before the rows go
