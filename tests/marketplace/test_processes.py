"""Children say their lines, are missed when they end, and end when they are told to."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
import uvloop

from marketplace import processes
from marketplace.processes import Failed, Family
from tests.stack import wait_for

SLEEPS = "import time; time.sleep(60)"


@pytest.fixture
def said():
    return []


@pytest.fixture
def family(said, tmp_path):
    return Family(env={"PYTHONUNBUFFERED": "1"}, folder=tmp_path, say=said.append)


def python(script: str) -> tuple[str, ...]:
    return (sys.executable, "-c", textwrap.dedent(script))


async def never() -> bool:
    return False


def test_each_line_stands_under_its_name(family, said):
    uvloop.run(family.run("greeter", *python("print('你好'); print('twice')")))
    assert said == ["greeter    | 你好", "greeter    | twice"]


def test_a_line_without_end_does_not_stop_the_rest(family, said):
    uvloop.run(family.run("talker", *python("print('x' * 3_000_000); print('after')")))
    assert said[0] == "talker     | (a line of more than a megabyte)"
    assert said[-1] == "talker     | after"


def test_a_command_that_fails_is_named(family):
    with pytest.raises(Failed, match="migrate failed with exit code 3"):
        uvloop.run(family.run("migrate", *python("raise SystemExit(3)")))
    assert family.running == {}


def test_the_first_to_end_is_noticed(family):
    async def live() -> tuple[str, bool]:
        await family.start("web", *python(SLEEPS))
        await family.start("worker", *python("pass"))
        first = await family.first_to_end()
        waited = await family.until(never, within_s=60)
        await family.stop(["web"], ["worker"])
        return first, waited

    assert uvloop.run(live()) == ("worker", False)
    assert family.ended() == "web"


def test_waiting_ends_when_patience_does(family):
    assert uvloop.run(family.until(never, within_s=0.2)) is False


def test_groups_end_one_after_the_other(family, said):
    says_so = (
        "import signal, sys, time; signal.signal(15, lambda *_: sys.exit(print('ends'))); print('up'); time.sleep(60)"
    )

    async def live() -> None:
        for name in ("redis", "web"):
            await family.start(name, *python(says_so))
            family.follow(name)
        while len(said) < 2:
            await asyncio.sleep(0.01)
        await family.stop(["web"], ["redis"])

    uvloop.run(live())
    assert said[2:] == ["web        | ends", "redis      | ends"]


def test_one_that_does_not_listen_is_killed(family, monkeypatch, said):
    monkeypatch.setattr(processes, "STOP_WITHIN_S", 0.2)

    async def live() -> int | None:
        deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf'); time.sleep(60)"
        process = await family.start("worker", *python(deaf))
        family.follow("worker")
        while not said:
            await asyncio.sleep(0.01)
        await family.stop()
        return process.returncode

    assert uvloop.run(live()) == -9


def test_all_can_be_killed_at_once(family):
    async def live() -> int | None:
        process = await family.start("worker", *python(SLEEPS))
        family.kill()
        await family.stop()
        return process.returncode

    assert uvloop.run(live()) == -9


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent was killed")
def test_no_child_outlives_a_killed_parent(tmp_path):
    script = """
        import asyncio, sys
        from pathlib import Path
        from marketplace.processes import Family
        async def live():
            family = Family(env={}, folder=Path("."), say=print)
            child = await family.start("child", sys.executable, "-c", "import time; time.sleep(60)")
            print(child.pid, flush=True)
            await asyncio.sleep(60)
        asyncio.run(live())
    """
    with subprocess.Popen(python(script), stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        child = int(parent.stdout.readline())
        parent.kill()
    wait_for(lambda: not is_running(child), seconds=10, what="the child lives on")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent was killed")
def test_a_command_can_end_with_who_started_it():
    child = (
        "from marketplace.processes import end_with_parent as e; e(); "
        "print('up', flush=True); import time; time.sleep(60)"
    )
    parent = (
        "import subprocess, sys; "
        f"p = subprocess.Popen([sys.executable, '-c', {child!r}]); print(p.pid, flush=True); p.wait()"
    )
    with subprocess.Popen(python(parent), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        lines = sorted(process.stdout.readline().strip() for _ in range(2))
        process.kill()
    wait_for(lambda: not is_running(int(lines[0])), seconds=10, what="the command lives on")


def is_running(pid: int) -> bool:
    try:
        with Path(f"/proc/{pid}/stat").open() as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
