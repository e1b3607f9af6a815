"""Inviting somebody by mail: the letter alone has the token, we keep its hash, and it lets one person in, once."""

from __future__ import annotations

import secrets
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from catalog.members import doorway
from catalog.members.log import note
from catalog.models import Invitation, Membership, Provider, Role
from catalog.refusals import Refused
from marketplace.accounts import letters
from marketplace.accounts.models import User, digest_of

INVITED_PER_DAY = 30  # letters that one provider, or one person, may send: we are nobody's mailing machine
MOST_MEMBERS = 100


@transaction.atomic
def invite(provider: Provider, *, by: User, email: str, role: str) -> Invitation:
    """Send a letter to ``email``; an open invitation of that address is replaced, and its letter opens nothing more."""
    doorway.owner(provider, by)
    doorway.refuse_role(role)
    email = _address(email)
    _refuse_member(provider, email)
    _refuse_crowd(provider, by)
    now = timezone.now()
    # An expired one counts as open for the database, too, which knows no clock.
    provider.invitations.filter(email=email, accepted_at=None, revoked_at=None).update(revoked_at=now)
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        provider=provider,
        email=email,
        role=role,
        digest=digest_of(token),
        invited_by=by,
        expires_at=now + timedelta(days=settings.INVITATION_DAYS),
    )
    note(provider, by, "member_invited", email, role=role)
    facts = {"provider": provider, "by": by.shown_name, "role": Role(role), "days": settings.INVITATION_DAYS}
    letters.send("invitation", to=email, language=_language_of(email), token=token, **facts)
    return invitation


def invitation_for(token: str) -> Invitation | None:
    """The invitation that a letter's token belongs to, open or not; None where there is none."""
    return Invitation.objects.filter(digest=digest_of(token)).select_related("provider", "invited_by").first()


@transaction.atomic
def accept(invitation: Invitation, *, by: User) -> Membership:
    """Become a member. Raises Refused unless it is open and was sent to an address that ``by`` has confirmed."""
    provider = invitation.provider
    doorway.lock(provider)
    if not Invitation.objects.open().filter(pk=invitation.pk).exists():
        raise Refused("", _("This invitation is no longer good."), _("Ask an owner of the provider for a new one."))
    if invitation.email not in confirmed_addresses(by):
        raise _for_another(invitation.email)
    if Membership.objects.filter(provider=provider, user=by).exists():
        message = _("You act for this provider already.")
        raise Refused("", message, _("An owner can change your role on the page of its members."))
    Invitation.objects.filter(pk=invitation.pk).update(accepted_at=timezone.now(), accepted_by=by)
    member = Membership.objects.create(provider=provider, user=by, role=invitation.role)
    note(provider, by, "member_joined", invitation.email, role=member.role)
    for owner in doorway.owners(provider):
        if owner != by and owner.email:
            facts = {"provider": provider, "who": by.shown_name, "role": Role(member.role)}
            letters.send("member_joined", to=owner.email, language=owner.language, **facts)
    return member


@transaction.atomic
def revoke(invitation: Invitation, *, by: User) -> bool:
    """Take an open one back; False where it was accepted or taken back before."""
    doorway.owner(invitation.provider, by)
    open_still = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None)
    if not open_still.update(revoked_at=timezone.now()):
        return False
    note(invitation.provider, by, "invitation_revoked", invitation.email)
    return True


def confirmed_addresses(user: User) -> set[str]:
    """The addresses that this person has shown to be theirs, in small letters."""
    rows = EmailAddress.objects.filter(user=user, verified=True)
    return {address.lower() for address in rows.values_list("email", flat=True)}


def _address(written: str) -> str:
    email = written.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise Refused("email", _("This is no e-mail address."), _("Write one such as name@example.com")) from None
    return email


def _refuse_member(provider: Provider, email: str) -> None:
    people = EmailAddress.objects.filter(email__iexact=email, verified=True).values("user")
    if Membership.objects.filter(provider=provider, user__in=people).exists():
        message = _("%s acts for this provider already.") % email
        raise Refused("email", message, _("Change the role in the list of members."))


def _refuse_crowd(provider: Provider, by: User) -> None:
    lately = Invitation.objects.filter(sent_at__gt=timezone.now() - timedelta(days=1))
    if max(lately.filter(provider=provider).count(), lately.filter(invited_by=by).count()) >= INVITED_PER_DAY:
        message = _("%d invitations have been sent within a day.") % INVITED_PER_DAY
        raise Refused("email", message, _("Try again tomorrow."))
    if provider.memberships.count() + provider.invitations.open().count() >= MOST_MEMBERS:
        message = _("%d people are a provider's most.") % MOST_MEMBERS
        raise Refused("email", message, _("Remove somebody, or take an invitation back."))


def _for_another(email: str) -> Refused:
    return Refused(
        "",
        _("This invitation was sent to %s, which is no confirmed address of your account.") % email,
        _("Add and confirm that address in your account, or sign in with the account that has it."),
    )


def _language_of(email: str) -> str:
    """Their own where they have an account and chose one, else that of the page on which they are invited."""
    known = User.objects.filter(emailaddress__email__iexact=email, emailaddress__verified=True).exclude(language="")
    return known.values_list("language", flat=True).first() or get_language() or ""
