"""The simulated fleet and a worker for tests of the portal, as the sandbox's own tests have them."""

from tests.sandbox.conftest import simulators, worker

__all__ = ["simulators", "worker"]
