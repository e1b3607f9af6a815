"""The wire against a server that this project did not write: npm's @copilotkit/aimock, where it is installed.

``npm install @copilotkit/aimock@1.43.0`` in a folder of its own, then name its
``node_modules/@copilotkit/aimock/dist/cli.js`` in AIMOCK_CLI.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import subprocess

import pytest

from catalog.models import Channel
from catalog.seed.scenarios import load_scenarios
from sandbox import tasks, trials
from sandbox.models import Answer, Score, TrialState
from sandbox.probing import Verdict, link_and_probe
from sandbox.wire.client import Client
from sandbox.wire.types import Endpoint, Limits, Question, Reasoning
from tests.stack import free_port, wait_for

CLI, NODE = os.environ.get("AIMOCK_CLI", ""), shutil.which("node") or ""
pytestmark = pytest.mark.skipif(not (CLI and NODE), reason="AIMOCK_CLI names no aimock, or there is no Node")

HELLO = "Good evening from a lighthouse. 晚上好，这里是灯塔。"
USAGE = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18, "input_tokens": 11, "output_tokens": 7}
VERDICT = {"scores": {slug: {"score": 7, "reason": "apt"} for slug in ("quality-1", "creative-novelty")}}
FIXTURES = [
    {"match": {"userMessage": "Grade the answer now"}, "response": {"content": f"Well. {json.dumps(VERDICT)}"}},
    {"match": {"userMessage": "hello"}, "response": {"content": HELLO, "usage": USAGE}, "latency": 5, "chunkSize": 4},
    {"match": {"userMessage": "ponder"}, "response": {"content": HELLO, "reasoning": "Night falls."}},
    {
        "match": {"userMessage": "limit"},
        "response": {
            "error": {"message": "Slow down", "type": "rate_limit_error", "code": "rate_limit"},
            "status": 429,
        },
    },
]
PATHS = {"openai": "/v1", "anthropic": "/v1", "gemini": "/v1beta"}


def start(folder, *options):
    (folder / "fixtures.json").write_text(json.dumps({"fixtures": FIXTURES}), encoding="utf-8")
    port = free_port()
    command = [NODE, CLI, "-p", str(port), "-h", "127.0.0.1", "-f", str(folder / "fixtures.json")]
    process = subprocess.Popen([*command, "--log-level", "silent", *options], stdout=subprocess.DEVNULL)
    wait_for(lambda: answers(port), seconds=20, what="aimock does not start")
    return process, port


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


@pytest.fixture(scope="module")
def aimock(tmp_path_factory):
    process, port = start(tmp_path_factory.mktemp("aimock"))
    yield port
    process.terminate()
    process.wait(10)


def ask(port, protocol, text):
    """The outcome, and the pieces as they came."""

    async def play():
        pieces = []
        client = Client(Limits(), frozenset({f"127.0.0.1:{port}"}))
        endpoint = Endpoint(protocol, f"http://127.0.0.1:{port}{PATHS[protocol]}", "a-model", "not-a-real-key")
        outcome = await client.ask(endpoint, Question(text, system="Be kind."), on_piece=pieces.append)
        await client.close()
        return outcome, pieces

    return asyncio.run(play())


@pytest.mark.parametrize("protocol", PATHS)
def test_an_answer_streams_in_pieces_with_its_usage_and_its_end(aimock, protocol):
    outcome, pieces = ask(aimock, protocol, "hello")
    assert outcome.error is None
    assert outcome.text == HELLO
    assert len(pieces) > 3
    assert outcome.finish == "stop"
    assert (outcome.input_tokens, outcome.output_tokens, outcome.usage_estimated) == (11, 7, False)
    assert 0 < outcome.ttft_ms < outcome.total_ms


@pytest.mark.parametrize("protocol", PATHS)
def test_thinking_is_kept_apart_from_the_answer(aimock, protocol):
    outcome, pieces = ask(aimock, protocol, "ponder")
    assert (outcome.error, outcome.text, outcome.reasoning) == (None, HELLO, "Night falls.")
    assert isinstance(pieces[0], Reasoning)
    assert outcome.ttft_ms <= outcome.ttfat_ms


@pytest.mark.parametrize("protocol", PATHS)
def test_a_refusal_ends_in_its_kind_with_the_upstreams_words(aimock, protocol):
    outcome, _ = ask(aimock, protocol, "limit")
    assert outcome.error.kind == "rate_limited"
    assert "Slow down" in outcome.error.detail


@pytest.mark.parametrize("protocol", PATHS)
def test_a_question_that_nothing_matches_is_a_failure_and_no_answer(aimock, protocol):
    outcome, _ = ask(aimock, protocol, "something that no fixture knows")
    assert outcome.error.kind == "not_found"
    assert outcome.text == ""


def test_a_connection_that_is_dropped_is_the_connections_fault(tmp_path):
    process, port = start(tmp_path, "--chaos-disconnect", "1")
    try:
        outcome, _ = ask(port, "openai", "hello")
    finally:
        process.terminate()
        process.wait(10)
    assert outcome.error.kind in {"connect", "cut_off"}


@pytest.mark.django_db(transaction=True)
def test_it_becomes_a_provider_of_ones_own_and_is_compared(aimock, worker, settings, monkeypatch):
    settings.LOCAL_ADDRESSES = [f"127.0.0.1:{aimock}"]
    monkeypatch.setattr(tasks, "ring", lambda *_bell: True)
    load_scenarios()
    (probe,) = link_and_probe({"OPENAI_BASE_URL": f"http://127.0.0.1:{aimock}/v1"})
    assert probe.verdict is Verdict.LIVE
    channels = list(Channel.objects.filter(provider__is_local=True).for_lists()[:2])
    scenario = channels[0].scenarios.get(slug="text-generation")
    own = [trials.OwnPrompt("hello")]
    trial = trials.open_trial(scenario=scenario, channels=channels, language="en", own=own, guest="g")
    for stage in tasks.STAGES.values():
        stage(trial.pk)
    trial.refresh_from_db()
    assert trial.state == TrialState.DONE
    assert set(Answer.objects.of(trial).values_list("text", flat=True)) == {HELLO}
    assert Score.objects.filter(dimension__slug="creative-novelty", value=7).count() == len(channels)
    (judge,) = trial.report.facts["judges"]["used"]
    assert judge["shares_maker"]
