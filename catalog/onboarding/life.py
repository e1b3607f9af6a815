"""What happens to a listed channel: sent back to be checked, suspended and returned, given a last day, retired."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Protocol

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.members import note as write_down
from catalog.models import Channel, Listing, Submission, SubmissionState
from catalog.onboarding import letters
from catalog.onboarding.vocabulary import BY_HAND, MOVED, REASONS, RETURNING
from catalog.refusals import Refused

if TYPE_CHECKING:
    from marketplace.accounts.models import User


class HasPage(Protocol):
    def get_absolute_url(self) -> str: ...


SENT_BACK_FROM = (Listing.LISTED, Listing.SUSPENDED, Listing.STAGED)


@transaction.atomic
def send_back(channels: Iterable[Channel], *, by: User | None) -> int:
    """Their address or protocol changed: what was on its way or on the list is a draft again; how many there were.

    Those that were listed say on their page that they are being checked again, and their people are written to.
    """
    keys = [channel.pk for channel in channels]
    now, sent = timezone.now(), 0
    rows = Channel.objects.filter(pk__in=keys).select_for_update(of=("self",)).select_related("provider", "model")
    for channel in rows.order_by("pk"):
        was = _only(channel, *SENT_BACK_FROM)
        marks = {} if channel.listing == Listing.STAGED else {"suspended_at": now, "suspended_for": MOVED}
        if was.update(listing=Listing.DRAFT, **marks):
            Submission.objects.waiting().filter(channel=channel).update(state=SubmissionState.WITHDRAWN, decided_at=now)
            write_down(channel.provider, by, "channel_sent_back", channel.slug)
            if marks:
                letters.tell(channel, "listing_sent_back")
            sent += 1
    return sent


@transaction.atomic
def suspend(channel: Channel, *, by: User | None, reason: str, note: str = "", proof: HasPage | None = None) -> None:
    """Take a listed channel off the list for now. ``by`` None is the schedule.

    ``note`` is for its people alone; ``proof`` is what they are pointed to, such as the run of checks that failed.

    Trials that are running go on with it: what was asked is answered, paid and reported. Raises Refused.
    """
    if reason not in (BY_HAND if by else REASONS):
        raise Refused("reason", _("There is no such reason."), _("Choose one from the list."))
    values = {"suspended_at": timezone.now(), "suspended_for": reason}
    if not _only(channel, Listing.LISTED).update(listing=Listing.SUSPENDED, **values):
        raise Refused("channel", _("It is not on the list now."), _("See its page for where it stands."))
    channel.refresh_from_db()
    write_down(channel.provider, by, "channel_suspended", channel.slug, reason=note.strip() or reason)
    told = {"reason": REASONS[reason], "note": note.strip(), "returns_by_itself": reason in RETURNING, "run": proof}
    letters.tell(channel, "listing_suspended", **told)


@transaction.atomic
def bring_back(channel: Channel, *, by: User | None) -> None:
    """Put a suspended channel back on the list. Raises Refused.

    The schedule (``by`` None) ends the suspension that it has seen, and none that an operator has made since.
    """
    values = {"listing": Listing.LISTED, "suspended_at": None, "suspended_for": ""}
    suspended = _only(channel, Listing.SUSPENDED)
    if by is None:
        suspended = suspended.filter(suspended_at=channel.suspended_at, suspended_for=channel.suspended_for)
    if not suspended.update(**values):
        raise Refused("channel", _("It is not suspended now."), _("See its page for where it stands."))
    channel.refresh_from_db()
    write_down(channel.provider, by, "channel_returned", channel.slug)
    letters.tell(channel, "listing_returned")


@transaction.atomic
def retire(channel: Channel, *, by: User | None) -> None:
    """End it: its page stays with its history and its successor, and it is asked nothing more. Raises Refused."""
    listed = _only(channel, Listing.DRAFT, Listing.STAGED, Listing.LISTED, Listing.SUSPENDED)
    if not listed.update(listing=Listing.RETIRED):
        raise Refused("channel", _("It is retired already."), _("Submit it to bring it back."))
    channel.submissions.waiting().update(state=SubmissionState.WITHDRAWN, decided_at=timezone.now())
    channel.refresh_from_db()
    write_down(channel.provider, by, "channel_retired", channel.slug)
    letters.tell(channel, "listing_retired")


@transaction.atomic
def set_sunset(channel: Channel, *, by: User | None, day: date, successor: Channel | None = None) -> None:
    """Say from now on that ``day`` is the channel's last, and what to use instead. Raises Refused."""
    if day < timezone.localdate():
        raise Refused("day", _("That day is over."), _("Choose today or a later day; or retire it at once."))
    if successor is not None and (successor.pk == channel.pk or not _is_listed(successor)):
        raise Refused("successor", _("That cannot be its successor."), _("Choose another channel that is listed."))
    if not _only(channel, Listing.LISTED, Listing.SUSPENDED).update(sunset_on=day, successor=successor):
        raise Refused("day", _("Only a listed channel has a last day."), _("See its page for where it stands."))
    channel.refresh_from_db()
    write_down(channel.provider, by, "sunset_set", channel.slug, day=day.isoformat())
    letters.tell(channel, "listing_sunset", days=None)


@transaction.atomic
def lift_sunset(channel: Channel, *, by: User | None) -> None:
    """It stays after all. Raises Refused."""
    still = _only(channel, Listing.LISTED, Listing.SUSPENDED).filter(sunset_on__isnull=False)
    if not still.update(sunset_on=None, successor=None):
        raise Refused("day", _("It has no last day."), _("See its page for where it stands."))
    channel.refresh_from_db()
    write_down(channel.provider, by, "sunset_lifted", channel.slug)


def _only(channel: Channel, *states: Listing) -> QuerySet[Channel]:
    """Its row if it is in one of these states."""
    return Channel.objects.filter(pk=channel.pk, listing__in=states)


def _is_listed(channel: Channel) -> bool:
    return Channel.objects.listed().filter(pk=channel.pk).exists()
