"""The portal's part of ``/api/schema/`` is true for an owner; for all others ``test_doors`` asks every address."""

from __future__ import annotations

import pytest

from sandbox import detecting, proving
from sandbox.detecting import Found, Saw
from sandbox.proving import Proof, Verdict
from tests.described import description, faults


@pytest.fixture(autouse=True)
def _no_call_leaves(monkeypatch):
    """Every address answers as a good one does."""
    good = {"protocol": "openai", "models": ("pine-large", "pine-small")}
    monkeypatch.setattr(detecting, "look", lambda base_url, **_options: Found(base_url, Saw.LIST, **good))
    monkeypatch.setattr(detecting, "list_models", lambda endpoint: Found(endpoint.base_url, Saw.LIST, **good))
    monkeypatch.setattr(proving, "prove", lambda _endpoint, _names: Proof(Verdict.ANSWERED, Saw.LIST, good["models"]))


def test_answers_an_owner_as_described(world):
    headers = {"Authorization": f"Bearer {world.secrets['owner']}"}
    with description() as described:
        found = faults(described, headers, world.names, lambda operation: "/portal/" in operation.path, examples=8)
    assert not found, "\n\n".join(found)
