"""Who sees a channel that is not on the list, and what they are told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Exists, OuterRef, Q
from django.utils.functional import Promise

from catalog.models import Channel, Listing, Submission, SubmissionState
from catalog.onboarding.vocabulary import MOVED, REASONS

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from marketplace.accounts.models import User

PUBLIC, PRIVATE = "public", "private"
ONCE_LISTED = (Listing.SUSPENDED, Listing.RETIRED)


class Notice(NamedTuple):
    """``state`` is suspended, moved, retired, staged, draft or sunset; ``reason`` is a clause where there is one."""

    state: str
    reason: str | Promise = ""


def shown_to(channel: Channel, user: User | AnonymousUser) -> str:
    """``public``: everybody may see its page; ``private``: this user may; empty: to them it does not exist.

    The channel came with its provider. One that is on the list, or was, keeps its page, for reports link to it.
    """
    if channel.provider.listing == Listing.LISTED and (channel.listing == Listing.LISTED or _was_listed(channel)):
        return PUBLIC
    if not user.is_authenticated:
        return ""
    is_known = user.is_staff or channel.provider.memberships.filter(user=user).exists()
    return PRIVATE if is_known else ""


def for_everybody() -> Q:
    """The same for many channels at once: those that anybody may read about."""
    approved = Exists(Submission.objects.filter(channel=OuterRef("pk"), state=SubmissionState.APPROVED))
    seeded, own = Q(api__isnull=True, listing__in=ONCE_LISTED), Q(approved, api__isnull=False)
    return Q(provider__listing=Listing.LISTED) & (Q(listing=Listing.LISTED) | seeded | own)


def notice_of(channel: Channel) -> Notice | None:
    """What a page must say first; None where all is well."""
    if channel.listing == Listing.LISTED:
        return Notice("sunset") if channel.sunset_on else None
    if channel.listing in (Listing.DRAFT, Listing.STAGED) and channel.suspended_for == MOVED:
        return Notice(MOVED, REASONS[MOVED])
    reason = REASONS.get(channel.suspended_for, "") if channel.listing == Listing.SUSPENDED else ""
    return Notice(channel.listing, reason)


def _was_listed(channel: Channel) -> bool:
    """Channels of the seed are listed from the first day; a provider's own once an operator has approved it."""
    if channel.api_id is None:
        return channel.listing in ONCE_LISTED
    return channel.submissions.filter(state=SubmissionState.APPROVED).exists()
