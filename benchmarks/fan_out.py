"""25 channels, 200 pieces each, one every 20 ms: the whole path beside bare aiohttp and the official SDK, in one run.

``python -m benchmarks.fan_out --json``. Keys: wall_over_bare, cpu_per_piece_over_bare, cpu_per_piece_over_sdk,
ttft_error_ms_p50 (what we measured, less the 100 ms that the simulators serve; their own lateness is in it),
trials_over_bare (most trials at once with a median wall within 5 % of the ideal and a median TTFT error within 15 ms,
ours through a real worker, over the same for bare aiohttp). Each client is a process of its own; they take turns.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from benchmarks import processes
from benchmarks.clients import CHANNELS
from benchmarks.processes import ROOT, median

PIECES, GAP_MS, TTFT_MS = 200, 20, 100
MODEL = f"paced-n{PIECES}-i{GAP_MS}-t{TTFT_MS}"
WARM_UP = "paced-n3-i1-t1"
IDEAL_MS = TTFT_MS + (PIECES - 1) * GAP_MS
SPREAD_S = 1.0
MOST_WALL, MOST_ERROR_MS = 1.05, 15.0
# How many trials at once are tried; the search halves this list.
STEPS = [1, 2, 3, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32]

Race = Callable[..., dict[str, Any]]


@dataclass
class Run:
    """Trials of one client at once: medians, CPU of its process alone. Milliseconds, microseconds."""

    client: str
    trials: int
    wall_ms: float
    ttft_error_ms: float
    cpu_per_piece_us: float | None
    is_whole: bool

    @property
    def holds(self) -> bool:
        return self.is_whole and self.wall_ms <= MOST_WALL * IDEAL_MS and self.ttft_error_ms <= MOST_ERROR_MS

    def __str__(self) -> str:
        cpu = "" if self.cpu_per_piece_us is None else f"{self.cpu_per_piece_us:.1f}"
        whole = "" if self.is_whole else "  answers are missing"
        wall = self.wall_ms / IDEAL_MS
        return f"{self.client:<12}{self.trials:>8}{wall:>13.4f}{self.ttft_error_ms:>13.1f}{cpu:>13}{whole}"


@contextlib.contextmanager
def client(*command: str, env: dict[str, str]) -> Iterator[Race]:
    """A client in a process of its own: call it with what its lines hold."""
    process = subprocess.Popen(
        [sys.executable, "-m", *command], cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin
    assert process.stdout

    def race(**wanted: Any) -> dict[str, Any]:
        print(json.dumps(wanted), file=process.stdin, flush=True)
        answer = process.stdout.readline()  # type: ignore[union-attr]
        if not answer:
            raise SystemExit(f"{command[-1]} has ended with exit code {process.wait()}")
        return dict(json.loads(answer))

    try:
        yield race
    finally:
        process.kill()
        process.communicate()


@contextlib.contextmanager
def simulators() -> Iterator[str]:
    """The simulated providers; their address."""
    command = [sys.executable, "-m", "sandbox.simulators", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def hold_race(name: str, race: Race, *, trials: int = 1) -> Run:
    """One race on warm connections."""
    race(model=WARM_UP, trials=trials, spread_s=0)
    found = race(model=MODEL, trials=trials, spread_s=SPREAD_S)
    is_whole = found["pieces"] == trials * CHANNELS * PIECES and len(found["walls_ms"]) == trials
    run = Run(
        client=name,
        trials=trials,
        wall_ms=median(found["walls_ms"] or [float("inf")]),
        ttft_error_ms=median(found["ttfts_ms"] or [float("inf")]) - TTFT_MS,
        cpu_per_piece_us=found["cpu_s"] / found["pieces"] * 1e6 if found.get("cpu_s") and found["pieces"] else None,
        is_whole=is_whole,
    )
    print(run, file=sys.stderr, flush=True)
    return run


def most_at_once(name: str, race: Race) -> int:
    """The most trials that hold. A number that fails is tried once more, since others use this computer, too."""
    low, high = -1, len(STEPS)
    while high - low > 1:
        middle = (low + high) // 2
        if any(hold_race(name, race, trials=STEPS[middle]).holds for _ in range(2)):
            low = middle
        else:
            high = middle
    return STEPS[low] if low >= 0 else 0


def compare(races: dict[str, Race], repeats: int) -> dict[str, float | None]:
    """One trial at a time, the clients in turn."""
    rounds = [{name: hold_race(name, race) for name, race in races.items()} for _ in range(repeats)]

    def ratio(number: Callable[[Run], float], peer: str) -> float | None:
        if peer not in races:
            return None
        return round(median([number(each["touchstone"]) / number(each[peer]) for each in rounds]), 3)

    def cpu(run: Run) -> float:
        return run.cpu_per_piece_us or 0.0

    return {
        "wall_over_bare": ratio(lambda run: run.wall_ms, "bare"),
        "cpu_per_piece_over_bare": ratio(cpu, "bare"),
        "cpu_per_piece_over_sdk": ratio(cpu, "sdk"),
        "ttft_error_ms_p50": round(median([each["touchstone"].ttft_error_ms for each in rounds]), 1),
    }


def count_trials(bare: Race, env: dict[str, str]) -> dict[str, float | None]:
    """How many trials at once one worker holds, over how many one bare process does. This process joins the site."""
    from benchmarks import trials

    trials.set_up(env)
    worker = ["celery", "-A", "marketplace", "worker", "--loglevel", "WARNING", "--without-gossip", "--without-mingle"]
    with processes.running(sys.executable, "-m", *worker, env=env):
        race = partial(trials.ring, trials.Course())
        ours, theirs = most_at_once("worker", race), most_at_once("bare", bare)
    return {"trials": ours, "trials_bare": theirs, "trials_over_bare": round(ours / theirs, 2) if theirs else None}


def measure(repeats: int) -> dict[str, float | None]:
    with contextlib.ExitStack() as stack:
        redis_url, address = stack.enter_context(processes.valkey()), stack.enter_context(simulators())
        # Two sites: one for the runner alone, one for a worker.
        env, other = (
            stack.enter_context(processes.scratch_site(redis_url, SIMULATORS_URL=address, REDIS_PREFIX=name))
            for name in ("runner:", "worker:")
        )
        peers = ["bare", "sdk"] if importlib.util.find_spec("openai") else ["bare"]
        url = f"{address}/openai/v1"
        races = {"touchstone": stack.enter_context(client("benchmarks.trials", env=env))}
        for peer in peers:
            races[peer] = stack.enter_context(client("benchmarks.clients", peer, url, env=dict(os.environ)))
        print(f"{'client':<12}{'trials':>8}{'wall/ideal':>13}{'TTFT err ms':>13}{'µs/piece':>13}", file=sys.stderr)
        return compare(races, repeats) | count_trials(races["bare"], other)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true", help="end with one line of JSON")
    options.add_argument("--repeats", type=int, default=5)
    wanted = options.parse_args()
    found = measure(wanted.repeats)
    for name, figure in found.items():
        print(f"{name:<26}{'unknown' if figure is None else figure}", file=sys.stderr)
    if wanted.json:
        print(json.dumps(found))


if __name__ == "__main__":
    main()
