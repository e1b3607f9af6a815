"""A person takes leave of the site: of the providers they act for, and of the logs that name them."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import ProtectedError, Q
from django.utils import timezone

from catalog.members import note
from catalog.models import Agreement, AuditEntry, Channel, Credential, Invitation, Listing, Membership, Provider, Role
from catalog.models.members import GONE
from marketplace.accounts.models import User

FOR_SALE = [Listing.LISTED, Listing.SUSPENDED]


class Tie(NamedTuple):
    """A provider that cannot do without this person: others act for it, or its channels are for sale."""

    provider: Provider
    has_members: bool
    has_channels: bool


def ties(user: User) -> list[Tie]:
    """The providers of which ``user`` is the only owner, and which would be left with nobody in charge."""
    found = []
    for membership in user.memberships.filter(role=Role.OWNER).select_related("provider"):
        others = Membership.objects.filter(provider=membership.provider).exclude(pk=membership.pk)
        if others.filter(role=Role.OWNER).exists():
            continue
        has_channels = Channel.objects.filter(provider=membership.provider, listing__in=FOR_SALE).exists()
        tie = Tie(membership.provider, others.exists(), has_channels)
        if tie.has_members or tie.has_channels:
            found.append(tie)
    return found


@transaction.atomic
def depart(user: User) -> None:
    """Leave every provider, and take the name and the addresses out of what stays. Who has ``ties`` may not."""
    names = {user.shown_name, user.email, user.username, user.get_full_name()} - {""}
    for membership in user.memberships.select_related("provider"):
        _leave(membership, user)
    AuditEntry.objects.all().forget(user, names)
    Agreement.objects.filter(agreed_by=user).update(agreed_name=GONE)
    sent = Invitation.objects.filter(invited_by=user, accepted_at=None, revoked_at=None)
    sent.update(revoked_at=timezone.now())  # who is gone lets nobody in
    Invitation.objects.filter(Q(email__iexact=user.email) | Q(accepted_by=user)).delete()
    # Who acts for nobody any more lets nobody in.
    Invitation.objects.filter(invited_by=user, accepted_at=None, revoked_at=None).update(revoked_at=timezone.now())


def _leave(membership: Membership, user: User) -> None:
    provider = membership.provider
    if Membership.objects.filter(provider=provider).exclude(pk=membership.pk).exists():
        note(provider, user, "member_left")
        membership.delete()
    else:
        membership.delete()
        _close(provider)


def _close(provider: Provider) -> None:
    """Nobody acts for it and nothing of it is for sale: it goes, all but what its log and others' trials still need.

    One that the catalogue knew before an operator let anybody act for it stays as it is.
    """
    Credential.objects.filter(provider=provider).delete()
    if provider.log.filter(action="member_appointed").exists():
        return
    if not _deleted(provider.channels, provider.apis):
        provider.channels.update(listing=Listing.RETIRED)
    if not _deleted(Provider.objects.filter(pk=provider.pk)):
        Provider.objects.filter(pk=provider.pk).update(listing=Listing.RETIRED)


def _deleted(*rows: Any) -> bool:
    """All of them, or none where others still need one."""
    try:
        with transaction.atomic():
            for each in rows:
                each.all().delete()
    except ProtectedError:
        return False
    return True
