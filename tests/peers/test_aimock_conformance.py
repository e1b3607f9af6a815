"""The conformance checks against a server that this project did not write: npm's @copilotkit/aimock, by fixtures.

It answers what it was told to, so what is found to fail here is what it does not do at all. See ``test_aimock``.
"""

from __future__ import annotations

import asyncio
import json

import pytest

from sandbox.conformance import questions
from sandbox.conformance.bench import Claims
from sandbox.conformance.engine import run_checks
from sandbox.wire.client import Client
from sandbox.wire.types import Endpoint, Limits
from tests.peers import test_aimock as peer

pytestmark = peer.pytestmark

MODEL = "gpt-4o"
CITY = {"city": "Shanghai", "population_millions": 24.9}
TOLD = {
    questions.PLAIN: questions.PLAIN,
    questions.CHINESE: questions.CHINESE,
    questions.EMOJI: questions.EMOJI,
    questions.SEPARATORS: questions.SEPARATORS,
    questions.COUNT: ", ".join(map(str, range(1, 41))),
    questions.LONG_COUNT: ", ".join(map(str, range(1, 201))),
    questions.SYSTEM_QUESTION: questions.SYSTEM_ANSWER,
    questions.RECALL: questions.CODE_WORD,
    questions.SCHEMA_QUESTION: json.dumps(CITY),
    questions.IMAGE_QUESTION: "Red.",
    questions.TOO_LONG_SENTENCE: "Noted.",
}
FIXTURES = [
    *({"match": {"userMessage": asked}, "response": {"content": said}} for asked, said in TOLD.items()),
    {
        "match": {"userMessage": questions.TOOL_QUESTION},
        "response": {"toolCalls": [{"name": questions.TOOL, "arguments": json.dumps({"city": questions.TOOL_CITY})}]},
    },
]
CLAIMS = Claims(takes_pictures=True, calls_tools=True, structured_output=True, context_window=8_000, max_parallel=8)
# It looks at no key, has no context to fill, and plays its fixtures to the end, whatever the request says of stops and
# caps; where a fixture says nothing of usage, it bills 0 tokens in all protocols but OpenAI's.
NEVER = {"auth_missing", "auth_wrong", "stop_sequences", "max_tokens", "too_long"}
NOT_DONE = {"openai": NEVER, "anthropic": NEVER | {"usage_plausible"}, "gemini": NEVER | {"usage_plausible"}}
# It serves any model's name, says no limits, and lists no models for Gemini, nor says there which one answered.
DOUBTFUL = {
    "openai": {"error_shape", "rate_limit_headers"},
    "anthropic": {"error_shape", "rate_limit_headers"},
    "gemini": {"error_shape", "models_list", "model_name"},
}


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    folder = tmp_path_factory.mktemp("told")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(peer, "FIXTURES", FIXTURES)
        process, port = peer.start(folder, "--latency", "10")
    yield port
    process.terminate()
    process.wait(10)


def look(port, protocol):
    async def play():
        client = Client(Limits(), frozenset({f"127.0.0.1:{port}"}))
        endpoint = Endpoint(protocol, f"http://127.0.0.1:{port}{peer.PATHS[protocol]}", MODEL, "not-a-real-key")
        try:
            return {found.slug: found.verdict async for found in run_checks(client, endpoint, CLAIMS)}
        finally:
            await client.close()

    return asyncio.run(play())


@pytest.mark.parametrize("protocol", peer.PATHS)
def test_what_it_does_not_do_is_found_and_nothing_else(told, protocol):
    verdicts = look(told, protocol)
    assert set(verdicts) == set(questions.SLUGS)
    by_result = {
        result: {slug for slug, verdict in verdicts.items() if verdict.result == result} for result in ("fail", "warn")
    }
    assert by_result == {"fail": NOT_DONE[protocol], "warn": DOUBTFUL[protocol]}
