"""The calls we print can be pasted as they are."""

from __future__ import annotations

import json
import shlex

import pytest

from catalog import snippets
from tests import factories

pytestmark = pytest.mark.django_db


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
