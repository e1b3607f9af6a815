"""Tests here start processes on event loops that end before asyncio has closed its ends of their pipes."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _pipes_are_collected_quietly(request: pytest.FixtureRequest) -> Iterator[None]:
    """Collect them at once, or they would warn in the middle of some other test."""
    yield
    if request.module.__name__.rsplit(".", 1)[-1] in {"test_embedded", "test_processes"}:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()
