"""Submitting channels with their checks, for pages and for machines alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from django.utils.translation import gettext as _

from catalog import onboarding
from catalog.models import Channel, Listing, Submission
from catalog.onboarding import Obstacle
from catalog.refusals import Refused
from marketplace.accounts.models import User
from marketplace.portal.listing import checked
from marketplace.portal.listing.checked import Checked


class Readiness(NamedTuple):
    """Where one channel stands on its way to the operators."""

    channel: Channel
    checked: Checked | None
    obstacles: list[Obstacle]
    declined: Submission | None

    @property
    def may_be_submitted(self) -> bool:
        return self.channel.listing in (Listing.DRAFT, Listing.RETIRED) and not self.obstacles


def readiness(channel: Channel) -> Readiness:
    last = channel.submissions.order_by("-submitted_at", "-pk").first()
    is_open = channel.listing in (Listing.DRAFT, Listing.RETIRED)
    run = checked.of_channel(channel)
    return Readiness(
        channel,
        run,
        checked.obstacles(channel, run) if is_open else [],
        last if last and last.state == "declined" and is_open else None,
    )


def submit(channels: Sequence[Channel], *, by: User, note: str = "") -> list[Submission]:
    """Put them before the operators, all or none. Raises Refused.

    A check that fails, but without which the channel can be tried, must be explained to the operators in ``note``.
    """
    runs = {}
    for channel in channels:
        run = checked.of_channel(channel)
        if found := checked.obstacles(channel, run):
            first = found[0]
            raise Refused(first.field, f"{channel.name}: {first.message}", first.mend)
        if run and run.failing and not note.strip():
            message = _("%(channel)s fails checks: %(checks)s.")
            told = {"channel": channel.name, "checks": _(", ").join(run.failing_titles)}
            raise Refused("note", message % told, _("Mend them, or tell the operators why it should be listed so."))
        runs[channel.pk] = run.run.code if run else ""
    return onboarding.submit(channels, by=by, conformance=runs, note=note)
