"""What an answer says, read as kindly as can be: a fault in one place must not hide what stands in another."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from sandbox.wire.errors import words_in
from sandbox.wire.metering import Meter
from sandbox.wire.sse import Decoder, Event
from sandbox.wire.think import ThinkTags
from sandbox.wire.types import End, Identity, Kind, Piece, Reasoning, Stop, Text, Usage, WireError

# Bounds were kept while reading; here whatever came is read.
DECODER_BYTES = 64 * 1024 * 1024
MOST_TOOL_CALLS = 20


@dataclass(slots=True)
class ToolCall:
    name: str = ""
    arguments: str = ""

    @property
    def parsed(self) -> Any:
        """The arguments as an object; None where they are no JSON object."""
        try:
            value = json.loads(self.arguments)
        except (ValueError, RecursionError):
            return None
        return value if isinstance(value, dict) else None


@dataclass(slots=True)
class Said:
    """``finish`` is a reason of the wire's vocabulary, "" where none was given; ``ended``: the last word came.

    Of a stream: ``events`` were seen, of which ``unreadable`` were no JSON of this protocol; ``after`` had words after
    the end; ``strange`` says that a line was no field; ``unfinished`` that the last event lacked its blank line.
    """

    text: str = ""
    reasoning: str = ""
    finish: str = ""
    model: str = ""
    error: str = ""
    ended: bool = False
    meter: Meter = field(default_factory=Meter)
    tools: list[ToolCall] = field(default_factory=list)
    events: int = 0
    unreadable: int = 0
    after: bool = False
    strange: bool = False
    unfinished: bool = False
    names: list[str] = field(default_factory=list)

    @property
    def usage(self) -> Usage:
        return self.meter.usage

    @property
    def has_words(self) -> bool:
        return bool(self.text.strip() or self.reasoning.strip() or self.tools)

    def take(self, pieces: Iterable[Piece]) -> None:
        for piece in pieces:
            self.take_piece(piece)

    def take_piece(self, piece: Piece) -> None:
        if isinstance(piece, Text | Reasoning):
            if self.ended and piece.text:
                self.after = True
            elif isinstance(piece, Text):
                self.text += piece.text
            else:
                self.reasoning += piece.text
        elif isinstance(piece, Usage):
            self.meter.take(piece)
        elif isinstance(piece, Stop):
            self.finish = piece.reason
        elif isinstance(piece, Identity):
            self.model = piece.model
        elif isinstance(piece, End):
            self.ended = True

    def split_thoughts(self) -> Said:
        """Move what an answer wrote between <think> tags to its reasoning, as trials do."""
        tags = ThinkTags()
        parts = [*tags.feed(self.text), *tags.finish()]
        self.text = "".join(part.text for part in parts if isinstance(part, Text))
        self.reasoning += "".join(part.text for part in parts if isinstance(part, Reasoning))
        return self


def read_events(data: bytes, read: Callable[[Event], Iterable[Piece]], take_tools: Callable[[Said, Any], None]) -> Said:
    """Read every event of a body by ``read``; ``take_tools`` sees each one's JSON.

    Where no word comes of it because lines and events are put together wrongly, each line is read by itself: that fault
    is noted, and must not hide what else is to be said of the answer.
    """
    said = Said()
    decoder = Decoder(event_bytes=DECODER_BYTES, events=DECODER_BYTES)
    for event in decoder.feed(data):
        take_event(said, event, read, take_tools)
    for event in decoder.finish():
        said.unfinished = True
        take_event(said, event, read, take_tools)
    said.events = decoder.seen
    said.strange = decoder.is_strange
    if (said.unreadable or said.strange) and not said.has_words and not said.error:
        return read_lines(data, said, read, take_tools)
    return said


def read_lines(
    data: bytes, first: Said, read: Callable[[Event], Iterable[Piece]], take_tools: Callable[[Said, Any], None]
) -> Said:
    """Each line that holds an object or the last word as an event, with the faults of the ``first`` reading."""
    said = Said()
    for line in data.splitlines():
        text = line.removeprefix(b"data:").strip()
        if text.startswith(b"{") or Event("", text).is_done:
            take_event(said, Event("", text), read, take_tools)
    said.events, said.strange, said.unfinished = first.events, first.strange, first.unfinished
    said.unreadable = max(said.unreadable, first.unreadable)
    return said if said.has_words else first


def take_event(
    said: Said, event: Event, read: Callable[[Event], Iterable[Piece]], take_tools: Callable[[Said, Any], None]
) -> None:
    said.names.append(event.name)
    was_ended = said.ended
    try:
        said.take(read(event))
    except WireError as error:
        if error.kind is Kind.MALFORMED and not has_error(event):
            said.unreadable += 1
        else:
            said.error = error.detail
    if not was_ended and not event.is_done:
        take_tools(said, decoded(event.data))


def has_error(event: Event) -> bool:
    value = decoded(event.data)
    return isinstance(value, dict) and bool(words_in(value).message) and ("error" in value or event.name == "error")


def decoded(data: bytes) -> Any:
    """JSON, or None."""
    try:
        return msgspec.json.decode(data)
    except (ValueError, RecursionError):
        return None


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects in a list; none where it is no list."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def of(value: Any, name: str) -> dict[str, Any]:
    inner = value.get(name) if isinstance(value, dict) else None
    return inner if isinstance(inner, dict) else {}


def as_event(value: Any) -> Event:
    return Event("", msgspec.json.encode(value))
