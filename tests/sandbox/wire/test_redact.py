"""A secret is taken out by value, in every spelling, wherever the text was cut."""

from __future__ import annotations

import base64
import time
from itertools import pairwise
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.wire.redact import MARK, Filter, longest_beginning, redact

SECRET = "not a real key+/=?>~"


@pytest.mark.parametrize("before", ["", "B", "Be", "Bearer "])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_finds_the_secret_inside_base64_at_every_offset(encode, before):
    encoded = encode(f"{before}{SECRET}, and more".encode()).decode()
    assert MARK in redact(f"got {encoded}!", secret=SECRET)


@pytest.mark.parametrize("spelling", [SECRET, quote(SECRET, safe=""), quote_plus(SECRET), SECRET.encode().hex()])
def test_finds_the_secret_plain_and_encoded(spelling):
    assert redact(f"<{spelling}>", secret=SECRET) == f"<{MARK}>"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("key sk-ab***yz is wrong", f"key {MARK} is wrong"),
        ("see https://api.example.com/v1?key=1 now", f"see {MARK} now"),
        ("connect to 10.0.0.5:443 failed", f"connect to {MARK} failed"),
        ("connect to [fd00:ec2:0::254]:443 failed", f"connect to {MARK}:443 failed"),
        ("host API.example.com is down", f"host {MARK} is down"),
        ("version 1.2.3 at 10:30", "version 1.2.3 at 10:30"),
    ],
)
def test_takes_out_addresses_too(text, clean):
    assert redact(text, secret="", host="api.example.com") == clean


def test_leaves_short_values_alone():
    assert redact("simulated", secret="simulated") == "simulated"
    assert Filter("simulated").feed("simulated") == "simulated"


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # the machine may be busy
@given(st.text("ab"), st.lists(st.integers(0, 60), max_size=10), st.text("ab"))
def test_filters_a_stream_wherever_it_is_cut(before, cuts, after):
    secret = "aabaabaabab"
    text = before + secret + after
    edges = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    sieve = Filter(secret)
    passed = "".join(sieve.feed(text[a:b]) for a, b in pairwise(edges)) + sieve.finish()
    assert secret not in passed


def test_holds_nothing_back_for_longer_than_needed():
    sieve = Filter("abcdefghijkl")
    assert [sieve.feed(piece) for piece in ["xab", "cde", "x", "a", ""]] == ["x", "", "abcdex", "", ""]
    assert sieve.finish() == "a"
    assert sieve.finish() == ""
    assert Filter("abcdefghijkl").feed("a lot of b") == "a lot of b"


def test_finds_the_longest_beginning():
    assert longest_beginning("xxaa", "aab") == 2
    assert longest_beginning("aab", "aab") == 0
    assert longest_beginning("", "aab") == 0


@pytest.mark.parametrize("text", ["a." * 32_000, "a-" * 32_000, "a://" * 16_000, "**a" * 20_000, ":" * 64_000])
def test_no_text_costs_its_square(text):
    """As long as an error may be, and looked at on the loop that everybody's answers stream through."""
    began = time.perf_counter()
    redact(text, secret=SECRET, host="api.example.com")
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize("before", ["", " ", ".", "-", "x.y.", "a" * 30])
def test_finds_an_address_whatever_stands_before_it(before):
    assert "example" not in redact(f"{before}https://example.com/v1", secret="")
