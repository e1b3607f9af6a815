"""The calls we print can be pasted as they are."""

from __future__ import annotations

import ast
import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from catalog import snippets
from sandbox.simulators.personas import PERSONAS
from tests import factories

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
# Where the simulators speak each protocol.
BASES = {"openai": "/openai/v1", "anthropic": "/anthropic/v1", "gemini": "/gemini/v1beta"}


def make_channel(**overrides):
    provider = factories.make_provider(is_simulated=False, key_variables=["302AI_API_KEY", "EXAMPLE_API_KEY"])
    return factories.make_channel(provider=provider, base_url="https://api.example.com/v1/", **overrides)


@pytest.mark.parametrize(
    ("protocol", "path", "header"),
    [
        ("openai", "/v1/chat/completions", "Authorization: Bearer $EXAMPLE_API_KEY"),
        ("anthropic", "/v1/messages", "x-api-key: $EXAMPLE_API_KEY"),
        ("gemini", "/v1/models/m-1:streamGenerateContent?alt=sse", "x-goog-api-key: $EXAMPLE_API_KEY"),
    ],
)
def test_prints_each_protocol_with_its_path_and_key(protocol, path, header):
    words = shlex.split(snippets.curl(make_channel(protocol=protocol, wire_name="m-1")).replace("\\\n", ""))
    assert words[:3] == ["curl", "-N", f"https://api.example.com{path}"]
    assert header in words
    assert json.loads(words[-1])


def test_a_name_with_a_quote_stays_one_word_for_the_shell():
    name = "it's; $(touch /x)"
    words = shlex.split(snippets.curl(make_channel(protocol="openai", wire_name=name)).replace("\\\n", ""))
    assert json.loads(words[-1])["model"] == name


def test_a_variable_that_no_shell_can_name_is_passed_over():
    assert snippets.key_variable(make_channel()) == "EXAMPLE_API_KEY"
    assert snippets.key_variable(factories.make_channel()) == "API_KEY"


@pytest.fixture(scope="module")
def fleet():
    command = [sys.executable, "-m", "sandbox.simulators", "--port", "0", "--speed", "50"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        yield process.stdout.readline().strip()
        process.terminate()


def simulated(fleet, settings, protocol):
    """A channel as the seed makes it, whose simulator listens at ``fleet``."""
    settings.SIMULATORS_URL = fleet
    persona = next(p for p in PERSONAS.values() if p.protocol == protocol and not p.flaw and not p.is_judge)
    return factories.make_channel(protocol=protocol, wire_name=persona.name, base_url=BASES[protocol])


def said(command, code, directory, name):
    script = directory / name
    script.write_text(code, encoding="utf-8")
    environment = os.environ | {"API_KEY": "simulated", "NO_PROXY": "127.0.0.1,localhost"}
    done = subprocess.run(
        [*command, str(script)], env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("protocol", list(BASES))
def test_the_python_call_runs_as_it_is_printed(protocol, fleet, settings, tmp_path):
    code = snippets.python(simulated(fleet, settings, protocol))
    assert len(said([sys.executable], code, tmp_path, "call.py")) > 5


@pytest.mark.skipif(not shutil.which("node"), reason="no Node on this machine")
@pytest.mark.parametrize("protocol", list(BASES))
def test_the_javascript_call_runs_as_it_is_printed(protocol, fleet, settings, tmp_path):
    code = snippets.javascript(simulated(fleet, settings, protocol))
    assert len(said(["node"], code, tmp_path, "call.mjs")) > 5


@pytest.mark.skipif(not shutil.which("curl"), reason="no curl on this machine")
@pytest.mark.parametrize("protocol", list(BASES))
def test_the_curl_call_runs_as_it_is_printed(protocol, fleet, settings, tmp_path):
    code = snippets.curl(simulated(fleet, settings, protocol))
    assert "data:" in said(["sh"], code, tmp_path, "call.sh")


@pytest.mark.parametrize("name", ['it\'s "quoted"', "back\\slash", "${HOME}", "`id`", "模型 1"])
def test_a_name_stays_one_text_in_python_and_javascript(name):
    channel = make_channel(protocol="openai", wire_name=name)
    assert name in {
        node.value for node in ast.walk(ast.parse(snippets.python(channel))) if isinstance(node, ast.Constant)
    }
    body = snippets.javascript(channel).split("JSON.stringify(", 1)[1].split("),\n", 1)[0]
    assert json.loads(body)["model"] == name


def test_a_package_that_cannot_reach_the_address_is_not_shown():
    channel = make_channel(protocol="anthropic")
    assert [call.name for call in snippets.of(channel)] == ["curl", "python", "javascript"]
    channel.base_url = "https://api.example.com/claude"
    assert [call.name for call in snippets.of(channel)] == ["curl", "javascript"]


def test_each_protocol_uses_its_own_package():
    packages = {protocol: snippets.of(make_channel(protocol=protocol))[1].package for protocol in BASES}
    assert packages == {"openai": "openai", "anthropic": "anthropic", "gemini": "google-genai"}
