"""Events come out the same however the bytes were cut, and never without bound."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.wire.adapters import ADAPTERS
from sandbox.wire.sse import Decoder, Event
from sandbox.wire.types import Kind, WireError
from tests.sandbox.wire.recordings import OPENAI, RECORDINGS


def decode(raw: bytes, size: int | None = None, *, event_bytes: int = 10_000, events: int = 100) -> list[Event]:
    decoder = Decoder(event_bytes=event_bytes, events=events)
    step = size or len(raw) or 1
    found = [event for at in range(0, len(raw), step) for event in decoder.feed(raw[at : at + step])]
    return [*found, *decoder.finish()]


@pytest.mark.parametrize("size", [1, 2, 3, 7, None])
@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda recording: recording.protocol)
def test_gives_the_same_pieces_at_every_chunk_size(recording, size):
    read = ADAPTERS[recording.protocol].read
    assert [piece for event in decode(recording.raw, size) for piece in read(event)] == recording.pieces


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # the machine may be busy
@given(cuts=st.lists(st.integers(0, len(OPENAI.raw)), max_size=12))
def test_gives_the_same_events_wherever_it_is_cut(cuts):
    edges = [0, *sorted(cuts), len(OPENAI.raw)]
    decoder = Decoder(event_bytes=10_000, events=100)
    parts = (OPENAI.raw[start:end] for start, end in pairwise(edges))
    assert [event for part in parts for event in decoder.feed(part)] == decode(OPENAI.raw)


def test_ends_lines_at_every_line_end_of_the_format_and_at_no_other():
    raw = "data: a\u2028b\x85c\x0bd\r\rdata: e\r\n\r\ndata: f\n\n".encode()
    assert [event.data.decode() for event in decode(raw)] == ["a\u2028b\x85c\x0bd", "e", "f"]


def test_reads_names_and_joins_lines_of_data():
    assert decode(b"event: error\ndata:a\ndata\ndata:  b\n\n") == [Event("error", b"a\n\n b")]


def test_forgets_the_name_of_an_event_without_data():
    assert decode(b"event: ping\n\ndata: x\n\n") == [Event("", b"x")]


@pytest.mark.parametrize("blank", [b"data:\n\n", b"data: \n\n", b"event: ping\ndata\ndata:\n\n"])
def test_takes_data_without_a_character_for_a_keep_alive(blank):
    assert decode(blank + b"data: x\n\n") == [Event("", b"x")]


def test_gives_what_lacks_only_its_last_line_ends():
    assert decode(b"data: [DONE]") == [Event("", b"[DONE]")]


@pytest.mark.parametrize(
    ("raw", "is_strange"), [(b'{\n  "a": 1\n}', True), (b": c\nid: 1\nretry: 2\nevent: x\n", False)]
)
def test_knows_what_is_no_field_at_all(raw, is_strange):
    decoder = Decoder(event_bytes=100, events=1)
    assert list(decoder.feed(raw + b"\n")) == []
    assert decoder.is_strange is is_strange


@pytest.mark.parametrize("size", [1, 3, None])
@pytest.mark.parametrize("raw", [b"data: " + b"a" * 100, b"data: aaaaaaaa\n" * 10 + b"\n", b": " + b"c" * 100 + b"\n"])
def test_refuses_an_event_that_is_too_large(raw, size):
    with pytest.raises(WireError) as refused:
        decode(raw, size, event_bytes=64)
    assert refused.value.kind == Kind.TOO_LARGE


def test_gives_what_came_before_a_refusal():
    events = Decoder(event_bytes=64, events=100).feed(b"data: kept\n\ndata: " + b"a" * 100)
    assert next(events).data == b"kept"
    with pytest.raises(WireError):
        next(events)


def test_counts_the_size_of_each_event_by_itself():
    assert len(decode(b"data: aaaaaaaaaaaaaaaaaaaa\n\n" * 50, event_bytes=32)) == 50


def test_refuses_more_events_than_agreed():
    assert len(decode(b"data: a\n\n" * 100)) == 100
    with pytest.raises(WireError) as refused:
        decode(b"data: a\n\n" * 101)
    assert refused.value.kind == Kind.TOO_LARGE
