"""One running stack per data directory: who holds it, its own secret, and where its servers listen. No Django here."""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import json
import os
import secrets
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

LOCK = "up.lock"
KEY = "secret_key"
ADDRESSES = "running.json"
SIMULATORS_PORT = "simulators.port"


@contextlib.contextmanager
def claim(base: Path) -> Iterator[Path]:
    """Hold ``base``, or the first of ``base/2``, ``base/3`` … that no running stack holds, until we end.

    Siblings share a secret: they may share a database. The kernel lets go of the lock when the process dies,
    however it dies.
    """
    for number in itertools.count(1):
        folder = base if number == 1 else base / str(number)
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / LOCK).open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            forget(folder)
            secret(base)
            with contextlib.suppress(FileExistsError):
                os.link(base / KEY, folder / KEY)
            yield folder
            forget(folder)
            return


def secret(folder: Path) -> str:
    """A secret made once for this directory and readable by its owner alone."""
    kept = folder / KEY
    with contextlib.suppress(FileNotFoundError):
        return kept.read_text()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=folder) as fresh:  # mode 0600
        fresh.write(secrets.token_urlsafe(48))
        fresh.flush()
        with contextlib.suppress(FileExistsError):  # another process was first: its secret counts
            os.link(fresh.name, kept)
    return kept.read_text()


def announce(folder: Path, addresses: dict[str, str]) -> None:
    """Tell other commands on this directory where our servers listen; a password may be in there."""
    kept = folder / ADDRESSES
    with contextlib.suppress(FileNotFoundError):
        kept.unlink()
    descriptor = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump({"pid": os.getpid(), "addresses": addresses}, file)


def addresses(folder: Path) -> dict[str, str]:
    """Where the stack that holds this directory listens; empty when none is running."""
    try:
        said = json.loads((folder / ADDRESSES).read_text())
        os.kill(said["pid"], 0)
    except (OSError, ValueError):
        return {}
    return dict(said["addresses"])


def forget(folder: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        (folder / ADDRESSES).unlink()


def keep_port(folder: Path, port: int) -> None:
    """Remember where the simulated providers listen: addresses of APIs that were added on them should still hold."""
    (folder / SIMULATORS_PORT).write_text(str(port))


def port_of_last_run(folder: Path) -> int:
    """The loopback port that ``keep_port`` was told, or 0 when there is none or somebody else has it now."""
    try:
        port = int((folder / SIMULATORS_PORT).read_text())
        socket.create_server(("127.0.0.1", port)).close()
    except (OSError, ValueError, OverflowError):
        return 0
    return port
