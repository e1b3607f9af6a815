"""Who acts for a provider: members, invitations, and the log of who did what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from catalog import members
from catalog.models import Membership, Role
from marketplace.portal.api import bodies, rows, shapes
from marketplace.portal.api.frame import PortalView, ProviderView, described
from marketplace.portal.api.paging import PAGED, paged
from marketplace.problems import Problem

OWNERS = {"POST": Role.OWNER, "PATCH": Role.OWNER}


class MemberList(ProviderView):
    @described("members_list", "List a provider's members", answers={200: paged(shapes.MemberShape)}, parameters=PAGED)
    def get(self, request: Request, provider: str) -> Response:
        """Their e-mail addresses are shown to owners alone."""
        found = self.provider.memberships.select_related("user")
        return self.page(found, lambda row: rows.member(row, reader=self.membership))


class MemberDetail(ProviderView):
    # Whoever is a member may leave; that removing another takes an owner, the action sees to.
    least: ClassVar[Mapping[str, str]] = {**OWNERS, "DELETE": Role.VIEWER}

    def member_of(self, pk: int) -> Membership:
        found = self.provider.memberships.select_related("user", "provider").filter(pk=pk).first()
        if found is None:
            raise Http404
        return found

    @described(
        "members_update",
        "Give a member another role",
        body=bodies.RoleBody,
        answers={200: shapes.MemberShape},
        refuses=True,
    )
    def patch(self, request: Request, provider: str, member: int) -> Response:
        """Owners alone may. The last owner stays one."""
        found = self.member_of(member)
        members.change_role(found, by=self.person, role=self.wish(bodies.RoleBody)["role"])
        return Response(rows.member(self.member_of(member), reader=self.membership))

    @described("members_delete", "Remove a member, or leave", answers={204: None}, refuses=True)
    def delete(self, request: Request, provider: str, member: int) -> Response:
        """Your own membership: you leave. Another's: they act no more; owners alone may."""
        found = self.member_of(member)
        if found.pk == self.membership.pk:
            members.leave(found)
        elif not self.membership.may(Role.OWNER):
            raise Problem(403, _("Only an owner removes other members."), mend=_("Ask an owner of the provider."))
        else:
            members.remove(found, by=self.person)
        return Response(status=204)


class Transfer(ProviderView):
    least: ClassVar[Mapping[str, str]] = OWNERS

    @described("members_transfer", "Hand ownership over", answers={200: shapes.OwnProviderShape}, refuses=True)
    def post(self, request: Request, provider: str, member: int) -> Response:
        """The member becomes an owner, and you an editor."""
        found = self.provider.memberships.select_related("user").filter(pk=member).first()
        if found is None:
            raise Http404
        members.transfer(self.provider, by=self.person, to=found)
        self.membership.refresh_from_db(fields=["role"])
        return Response(rows.provider(self.membership))


class InvitationList(ProviderView):
    least: ClassVar[Mapping[str, str]] = {"GET": Role.OWNER, **OWNERS}

    @described(
        "invitations_list", "List open invitations", answers={200: paged(shapes.InvitationShape)}, parameters=PAGED
    )
    def get(self, request: Request, provider: str) -> Response:
        return self.page(self.provider.invitations.open(), rows.invitation)

    @described(
        "invitations_create",
        "Invite somebody by mail",
        body=bodies.InvitationBody,
        answers={201: shapes.InvitationShape},
        refuses=True,
    )
    def post(self, request: Request, provider: str) -> Response:
        """A letter is sent; only who gets it can accept. An open invitation of the same address is replaced."""
        wished = self.wish(bodies.InvitationBody)
        return Response(rows.invitation(members.invite(self.provider, by=self.person, **wished)), status=201)


class InvitationDetail(ProviderView):
    least: ClassVar[Mapping[str, str]] = {"DELETE": Role.OWNER}

    @described("invitations_delete", "Take an invitation back", answers={204: None}, refuses=True)
    def delete(self, request: Request, provider: str, invitation: int) -> Response:
        found = self.provider.invitations.open().filter(pk=invitation).first()
        if found is None or not members.revoke(found, by=self.person):
            raise Http404
        return Response(status=204)


class AcceptInvitation(PortalView):
    @described(
        "invitations_accept",
        "Accept an invitation",
        body=bodies.TokenBody,
        answers={200: shapes.OwnProviderShape},
        refuses=True,
    )
    def post(self, request: Request) -> Response:
        """It must have been sent to an address that you have confirmed."""
        found = members.invitation_for(self.wish(bodies.TokenBody)["token"])
        if found is None:
            mend = _("Copy the last part of the address in the letter, whole.")
            raise Problem(400, _("There is no such invitation."), field="token", mend=mend)
        membership = members.accept(found, by=self.person)
        return Response(rows.provider(membership))


class Log(ProviderView):
    @described("log_list", "Read who did what", answers={200: paged(shapes.LogEntryShape)}, parameters=PAGED)
    def get(self, request: Request, provider: str) -> Response:
        """The newest first."""
        return self.page(self.provider.log.all(), rows.log_entry)
