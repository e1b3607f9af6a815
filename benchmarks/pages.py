"""Home, list, channel and search as a guest gets them, beside a bare Django template page of 50 rows in the same run.

``python -m benchmarks.pages --json``, on PostgreSQL (PAGES_DATABASE_URL names a server where a scratch database may
be made) with 10,000 channels. Keys: rate_over_bare_cached, rate_over_bare_uncached ({page: requests/s over the bare
page's}), queries, html_gzip_kb, assets_gzip_kb ({page: …}). One gunicorn process each for the bare page, the site and
the site without its page cache; they take turns, and the median of the rounds' ratios counts.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from benchmarks import processes
from benchmarks.processes import ROOT

SERVER = "postgres://postgres@127.0.0.1:5432/postgres"
ROUNDS, WINDOW_S, CLIENTS = 5, 1.5, 2
PAGES = {
    "home": "/en/",
    "list": "/en/channels/",
    "channel": "/en/channels/made-7/",
    "search": "/en/search/?q=basalt",
}
BARE = "/"
LINE = "{:10}{:>9}{:>10}{:>9}{:>11}{:>13}{:>9}{:>8}{:>11}"


@dataclass
class Rate:
    per_second: float
    cpu_ms: float


@dataclass
class Server:
    pid: int
    port: int

    def load(self, path: str) -> Rate:
        """Requests a second, and the server's CPU milliseconds for each, with CLIENTS asking without a pause."""
        counts = [0] * CLIENTS
        until = time.monotonic() + WINDOW_S
        ask = ask_for(path)

        def client(number: int) -> None:
            while time.monotonic() < until:
                fetch(self.port, ask)
                counts[number] += 1

        cpu, started = processes.cpu_seconds(self.pid), time.monotonic()
        crowd = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
        for thread in crowd:
            thread.start()
        for thread in crowd:
            thread.join()
        spent, took = processes.cpu_seconds(self.pid) - cpu, time.monotonic() - started
        return Rate(sum(counts) / took, spent * 1000 / sum(counts))


def ask_for(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n".encode()


def fetch(port: int, ask: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        line.sendall(ask)
        answer = b"".join(iter(lambda: line.recv(65_536), b""))
    if not answer.startswith(b"HTTP/1.1 200"):
        raise SystemExit(f"{ask.split()[1].decode()} answered {answer[:40]!r}")
    return answer


@contextlib.contextmanager
def scratch_database(url: str) -> Iterator[str]:
    """A database of its own on the server at ``url``; dropped at the end."""
    import psycopg

    name = f"touchstone_bench_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')  # type: ignore[arg-type]
        try:
            yield urlsplit(url)._replace(path=f"/{name}").geturl()
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')  # type: ignore[arg-type]


@contextlib.contextmanager
def serving(application: str, env: dict[str, str]) -> Iterator[Server]:
    """One gunicorn worker on a port of its own; the pid is the worker's."""
    port = processes.free_port()
    command = ("-m", "gunicorn", "--workers", "1", "--bind", f"127.0.0.1:{port}", "--log-level", "error", application)
    with processes.running(sys.executable, *command, env=env) as parent:
        give_up = time.monotonic() + 30
        while not (children := _children(parent.pid)) or not _answers(port):
            if time.monotonic() > give_up:
                raise SystemExit(f"{application} does not answer")
            time.sleep(0.1)
        yield Server(int(children[0]), port)


def _children(pid: int) -> list[str]:
    return (processes.Path(f"/proc/{pid}/task/{pid}/children")).read_text().split()


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def count_queries(env: dict[str, str]) -> dict[str, int]:
    """Queries of each page without the page cache, counted in a process of the site's own."""
    command = [sys.executable, "-m", "benchmarks.page_queries", json.dumps(PAGES)]
    done = subprocess.run(command, cwd=ROOT, env=env, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def weigh(port: int, path: str) -> tuple[float, float]:
    """kB of a page's HTML and of the style sheets and scripts that it names (and those import), all gzipped."""
    html = read(port, path)
    waiting = re.findall(rb'(?:href|src)="(/static/[^"]+\.(?:css|js))"', html)
    seen: dict[bytes, int] = {}
    while waiting:
        address = waiting.pop()
        if address not in seen:
            body = read(port, address.decode())
            seen[address] = len(gzip.compress(body))
            folder = address.rsplit(b"/", 1)[0]
            waiting += [folder + b"/" + name for name in re.findall(rb'from "\./([^"]+)"', body)]
    return len(gzip.compress(html)) / 1000, sum(seen.values()) / 1000


def read(port: int, path: str) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as answer:
        return bytes(answer.read())


def compare(bare: Server, cached: Server, uncached: Server) -> dict[str, dict[str, list[float]]]:
    """Rounds of everybody in turn: {page: {cached, uncached, …: the rounds' ratios or milliseconds}}."""
    found: dict[str, dict[str, list[float]]] = {page: {} for page in PAGES}
    for path in PAGES.values():  # nobody's first request counts
        fetch(cached.port, ask_for(path))
        fetch(uncached.port, ask_for(path))
    for _round in range(ROUNDS):
        for page, path in PAGES.items():
            base, ours, plain = bare.load(BARE), cached.load(path), uncached.load(path)
            figures = {
                "cached": ours.per_second / base.per_second,
                "uncached": plain.per_second / base.per_second,
                "bare ms": base.cpu_ms,
                "cached ms": ours.cpu_ms,
                "uncached ms": plain.cpu_ms,
            }
            for name, value in figures.items():
                found[page].setdefault(name, []).append(value)
    return found


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true")
    as_json = options.parse_args().json
    with contextlib.ExitStack() as stack:
        redis_url = stack.enter_context(processes.valkey())
        database = stack.enter_context(scratch_database(os.environ.get("PAGES_DATABASE_URL") or SERVER))
        env = stack.enter_context(processes.scratch_site(redis_url, DATABASE_URL=database, BARE_DATABASE_URL=database))
        subprocess.run([sys.executable, "-m", "benchmarks.crowded"], cwd=ROOT, env=env, check=True)
        bare_env = {key: value for key, value in env.items() if key != "DJANGO_SETTINGS_MODULE"}
        subprocess.run([sys.executable, "-m", "benchmarks.bare_page"], cwd=ROOT, env=bare_env, check=True)
        queries = count_queries({**env, "PAGE_CACHE_S": "0"})
        bare = stack.enter_context(serving("benchmarks.bare_page:application", bare_env))
        cached = stack.enter_context(serving("marketplace.wsgi:application", {**env, "PAGE_CACHE_S": "3600"}))
        uncached = stack.enter_context(serving("marketplace.wsgi:application", {**env, "PAGE_CACHE_S": "0"}))
        sizes = {page: weigh(cached.port, path) for page, path in PAGES.items()}
        found = compare(bare, cached, uncached)
    report(found, queries, sizes, as_json=as_json)


def report(
    found: dict[str, dict[str, list[float]]],
    queries: dict[str, int],
    sizes: dict[str, tuple[float, float]],
    *,
    as_json: bool,
) -> None:
    median = {page: {name: processes.median(rows) for name, rows in figures.items()} for page, figures in found.items()}
    print(
        LINE.format("page", "cached", "uncached", "bare ms", "cached ms", "uncached ms", "queries", "kB", "assets kB")
    )
    for page, row in median.items():
        html, assets = sizes[page]
        ratios = f"{row['cached']:.1f}x", f"{row['uncached']:.2f}x"
        times = [f"{row[name]:.2f}" for name in ("bare ms", "cached ms", "uncached ms")]
        print(LINE.format(page, *ratios, *times, queries[page], f"{html:.1f}", f"{assets:.1f}"))
    if as_json:
        keys = {
            "rate_over_bare_cached": {page: round(row["cached"], 2) for page, row in median.items()},
            "rate_over_bare_uncached": {page: round(row["uncached"], 3) for page, row in median.items()},
            "queries": queries,
            "html_gzip_kb": {page: round(size, 1) for page, (size, _) in sizes.items()},
            "assets_gzip_kb": {page: round(size, 1) for page, (_, size) in sizes.items()},
        }
        print(json.dumps(keys))


if __name__ == "__main__":
    main()
