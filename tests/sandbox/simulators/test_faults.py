"""Every fault of the table is acted out, and the wire ends it in the kind that the table names."""

from __future__ import annotations

import asyncio

import pytest

from sandbox.simulators.asked import Refusal
from sandbox.simulators.faults import FAULTS, Call, act, named_in
from sandbox.simulators.personas import BASE_URLS, PERSONAS
from sandbox.wire.client import Client
from sandbox.wire.types import Endpoint, Kind, Limits, Question

# Real limits, a hundredth of their length: silence that would last a minute lasts half a second.
QUICK = Limits(connect_ms=500, headers_ms=600, first_piece_ms=600, idle_ms=500, piece_gap_ms=600, total_ms=6_000)


def steady(protocol):
    return next(p for p in PERSONAS.values() if p.protocol == protocol and not p.flaw and not p.is_judge).name


def ask(url, fault, *, protocol="openai"):
    async def call():
        client = Client(QUICK, frozenset([url.removeprefix("http://")]))
        try:
            endpoint = Endpoint(protocol, url + BASE_URLS[protocol], steady(protocol), key="simulated")
            return await client.ask(endpoint, Question(f"Describe a lighthouse. [[fault:{fault}]]"))
        finally:
            await client.close()

    return asyncio.run(call())


# The one that needs a reader who leaves is acted out in tests/sandbox/wire.
ACTED = [fault for fault in FAULTS.values() if fault.act and fault.kind != Kind.CANCELLED]


@pytest.mark.parametrize("fault", ACTED, ids=lambda fault: fault.id)
def test_a_fault_ends_in_its_kind(simulators, fault):
    outcome = ask(simulators, fault.id)
    assert (outcome.error.kind if outcome.error else None) == fault.kind, outcome.error


IN_ANY_PROTOCOL = [
    "up-d04",
    "up-d09",
    "up-d13",
    "up-d14",
    "up-d15",
    "up-d17",
    "up-d22",
    "up-d31",
    "up-d32",
    "x-filtered",
]


@pytest.mark.parametrize("protocol", ["anthropic", "gemini"])
@pytest.mark.parametrize("fault", [*IN_ANY_PROTOCOL, "x-error-event", "x-unauthorised"])
def test_a_fault_ends_in_its_kind_in_the_other_protocols(simulators, fault, protocol):
    outcome = ask(simulators, fault, protocol=protocol)
    assert (outcome.error.kind if outcome.error else None) == FAULTS[fault].kind, outcome.error


def test_a_failed_answer_keeps_the_text_it_got(simulators):
    assert ask(simulators, "up-d15").text.startswith("The tide came in")


def test_the_table_holds_every_row_and_says_what_cannot_be_acted_out():
    assert {f"up-d{number:02}" for number in range(1, 35)} <= set(FAULTS)
    assert {fault.id for fault in FAULTS.values() if not fault.act} == {"up-d01", "up-d02", "up-d25", "up-d26"}
    assert all(fault.why_not for fault in FAULTS.values() if not fault.act)


def test_reads_a_fault_and_its_seconds_from_a_prompt():
    assert named_in("Please [[fault:up-d06:0.5]] now") == Call("up-d06", 0.5)
    assert named_in("Please [[fault:up-d06]]") == Call("up-d06")
    assert named_in("Please [fault:up-d06]") is None


def test_a_judge_heeds_its_own_faults_alone():
    assert named_in("[[fault:up-d06]]", judge=True) is None
    assert named_in("[[fault:up-d06]] [[judge-fault:up-d10]]", judge=True) == Call("up-d10")
    assert named_in("[[judge-fault:up-d10]]") is None


@pytest.mark.parametrize("fault", ["up-d99", "up-d25"])
def test_refuses_what_it_cannot_act_out(fault):
    with pytest.raises(Refusal, match=fault):
        act(Call(fault), None)
