"""Ready-to-paste calls of a channel. Pure: a channel's facts in, text out; the key stays a variable.

Every text in them is written as JSON writes it, which Python and JavaScript read alike.
"""

from __future__ import annotations

import json
import shlex
from typing import Any, NamedTuple

from catalog.models import Channel, Protocol

SAY = "Say hello in one sentence."
ANTHROPIC_VERSION = "2023-06-01"


class Snippet(NamedTuple):
    """One way to call a channel; ``name`` is a word for addresses and ids, ``package`` what has to be installed."""

    name: str
    label: str
    code: str
    package: str = ""


def of(channel: Channel) -> list[Snippet]:
    """What can be pasted: curl, Python with the protocol's own package where that reaches the address, JavaScript."""
    calls = [Snippet("curl", "curl", curl(channel))]
    if code := python(channel):
        package = _PACKAGES[Protocol(channel.protocol)]
        calls.append(Snippet("python", f"Python · {package}", code, package))
    return [*calls, Snippet("javascript", "JavaScript · fetch", javascript(channel))]


def key_variable(channel: Channel) -> str:
    """The environment variable a reader is most likely to keep this provider's key in, if a shell can name it."""
    names = (str(name) for name in channel.provider.key_variables)
    return next((name for name in names if name.isidentifier()), "API_KEY")


def curl(channel: Channel) -> str:
    """A streaming request as one would type it; the shell reads every line of it literally but for the key."""
    key = f"${key_variable(channel)}"
    path, headers, body = _SHAPES[Protocol(channel.protocol)](channel.wire_name, key)
    lines = [f"curl -N {shlex.quote(_base(channel) + path)}"]
    lines += [f'-H "{header}"' for header in ["Content-Type: application/json", *headers]]
    lines.append(f"-d {shlex.quote(json.dumps(body, ensure_ascii=False))}")
    return " \\\n  ".join(lines)


def python(channel: Channel) -> str:
    """A streaming call with the protocol's official package; empty where that cannot be sent to this base URL."""
    write = {Protocol.OPENAI: _python_openai, Protocol.ANTHROPIC: _python_anthropic, Protocol.GEMINI: _python_gemini}
    return write[Protocol(channel.protocol)](channel)


def javascript(channel: Channel) -> str:
    """A whole answer with what Node 18 and browsers bring along; to be saved as an .mjs file."""
    path, header, body, answer = _SCRIPTS[Protocol(channel.protocol)](channel.wire_name)
    key = f"process.env.{key_variable(channel)}"
    headers = "".join(
        f"    {_quoted(name)}: {value},\n"
        for name, value in (("Content-Type", _quoted("application/json")), *header(key))
    )
    return (
        f"const response = await fetch({_quoted(_base(channel) + path)}, {{\n"
        f'  method: "POST",\n'
        f"  headers: {{\n{headers}  }},\n"
        f"  body: JSON.stringify({json.dumps(body, ensure_ascii=False)}),\n"
        "});\n"
        "if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);\n"
        "const answer = await response.json();\n"
        f"console.log({answer});"
    )


def _python_openai(channel: Channel) -> str:
    return f"""\
import os

from openai import OpenAI

client = OpenAI(base_url={_quoted(_base(channel))}, api_key=os.environ[{_quoted(key_variable(channel))}])
stream = client.chat.completions.create(
    model={_quoted(channel.wire_name)},
    messages=[{{"role": "user", "content": {_quoted(SAY)}}}],
    stream=True,
)
for chunk in stream:
    if chunk.choices and chunk.choices[0].delta.content:
        print(chunk.choices[0].delta.content, end="", flush=True)
print()"""


def _python_anthropic(channel: Channel) -> str:
    base, _, version = _base(channel).rpartition("/")
    if version != "v1":  # the package puts /v1 before every path by itself
        return ""
    return f"""\
import os

from anthropic import Anthropic

client = Anthropic(base_url={_quoted(base)}, api_key=os.environ[{_quoted(key_variable(channel))}])
with client.messages.stream(
    model={_quoted(channel.wire_name)},
    max_tokens=256,
    messages=[{{"role": "user", "content": {_quoted(SAY)}}}],
) as stream:
    for text in stream.text_stream:
        print(text, end="", flush=True)
print()"""


def _python_gemini(channel: Channel) -> str:
    base, _, version = _base(channel).rpartition("/")
    if not version.startswith("v1"):  # the package wants the version by itself
        return ""
    return f"""\
import os

from google import genai

client = genai.Client(
    api_key=os.environ[{_quoted(key_variable(channel))}],
    http_options={{"base_url": {_quoted(base)}, "api_version": {_quoted(version)}}},
)
for chunk in client.models.generate_content_stream(model={_quoted(channel.wire_name)}, contents={_quoted(SAY)}):
    print(chunk.text or "", end="", flush=True)
print()"""


def _base(channel: Channel) -> str:
    return channel.address.rstrip("/")


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _openai(model: str, key: str) -> tuple[str, list[str], dict[str, Any]]:
    body = {"model": model, "stream": True, "messages": [{"role": "user", "content": SAY}]}
    return "/chat/completions", [f"Authorization: Bearer {key}"], body


def _anthropic(model: str, key: str) -> tuple[str, list[str], dict[str, Any]]:
    body = {"model": model, "max_tokens": 256, "stream": True, "messages": [{"role": "user", "content": SAY}]}
    return "/messages", [f"x-api-key: {key}", f"anthropic-version: {ANTHROPIC_VERSION}"], body


def _gemini(model: str, key: str) -> tuple[str, list[str], dict[str, Any]]:
    body = {"contents": [{"role": "user", "parts": [{"text": SAY}]}]}
    return f"/models/{model}:streamGenerateContent?alt=sse", [f"x-goog-api-key: {key}"], body


def _script_openai(model: str) -> tuple[str, Any, dict[str, Any], str]:
    path, _, body = _openai(model, "")
    body.pop("stream")
    return path, lambda key: [("Authorization", f"`Bearer ${{{key}}}`")], body, "answer.choices[0].message.content"


def _script_anthropic(model: str) -> tuple[str, Any, dict[str, Any], str]:
    path, _, body = _anthropic(model, "")
    body.pop("stream")
    said = 'answer.content.map((part) => part.text ?? "").join("")'
    return path, lambda key: [("x-api-key", key), ("anthropic-version", _quoted(ANTHROPIC_VERSION))], body, said


def _script_gemini(model: str) -> tuple[str, Any, dict[str, Any], str]:
    _, _, body = _gemini(model, "")
    said = 'answer.candidates[0].content.parts.map((part) => part.text ?? "").join("")'
    return f"/models/{model}:generateContent", lambda key: [("x-goog-api-key", key)], body, said


_SHAPES = {Protocol.OPENAI: _openai, Protocol.ANTHROPIC: _anthropic, Protocol.GEMINI: _gemini}
_SCRIPTS = {Protocol.OPENAI: _script_openai, Protocol.ANTHROPIC: _script_anthropic, Protocol.GEMINI: _script_gemini}
_PACKAGES = {Protocol.OPENAI: "openai", Protocol.ANTHROPIC: "anthropic", Protocol.GEMINI: "google-genai"}
