"""Counts that every process shares, such as failed sign-ins: in Redis, or without it in each process by itself."""

from __future__ import annotations

import json
import logging
from typing import Any

import redis
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache

logger = logging.getLogger(__name__)


class Plain:
    """What is kept is JSON: whoever can write to Redis must not be able to run code here, as a pickle would."""

    def dumps(self, value: Any) -> str:
        return json.dumps(value)

    def loads(self, kept: bytes) -> Any:
        return json.loads(kept)


class Counts(RedisCache):
    """Django's cache in Redis. While Redis is away a limit holds within each process, and people still sign in."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._own = LocMemCache("counts", {key: value for key, value in params.items() if key != "OPTIONS"})

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        try:
            return super().add(key, value, timeout, version)
        except redis.RedisError as error:
            return self._without(error).add(key, value, timeout, version)

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        try:
            return super().get(key, default, version)
        except redis.RedisError as error:
            return self._without(error).get(key, default, version)

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        try:
            super().set(key, value, timeout, version)
        except redis.RedisError as error:
            self._without(error).set(key, value, timeout, version)

    def delete(self, key: str, version: int | None = None) -> bool:
        try:
            return bool(super().delete(key, version))
        except redis.RedisError as error:
            return self._without(error).delete(key, version)

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        try:
            return int(super().incr(key, delta, version))
        except redis.RedisError as error:
            return self._without(error).incr(key, delta, version)

    def has_key(self, key: str, version: int | None = None) -> bool:
        try:
            return bool(super().has_key(key, version))
        except redis.RedisError as error:
            return self._without(error).has_key(key, version)

    def clear(self) -> None:
        """Forget our own counts alone: Redis holds more than this cache."""
        self._own.clear()

    def _without(self, error: redis.RedisError) -> LocMemCache:
        logger.warning("counts are kept by this process alone: %s", type(error).__name__)
        return self._own
