"""A provider's members and open invitations: seen by all of them, changed by its owners."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from catalog import members as acting
from catalog.models import Membership, Provider, Role
from catalog.refusals import Refused
from marketplace.portal.doors import member, person
from marketplace.portal.organisation.forms import InviteForm


@require_safe
@member(Role.VIEWER)
def members(request: HttpRequest, provider: Provider) -> HttpResponse:
    return _show(request, provider, InviteForm())


@require_POST
@member(Role.OWNER)
def invite(request: HttpRequest, provider: Provider) -> HttpResponse:
    form = InviteForm(request.POST)
    if form.is_valid():
        try:
            sent = acting.invite(provider, by=person(request), **form.cleaned_data)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("An invitation is on its way to %s.") % sent.email)
            return redirect("portal:members", provider.slug)
    return _show(request, provider, form, status=422)


@require_POST
@member(Role.OWNER)
def revoke(request: HttpRequest, provider: Provider, invitation: int) -> HttpResponse:
    found = get_object_or_404(provider.invitations, pk=invitation)
    done = _("The invitation of %s is taken back: its letter opens nothing any more.") % found.email
    return _try(request, provider, lambda: acting.revoke(found, by=person(request)), done)


@require_POST
@member(Role.OWNER)
def change_role(request: HttpRequest, provider: Provider, member: int) -> HttpResponse:
    found = _member(provider, member)
    role = request.POST.get("role", "")
    done = _("%s has another role now.") % found.user.shown_name
    return _try(request, provider, lambda: acting.change_role(found, by=person(request), role=role), done)


@require_POST
@member(Role.OWNER)
def remove(request: HttpRequest, provider: Provider, member: int) -> HttpResponse:
    found = _member(provider, member)
    done = _("%s acts for this provider no more.") % found.user.shown_name
    return _try(request, provider, lambda: acting.remove(found, by=person(request)), done)


@require_POST
@member(Role.VIEWER)
def leave(request: HttpRequest, provider: Provider) -> HttpResponse:
    mine: Membership = request.membership  # type: ignore[attr-defined]
    done = _("You act for %s no more.") % provider.name
    return _try(request, provider, lambda: acting.leave(mine), done, then="portal:home")


@require_POST
@member(Role.OWNER)
def transfer(request: HttpRequest, provider: Provider) -> HttpResponse:
    chosen = request.POST.get("to", "")
    found = _member(provider, int(chosen) if chosen.isdecimal() and len(chosen) < 16 else 0)
    done = _("%s owns this provider now; you are an editor.") % found.user.shown_name
    return _try(request, provider, lambda: acting.transfer(provider, by=person(request), to=found), done)


def _member(provider: Provider, pk: int) -> Membership:
    return get_object_or_404(provider.memberships.select_related("user", "provider"), pk=pk)


def _try(
    request: HttpRequest, provider: Provider, action: Callable[[], object], done: str, *, then: str = "portal:members"
) -> HttpResponse:
    """Do it and say so, or say why not, on the page of members."""
    try:
        action()
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("portal:members", provider.slug)
    messages.success(request, done)
    return redirect(then) if then == "portal:home" else redirect(then, provider.slug)


def _show(request: HttpRequest, provider: Provider, form: InviteForm, status: int = 200) -> HttpResponse:
    mine: Membership = request.membership  # type: ignore[attr-defined]
    rows = list(provider.memberships.select_related("user"))
    context = {
        "provider": provider,
        "room": "members",
        "form": form,
        "members": rows,
        "invitations": provider.invitations.filter(accepted_at=None, revoked_at=None).select_related("invited_by"),
        "mine": mine,
        "owns": mine.role == Role.OWNER,
        "owns_alone": mine.role == Role.OWNER and sum(row.role == Role.OWNER for row in rows) == 1,
        "roles": Role.choices,
        "others": [row for row in rows if row.pk != mine.pk],
    }
    return render(request, "portal/organisation/members.html", context, status=status)
