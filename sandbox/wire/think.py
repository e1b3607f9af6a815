"""Splits <think>…</think> at the beginning of an answer apart from the answer, wherever the stream is cut."""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.wire.redact import longest_beginning
from sandbox.wire.types import Reasoning, Text

OPEN, CLOSE = "<think>", "</think>"


class ThinkTags:
    """Text in; ``Text`` and ``Reasoning`` out. An answer that opens with no tag is all answer."""

    def __init__(self) -> None:
        self._held = ""
        self._read = self._before

    @property
    def is_past(self) -> bool:
        """Whether all that comes is answer, so that there is nothing more to split."""
        return self._read == self._after

    def feed(self, text: str) -> Iterator[Text | Reasoning]:
        text, self._held = self._held + text, ""
        return self._read(text)

    def finish(self) -> Iterator[Text | Reasoning]:
        """What was held back because it might have become a tag."""
        held, self._held = self._held, ""
        if held:
            yield Reasoning(held) if self._read == self._inside else Text(held)

    def _before(self, text: str) -> Iterator[Text | Reasoning]:
        head = text.lstrip()
        if head.startswith(OPEN):
            self._read = self._inside
            yield from self._inside(head.removeprefix(OPEN))
        elif OPEN.startswith(head):
            self._held = text
        else:
            self._read = self._after
            yield Text(text)

    def _inside(self, text: str) -> Iterator[Text | Reasoning]:
        thought, tag, answer = text.partition(CLOSE)
        if tag:
            self._read = self._after
        else:
            size = longest_beginning(thought, CLOSE)
            self._held = thought[len(thought) - size :]
            thought = thought[: len(thought) - size]
        if thought:
            yield Reasoning(thought)
        if answer:
            yield Text(answer)

    def _after(self, text: str) -> Iterator[Text | Reasoning]:
        yield Text(text)
