"""Pictures in a request: a data URL, a base64 block or inline data, before the text; plain text stays as it was."""

from __future__ import annotations

from base64 import b64decode

import pytest
from asgiref.sync import async_to_sync

from sandbox.wire.adapters import ADAPTERS
from sandbox.wire.client import Client
from sandbox.wire.images import read_image
from sandbox.wire.types import Endpoint, Kind, Limits, Question
from tests.sandbox.wire.pictures import jpeg, png, webp

IMAGES = tuple(map(read_image, (png(), jpeg(), webp())))
ASKED = Question("What is this?", "Be brief.", images=IMAGES)


def payload(protocol: str, question: Question = ASKED, **dialect):
    return ADAPTERS[protocol].build(Endpoint(protocol, "https://a.example/v1", "m", dialect=dialect), question).payload


def test_openai_gets_data_urls_and_the_text_after_them():
    *pictures, text = payload("openai")["messages"][-1]["content"]
    assert [part["type"] for part in pictures] == ["image_url"] * 3
    heads, data = zip(*(part["image_url"]["url"].split(",") for part in pictures), strict=True)
    assert list(heads) == [f"data:{image.media_type};base64" for image in IMAGES]
    assert [b64decode(each) for each in data] == [image.data for image in IMAGES]
    assert text == {"type": "text", "text": "What is this?"}


def test_where_there_is_no_system_role_its_text_still_stands_with_the_pictures():
    (message,) = payload("openai", system=False)["messages"]
    assert message["content"][-1]["text"] == "Be brief.\n\nWhat is this?"


def test_anthropic_gets_base64_sources():
    *pictures, text = payload("anthropic")["messages"][0]["content"]
    assert [part["source"]["media_type"] for part in pictures] == [image.media_type for image in IMAGES]
    assert {(part["type"], part["source"]["type"]) for part in pictures} == {("image", "base64")}
    assert b64decode(pictures[0]["source"]["data"]) == IMAGES[0].data
    assert text == {"type": "text", "text": "What is this?"}


def test_gemini_gets_inline_data():
    *pictures, text = payload("gemini")["contents"][0]["parts"]
    assert [part["inlineData"]["mimeType"] for part in pictures] == [image.media_type for image in IMAGES]
    assert b64decode(pictures[2]["inlineData"]["data"]) == IMAGES[2].data
    assert text == {"text": "What is this?"}


@pytest.mark.parametrize("protocol", ["openai", "anthropic"])
def test_a_text_alone_stays_plain(protocol):
    assert payload(protocol, Question("Hi"))["messages"][-1]["content"] == "Hi"


def test_a_pictures_base64_is_made_once_for_all_who_are_asked():
    first = payload("anthropic")["messages"][0]["content"][0]["source"]["data"]
    assert payload("gemini")["contents"][0]["parts"][0]["inlineData"]["data"] is first


def test_more_pictures_than_a_request_may_carry_are_not_sent():
    client = Client(Limits(images_bytes=10), frozenset())
    outcome = async_to_sync(client.ask)(Endpoint("openai", "https://a.example/v1", "m"), ASKED)
    async_to_sync(client.close)()
    assert outcome.error
    assert (outcome.error.kind, outcome.tries) == (Kind.TOO_LARGE, 0)
