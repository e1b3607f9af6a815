"""The server by hand: shapes of lists and errors, whole answers, counting, paced streams, flaws, its own life."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import aiohttp
import pytest

from sandbox.simulators.asked import Asked, Refusal
from sandbox.simulators.paced import piece_text
from sandbox.simulators.personas import PERSONAS
from sandbox.simulators.plan import plan_reply
from sandbox.wire.client import Client
from sandbox.wire.types import Endpoint, Limits, Question

KEY = {"Authorization": "Bearer simulated"}
ROOT = Path(__file__).resolve().parents[3]
COMMAND = [sys.executable, "-m", "sandbox.simulators", "--port", "0", "--speed", "100"]


def call(url, path, body=None, **headers):
    data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url + path, data=data, headers={**KEY, **headers})
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return response.status, response.headers, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


def chat(model, text, **more):
    return {"model": model, "messages": [{"role": "user", "content": text}], **more}


def flawed(flaw):
    return next(persona for persona in PERSONAS.values() if persona.flaw == flaw)


def fate(persona, *, first_call=True, count=200):
    """How many of ``count`` prompts end in a Refusal, and how many streams are cut."""
    refused = cut = 0
    for number in range(count):
        try:
            plan = plan_reply(persona, Asked(persona.name, f"Write about {number}."), seed=7, first_call=first_call)
            cut += plan.cut_after is not None
        except Refusal:
            refused += 1
    return refused / count, cut / count


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/openai/v1/chat/completions", chat("nobody", "hi")),
        ("/anthropic/v1/messages", chat("nobody", "hi", max_tokens=10)),
        ("/gemini/v1beta/models/nobody:generateContent", {"contents": [{"parts": [{"text": "hi"}]}]}),
        ("/gemini/v1beta/models/brook-max:embedContent", {}),
        ("/openai/v1/embeddings", {}),
    ],
)
def test_what_is_not_there_is_a_404_in_the_protocols_shape(simulators, path, body):
    status, _, answer = call(simulators, path, body)
    assert status == 404
    error = json.loads(answer)["error"]
    assert error["message"]


@pytest.mark.parametrize(
    "body", [b"{bad", b"[]", b"\xff\xfe", b"[" * 5000, b'{"model": "heron-pro"}', b'{"messages": [1]}']
)
@pytest.mark.parametrize("path", ["/openai/v1/chat/completions", "/anthropic/v1/messages"])
def test_a_bad_body_is_a_400(simulators, path, body):
    status, _, answer = call(simulators, path, body)
    assert status == 400
    assert "error" in json.loads(answer)


def test_anthropic_wants_a_cap_and_every_cap_is_a_number(simulators):
    assert call(simulators, "/anthropic/v1/messages", chat("cedar-large", "hi"))[0] == 400
    assert call(simulators, "/openai/v1/chat/completions", chat("heron-pro", "hi", max_tokens=-3))[0] == 400


def test_lists_its_models_in_each_protocols_shape(simulators):
    openai = json.loads(call(simulators, "/openai/v1/models")[2])
    anthropic = json.loads(call(simulators, "/anthropic/v1/models")[2])
    gemini = json.loads(call(simulators, "/gemini/v1beta/models")[2])
    assert "heron-pro" in {row["id"] for row in openai["data"]}
    assert "cedar-large" in {row["id"] for row in anthropic["data"]}
    assert "models/brook-max" in {row["name"] for row in gemini["models"]}


def test_answers_whole_in_each_protocol(simulators):
    openai = json.loads(call(simulators, "/openai/v1/chat/completions", chat("heron-think", "写一条茶的文案"))[2])
    assert openai["choices"][0]["message"]["reasoning_content"]
    assert openai["usage"]["completion_tokens"] > 0
    thinking = {"type": "enabled", "budget_tokens": 1024}
    body = chat("cedar-think", "写一条茶的文案", max_tokens=2000, thinking=thinking)
    anthropic = json.loads(call(simulators, "/anthropic/v1/messages", body)[2])
    assert [block["type"] for block in anthropic["content"]] == ["thinking", "text"]
    parts = {
        "contents": [{"role": "user", "parts": [{"text": "写一条茶的文案"}]}],
        "generationConfig": {"maxOutputTokens": 5},
    }
    gemini = json.loads(call(simulators, "/gemini/v1beta/models/brook-max:generateContent", parts)[2])
    assert gemini["candidates"][0]["finishReason"] == "MAX_TOKENS"


def test_our_wire_reads_every_protocol_with_its_thoughts(simulators):
    async def ask():
        client = Client(Limits(), frozenset([simulators.removeprefix("http://")]))
        try:
            found = {}
            for name in ("heron-think", "cedar-think", "brook-max", "millrace/flint-reason"):
                persona = next(p for p in PERSONAS.values() if p.name == name)
                base = {"openai": "/openai/v1", "anthropic": "/anthropic/v1", "gemini": "/gemini/v1beta"}[
                    persona.protocol
                ]
                endpoint = Endpoint(persona.protocol, simulators + base, name, key="simulated", dialect=persona.dialect)
                found[name] = await client.ask(
                    endpoint, Question("Write an ad for tea, at most 40 words.", thinking_tokens=1024)
                )
            return found
        finally:
            await client.close()

    found = asyncio.run(ask())
    assert all(not outcome.error and outcome.text and not outcome.usage_estimated for outcome in found.values()), found
    assert {name for name, outcome in found.items() if outcome.reasoning} == {
        "heron-think",
        "cedar-think",
        "millrace/flint-reason",
    }
    assert all("<think>" not in outcome.text for outcome in found.values())


def test_counts_calls_by_question_and_by_answer(simulators):
    for _ in range(2):
        call(
            simulators, "/openai/v1/chat/completions", chat("heron-pro", "count me"), **{"X-Touchstone-Answer": "a-17"}
        )
    facts = json.loads(call(simulators, "/__calls")[2])
    mine = [count for count in facts["calls"].values() if count["prompt"] == "count me"]
    assert [(count["calls"], count["finished"]) for count in mine] == [(2, 2)]
    assert mine[0]["pieces"] > 0
    assert facts["answers"]["a-17"] == 2


def test_counts_a_reader_who_leaves_and_forgets_on_request():
    async def leave(url):
        async with aiohttp.ClientSession(headers=KEY) as session:
            body = chat("heron-pro", "leave me [[fault:up-d34:0.01]]", stream=True)
            for model in ("heron-pro", "paced-n500-i10-t0"):
                async with session.post(f"{url}/openai/v1/chat/completions", json={**body, "model": model}) as response:
                    await response.content.readany()
            for _ in range(100):
                async with session.get(f"{url}/__calls") as response:
                    facts = await response.json()
                if sum(count["left"] for count in facts["calls"].values()):
                    break
                await asyncio.sleep(0.02)
            async with session.post(f"{url}/__reset"):
                pass
            async with session.get(f"{url}/__calls") as response:
                return facts, await response.json()

    with subprocess.Popen(COMMAND, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        facts, after = asyncio.run(leave(process.stdout.readline().strip()))
        process.terminate()
    assert next(count for count in facts["calls"].values() if count["model"].startswith("paced"))["left"] == 1
    assert after == {"total": 0, "calls": {}, "answers": {}}


def test_paced_streams_keep_their_schedule_and_their_connection(simulators):
    async def read():
        async with aiohttp.ClientSession(headers=KEY) as session:
            texts = []
            began = time.perf_counter()
            for _ in range(2):
                body = chat("paced-n20-i5-t20", "go", stream=True, stream_options={"include_usage": True})
                async with session.post(f"{simulators}/openai/v1/chat/completions", json=body) as response:
                    events = [line[6:] async for line in response.content if line.startswith(b"data: ")]
                assert events.pop() == b"[DONE]\n"
                chunks = [json.loads(event) for event in events]
                assert chunks[-1]["usage"]["completion_tokens"] == 20
                texts.append("".join(c["choices"][0]["delta"].get("content", "") for c in chunks if c["choices"]))
            return texts, time.perf_counter() - began

    texts, seconds = asyncio.run(read())
    assert texts == ["".join(piece_text(number) for number in range(20))] * 2
    assert seconds >= 2 * (0.020 + 19 * 0.005)


def test_exactly_one_channel_fails_about_one_prompt_in_five():
    assert [p.name for p in PERSONAS.values() if p.flaw == "fails"] == [flawed("fails").name]
    assert 0.14 < fate(flawed("fails"))[0] < 0.26


def test_one_channel_limits_rates_and_mostly_lets_the_second_try_pass(simulators):
    limiter = flawed("rate_limits")
    assert 0.4 < fate(limiter)[0] < 0.6
    assert 0.04 < fate(limiter, first_call=False)[0] < 0.16
    answers = [call(simulators, "/openai/v1/chat/completions", chat(limiter.name, f"limit {n}")) for n in range(6)]
    limited = [headers for status, headers, _ in answers if status == 429]
    assert limited
    assert all(headers["Retry-After"].isdecimal() for headers in limited)


def test_one_channel_cuts_streams_off():
    refused, cut = fate(flawed("cuts_off"))
    assert refused == 0
    assert 0.17 < cut < 0.33


def test_a_plan_is_the_same_for_a_seed_and_another_for_another():
    persona = PERSONAS["openai", "heron-pro"]
    plans = [plan_reply(persona, Asked("heron-pro", "写一条茶的文案"), seed=seed) for seed in (7, 7, 8)]
    assert plans[0] == plans[1]
    assert [piece.at_ms for piece in plans[0].pieces] != [piece.at_ms for piece in plans[2].pieces]


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT])
def test_ends_when_it_is_told_to(signal_number):
    with subprocess.Popen(COMMAND, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline().startswith("http://127.0.0.1:")
        process.send_signal(signal_number)
        assert process.wait(5) == 0


def test_ends_with_its_parent():
    starter = f"import subprocess, sys; p = subprocess.Popen({COMMAND!r}, stdout=subprocess.PIPE, text=True); " + (
        "print(p.stdout.readline().strip(), p.pid, flush=True); sys.stdin.read()"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", starter], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with parent:
        url, pid = parent.stdout.readline().split()
        assert call(url, "/healthz")[0] == 200
        parent.kill()
    for _ in range(100):
        if not is_alive(int(pid)):
            return
        time.sleep(0.05)
    os.kill(int(pid), signal.SIGKILL)
    pytest.fail("the simulators outlived their parent")


def is_alive(pid):
    """Whether the process still runs; one that nobody has buried yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
