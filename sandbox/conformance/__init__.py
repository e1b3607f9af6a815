"""Does a channel speak its protocol: checks against the real endpoint, each with what was sent and received.

``questions`` and ``engine`` know no Django, so that simulated providers and the benchmark can use them; what works on
rows is therefore imported only when it is called.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from catalog.models import Channel
    from marketplace.accounts.models import User
    from sandbox.models import ConformanceRun


def start(channel: Channel, *, by: User | None, kind: str = "full", only: Collection[str] = ()) -> ConformanceRun:
    """``runs.start``: ask for a channel's checks. Raises ``catalog.refusals.Refused``."""
    from sandbox.conformance import runs

    return runs.start(channel, by=by, kind=kind, only=only)


def latest(channel: Channel, *, kind: str = "full") -> ConformanceRun | None:
    """``runs.latest``: the channel's newest run of that kind, over or not."""
    from sandbox.conformance import runs

    return runs.latest(channel, kind=kind)


def conforms(run: ConformanceRun) -> bool:
    """``runs.conforms``: whether the run is over and nothing failed."""
    from sandbox.conformance import runs

    return runs.conforms(run)
