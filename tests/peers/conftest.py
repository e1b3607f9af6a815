"""A worker for trials against a peer, as the sandbox's own tests have it."""

from tests.sandbox.conftest import simulators, worker

__all__ = ["simulators", "worker"]
