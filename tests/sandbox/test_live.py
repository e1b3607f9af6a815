"""A trial as it happens, on a real Redis-protocol server."""

import asyncio
import json
from contextlib import aclosing

import pytest
import redis

from sandbox import live, relay
from sandbox.hub import Hub
from sandbox.relay import Relay
from sandbox.wire.types import Reasoning, Text

CODE = "a" * 32


def follow(after="", *, then=None, code=CODE, limit_s=5):
    """Frames of one viewer until the stream ends; ``then`` runs once it is connected."""

    async def watch():
        async with aclosing(Hub()) as hub:

            async def collect():
                return [frame.decode() async for frame in hub.follow(code, live.Marker.read(after))]

            task = asyncio.create_task(collect())
            if then:
                while not (hub.topics.get(code) and hub.topics[code].cursor):
                    await asyncio.sleep(0.005)
                await then()
            return await asyncio.wait_for(task, limit_s)

    return asyncio.run(watch())


def flush():
    with live.connect() as client:
        client.delete(live.stream_key(CODE), live.epoch_key(CODE))  # other tests share the server


def names(frames):
    return [line.removeprefix("event: ") for frame in frames for line in frame.split("\n") if line.startswith("event")]


def ids(frames):
    return [line.removeprefix("id: ") for frame in frames for line in frame.split("\n") if line.startswith("id")]


def test_a_viewer_sees_what_was_said_and_what_is_said_later(redis_url):
    live.say(CODE, ("state", {"state": "running"}))

    async def more():
        await asyncio.to_thread(live.say, CODE, ("pieces", {"1": {"text": "你好"}}), ("end", {"state": "done"}))

    frames = follow(then=more)
    assert names(frames) == ["state", "pieces", "end"]
    assert json.loads(frames[1].split("data: ")[1]) == {"1": {"text": "你好"}}


def test_a_viewer_resumes_after_the_last_event_it_saw(redis_url):
    live.say(CODE, ("state", {}), ("pieces", {}), ("end", {}))
    everything = follow()
    assert names(follow(ids(everything)[0])) == ["pieces", "end"]


def test_a_viewer_of_a_flushed_stream_is_told_to_reload(redis_url):
    live.say(CODE, ("state", {}))
    marker = live.snapshot(CODE).last_id
    flush()
    live.say(CODE, ("state", {}))
    assert follow(marker) == ["event: reload\ndata: {}\n\n"]


def test_a_viewer_is_told_to_reload_when_redis_is_flushed_while_it_watches(redis_url):
    live.say(CODE, ("state", {}))

    async def forget():
        await asyncio.to_thread(flush)
        await asyncio.to_thread(live.say, CODE, ("state", {}))

    assert names(follow(then=forget))[-1] == "reload"


def test_a_viewer_who_comes_before_the_worker_waits_for_it(redis_url):
    async def watch():
        async with aclosing(Hub()) as hub, aclosing(hub.follow(CODE, live.Marker.read(""))) as frames:
            first = asyncio.create_task(anext(frames))
            await asyncio.to_thread(live.say, CODE, ("state", {"state": "running"}))
            return await asyncio.wait_for(first, 5)

    assert b"event: state" in asyncio.run(watch())


def test_two_viewers_share_one_reader_and_see_the_same(redis_url):
    live.say(CODE, ("state", {}))

    async def watch():
        async with aclosing(Hub()) as hub:

            async def collect():
                return [frame async for frame in hub.follow(CODE, live.Marker.read(""))]

            both = [asyncio.create_task(collect()) for _ in range(2)]
            while CODE not in hub.topics or len(hub.topics[CODE].viewers) < 2:
                await asyncio.sleep(0.005)
            reader = hub.reader
            await asyncio.to_thread(live.say, CODE, ("pieces", {}), ("end", {}))
            seen = await asyncio.wait_for(asyncio.gather(*both), 5)
            assert hub.reader is reader
            assert not hub.topics
            return seen

    first, second = asyncio.run(watch())
    assert first == second
    assert len(first) == 3


@pytest.mark.parametrize("text", ["", "nonsense", "x.1", "..", "é.1-1", "abc.-", "a-b"])
def test_an_unreadable_marker_is_the_beginning(text):
    assert live.Marker.read(text) == live.Marker("", "0-0")


def test_a_marker_survives_the_way_to_the_browser_and_back():
    marker = live.Marker("ab12cd", "1764000000000-3")
    assert live.Marker.read(str(marker)) == marker


def test_nobody_to_hear_is_no_reason_to_fail(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert live.say(CODE, ("state", {})) is False
    assert live.snapshot(CODE) == live.Snapshot()


def relay_session(play):
    async def run():
        line = live.open_line()
        async with Relay(CODE, line) as relay:
            await play(relay, line)
        await line.close()

    asyncio.run(run())


def stored():
    with live.connect() as client:
        entries = client.xrange(live.stream_key(CODE))
    return [(fields[b"n"].decode(), json.loads(fields[b"d"])) for _, fields in entries]


def test_the_relay_coalesces_pieces_and_keeps_the_order_of_events(redis_url):
    async def play(relay, line):
        relay.say("state", {"state": "running"})
        relay.piece(7, Reasoning("hm"))
        relay.piece(7, Text("a"))
        relay.piece(7, Text("b"))
        relay.say("answer", {"id": 7, "state": "done"})

    relay_session(play)
    assert stored() == [
        ("state", {"state": "running"}),
        ("pieces", {"7": {"text": "ab", "reasoning": "hm"}}),
        ("answer", {"id": 7, "state": "done"}),
    ]


def test_the_relay_speaks_again_and_again(redis_url):
    async def play(relay, line):
        for number, word in enumerate("abc"):
            relay.piece(7, Text(word))
            async with asyncio.timeout(5):
                while len(stored()) <= number:
                    await asyncio.sleep(0.005)

    relay_session(play)
    assert stored() == [("pieces", {"7": {"text": word}}) for word in "abc"]


def test_the_relays_last_word_waits_for_no_moment(redis_url, monkeypatch):
    monkeypatch.setattr(relay, "FLUSH_MS", 3_600_000)

    async def play(relay, line):
        relay.piece(7, Text("a"))

    relay_session(play)
    assert stored() == [("pieces", {"7": {"text": "a"}})]


def test_after_a_flush_the_relay_repeats_the_whole_text_of_open_answers(redis_url):
    async def play(relay, line):
        relay.piece(7, Text("first, "))
        relay.piece(8, Text("finished"))
        relay.close(8)
        await relay.flush()
        await asyncio.to_thread(flush)
        relay.piece(7, Text("second"))
        await relay.flush()

    relay_session(play)
    assert stored() == [("pieces", {"7": {"text": "first, second", "again": True}})]
    assert live.snapshot(CODE).texts == {7: ("first, second", "")}


def test_while_redis_is_away_the_relay_goes_on_and_then_catches_up(redis_url):
    async def play(relay, line):
        real, calls = line.run, []

        async def fail(*arguments):
            calls.append(arguments)
            raise redis.ConnectionError

        line.run = fail
        relay.piece(7, Text("unheard, "))
        relay.say("answer", {"id": 7, "state": "streaming"})
        await relay.flush()
        assert calls
        line.run = real
        relay.piece(7, Text("heard"))
        await relay.flush()

    relay_session(play)
    assert stored() == [
        ("pieces", {"7": {"text": "unheard, heard", "again": True}}),
        ("answer", {"id": 7, "state": "streaming"}),
    ]


def test_a_snapshot_folds_pieces_and_says_where_to_go_on(redis_url):
    live.say(CODE, ("pieces", {"1": {"text": "a"}}), ("state", {}), ("pieces", {"1": {"text": "b", "reasoning": "r"}}))
    snapshot = live.snapshot(CODE)
    assert snapshot.texts == {1: ("ab", "r")}
    live.say(CODE, ("end", {}))
    assert names(follow(snapshot.last_id)) == ["end"]
