"""``/healthz`` and ``/readyz`` tell the truth, part by part."""

from __future__ import annotations

import pytest
import redis
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder

NOWHERE = "redis://127.0.0.1:1/0"


@pytest.fixture
def worker(redis_url, settings):
    with redis.Redis.from_url(redis_url) as client:
        client.set(f"{settings.REDIS_PREFIX}worker:alive", "1", ex=30)


def test_a_process_that_answers_is_up(client):
    response = client.get("/healthz")
    assert response.status_code == 200
    assert response.json() == {"status": "ok"}
    assert "no-store" in response["Cache-Control"]


def test_only_reading_is_allowed(client):
    assert client.post("/healthz").status_code == 405
    assert client.post("/readyz").status_code == 405


@pytest.mark.django_db
def test_is_ready_when_every_part_is_there(client, worker):
    response = client.get("/readyz")
    assert response.status_code == 200
    parts = {"database": "ok", "migrations": "ok", "redis": "ok", "worker": "ok"}
    assert response.json() == {"status": "ok", **parts}


@pytest.mark.django_db
def test_is_not_ready_without_a_worker(client, redis_url):
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["redis"] == "ok"
    assert response.json()["worker"] == "not seen for 30 s"


@pytest.mark.django_db
def test_is_not_ready_without_redis_and_does_not_guess_about_workers(client, settings):
    settings.REDIS_URL = NOWHERE
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["redis"] == "does not answer"
    assert response.json()["worker"] == "unknown"
    assert response.json()["database"] == "ok"


@pytest.mark.django_db
def test_is_not_ready_before_every_migration_is_applied(client, worker):
    MigrationRecorder(connection).record_unapplied("billing", "0002_append_only")
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["migrations"] == "1 not applied"


def test_is_not_ready_without_a_database_and_does_not_guess_about_migrations(client, settings, monkeypatch):
    def refuse(self):
        raise OperationalError

    monkeypatch.setattr(MigrationRecorder, "applied_migrations", refuse)
    settings.REDIS_URL = NOWHERE
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["database"] == "does not answer"
    assert response.json()["migrations"] == "unknown"
