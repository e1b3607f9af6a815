"""``python -m sandbox.simulators``: runs the fleet on loopback, says where, and ends with its parent."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import signal
from typing import Any

import uvloop
from aiohttp import web

from sandbox.simulators.server import build_app


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox.simulators", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
    parser.add_argument("--port", type=int, default=0, help="port, 0 for a free one (default)")
    parser.add_argument("--seed", type=int, default=7, help="the same seed gives the same answers")
    speed = float(os.environ.get("SIMULATORS_SPEED") or 1)
    parser.add_argument("--speed", type=float, default=speed, help="10 answers ten times as fast (SIMULATORS_SPEED)")
    parser.add_argument("--orphan", action="store_true", help="live on when the parent process ends")
    chosen = parser.parse_args()
    if chosen.speed <= 0:
        parser.error("--speed must be above 0")
    return chosen


async def parent_gone(parent: int) -> None:
    """Returns soon after our parent has ended. (Linux could signal it, but does so when the starting thread ends.)"""
    while os.getppid() == parent:  # noqa: ASYNC110 - nobody tells us of it on every platform
        await asyncio.sleep(0.5)


async def run(chosen: argparse.Namespace, parent: int) -> None:
    runner = web.AppRunner(
        build_app(seed=chosen.seed, speed=chosen.speed),
        access_log=None,
        handler_cancellation=True,
        shutdown_timeout=0.5,
    )
    await runner.setup()
    site = web.TCPSite(runner, chosen.host, chosen.port, backlog=1024)
    await site.start()
    host, port = runner.addresses[0][:2]
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    print(f"http://{host}:{port}", flush=True)  # noqa: T201 - the line our starter waits for
    waits: list[asyncio.Task[Any]] = [asyncio.create_task(told.wait())]
    if not chosen.orphan:
        waits.append(asyncio.create_task(parent_gone(parent)))
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
    await runner.cleanup()


def main() -> None:
    chosen = options()
    parent = os.getppid()
    with contextlib.suppress(KeyboardInterrupt):
        uvloop.run(run(chosen, parent))


if __name__ == "__main__":
    main()
