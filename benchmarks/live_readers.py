"""200 and 1,000 viewers of one live trial at 5 events/s, beside a bare ASGI function doing the same in the same run.

``python -m benchmarks.live_readers --json``. Keys: delivery_p95_ms_1000 (send to received), cpu_over_bare_asgi (CPU per
delivery at 1,000 viewers), kb_per_viewer (growth of the web process), db_connections_held (by it, while all watch).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass

from benchmarks import processes
from benchmarks.processes import ROOT

EVENTS_PER_SECOND = 5
WINDOW_S = 8.0
CODE = "0123456789abcdef0123456789abcdef"
PIECE = {str(answer): {"text": "x" * 58} for answer in range(25)}  # about 1.5 KB, as 25 channels make in 40 ms


@dataclass
class Watched:
    """One server under one crowd. Milliseconds, CPU seconds, KiB."""

    viewers: int
    p50_ms: float
    p95_ms: float
    cpu_per_delivery_us: float
    kb_per_viewer: float
    deliveries: int
    expected: int
    database_files: int


class Publisher(threading.Thread):
    """Says something 5 times a second until it is told to stop."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.ended = threading.Event()
        self.said = 0

    def run(self) -> None:
        from sandbox import live

        due = time.monotonic()
        while not self.ended.is_set():
            live.say(CODE, ("pieces", {"at": time.time(), **PIECE}))
            self.said += 1
            due += 1 / EVENTS_PER_SECOND
            time.sleep(max(0.0, due - time.monotonic()))


def watch(server: subprocess.Popen[bytes], port: int, path: str, viewers: int) -> Watched:
    before_kb = processes.rss_kb(server.pid)
    command = [sys.executable, "-m", "benchmarks.viewers", "127.0.0.1", str(port), path, str(viewers), str(WINDOW_S)]
    crowd = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert crowd.stdin
    assert crowd.stdout
    assert crowd.stdout.readline().strip() == "open"
    publisher = Publisher()
    publisher.start()
    time.sleep(1)  # the first events find caches cold; they are not measured
    cpu = processes.cpu_seconds(server.pid)
    said = publisher.said
    crowd.stdin.write("go\n")
    crowd.stdin.flush()
    time.sleep(WINDOW_S / 2)
    grown_kb = processes.rss_kb(server.pid) - before_kb
    files = processes.open_files(server.pid, ".sqlite3")
    delays = json.loads(crowd.stdout.readline())
    cpu = processes.cpu_seconds(server.pid) - cpu
    expected = (publisher.said - said) * viewers
    publisher.ended.set()
    publisher.join()
    crowd.wait(20)
    return Watched(
        viewers=viewers,
        p50_ms=processes.median(delays),
        p95_ms=processes.percentile(delays, 0.95),
        cpu_per_delivery_us=cpu / len(delays) * 1e6,
        kb_per_viewer=grown_kb / viewers,
        deliveries=len(delays),
        expected=expected,
        database_files=files,
    )


def serve(application: str, port: int, env: dict[str, str]) -> list[str]:
    return [
        *(sys.executable, "-m", "uvicorn", application, "--host", "127.0.0.1", "--port", str(port)),
        *("--log-level", "warning", "--timeout-graceful-shutdown", "1"),
    ]


def measure(crowds: list[int]) -> dict[str, list[Watched]]:
    """A fresh server for each crowd, ours and the bare one in turn."""
    found: dict[str, list[Watched]] = {"touchstone": [], "bare": []}
    with processes.valkey() as redis_url, processes.scratch_site(redis_url) as env:
        os.environ.update(
            {name: env[name] for name in ("REDIS_URL", "DATABASE_URL", "DATA_DIR", "DJANGO_SETTINGS_MODULE")}
        )
        import django

        django.setup()
        from sandbox import live

        live.say(CODE, ("state", {"state": "running"}))
        servers = {
            "touchstone": ("marketplace.asgi:application", f"/api/v1/trials/{CODE}/events/"),
            "bare": ("benchmarks.bare_asgi:application", f"/?{live.stream_key(CODE)}"),
        }
        for viewers in crowds:
            for name, (application, path) in servers.items():
                port = processes.free_port()
                with processes.running(*serve(application, port, env), env=env) as server:
                    up = "/healthz" if name == "touchstone" else "/"
                    processes.wait_until_up(f"http://127.0.0.1:{port}{up}")
                    live.connect().delete(live.stream_key(CODE))
                    found[name].append(watch(server, port, path, viewers))
    return found


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true", help="end with one line of JSON")
    options.add_argument("--repeats", type=int, default=3)
    wanted = options.parse_args()
    rows = measure([200, *[1000] * wanted.repeats])
    print(f"{'server':<12}{'viewers':>8}{'p50 ms':>9}{'p95 ms':>9}{'µs/delivery':>13}{'KB/viewer':>11}{'arrived':>18}")
    for name, crowds in rows.items():
        for row in crowds:
            arrived = f"{row.deliveries}/{row.expected}"
            print(
                f"{name:<12}{row.viewers:>8}{row.p50_ms:>9.1f}{row.p95_ms:>9.1f}"
                f"{row.cpu_per_delivery_us:>13.1f}{row.kb_per_viewer:>11.1f}{arrived:>18}"
            )
    ours, bare = (rows[name][1:] for name in ("touchstone", "bare"))
    keys = {
        "delivery_p95_ms_1000": round(processes.median([row.p95_ms for row in ours]), 1),
        "cpu_over_bare_asgi": round(
            processes.median([a.cpu_per_delivery_us / b.cpu_per_delivery_us for a, b in zip(ours, bare, strict=True)]),
            2,
        ),
        "kb_per_viewer": round(processes.median([row.kb_per_viewer for row in ours]), 1),
        "db_connections_held": max(row.database_files for row in ours),
    }
    if wanted.json:
        print(json.dumps(keys))


if __name__ == "__main__":
    main()
