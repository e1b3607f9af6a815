"""One Redis connection for all that an event loop says: whatever is asked at one moment shares a round trip.

A client with a pool costs as much again as its round trip, and many trials that speak 25 times a second have many.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from typing import Any

import redis
import redis.asyncio

# Whatever lies between us and the server may drop a connection that is silent for long, and not tell us.
IDLE_S = 30.0
Command = tuple[Any, ...]


class Script:
    """A Lua script, and the name by which the server knows it once it has run."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.sha = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


class Line:
    """Belongs to the event loop it is first used on. Whatever fails, fails for all who shared the round trip.

    Nothing is asked twice: after a failure the next to ask finds a new connection.
    """

    def __init__(self, connection: redis.asyncio.Connection, *, timeout: float) -> None:
        """``timeout``: seconds that a round trip may take."""
        self.connection = connection
        self.timeout = timeout
        self.waiting: list[tuple[Command, asyncio.Future[Any]]] = []
        self.asking: asyncio.Task[None] | None = None
        self.used_at = 0.0

    async def run(self, script: Script, keys: Sequence[str], arguments: Sequence[Any]) -> Any:
        """What ``script`` answers; its text travels only to a server that does not know it."""
        try:
            return await self.ask("EVALSHA", script.sha, len(keys), *keys, *arguments)
        except redis.exceptions.NoScriptError:
            return await self.ask("EVAL", script.text, len(keys), *keys, *arguments)

    async def ask(self, *command: Any) -> Any:
        """What the server answers. Raises ``RedisError`` or ``OSError``."""
        return await self.begin(*command)

    def begin(self, *command: Any) -> asyncio.Future[Any]:
        """As ``ask``, for those who go on meanwhile; what is asked later is also answered later."""
        answered: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.waiting.append((command, answered))
        if self.asking is None or self.asking.done():
            self.asking = asyncio.create_task(self.ask_waiting())
        return answered

    async def close(self) -> None:
        if self.asking:
            await self.asking
        await self.connection.disconnect()

    async def ask_waiting(self) -> None:
        while self.waiting:
            batch, self.waiting = self.waiting, []
            try:
                # One timeout around all, for the connection's own would be armed for every command.
                async with asyncio.timeout(self.timeout):
                    await self.send([command for command, _ in batch])
                    for _, answered in batch:
                        await self.read_into(answered)
            except Exception as error:  # handed to whoever waits
                for _, answered in batch:
                    if not answered.done():
                        answered.set_exception(error)

    async def send(self, commands: list[Command]) -> None:
        now = asyncio.get_running_loop().time()
        if now - self.used_at > IDLE_S:
            await self.connection.disconnect(nowait=True)
        self.used_at = now
        await self.connection.send_packed_command(self.connection.pack_commands(commands))

    async def read_into(self, answered: asyncio.Future[Any]) -> None:
        """The next answer, for whoever still waits for it; a refused command is its asker's alone."""
        try:
            answer = await self.connection.read_response()
        except redis.ResponseError as refusal:
            if not answered.done():
                answered.set_exception(refusal)
        else:
            if not answered.done():
                answered.set_result(answer)
