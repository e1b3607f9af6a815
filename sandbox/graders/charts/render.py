"""Has pictures drawn by a short-lived process with little memory and time; one that kills it costs only itself."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from sandbox.graders.charts import svg
from sandbox.graders.charts.find import Spec
from sandbox.graders.charts.findings import Finding, finding

DRAWING = Path(__file__).with_name("drawing.py")
SECONDS = 6  # of processor time for one picture; the first of a process takes half a second, the next ones 0.05
BUDGET_S = 30.0  # for all of a trial's
MEMORY = 1024**3  # less, and the engine does not start
MOST_DEATHS = 4
OLD, NEW = "5.21", "6.4"


class Job(NamedTuple):
    """A specification to draw, and the version of the language that it says it is in."""

    spec: Spec
    version: str = OLD


class Drawn(NamedTuple):
    """``compiles`` is None when nobody can tell: there was no time, no memory or no renderer."""

    compiles: bool | None
    svg: str
    findings: list[Finding]


def version_of(spec: Spec) -> str:
    return NEW if "/v6" in str(spec.get("$schema", "")) else OLD


def draw_all(jobs: Sequence[Job], *, font: str = "", budget_s: float = BUDGET_S) -> list[Drawn]:
    """Every job's picture, in order."""
    drawn: list[Drawn] = []
    ends = time.monotonic() + budget_s
    deaths = 0
    while len(drawn) < len(jobs):
        left = ends - time.monotonic()
        if left <= 0 or deaths == MOST_DEATHS:
            no_time = Drawn(None, "", [finding("no_time")])
            return drawn + [no_time] * (len(jobs) - len(drawn))
        lines, why = _run(jobs[len(drawn) :], font=font, seconds=left)
        drawn += [_read(line) for line in lines]
        if len(drawn) < len(jobs):
            deaths += 1
            drawn.append(Drawn(None, "", [finding(why)]))
    return drawn


def _run(jobs: Sequence[Job], *, font: str, seconds: float) -> tuple[list[bytes], str]:
    """What one process said, line by line, and why it said no more."""
    command = [sys.executable, "-I", str(DRAWING), str(SECONDS), str(MEMORY), str(svg.MOST_BYTES), font]
    asked = b"".join(json.dumps(job._asdict()).encode() + b"\n" for job in jobs)
    # No environment: the process draws what strangers wrote, and ours holds keys.
    with subprocess.Popen(  # noqa: S603 - our own file
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={"TZ": "UTC"}
    ) as process:
        try:
            said, _ = process.communicate(asked, timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            said, _ = process.communicate()
            return _whole(said)[: len(jobs)], "no_time"
    why = "too_slow" if process.returncode == -signal.SIGPROF else "too_heavy"
    return _whole(said)[: len(jobs)], why


def _whole(said: bytes) -> list[bytes]:
    """Complete lines: the last one of a killed process may not be."""
    return said.split(b"\n")[:-1]


def _read(line: bytes) -> Drawn:
    try:
        said: dict[str, Any] = json.loads(line)
    except ValueError:
        return Drawn(None, "", [finding("too_heavy")])
    if error := said.get("error"):
        compiles = False if error == "does_not_compile" else True if error == "too_heavy" else None
        values = {"why": str(said["why"])} if "why" in said else {}
        return Drawn(compiles, "", [finding(str(error), **values)])
    picture = svg.clean(str(said.get("svg", "")), str(said.get("font", "")))
    warnings = [finding("dropped", what=str(each)) for each in said.get("warnings", [])]
    if picture is None:
        return Drawn(True, "", [*warnings, finding("too_heavy")])
    return Drawn(True, picture, warnings)
