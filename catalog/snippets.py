"""Ready-to-paste calls of a channel. Pure: a channel's facts in, text out; the key stays a variable."""

from __future__ import annotations

import json
import shlex
from typing import Any

from catalog.models import Channel, Protocol

SAY = "Say hello in one sentence."


def key_variable(channel: Channel) -> str:
    """The environment variable a reader is most likely to keep this provider's key in, if a shell can name it."""
    names = (str(name) for name in channel.provider.key_variables)
    return next((name for name in names if name.isidentifier()), "API_KEY")


def curl(channel: Channel) -> str:
    """A streaming request as one would type it; the shell reads every line of it literally but for the key."""
    key = f"${key_variable(channel)}"
    path, headers, body = _SHAPES[Protocol(channel.protocol)](channel.wire_name, key)
    lines = [f"curl -N {shlex.quote(channel.address.rstrip('/') + path)}"]
    lines += [f'-H "{header}"' for header in ["Content-Type: application/json", *headers]]
    lines.append(f"-d {shlex.quote(json.dumps(body, ensure_ascii=False))}")
    return " \\\n  ".join(lines)


def _openai(model: str, key: str) -> tuple[str, list[str], dict[str, Any]]:
    body = {"model": model, "stream": True, "messages": [{"role": "user", "content": SAY}]}
    return "/chat/completions", [f"Authorization: Bearer {key}"], body


def _anthropic(model: str, key: str) -> tuple[str, list[str], dict[str, Any]]:
    body = {"model": model, "max_tokens": 256, "stream": True, "messages": [{"role": "user", "content": SAY}]}
    return "/messages", [f"x-api-key: {key}", "anthropic-version: 2023-06-01"], body


def _gemini(model: str, key: str) -> tuple[str, list[str], dict[str, Any]]:
    body = {"contents": [{"role": "user", "parts": [{"text": SAY}]}]}
    return f"/models/{model}:streamGenerateContent?alt=sse", [f"x-goog-api-key: {key}"], body


_SHAPES = {Protocol.OPENAI: _openai, Protocol.ANTHROPIC: _anthropic, Protocol.GEMINI: _gemini}
