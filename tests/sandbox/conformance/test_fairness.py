"""What honest providers do differently is a warning, and what nobody claims cannot fail."""

from __future__ import annotations

import json

import pytest

from sandbox.conformance import bench
from sandbox.conformance.bench import Claims
from sandbox.conformance.checks.answers import is_kin, is_like
from sandbox.conformance.checks.reading import likeness, numbers, says
from sandbox.conformance.checks.texts import is_damaged
from tests.sandbox.conformance import test_hostile as hostile
from tests.sandbox.wire.scripts import STOP, answers, error, said, streams


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch):
    monkeypatch.setattr(bench, "BUSY_PAUSE_S", 0.01)


USAGE = '{"choices":[],"usage":{"prompt_tokens":30,"completion_tokens":4}}'


def script(**departures):
    """An API that answers everything with the same words, but for what ``departures`` say of a request's payload."""

    async def serve(request, writer):
        payload = json.loads(request.body) if request.body.endswith(b"}") else {}
        for name, answer in departures.items():
            if name in payload or name.encode() in request.head:
                return await answer(request, writer)
        return await streams(said("The quick brown fox"), STOP, USAGE, "[DONE]")(request, writer)

    return serve


def found(script, *only, **claims):
    hostile.CLAIMS, kept = Claims(("model-a",), **claims), hostile.CLAIMS
    try:
        verdicts = {one.slug: one for one in hostile.check(script, only=only)}
    finally:
        hostile.CLAIMS = kept
    return {slug: (one.verdict.result, one.verdict.finding) for slug, one in verdicts.items()}, verdicts


REFUSES = answers("400 Bad Request", error("this parameter is not supported"))


def test_learns_which_parameters_are_taken_ignored_and_refused():
    _, verdicts = found(script(seed=REFUSES, top_p=answers("500 Oops")), "parameters")
    learned = verdicts["parameters"].learned
    assert verdicts["parameters"].verdict.finding == "broken"
    assert learned["rejected"] == ["seed", "top_p"]
    assert "temperature" in learned["ignored"]
    assert learned["accepted"] == []


def test_a_refused_parameter_is_a_warning():
    results, verdicts = found(script(seed=REFUSES, user=REFUSES), "parameters")
    assert results["parameters"] == ("warn", "some_rejected")
    assert verdicts["parameters"].verdict.facts["rejected"] == "seed, user"


def test_adopts_the_name_of_the_cap_that_the_api_wants():
    results, verdicts = found(script(max_tokens=REFUSES), "plain_answer", "parameters")
    assert results["plain_answer"] == ("pass", "echoed")
    assert verdicts["parameters"].learned["dialect"] == {"max_tokens": "max_completion_tokens"}


def test_a_list_of_models_and_rate_limit_headers_are_not_owed():
    results, _ = found(script(**{"/models": answers("404 Not Found")}), "models_list", "rate_limit_headers")
    assert results == {"models_list": ("warn", "none"), "rate_limit_headers": ("warn", "none")}


def test_what_is_not_claimed_is_not_applicable():
    results, _ = found(script(tools=REFUSES, response_format=REFUSES), "tools", "structured_output", "image")
    assert set(results.values()) == {("na", "not_claimed")}
    results, _ = found(script(), "tools", calls_tools=False)
    assert results["tools"] == ("na", "not_claimed")
    results, _ = found(script(tools=REFUSES), "tools", calls_tools=True)
    assert results["tools"] == ("fail", "refused")


def test_an_unknown_parameter_may_be_refused_in_words():
    name = "touchstone_unknown_parameter"
    assert found(script(**{name: REFUSES}), "unknown_parameters")[0]["unknown_parameters"] == ("pass", "refused")
    mute = answers("422 Unprocessable Entity", b"no")
    assert found(script(**{name: mute}), "unknown_parameters")[0]["unknown_parameters"] == ("warn", "refused_mutely")
    assert found(script(), "unknown_parameters")[0]["unknown_parameters"] == ("pass", "passed_over")


def test_a_rate_limit_is_no_fault_of_what_was_asked():
    limited = answers("429 Too Many Requests", error("slow down"))
    assert found(script(stop=limited), "stop_sequences")[0]["stop_sequences"] == ("warn", "rate_limited")


def test_no_key_means_nothing_to_refuse():
    results, _ = found(script(), "auth_missing")
    assert results["auth_missing"] == ("fail", "answered")


def test_one_call_at_once_is_no_crowd():
    results, _ = found(script(), "parallel", "speed_parallel", max_parallel=1)
    assert set(results.values()) == {("na", "claims_one")}


@pytest.mark.parametrize(
    ("asked", "named", "fits"),
    [
        ("gpt-x", "gpt-x-2026-01-02", True),
        ("acme/stone-7b", "stone-7b", True),
        ("Stone 7B Instruct", "stone-7b-instruct-fp8", True),
        ("ep-2026", "stone-7b", False),
        ("stone-7b", "other-mini", False),
        ("stone-7b", "stone-70b", False),
        ("stone-7b", "stone-7b-mini", False),
        ("stone-2", "stone-2.1-latest", False),
        ("stone-2", "stone-2-20260102", True),
        ("", "stone", False),
    ],
)
def test_knows_a_models_name_in_other_clothes(asked, named, fits):
    assert is_like(asked, named) is fits


def test_a_relative_of_the_model_is_a_warning():
    assert is_kin("stone-chat", "stone-v3.2")
    assert not is_kin("stone-7b-chat", "other-7b-chat")


def test_reads_as_kindly_as_a_person():
    assert says("**Plum**.", "PLUM")
    assert says("“梅子”。", "梅子")
    assert numbers("1, 2,3 and 123456789") == [1, 2, 3]
    assert likeness("Same, text!", "same text") == 1


@pytest.mark.parametrize("text", ["a\ufffdb", "è¯•é‡‘", "\\u8bd5", "????"])
def test_sees_broken_characters(text):
    assert is_damaged(text)


@pytest.mark.parametrize("text", ["试金石", "café, naïve", "why?", "Ärger über Öl"])
def test_minds_no_honest_characters(text):
    assert not is_damaged(text)
