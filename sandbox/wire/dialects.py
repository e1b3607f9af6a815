"""How channels depart from the protocol they name. Data, not code: a channel's ``dialect`` is a small JSON object.

Keys, all optional:

``thinking``           how thinking is switched: ``enable_thinking`` (Qwen, SiliconFlow, Novita), ``thinking.type``
                       (DeepSeek, Moonshot, Zhipu, MiMo), ``reasoning_effort`` (OpenAI, Groq, Fireworks, Cerebras,
                       Hugging Face), ``reasoning`` (OpenRouter, Vercel), ``budget`` (Anthropic, Gemini);
                       absent: it cannot be switched, and ``dropped`` says so.
``effort_off``         the ``reasoning_effort`` that comes nearest to none: ``none``, ``minimal`` or ``low``.
``thinking_least``     tokens for the thinking of a model that always thinks: the budget is never below it.
``max_tokens``         the name of the cap on output: ``max_tokens`` or ``max_completion_tokens`` (OpenAI).
``stream_options``     false where it is refused; usage is then our estimate unless the stream has it anyway.
``temperature``        false where it is refused.
``system``             false where there is no system role; the text then opens the user's message.
``think_tags``         false where an answer that opens with <think> means these letters and not its thoughts.
``auth``               the header of the key: ``bearer``, ``api-key``, ``x-api-key`` or ``x-goog-api-key``.
``rejected``           names of parameters that this API was found to refuse (``Channel.profile``): never sent.
``path``               the path of the call below the base URL, where it is not the protocol's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.wire.types import Endpoint, Question

KEYS = frozenset(
    {"thinking", "effort_off", "thinking_least", "max_tokens", "stream_options", "temperature", "system", "think_tags"}
    | {"auth", "path", "rejected"}
)
THINKING = frozenset({"enable_thinking", "thinking.type", "reasoning_effort", "reasoning", "budget"})
# Budgets in tokens up to which an effort is named so.
EFFORTS = ((1_024, "low"), (8_192, "medium"))
PROTOCOL_AUTH = {"openai": "bearer", "anthropic": "x-api-key", "gemini": "x-goog-api-key"}


def authorise(endpoint: Endpoint) -> dict[str, str]:
    """The header that carries the key; nothing where there is none."""
    if not endpoint.key:
        return {}
    header = endpoint.dialect.get("auth", PROTOCOL_AUTH[endpoint.protocol])
    return {"authorization": f"Bearer {endpoint.key}"} if header == "bearer" else {header: endpoint.key}


def takes(endpoint: Endpoint, name: str) -> bool:
    """Whether the parameter may be sent, by what is known of the API or was found out."""
    return bool(endpoint.dialect.get(name, True)) and name not in endpoint.dialect.get("rejected", ())


def budget(endpoint: Endpoint, question: Question) -> int:
    """Tokens for thinking, at least what the model takes; 0 is none."""
    return max(question.thinking_tokens, int(endpoint.dialect.get("thinking_least", 0)))


def effort(tokens: int) -> str:
    return next((name for limit, name in EFFORTS if tokens <= limit), "high")


def thinking(endpoint: Endpoint, question: Question) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The parameters that switch thinking as asked, and the names of what could not be said."""
    style = endpoint.dialect.get("thinking")
    tokens = budget(endpoint, question)
    if style == "enable_thinking":
        return {"enable_thinking": tokens > 0} | ({"thinking_budget": tokens} if tokens else {}), ()
    if style == "thinking.type":
        return {"thinking": {"type": "enabled" if tokens else "disabled"}}, ()
    if style == "reasoning":
        return {"reasoning": {"enabled": True, "max_tokens": tokens} if tokens else {"enabled": False}}, ()
    if style == "reasoning_effort":
        return by_effort(endpoint.dialect, tokens)
    return {}, ("thinking_tokens",) if question.thinking_tokens else ()


def by_effort(dialect: Mapping[str, Any], tokens: int) -> tuple[dict[str, Any], tuple[str, ...]]:
    chosen = effort(tokens) if tokens else dialect.get("effort_off")
    return ({"reasoning_effort": chosen}, ()) if chosen else ({}, ("thinking_tokens",))
