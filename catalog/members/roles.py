"""Who may do what: roles that change, people who go. A provider with members always keeps an owner."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.members import doorway
from catalog.members.log import note
from catalog.models import Invitation, Membership, Provider, Role
from catalog.refusals import Refused
from marketplace.accounts import letters
from marketplace.accounts.models import User


@transaction.atomic
def change_role(member: Membership, *, by: User, role: str) -> bool:
    """Give a member another role; False where they have it already. The last owner stays one."""
    provider = member.provider
    doorway.owner(provider, by)
    doorway.refuse_role(role)
    member = _as_it_is_now(member)
    if member.role == role:
        return False
    _refuse_last_owner(member, _("Make somebody else an owner first."))
    Membership.objects.filter(pk=member.pk).update(role=role)
    _take_back_what_they_sent(provider, member.user, by)
    note(provider, by, "member_role_changed", member.user.shown_name, role=role)
    _write("member_role", member.user, provider, by=by.shown_name, role=Role(role))
    return True


@transaction.atomic
def remove(member: Membership, *, by: User) -> None:
    """Let a member act no more, at once. Nobody removes themselves: they leave."""
    provider = member.provider
    doorway.owner(provider, by)
    member = _as_it_is_now(member)
    if member.user_id == by.pk:
        raise Refused("", _("Nobody removes themselves."), _("Leave the provider instead."))
    member.delete()
    _take_back_what_they_sent(provider, member.user, by)
    note(provider, by, "member_removed", member.user.shown_name)
    _write("member_removed", member.user, provider, by=by.shown_name)


@transaction.atomic
def leave(member: Membership) -> None:
    """Act for the provider no more. Its only owner stays until there is another."""
    provider = member.provider
    doorway.lock(provider)
    member = _as_it_is_now(member)
    _refuse_last_owner(member, _("Hand ownership over first, or make somebody else an owner."))
    member.delete()
    _take_back_what_they_sent(provider, member.user, member.user)
    note(provider, member.user, "member_left")
    for owner in doorway.owners(provider):
        _write("member_left", owner, provider, who=member.user.shown_name)


@transaction.atomic
def transfer(provider: Provider, *, by: User, to: Membership) -> None:
    """Hand ownership over: ``to`` becomes an owner and ``by`` an editor, both or neither."""
    mine = doorway.owner(provider, by)
    to = _as_it_is_now(to)
    if to.provider_id != provider.pk or to.pk == mine.pk:
        raise Refused("to", _("Ownership goes to another member."), _("Choose one of the others."))
    Membership.objects.filter(pk=to.pk).update(role=Role.OWNER)
    Membership.objects.filter(pk=mine.pk).update(role=Role.EDITOR)
    _take_back_what_they_sent(provider, by, by)
    note(provider, by, "ownership_transferred", to.user.shown_name)
    for person in (to.user, by):
        _write("ownership", person, provider, former=by.shown_name, owner=to.user.shown_name)


@transaction.atomic
def appoint(provider: Provider, *, user: User, role: str, by: User) -> Membership:
    """An operator lets somebody act for a provider that has nobody yet, such as one that the catalogue knew before."""
    doorway.lock(provider)
    doorway.refuse_role(role)
    member, made = Membership.objects.get_or_create(provider=provider, user=user, defaults={"role": role})
    if not made:
        raise Refused("user", _("They act for this provider already."), _("An owner can change their role."))
    note(provider, by, "member_appointed", user.shown_name, role=role)
    _write("member_role", user, provider, by=by.shown_name, role=Role(role))
    return member


def _as_it_is_now(member: Membership) -> Membership:
    """Read again behind the lock. Raises Refused where they are no member any more."""
    found = Membership.objects.select_related("user", "provider").filter(pk=member.pk).first()
    if found is None:
        raise Refused("", _("They act for this provider no more."), _("Look at the list of members again."))
    return found


def _owners(provider: Provider) -> int:
    return provider.memberships.filter(role=Role.OWNER).count()


def _refuse_last_owner(member: Membership, mend: str) -> None:
    if member.role == Role.OWNER and _owners(member.provider) == 1:
        raise Refused("", _("%s is the only owner.") % member.user.shown_name, mend)


def _take_back_what_they_sent(provider: Provider, user: User, by: User) -> None:
    """Who is no owner any more lets nobody in: their open invitations end with their ownership."""
    if Membership.objects.filter(provider=provider, user=user, role=Role.OWNER).exists():
        return
    sent = Invitation.objects.filter(provider=provider, invited_by=user, accepted_at=None, revoked_at=None)
    for invitation in sent:
        note(provider, by, "invitation_revoked", invitation.email)
    sent.update(revoked_at=timezone.now())


def _write(template: str, to: User, provider: Provider, **facts: str) -> None:
    if to.email:
        letters.send(template, to=to.email, language=to.language, provider=provider, **facts)
