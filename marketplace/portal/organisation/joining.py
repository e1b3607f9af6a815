"""Where the letter of an invitation leads: who invites to what, and one button."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from catalog import members
from catalog.models import Invitation
from catalog.refusals import Refused
from marketplace.accounts.models import User
from marketplace.portal.doors import anybody
from marketplace.portal.organisation import todo


@require_http_methods(["GET", "HEAD", "POST"])
@anybody
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """A guest is shown it, too, and asked to sign in; the token is known to the letter's reader alone."""
    found = members.invitation_for(token)
    if found is None:
        raise Http404
    refused = None
    if request.method == "POST" and isinstance(request.user, User):
        try:
            member = members.accept(found, by=request.user)
        except Refused as caught:
            refused = caught
        else:
            messages.success(request, _("You act for %(name)s now, as %(role)s.") % _words(found, member.role))
            return redirect(todo.page_of(member.provider))
    context = {
        "invitation": found,
        "is_open": _is_open(found),
        "refused": refused,
        "is_theirs": _is_theirs(request, found),
    }
    return render(request, "portal/organisation/invitation.html", context, status=409 if refused else 200)


def _words(found: Invitation, role: str) -> dict[str, str]:
    return {"name": found.provider.name, "role": str(found.get_role_display())}


def _is_open(found: Invitation) -> bool:
    return not (found.accepted_at or found.revoked_at or found.is_expired)


def _is_theirs(request: HttpRequest, found: Invitation) -> bool:
    return isinstance(request.user, User) and found.email in members.confirmed_addresses(request.user)
