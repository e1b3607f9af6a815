"""Gathers the pieces of one stream into an ``Outcome``, cleaned of what no page, log or database should hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sandbox.wire import tokens
from sandbox.wire.metering import Meter
from sandbox.wire.redact import Filter, redact
from sandbox.wire.think import ThinkTags
from sandbox.wire.timing import Timing
from sandbox.wire.types import (
    End,
    Identity,
    Kind,
    Limits,
    Outcome,
    Piece,
    Reasoning,
    Stop,
    Text,
    Usage,
    WireError,
)

LONGEST_MODEL_NAME = 200
WORDS = (Text, Reasoning)  # once, and not as a union that is made anew for every piece
OnPiece = Callable[[Text | Reasoning], None]


class Answer:
    """What has come so far. ``is_over`` turns true at the protocol's last word."""

    def __init__(self, *, limits: Limits, secret: str, has_think_tags: bool, on_piece: OnPiece | None) -> None:
        self.timing = Timing()
        self.is_over = False
        self.finish = ""
        self._chars_left = limits.text_chars
        self._secret = secret
        self._on_piece = on_piece
        self._tags = ThinkTags() if has_think_tags else None
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._text_filter = Filter(secret)
        self._reasoning_filter = Filter(secret)
        self._meter = Meter()
        self._model = ""
        self._first = ""

    @property
    def has_words(self) -> bool:
        return bool(self._text or self._reasoning)

    def take(self, pieces: Iterable[Piece], now: float) -> bool:
        """Add what one event held; ``now`` is when it came. Returns whether there were words in it."""
        has_words = False
        for piece in pieces:
            if not isinstance(piece, WORDS):
                self._take_fact(piece)
            elif piece.text:
                has_words = True
                if self._tags and isinstance(piece, Text):
                    for part in self._tags.feed(piece.text):
                        self._add(part, now)
                    if self._tags.is_past:
                        self._tags = None
                else:
                    self._add(piece, now)
        return has_words

    def complete(self, now: float) -> None:
        """Nothing more comes: release what was held back in case it became a tag or a secret."""
        for piece in self._tags.finish() if self._tags else ():
            self._add(piece, now)
        for made, kept in ((Text, self._text_filter), (Reasoning, self._reasoning_filter)):
            if held := kept.finish():
                self._pass_on(made(held))

    def verdict(self, *, is_strange: bool) -> WireError | None:
        """Why an answer that has come to its end is none; None when it is one."""
        if self.finish == "content_filter":
            return WireError(Kind.CONTENT_FILTERED, "The provider's content filter withheld the answer.")
        if not self.has_words:
            return self._empty(is_strange=is_strange)
        return None if self.finish else WireError(Kind.CUT_OFF, "The stream ended before the answer was complete.")

    def outcome(self, *, prompt: tokens.Count) -> Outcome:
        """What came, with counts and times; error, tries and what was sent are for the caller to add."""
        timing = self.timing
        outcome = Outcome(
            text="".join(self._text),
            reasoning="".join(self._reasoning),
            finish=self.finish,
            upstream_model=redact(self._model.replace("\0", ""), secret=self._secret)[:LONGEST_MODEL_NAME],
            ttft_ms=timing.since_t0(timing.first),
            ttfat_ms=timing.since_t0(timing.first_answer),
            gap_p95_ms=timing.gap_p95_ms,
        )
        self._meter.settle(outcome, prompt=prompt)
        outcome.output_tps = self._speed(outcome)
        return outcome

    def _take_fact(self, piece: Usage | Stop | Identity | End) -> None:
        if isinstance(piece, Usage):
            self._meter.take(piece)
        elif isinstance(piece, Stop):
            self.finish = piece.reason
        elif isinstance(piece, Identity):
            self._model = piece.model
        else:
            self.is_over = True

    def _add(self, piece: Text | Reasoning, now: float) -> None:
        is_answer = type(piece) is Text
        self.timing.note(now, is_answer=is_answer)
        text = piece.text
        if not self._first:
            self._first = text
        if "\0" in text:
            text = text.replace("\0", "")
        self._chars_left -= len(text)
        if self._chars_left < 0:
            raise WireError(Kind.TOO_LARGE, "The answer is longer than we accept.")
        passed = (self._text_filter if is_answer else self._reasoning_filter).feed(text)
        if passed:
            self._pass_on(piece if passed is piece.text else type(piece)(passed))

    def _pass_on(self, piece: Text | Reasoning) -> None:
        (self._text if isinstance(piece, Text) else self._reasoning).append(piece.text)
        if self._on_piece:
            self._on_piece(piece)

    def _empty(self, *, is_strange: bool) -> WireError:
        if self.finish == "tool":
            return WireError(Kind.MALFORMED, "The answer calls tools that were not offered, and holds no text.")
        if self.finish or self.is_over:
            return WireError(Kind.MALFORMED, "The answer is empty.")
        if is_strange:
            return WireError(Kind.MALFORMED, "The response is not a stream of events.")
        return WireError(Kind.CUT_OFF, "The stream ended before the answer began.")

    def _speed(self, outcome: Outcome) -> float | None:
        """Tokens per second after the first piece; thinking that was not shown was done before it."""
        if outcome.output_tokens is None:
            return None
        hidden = 0 if outcome.reasoning else outcome.reasoning_tokens or 0
        after = outcome.output_tokens - hidden - tokens.estimate(self._first)
        return self.timing.tokens_per_second(after) if after > 0 else None
