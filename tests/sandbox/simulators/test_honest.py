"""The fleet does what its protocols promise, as the official SDKs see it: keys, tools, schemas, stops, caps, turns."""

from __future__ import annotations

import json
import secrets
import struct
import zlib
from base64 import b64encode

import anthropic
import openai
import pytest
from google import genai

from sandbox.conformance import questions
from sandbox.simulators.asked import Asked, Refusal, Tool, Turn
from sandbox.simulators.colours import colour_of
from sandbox.simulators.obeying import filled, obey
from sandbox.simulators.personas import PERSONAS
from sandbox.simulators.plan import refuse_too_long
from sandbox.simulators.reply import ToolCall
from sandbox.wire.types import Image

COUNTED = ", ".join(map(str, range(1, 41)))
EXACT = [questions.CHINESE, questions.EMOJI, questions.SEPARATORS, "two\nlines and a --- dash", " "]
CITY = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "population_millions": {"type": "number"}},
    "required": ["city", "population_millions"],
    "additionalProperties": False,
}


@pytest.fixture
def chat(simulators):
    with openai.OpenAI(base_url=f"{simulators}/openai/v1", api_key="simulated", max_retries=0) as client:
        yield lambda text, **more: client.chat.completions.create(
            model="heron-lite", messages=[*more.pop("before", []), {"role": "user", "content": text}], **more
        )


@pytest.fixture
def message(simulators):
    with anthropic.Anthropic(base_url=f"{simulators}/anthropic", api_key="simulated", max_retries=0) as client:
        yield lambda text, **more: client.messages.create(
            model="kestrel-1-mini",
            messages=[*more.pop("before", []), {"role": "user", "content": text}],
            **{"max_tokens": 400, **more},
        )


@pytest.fixture
def google(simulators):
    with genai.Client(api_key="simulated", http_options={"base_url": f"{simulators}/gemini"}) as client:
        yield client.models


def content(google, contents, **config):
    return google.generate_content(model="brook-lite", contents=contents, config=config)


# -- keys ------------------------------------------------------------------------------------------
def test_a_wrong_key_is_refused_in_every_protocol_and_not_repeated(simulators):
    canary = f"wrong-{secrets.token_hex(8)}"
    with (
        openai.OpenAI(base_url=f"{simulators}/openai/v1", api_key=canary, max_retries=0) as client,
        pytest.raises(openai.AuthenticationError) as one,
    ):
        client.models.list()
    with (
        anthropic.Anthropic(base_url=f"{simulators}/anthropic", api_key=canary, max_retries=0) as client,
        pytest.raises(anthropic.AuthenticationError) as two,
    ):
        client.messages.create(model="cedar-small", max_tokens=9, messages=[{"role": "user", "content": "hi"}])
    with (
        genai.Client(api_key=canary, http_options={"base_url": f"{simulators}/gemini"}) as client,
        pytest.raises(genai.errors.ClientError) as three,
    ):
        client.models.generate_content(model="brook-lite", contents="hi")
    assert three.value.code == 401
    assert not [raised for raised in (one, two, three) if canary in str(raised.value)]


def test_a_key_of_a_tests_own_making_opens_it(simulators):
    canary = f"canary-{secrets.token_hex(8)}"
    with openai.OpenAI(base_url=f"{simulators}/openai/v1", api_key=canary, max_retries=0) as client:
        assert client.models.list().data


# -- orders ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("text", EXACT)
@pytest.mark.parametrize("stream", [False, True])
def test_repeats_a_text_exactly(chat, message, text, stream):
    order = questions.ECHO.format(text=text)
    if stream:
        said = "".join(c.choices[0].delta.content or "" for c in chat(order, stream=True) if c.choices)
        events = [event for event in message(order, stream=True) if event.type == "content_block_delta"]
        assert "".join(event.delta.text for event in events) == said == text
    else:
        assert chat(order).choices[0].message.content == message(order).content[0].text == text


def test_repeats_a_text_exactly_to_google(google):
    for text in EXACT:
        order = questions.ECHO.format(text=text)
        stream = google.generate_content_stream(model="brook-lite", contents=order)
        assert content(google, order).text == "".join(chunk.text or "" for chunk in stream) == text


def test_stops_before_a_stop_sequence_and_says_so(chat, message, google):
    whole = chat(questions.COUNT, stop=["21"]).choices[0]
    said = message(questions.COUNT, stop_sequences=["21"])
    other = content(google, questions.COUNT, stop_sequences=["21"])
    assert whole.message.content == said.content[0].text == other.text == COUNTED.partition("21")[0]
    assert (whole.finish_reason, said.stop_reason, said.stop_sequence) == ("stop", "stop_sequence", "21")
    assert other.candidates[0].finish_reason == "STOP"


def test_keeps_a_cap_and_says_that_it_was_cut(chat, message, google):
    whole, said = chat(questions.COUNT, max_tokens=8), message(questions.COUNT, max_tokens=8)
    other = content(google, questions.COUNT, max_output_tokens=8)
    assert whole.choices[0].finish_reason == "length"
    assert said.stop_reason == "max_tokens"
    assert other.candidates[0].finish_reason == "MAX_TOKENS"
    assert max(whole.usage.completion_tokens, said.usage.output_tokens) <= 8


def test_heeds_the_system_and_earlier_turns(chat, message, google):
    before = [
        {"role": "user", "content": questions.REMEMBER.format(word="HERON")},
        {"role": "assistant", "content": "OK"},
    ]
    system = [{"role": "system", "content": questions.SYSTEM}]
    assert chat(questions.SYSTEM_QUESTION, before=system).choices[0].message.content == "PLUM"
    assert chat(questions.SYSTEM_QUESTION).choices[0].message.content == "Paris"
    assert message(questions.SYSTEM_QUESTION, system=questions.SYSTEM).content[0].text == "PLUM"
    assert content(google, questions.SYSTEM_QUESTION, system_instruction=questions.SYSTEM).text == "PLUM"
    assert chat(questions.RECALL, before=before).choices[0].message.content == "HERON"
    assert message(questions.RECALL, before=before).content[0].text == "HERON"
    turns = [("user", before[0]["content"]), ("model", "OK"), ("user", questions.RECALL)]
    assert content(google, [{"role": role, "parts": [{"text": text}]} for role, text in turns]).text == "HERON"


def test_the_same_is_said_twice_at_temperature_0_and_whole_as_in_a_stream(chat):
    answers = [chat("Write about a lighthouse.", temperature=0).choices[0].message.content for _ in range(2)]
    stream = chat("Write about a lighthouse.", stream=True)
    assert answers[0] == answers[1] == "".join(c.choices[0].delta.content or "" for c in stream if c.choices)


# -- tools and schemas -----------------------------------------------------------------------------
def test_calls_a_tool_and_takes_its_answer(chat):
    tools = [{"type": "function", "function": {"name": questions.TOOL, "parameters": questions.TOOL_SCHEMA}}]
    choice = chat(questions.TOOL_QUESTION, tools=tools).choices[0]
    call = choice.message.tool_calls[0]
    assert choice.finish_reason == "tool_calls"
    assert (call.function.name, json.loads(call.function.arguments)) == (questions.TOOL, {"city": "Hangzhou"})
    streamed = [c for c in chat(questions.TOOL_QUESTION, tools=tools, stream=True) if c.choices]
    parts = [part for c in streamed for part in c.choices[0].delta.tool_calls or ()]
    assert len(parts) > 2
    assert json.loads("".join(part.function.arguments for part in parts)) == {"city": "Hangzhou"}
    assert not chat("Write about the weather.", tools=tools, tool_choice="none").choices[0].message.tool_calls


def test_an_answer_of_a_tool_is_told(simulators):
    tools = [{"type": "function", "function": {"name": questions.TOOL, "parameters": questions.TOOL_SCHEMA}}]
    call = {"id": "1", "type": "function", "function": {"name": questions.TOOL, "arguments": "{}"}}
    messages = [
        {"role": "user", "content": questions.TOOL_QUESTION},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "1", "content": "21 degrees"},
    ]
    with openai.OpenAI(base_url=f"{simulators}/openai/v1", api_key="simulated", max_retries=0) as client:
        answer = client.chat.completions.create(model="heron-lite", messages=messages, tools=tools)
    assert "21 degrees" in answer.choices[0].message.content


def test_calls_a_tool_for_anthropics_sdk(simulators, message):
    tools = [{"name": questions.TOOL, "input_schema": questions.TOOL_SCHEMA}]
    said = message(questions.TOOL_QUESTION, tools=tools)
    assert said.stop_reason == "tool_use"
    assert (said.content[-1].name, said.content[-1].input) == (questions.TOOL, {"city": "Hangzhou"})
    with (
        anthropic.Anthropic(base_url=f"{simulators}/anthropic", api_key="simulated", max_retries=0) as client,
        client.messages.stream(
            model="kestrel-1-mini",
            max_tokens=300,
            tools=tools,
            messages=[{"role": "user", "content": questions.TOOL_QUESTION}],
        ) as stream,
    ):
        assert stream.get_final_message().content[-1].input == {"city": "Hangzhou"}


def test_calls_a_tool_for_googles_sdk(google):
    schema = {name: value for name, value in questions.TOOL_SCHEMA.items() if name != "additionalProperties"}
    tools = [{"function_declarations": [{"name": questions.TOOL, "parameters": schema}]}]
    call = content(google, questions.TOOL_QUESTION, tools=tools).function_calls[0]
    assert (call.name, call.args) == (questions.TOOL, {"city": "Hangzhou"})


def test_an_answer_fits_its_schema(chat, message, google):
    wish = {"type": "json_schema", "json_schema": {"name": "city", "schema": CITY}}
    whole = chat(questions.SCHEMA_QUESTION, response_format=wish).choices[0].message.content
    said = message(questions.SCHEMA_QUESTION, output_config={"format": {"type": "json_schema", "schema": CITY}})
    other = content(google, questions.SCHEMA_QUESTION, response_mime_type="application/json", response_json_schema=CITY)
    for text in (whole, said.content[0].text, other.text):
        assert set(json.loads(text)) == {"city", "population_millions"}
    assert json.loads(chat("Say anything.", response_format={"type": "json_object"}).choices[0].message.content)


def test_fills_a_schema_of_any_make():
    schema = {
        "type": "OBJECT",
        "properties": {
            "kind": {"enum": ["tea", "coffee"]},
            "cups": {"type": "integer"},
            "hot": {"type": "boolean"},
            "none": {"type": "null"},
            "tags": {"type": "array", "items": {"type": "string"}},
            "more": {"type": ["object", "null"], "properties": {"note": {}}},
            "odd": True,
        },
    }
    made = filled(schema)
    assert made.pop("more") == {"note": "note"}
    assert made == {"kind": "tea", "cups": 7, "hot": True, "none": None, "tags": ["tags"], "odd": None}


def test_calls_the_tool_that_must_be_called():
    tools = (Tool("first", {}), Tool("second", {}))
    for choice, name in (("any", "first"), ("second", "second")):
        called = obey(Asked("m", "Hello.", tools=tools, choice=choice))
        assert isinstance(called, ToolCall)
        assert called.name == name
    assert obey(Asked("m", "Hello.", tools=tools)) is None


# -- what does not fit, and what nobody knows ------------------------------------------------------
def test_what_does_not_fit_is_refused_in_every_protocols_words(chat, message, google):
    text = questions.TOO_LONG_SENTENCE * 45_000
    with pytest.raises(openai.BadRequestError, match="maximum context length") as raised:
        chat(text)
    assert raised.value.code == "context_length_exceeded"
    with pytest.raises(anthropic.BadRequestError, match="prompt is too long"):
        message(text)
    with pytest.raises(genai.errors.ClientError, match="too long"):
        content(google, text)


def test_turns_and_system_count_towards_the_context():
    persona = next(p for p in PERSONAS.values() if p.name == "slate-2")
    half = questions.TOO_LONG_SENTENCE * 5_000
    refuse_too_long(persona, Asked("slate-2", half))
    with pytest.raises(Refusal):
        refuse_too_long(persona, Asked("slate-2", half, system=half, turns=(Turn("user", half),)))


def test_unknown_parameters_are_passed_over_and_absurd_ones_refused(chat, message, google):
    assert chat("Say hello.", extra_body={"touchstone_unknown_parameter": True}).choices
    assert message("Say hello.", extra_body={"touchstone_unknown_parameter": True}).content
    for bad in ({"temperature": "warm"}, {"temperature": 9}, {"stop": [1]}, {"tools": [{}]}, {"tools": 3}):
        with pytest.raises(openai.BadRequestError):
            chat("Say hello.", extra_body=bad)
    for bad in ({"temperature": 3}, {"stop_sequences": {}}, {"tools": [{}]}):
        with pytest.raises(anthropic.BadRequestError):
            message("Say hello.", extra_body=bad)


def test_usage_in_a_stream_is_there_for_whoever_asks(chat):
    last = list(chat("Say hello.", stream=True, stream_options={"include_usage": True}))[-1]
    assert last.choices == []
    assert last.usage.total_tokens == last.usage.prompt_tokens + last.usage.completion_tokens
    assert all(chunk.usage is None for chunk in chat("Say hello.", stream=True))
    with pytest.raises(openai.BadRequestError, match="stream_options"):
        chat("Say hello.", stream_options={"include_usage": True})


def test_says_how_much_is_left_and_less_each_time(simulators):
    with openai.OpenAI(base_url=f"{simulators}/openai/v1", api_key="simulated", max_retries=0) as client:
        ask = client.chat.completions.with_raw_response.create
        heads = [ask(model="heron-lite", messages=[{"role": "user", "content": "Hi."}]).headers for _ in range(2)]
    left = [int(head["x-ratelimit-remaining-requests"]) for head in heads]
    assert left[1] < left[0] < int(heads[0]["x-ratelimit-limit-requests"])
    with anthropic.Anthropic(base_url=f"{simulators}/anthropic", api_key="simulated", max_retries=0) as client:
        asked = {"model": "kestrel-1-mini", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi."}]}
        head = client.messages.with_raw_response.create(**asked).headers
    assert int(head["anthropic-ratelimit-requests-remaining"]) < int(head["anthropic-ratelimit-requests-limit"])


# -- pictures --------------------------------------------------------------------------------------
def png(*, kind=2, depth=8, row=bytes((20, 60, 220)), palette=b""):
    def part(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = part(b"IHDR", struct.pack(">IIBBBBB", 1, 1, depth, kind, 0, 0, 0))
    colours = part(b"PLTE", palette) if palette else b""
    return b"\x89PNG\r\n\x1a\n" + header + colours + part(b"IDAT", zlib.compress(b"\0" + row)) + part(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "colour"),
    [
        (png(), "blue"),
        (png(kind=6, row=bytes((230, 20, 20, 255))), "red"),
        (png(depth=16, row=bytes((20, 0, 150, 0, 50, 0))), "green"),
        (png(kind=3, row=b"\1", palette=bytes((0, 0, 0, 250, 225, 20))), "yellow"),
        (png(kind=0, row=b"\xff"), "white"),
        (b"\xff\xd8\xff", "unknown"),
        (png()[:40], "unknown"),
        (png(row=b""), "unknown"),
    ],
    ids=["colours", "alpha", "deep", "palette", "grey", "jpeg", "cut off", "empty"],
)
def test_names_the_colour_of_a_plain_picture(data, colour):
    assert colour_of(Image("image/png", 1, 1, data)) == colour


def test_sees_a_colour_through_the_sdk(chat, message):
    encoded = b64encode(png()).decode()
    url = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{encoded}"}}
    text = {"type": "text", "text": questions.IMAGE_QUESTION}
    source = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": encoded}}
    assert chat([url, text]).choices[0].message.content == "blue"
    assert message([source, text]).content[0].text == "blue"
