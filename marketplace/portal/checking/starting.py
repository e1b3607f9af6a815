"""Starting a channel's checks, for pages and for machines alike."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from catalog import members
from catalog.models import Channel, Listing
from catalog.refusals import Refused
from marketplace.accounts.models import User
from sandbox import conformance
from sandbox.models import ConformanceRun


def start(channel: Channel, *, by: User, only: Sequence[str] = ()) -> ConformanceRun:
    """A run that is newly asked for is noted in the log. Raises ``Refused``."""
    if channel.listing == Listing.RETIRED:
        raise Refused("channel", _("A retired channel is not checked."), _("Add it again."))
    was_open = channel.conformance_runs.open().exists()
    run = conformance.start(channel, by=by, only=only)
    if not was_open:
        members.note(channel.provider, by, "checks_started", channel.slug)
    return run
