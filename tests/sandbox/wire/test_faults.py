"""Whatever a provider does, a call ends in one outcome of one kind, in time, and keeps what it got."""

from __future__ import annotations

import asyncio
import base64
import time
from functools import cache
from urllib.parse import quote

import pytest

from sandbox.wire.types import Outcome, Question
from tests.sandbox.wire.kinds import KINDS
from tests.sandbox.wire.scripts import FAULTS, HTML, Fault
from tests.sandbox.wire.upstream import FAST, KEY, Upstream, upstream

QUESTION = Question("What is a touchstone?")


@cache
def provoke(fault: Fault) -> tuple[Outcome, Upstream]:
    async def run() -> tuple[Outcome, Upstream]:
        async with upstream(fault.script) as up:
            client = up.client()
            try:
                return await client.ask(up.endpoint(), QUESTION), up
            finally:
                await client.close()

    return asyncio.run(run())


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_ends_in_one_kind_and_keeps_the_text(fault):
    began = time.perf_counter()
    outcome, up = provoke(fault)
    assert (outcome.error.kind if outcome.error else None) == (KINDS[fault.code] if fault.code else None), outcome.error
    if fault.text is not None:
        assert outcome.text == fault.text
    assert outcome.tries == fault.tries == len(up.requests)
    assert tuple(outcome.flags) == fault.flags
    assert time.perf_counter() - began < FAST.total_ms / 1000 + 1


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault.code], ids=lambda fault: fault.name)
def test_says_nothing_that_must_not_be_shown(fault):
    detail = provoke(fault)[0].error.detail
    hidden = [KEY, base64.b64encode(KEY.encode()).decode(), quote(KEY, safe=""), "127.0.0.1", "http://", "Traceback"]
    assert [word for word in hidden if word in detail] == []
    assert HTML.decode()[:6] not in detail
    assert 10 < len(detail) <= 300
