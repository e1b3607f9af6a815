"""An address as people paste it."""

from __future__ import annotations

import pytest

from marketplace.portal.adding.addresses import read
from sandbox.wire.addresses import Blocked


@pytest.mark.parametrize(
    ("pasted", "kept", "protocol"),
    [
        ("https://api.example.com/v1/", "https://api.example.com/v1", ""),
        ("  https://API.Example.com:443/v1\n", "https://api.example.com/v1", ""),
        ("https://api.example.com.:8443/v1", "https://api.example.com:8443/v1", ""),
        ("api.example.com/v1", "https://api.example.com/v1", ""),
        ("api.example.com:8443", "https://api.example.com:8443", ""),
        ("https://api.example.com/v1/chat/completions", "https://api.example.com/v1", "openai"),
        ("https://api.example.com/v1/chat/completions/", "https://api.example.com/v1", "openai"),
        ("https://api.example.com/v1/embeddings", "https://api.example.com/v1", "openai"),
        ("https://api.example.com/v1/messages", "https://api.example.com/v1", "anthropic"),
        ("https://api.example.com/v1/models", "https://api.example.com/v1", ""),
        ("https://api.example.com/v1beta/models/m-1:generateContent", "https://api.example.com/v1beta", "gemini"),
        (
            "https://api.example.com/v1beta/models/m:streamGenerateContent?alt=sse",
            "https://api.example.com/v1beta",
            "gemini",
        ),
        ("https://[2606:4700:4700::1111]/v1", "https://[2606:4700:4700::1111]/v1", ""),
        ("https://api.example.com/anthropic", "https://api.example.com/anthropic", "anthropic"),
        ("https://api.example.com/compatible-mode/v1", "https://api.example.com/compatible-mode/v1", "openai"),
        ("https://openai.example.com/v1", "https://openai.example.com/v1", ""),
        ("https://messages.example.com", "https://messages.example.com", ""),
        ("http://127.0.0.1:8080/v1", "http://127.0.0.1:8080/v1", ""),
    ],
)
def test_keeps_one_spelling_without_the_path_of_a_call(pasted, kept, protocol):
    found = read(pasted)
    assert (found.base_url, found.protocol) == (kept, protocol)


@pytest.mark.parametrize(
    "pasted",
    ["", "v1", "not an address", "https://", "ftp://api.example.com", "https://a.example.com/?x=/models", "//x/y"],
)
def test_takes_nothing_else_for_an_address(pasted):
    if pasted == "v1":
        assert read(pasted).base_url == "https://v1"  # the guard refuses it: no name of the internet
        return
    with pytest.raises(Blocked):
        read(pasted)


def test_reading_twice_changes_nothing():
    once = read("API.example.com/v1/chat/completions/").base_url
    assert read(once).base_url == once
