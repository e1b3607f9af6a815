"""Every fault of the table is acted out, and the wire ends it in the kind that the table names."""

from __future__ import annotations

import asyncio

import pytest

from sandbox.simulators.faults import FAULTS
from sandbox.simulators.personas import PERSONAS
from sandbox.wire.client import Client
from sandbox.wire.types import Endpoint, Kind, Limits, Question

# Real limits, a hundredth of their length: silence that would last a minute lasts half a second.
QUICK = Limits(connect_ms=500, headers_ms=600, first_piece_ms=600, idle_ms=500, piece_gap_ms=600, total_ms=6_000)
STEADY = next(p.name for p in PERSONAS.values() if p.protocol == "openai" and not p.flaw and not p.is_judge)


def ask(url, fault):
    async def call():
        client = Client(QUICK, frozenset([url.removeprefix("http://")]))
        try:
            endpoint = Endpoint("openai", f"{url}/openai/v1", STEADY, key="simulated")
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
