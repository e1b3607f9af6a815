"""Child processes with one life: their output is ours, the first to end is noticed, and none outlives us."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import time
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path

STOP_WITHIN_S = 5
_PR_SET_PDEATHSIG = 1
_LONGEST_LINE = 1024 * 1024


class Failed(Exception):
    """Something that was started cannot start or go on; the message says why and what to do."""


class Family:
    """Processes started under a name. Each lives in a session of its own, so that Ctrl-C reaches us alone, and is
    killed by the kernel (on Linux) when we die."""

    def __init__(self, *, env: dict[str, str], folder: Path, say: Callable[[str], None]) -> None:
        self.env = env
        self.folder = folder
        self.say = say
        self.running: dict[str, Process] = {}
        self.relays: list[asyncio.Task[None]] = []

    async def start(self, name: str, *command: str, stdin: int = DEVNULL, fds: Iterable[int] = ()) -> Process:
        """Start a process whose output the caller reads, or leaves to ``follow``."""
        self.running[name] = await asyncio.create_subprocess_exec(
            *command,
            cwd=self.folder,
            env=self.env,
            stdin=stdin,
            stdout=PIPE,
            stderr=STDOUT,
            limit=_LONGEST_LINE,
            start_new_session=True,
            pass_fds=tuple(fds),
            preexec_fn=_die_with(os.getpid()),
        )
        return self.running[name]

    async def run(self, name: str, *command: str) -> None:
        """Run to the end; raises Failed when it fails."""
        process = await self.start(name, *command)
        await self._relay(name, process)
        code = await process.wait()
        del self.running[name]
        if code:
            raise Failed(f"{name} failed with exit code {code}")

    def follow(self, name: str) -> None:
        """Print what it says, each line under its name."""
        self.relays.append(asyncio.create_task(self._relay(name, self.running[name])))

    def ended(self) -> str | None:
        """The name of one that has ended, if any has."""
        return next((name for name, process in self.running.items() if process.returncode is not None), None)

    async def until(self, condition: Callable[[], Awaitable[bool]], *, within_s: float) -> bool:
        """Whether ``condition`` comes true in time, while all of them live."""
        give_up = time.monotonic() + within_s
        while not self.ended() and time.monotonic() < give_up:
            if await condition():
                return True
            await asyncio.sleep(0.1)
        return False

    async def first_to_end(self) -> str:
        waits = {asyncio.create_task(process.wait(), name=name) for name, process in self.running.items()}
        done, others = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in others:
            wait.cancel()
        return min(wait.get_name() for wait in done)

    async def stop(self, *groups: Iterable[str]) -> None:
        """End one group after the other, and then whatever is left."""
        for names in (*groups, list(self.running)):
            await asyncio.gather(*(_end(self.running[name]) for name in names if name in self.running))
        await asyncio.gather(*self.relays, return_exceptions=True)
        for process in self.running.values():
            # asyncio leaves our end of the pipe to the garbage collector, which may come after the loop.
            process._transport.close()  # type: ignore[attr-defined]
        await asyncio.sleep(0)

    def kill(self) -> None:
        for process in self.running.values():
            _kill(process)

    async def _relay(self, name: str, process: Process) -> None:
        while process.stdout:
            try:
                line = await process.stdout.readline()
            except ValueError:
                line = b"(a line of more than a megabyte)\n"
            if not line:
                return
            self.say(f"{name:<10} | {line.decode(errors='replace').rstrip()}")


async def _end(process: Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), STOP_WITHIN_S)
    except TimeoutError:
        _kill(process)
        await process.wait()


def _kill(process: Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.kill()


def _die_with(parent: int) -> Callable[[], None]:
    """What a child does before it becomes its program: ask the kernel to be killed when ``parent`` dies."""
    try:
        prctl = ctypes.CDLL(None).prctl
    except (OSError, AttributeError):  # not Linux: when we are stopped we stop our children; when killed we cannot
        return lambda: None

    def prepare() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)

    return prepare


def end_with_parent() -> None:
    """Have the kernel stop us, as Ctrl-C would, when the process that started us dies."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
