"""A trial as it happens, through Redis: workers append events, each web process reads them once for all its viewers.

Every trial has one Redis stream and one *epoch*, a random mark beside it. An event's id for the outside is
``<epoch>.<stream id>``: when Redis was flushed the epoch is another one, and a viewer who resumes is told to reload.
The stream is a convenience: what must not be lost is in the database.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec
import redis
import redis.asyncio
from django.conf import settings

from sandbox.line import Line, Script

logger = logging.getLogger(__name__)

# KEYS: stream, epoch. ARGV: a fresh epoch or "" to refuse, seconds to keep, then name and data of each event.
# Answers the epoch, or nothing when the stream is gone and the caller did not offer a fresh epoch. A buried stream
# swallows what is said: a worker that has not yet heard of the end must not bring back what was deleted.
APPEND = Script("""
if redis.call('EXISTS', KEYS[2] .. ':buried') == 1 then return '' end
local epoch = redis.call('GET', KEYS[2])
if not epoch then
  if ARGV[1] == '' then return false end
  epoch = ARGV[1]
  redis.call('DEL', KEYS[1])
  redis.call('SET', KEYS[2], epoch, 'EX', ARGV[2])
end
for i = 3, #ARGV, 2 do
  redis.call('XADD', KEYS[1], 'MAXLEN', '~', 20000, '*', 'n', ARGV[i], 'd', ARGV[i + 1])
end
redis.call('EXPIRE', KEYS[1], ARGV[2])
redis.call('EXPIRE', KEYS[2], ARGV[2])
return epoch
""")

Entry = tuple[bytes, dict[bytes, bytes]]


class Event(NamedTuple):
    """One thing that happened: ``name`` and JSON ``data``, at ``id`` in the trial's stream."""

    id: str
    name: str
    data: bytes


class Marker(NamedTuple):
    """A place in a trial's stream; an empty epoch is "from the beginning, whichever it is"."""

    epoch: str
    id: str

    @classmethod
    def read(cls, text: str) -> Marker:
        """From what a browser sends back; anything unreadable is the beginning of an unknown epoch."""
        epoch, _, place = text.partition(".")
        milliseconds, _, sequence = place.partition("-")
        if epoch.isalnum() and epoch.isascii() and milliseconds.isdecimal() and sequence.isdecimal():
            return cls(epoch[:32], f"{int(milliseconds) % 2**63}-{int(sequence) % 2**63}")
        return cls("", "0-0")

    def __str__(self) -> str:
        return f"{self.epoch}.{self.id}" if self.epoch else ""


@dataclass
class Snapshot:
    """What the stream holds so far: unfinished texts by answer id, and where to go on from."""

    last_id: str = ""
    texts: dict[int, tuple[str, str]] = field(default_factory=dict)


def stream_key(code: str) -> str:
    return f"{settings.REDIS_PREFIX}live:{code}"


def epoch_key(code: str) -> str:
    return f"{settings.REDIS_PREFIX}live:{code}:epoch"


def connect() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, protocol=2, socket_timeout=2, socket_connect_timeout=1)


def connect_async(*, timeout: float = 5, connections: int = 16) -> redis.asyncio.Redis:
    """A client for the running loop; calls beyond ``connections`` wait. ``timeout`` (s) must exceed any BLOCK."""
    return redis.asyncio.Redis.from_pool(pool(socket_timeout=timeout, max_connections=connections, timeout=timeout))


def open_line(*, timeout: float = 5) -> Line:
    """A connection for all that the running loop appends and asks; waits ``timeout`` (s) for an answer."""
    return Line(pool(socket_timeout=None).make_connection(), timeout=timeout)  # type: ignore[no-untyped-call]


def pool(**options: Any) -> redis.asyncio.BlockingConnectionPool:
    return redis.asyncio.BlockingConnectionPool.from_url(
        settings.REDIS_URL, protocol=2, socket_connect_timeout=1, **options
    )


def append_arguments(events: Iterable[tuple[str, Any]], *, fresh: bool) -> list[Any]:
    arguments: list[Any] = [secrets.token_hex(6) if fresh else "", settings.LIVE_KEEP_S]
    for name, data in events:
        arguments += [name, msgspec.json.encode(data)]
    return arguments


def say(code: str, *events: tuple[str, Mapping[str, Any]]) -> bool:
    """Append events from synchronous code; False when Redis is away, which is no reason to stop."""
    try:
        with connect() as client:
            client.eval(APPEND.text, 2, stream_key(code), epoch_key(code), *append_arguments(events, fresh=True))
    except (redis.RedisError, OSError) as error:
        logger.warning("nobody hears trial %s: %s", code, type(error).__name__)
        return False
    return True


def drop(code: str) -> bool:
    """Forget a trial's stream: whoever follows is told to reload. False when Redis is away, and keeps it."""
    try:
        with connect() as client:
            client.delete(stream_key(code), epoch_key(code))
    except (redis.RedisError, OSError):
        logger.warning("the stream of trial %s is not dropped", code)
        return False
    return True


def bury(code: str) -> bool:
    """Delete a trial's stream, and let nothing more be said in it. False when Redis is away."""
    try:
        with connect() as client, client.pipeline() as both:
            both.set(f"{epoch_key(code)}:buried", "1", ex=settings.LIVE_KEEP_S)
            both.delete(stream_key(code), epoch_key(code))
            both.execute()
    except (redis.RedisError, OSError):
        logger.warning("the stream of trial %s is not buried", code)
        return False
    return True


def codes() -> list[str]:
    """The trials that have a stream just now. Raises RedisError or OSError when Redis is away."""
    start, end = stream_key(""), ":epoch"
    with connect() as client:
        found = [key.decode() for key in client.scan_iter(f"{start}*{end}", count=1000)]
    return [key.removeprefix(start).removesuffix(end) for key in found]


def fold(entries: Iterable[Entry], into: dict[int, tuple[str, str]]) -> None:
    """Add the pieces among ``entries`` to the texts they belong to."""
    for _, fields in entries:
        if fields[b"n"] != b"pieces":
            continue
        for answer, piece in msgspec.json.decode(fields[b"d"]).items():
            before = ("", "") if piece.get("again") else into.get(int(answer), ("", ""))
            into[int(answer)] = (before[0] + piece.get("text", ""), before[1] + piece.get("reasoning", ""))


def snapshot(code: str) -> Snapshot:
    """What has been streamed so far; empty when Redis is away or was flushed."""
    found = Snapshot()
    try:
        with connect() as client:
            epoch: Any = client.get(epoch_key(code))
            if not epoch:
                return found
            entries: Any = client.xrange(stream_key(code))
    except (redis.RedisError, OSError):
        return found
    fold(entries, found.texts)
    place = entries[-1][0].decode() if entries else "0-0"
    found.last_id = str(Marker(epoch.decode(), place))
    return found
