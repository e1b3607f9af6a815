"""Plants in how a stream is sent and how the house is run: framing, endings, speed, places, limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar

from sandbox.simulators.asked import Refusal
from sandbox.simulators.manners import MOST_A_MINUTE, Manners
from sandbox.simulators.personas import Persona
from sandbox.simulators.plants.rewriting import each_event
from sandbox.simulators.protocols import Speaker

# What these providers claim to serve at once.
CLAIMED_PLACES = 8


# -- framing ---------------------------------------------------------------------------------------
class NoBlankLines(Manners):
    def frame(self, events: bytes) -> bytes:
        return events.replace(b"\n\n", b"\n")


class NoDataPrefix(Manners):
    """Bare lines of JSON in place of events."""

    def frame(self, events: bytes) -> bytes:
        return events.replace(b"data: ", b"")


class CallsAStreamJson(Manners):
    stream_headers: ClassVar[Mapping[str, str]] = {"Content-Type": "application/json", "Cache-Control": "no-store"}


class CallsAStreamText(Manners):
    stream_headers: ClassVar[Mapping[str, str]] = {"Content-Type": "text/plain; charset=utf-8"}


class BrokenJsonBetween(Manners):
    """An event that is no JSON before the last."""

    def frame(self, events: bytes) -> bytes:
        marks = (b'"finish_reason":"', b"event: message_delta", b'"finishReason":"')
        return b'data: {"broken": \n\n' + events if any(mark in events for mark in marks) else events


# -- endings ---------------------------------------------------------------------------------------
class NeverSaysDone(Manners):
    """No last word: ``[DONE]`` or ``message_stop``."""

    def frame(self, events: bytes) -> bytes:
        events = events.replace(b"data: [DONE]\n\n", b"")
        return each_event(events, lambda value: None if value.get("type") == "message_stop" else value)


class TalksOn(Manners):
    def frame(self, events: bytes) -> bytes:
        more = b'data: {"choices":[{"index":0,"delta":{"content":"And by the way, "},"finish_reason":null}]}\n\n'
        if b'"message_stop"' in events:
            delta = b'{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"And by the way, "}}'
            return events + b"event: content_block_delta\ndata: " + delta + b"\n\n"
        return events + more if b"[DONE]" in events else events


_ENDS = {"stop", "end_turn", "STOP"}


class SaysNoReason(Manners):
    """A stream that comes to its regular end does not say so."""

    def frame(self, events: bytes) -> bytes:
        return each_event(events, self._without)

    @staticmethod
    def _without(value: dict[str, Any]) -> dict[str, Any]:
        holders = [*(value.get("choices") or ()), *(value.get("candidates") or ()), value.get("delta")]
        for holder in holders:
            for name in ("finish_reason", "finishReason", "stop_reason"):
                if isinstance(holder, dict) and holder.get(name) in _ENDS:
                    holder[name] = None
        return value


# -- the house -------------------------------------------------------------------------------------
class BusyWhenLeft(Manners):
    """It goes on for a caller who has left, and turns the next away, also when they try again."""

    def __init__(self) -> None:
        super().__init__()
        self._turns_away = 0

    def left(self) -> None:
        self._turns_away = 2

    @contextmanager
    def turn(self, persona: Persona) -> Iterator[None]:
        if self._turns_away:
            self._turns_away -= 1
            raise Refusal(429, "Another request of yours is still running.", word="concurrency_exceeded")
        with super().turn(persona):
            yield


class SlowWhenLeft(Manners):
    """It goes on for a caller who has left, and lets the next wait for that."""

    def __init__(self) -> None:
        super().__init__()
        self._lets_wait = False

    def left(self) -> None:
        self._lets_wait = True

    def wait_s(self) -> float:
        waits, self._lets_wait = self._lets_wait, False
        return 6.0 if waits else 0.0


class HalfThePlaces(Manners):
    """Turns away whoever is more than half of the concurrency that it claims."""

    @contextmanager
    def turn(self, persona: Persona) -> Iterator[None]:
        if self.active >= CLAIMED_PLACES // 2:
            raise Refusal(429, "Too many concurrent requests.", word="concurrency_exceeded")
        with super().turn(persona):
            yield


class BreaksInCompany(Manners):
    @contextmanager
    def turn(self, persona: Persona) -> Iterator[None]:
        if self.active >= CLAIMED_PLACES // 2:
            raise Refusal(500, "Internal error.", word="internal_error")
        with super().turn(persona):
            yield


class SlowInCompany(Manners):
    """Whoever comes when more than half of its places are taken waits for a first word."""

    def wait_s(self) -> float:
        return 6.0 if self.active > CLAIMED_PLACES // 2 else 0.0


class Cold(Manners):
    """It falls asleep at once: whoever comes alone waits until it is awake."""

    def wait_s(self) -> float:
        return 16.0 if self.active <= 1 else 0.0


# -- limits ----------------------------------------------------------------------------------------
class Limits(Manners):
    """Changes what the headers on limits say."""

    def limits(self, kind: type[Speaker]) -> dict[str, str]:
        return {name: self.told(name, value) for name, value in super().limits(kind).items()}

    def told(self, name: str, value: str) -> str:
        raise NotImplementedError


class MoreLeftThanThereIs(Limits):
    def told(self, name: str, value: str) -> str:
        return str(MOST_A_MINUTE * 5) if "remaining" in name else value


class LessThanNone(Limits):
    def told(self, name: str, value: str) -> str:
        return "-3" if "remaining" in name else value


class LimitsInWords(Limits):
    def told(self, name: str, value: str) -> str:
        return "plenty" if "remaining" in name else value
