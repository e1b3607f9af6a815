"""One's own account at a glance; everything that is held about one, to take away and to delete."""

from __future__ import annotations

from typing import cast

from allauth.account.decorators import reauthentication_required
from allauth.account.models import EmailAddress
from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from catalog import departing
from marketplace.account_pages import holdings, leaving
from marketplace.accounts.models import ApiKey, User
from marketplace.accounts.staff import lacks_second_factor
from sandbox.models import Trial


@require_safe
@login_required
@never_cache
def overview(request: HttpRequest) -> HttpResponse:
    """Who I am here, what is mine, and how safe it is."""
    user = cast(User, request.user)
    mine = {
        "trials": Trial.objects.filter(owner=user).count(),
        "memberships": user.memberships.select_related("provider"),
        "keys": ApiKey.objects.in_force().filter(user=user).count(),
        "devices": UserSession.objects.filter(user=user).count(),
        "has_second_factor": is_mfa_enabled(user),
        "needs_second_factor": user.is_staff and lacks_second_factor(user),
        "address": EmailAddress.objects.get_primary(user),
    }
    return render(request, "account/overview.html", mine)


@require_safe
@login_required
@never_cache
def data(request: HttpRequest) -> HttpResponse:
    """What is held, how to take it away, and how to delete it with the account."""
    user = cast(User, request.user)
    return render(request, "account/data.html", {"ties": departing.ties(user), "is_operator": user.is_staff})


@require_POST
@login_required
@reauthentication_required  # type: ignore[untyped-decorator]  # allauth has no types
def export(request: HttpRequest) -> HttpResponse:
    """The whole of it as a ZIP."""
    response = HttpResponse(holdings.pack(cast(User, request.user)), content_type="application/zip")
    name = f"touchstone-{timezone.localdate():%Y-%m-%d}.zip"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_POST
@login_required
@reauthentication_required  # type: ignore[untyped-decorator]  # allauth has no types
def delete(request: HttpRequest) -> HttpResponse:
    """Delete the account, once its owner has said that they mean it."""
    if not request.POST.get("sure"):
        messages.error(request, _("Nothing was deleted: tick the box to say that you mean it."))
        return redirect("account_pages:data")
    try:
        leaving.delete_account(cast(User, request.user))
    except leaving.Needed:
        messages.error(request, _("Nothing was deleted: see below what must be settled first."))
        return redirect("account_pages:data")
    logout(request)
    messages.success(request, _("Your account is deleted, with everything that was yours."))
    return redirect("catalog:home")
