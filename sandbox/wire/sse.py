"""Server-sent events, decoded on bytes: the same events come out however the bytes were cut.

Lines end in \\n, \\r\\n or \\r and in nothing else: U+2028 and U+0085, at which ``str.splitlines`` would cut, are legal
inside JSON.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from sandbox.wire.types import Kind, WireError

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# OpenAI's last word, which some who imitate the other protocols say as well.
DONE = b"[DONE]"


class Event(Struct, frozen=True, gc=False):
    """One event: its name (empty for the default) and its data."""

    name: str
    data: bytes

    @property
    def is_done(self) -> bool:
        return self.data.startswith(DONE)


class Decoder:
    """Bytes in, events out. ``seen`` counts them; ``is_strange`` says that a line was no field of the format at all.

    Raises ``too_large`` when one event passes ``event_bytes`` or the stream passes ``events``.
    """

    def __init__(self, *, event_bytes: int, events: int) -> None:
        self.is_strange = False
        self.seen = 0
        self._event_bytes = event_bytes
        self._events = events
        self._started = False
        self._ended_in_cr = False
        # The line that has not ended yet, in pieces: joined once, so that byte-wise arrival stays linear.
        self._partial: list[bytes] = []
        self._partial_size = 0
        self._size = 0
        self._name = ""
        self._data: list[bytes] = []

    def feed(self, chunk: bytes) -> Iterable[Event]:
        """The events that ``chunk`` completes, those before a refusal included. Exhaust it before the next chunk."""
        return (self._close_event(chunk[6:-2]),) if self._is_plain(chunk) else self._feed(chunk)

    def finish(self) -> Iterable[Event]:
        """The event that lacked only its blank line when the stream ended, as careless servers end it."""
        return self._feed(b"\n\n")

    def _is_plain(self, chunk: bytes) -> bool:
        """Whether ``chunk`` is what nearly every chunk of a long answer is: one event of one line, and nothing else."""
        if self._size or self._partial or self._ended_in_cr or not self._started:
            return False
        size = len(chunk)
        if not 8 < size <= self._event_bytes or not chunk.startswith(b"data: ") or b"\r" in chunk:
            return False
        return chunk.find(b"\n") == size - 2 and chunk.endswith(b"\n\n")

    def _feed(self, chunk: bytes) -> Iterator[Event]:
        lines = self._split(chunk)
        last = lines.pop()
        if lines:
            lines[0] = self._complete(lines[0])
        for line in lines:
            if line:
                self._read(line)
            elif any(self._data):
                data = self._data
                yield self._close_event(data[0] if len(data) == 1 else b"\n".join(data))
            else:  # nothing, or a keep-alive of some who write "data:" where a comment belongs
                self._data, self._name, self._size = [], "", 0
        if last:
            self._keep(last)

    def _split(self, chunk: bytes) -> list[bytes]:
        if self._ended_in_cr and chunk.startswith(b"\n"):
            chunk = chunk[1:]
            self._ended_in_cr = False
        if chunk:
            self._ended_in_cr = chunk.endswith(b"\r")
        if b"\r" in chunk:
            chunk = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        return chunk.split(b"\n")

    def _complete(self, end: bytes) -> bytes:
        """The line of which ``end`` is the end."""
        line = b"".join([*self._partial, end]) if self._partial else end
        self._partial = []
        self._partial_size = 0
        if not self._started:
            self._started = True
            line = line.removeprefix(BYTE_ORDER_MARK)
        return line

    def _keep(self, beginning: bytes) -> None:
        """Hold back the beginning of a line whose end has not come."""
        self._partial.append(beginning)
        self._partial_size += len(beginning)
        if self._size + self._partial_size > self._event_bytes:
            raise too_large()

    def _read(self, line: bytes) -> None:
        self._size += len(line)
        if self._size > self._event_bytes:
            raise too_large()
        if line.startswith(b"data: "):
            self._data.append(line[6:])
            return
        field, _, value = line.partition(b":")
        if field == b"data":
            self._data.append(value)
        elif field == b"event":
            self._name = value.removeprefix(b" ").decode("ascii", "replace")
        elif field not in (b"", b"id", b"retry"):
            self.is_strange = True

    def _close_event(self, data: bytes) -> Event:
        """The event that a blank line ends."""
        self.seen += 1
        if self.seen > self._events:
            raise WireError(Kind.TOO_LARGE, "The stream has more events than we accept.")
        event = Event(self._name, data)
        self._data, self._name, self._size = [], "", 0
        return event


def too_large() -> WireError:
    return WireError(Kind.TOO_LARGE, "One event of the stream is larger than we accept.")
