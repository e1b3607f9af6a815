"""Chat completions, as spoken by OpenAI and everyone who imitates it. Pure: no I/O."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from sandbox.wire import dialects, errors
from sandbox.wire.decoding import count, decode, text_of, within
from sandbox.wire.sse import Event
from sandbox.wire.types import Body, End, Endpoint, Identity, Piece, Question, Reasoning, Stop, Text, Usage

MODELS_PATH = "/models"
HAS_LAST_WORD = True
STOPS = {"stop": "stop", "length": "length", "content_filter": "content_filter", "tool_calls": "tool"} | {
    "function_call": "tool",
    "eos": "stop",
    "end_turn": "stop",
    "max_tokens": "length",
    "model_length": "length",
    "sensitive": "content_filter",
}
# Ends that are none: DeepSeek's, Zhipu's, OpenRouter's and SGLang's words for an answer that broke in their hands.
FAILURES = frozenset({"insufficient_system_resource", "network_error", "error", "abort"})
read_error = errors.read_error


class Delta(msgspec.Struct):
    content: Any = None
    reasoning_content: Any = None
    reasoning: Any = None
    reasoning_details: Any = None
    role: Any = None
    refusal: Any = None


class Choice(msgspec.Struct):
    delta: Delta | None = None
    finish_reason: Any = None
    usage: Any = None


class Chunk(msgspec.Struct):
    choices: list[Choice] | None = None
    usage: Any = None
    model: Any = None
    error: Any = None
    object: Any = None
    base_resp: Any = None
    x_groq: Any = None


DECODER = msgspec.json.Decoder(Chunk)
ANYTHING: msgspec.json.Decoder[Any] = msgspec.json.Decoder()


def build(endpoint: Endpoint, question: Question) -> Body:
    dialect = endpoint.dialect
    payload: dict[str, Any] = {"model": endpoint.model, "messages": messages(endpoint, question), "stream": True}
    switch, dropped = dialects.thinking(endpoint, question)
    cap = question.max_output_tokens
    if dialect.get("thinking") != "enable_thinking":  # there the budget bounds the thinking by itself
        cap += dialects.budget(endpoint, question)
    payload[dialect.get("max_tokens", "max_tokens")] = cap
    if dialects.takes(endpoint, "stream_options"):
        payload["stream_options"] = {"include_usage": True}
    else:
        dropped += ("stream_options",)
    if question.temperature is not None:
        if dialects.takes(endpoint, "temperature"):
            payload["temperature"] = question.temperature
        else:
            dropped += ("temperature",)
    if question.system and not dialect.get("system", True):
        dropped += ("system role",)
    path = dialect.get("path", "/chat/completions")
    return Body(path=path, headers={}, payload=payload | switch, dropped=dropped)


def messages(endpoint: Endpoint, question: Question) -> list[dict[str, Any]]:
    if not question.system:
        return [user(question, question.text)]
    if endpoint.dialect.get("system", True):
        return [{"role": "system", "content": question.system}, user(question, question.text)]
    return [user(question, f"{question.system}\n\n{question.text}")]


def user(question: Question, text: str) -> dict[str, Any]:
    """Plain text stays plain: not every imitator reads a list of parts."""
    if not question.images:
        return {"role": "user", "content": text}
    urls = (f"data:{image.media_type};base64,{image.base64}" for image in question.images)
    shown = [{"type": "image_url", "image_url": {"url": url}} for url in urls]
    return {"role": "user", "content": [*shown, {"type": "text", "text": text}]}


def read(event: Event) -> Iterable[Piece]:
    if event.is_done:
        return (End(),)
    chunk = decode(DECODER, event.data)
    return plain(chunk) or read_all(event, chunk)


def plain(chunk: Chunk) -> tuple[Text] | None:
    """What nearly every chunk of a long answer is, read without a detour: a delta of text and nothing else."""
    if not chunk.choices or chunk.usage or chunk.error:
        return None
    choice = chunk.choices[0]
    delta = choice.delta
    if delta is None or choice.finish_reason or choice.usage or len(chunk.choices) > 1:
        return None
    if delta.role or delta.reasoning_content or delta.reasoning or delta.reasoning_details or delta.refusal:
        return None
    return (Text(delta.content),) if type(delta.content) is str else None


def read_all(event: Event, chunk: Chunk) -> Iterator[Piece]:
    if failure := failure_in(event, chunk):
        raise errors.in_stream(failure)
    for choice in chunk.choices or ():  # empty in the last chunk, which has only usage
        yield from read_choice(choice, chunk.model)
    if said := chunk.usage or within({"": chunk.x_groq}, "").get("usage"):
        yield usage(said)


def failure_in(event: Event, chunk: Chunk) -> Any:
    """The error in a chunk, which some write bare: under the event's name, as an object (vLLM), or as MiniMax does."""
    if chunk.error:
        return chunk.error
    if event.name == "error" or chunk.object == "error":
        return decode(ANYTHING, event.data)
    return chunk.base_resp if isinstance(chunk.base_resp, dict) and chunk.base_resp.get("status_code") else None


def read_choice(choice: Choice, model: Any) -> Iterator[Piece]:
    """The model's name stands in every chunk; the first and the last are enough."""
    delta, reason = choice.delta, choice.finish_reason
    if delta:
        yield from words(delta)
    if model and (reason or (delta and delta.role)):
        yield Identity(str(model))
    if str(reason) in FAILURES:
        raise errors.in_stream({"code": reason})
    if reason and reason != "null":  # what some imitators write before the end
        yield Stop(STOPS.get(str(reason), "other"))
    if choice.usage:  # Moonshot's place for it
        yield usage(choice.usage)


def words(delta: Delta) -> Iterator[Piece]:
    # Some say the same under two names: the first that is there counts.
    if reasoning := delta.reasoning_content or delta.reasoning or delta.reasoning_details:
        yield Reasoning(text_of(reasoning))
    if isinstance(delta.content, str):
        yield Text(delta.content)
    elif isinstance(delta.content, list):
        yield from parts(delta.content)
    if delta.refusal:  # the model's own words, in a place of their own
        yield Text(text_of(delta.refusal))


def parts(content: list[Any]) -> Iterator[Piece]:
    """Mistral's list of parts."""
    for part in content:
        if isinstance(part, dict) and part.get("type") == "thinking":
            yield Reasoning(text_of(part.get("thinking")))
        else:
            yield Text(text_of(part))


def usage(said: Any) -> Usage:
    """Here ``prompt_tokens`` includes what the cache served."""
    if not isinstance(said, dict):
        return Usage()
    prompt, output = count(said.get("prompt_tokens")), count(said.get("completion_tokens"))
    reasoning = count(within(said, "completion_tokens_details").get("reasoning_tokens"))
    total = count(said.get("total_tokens"))
    if prompt and output and reasoning and total == prompt + output + reasoning:
        output += reasoning  # xAI counts reasoning apart from the completion
    hit = within(said, "prompt_tokens_details").get("cached_tokens", said.get("prompt_cache_hit_tokens"))
    return Usage(input=prompt, output=output, reasoning=reasoning, cache_read=count(hit))
