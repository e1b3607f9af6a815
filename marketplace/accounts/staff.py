"""Operators sign in with a second factor: who has none is sent to set it up before anything else."""

from __future__ import annotations

from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from marketplace.accounts.models import User


def lacks_second_factor(user: User) -> bool:
    """Whether ``user`` may not act as an operator yet, for want of a second factor."""
    return settings.STAFF_NEED_SECOND_FACTOR and not is_mfa_enabled(user)


def to_second_factor(request: HttpRequest) -> HttpResponse:
    """To the page where a second factor is set up, saying why."""
    messages.info(request, _("Operators sign in with a second factor: set up an authenticator app to go on."))
    return redirect("mfa_activate_totp")


class Desk(AdminSite):
    """The admin as a whole: people sign in as everywhere else, so that limits and second factor hold here, too."""

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        if not (isinstance(user, User) and user.is_active and user.is_staff):
            return False
        return not lacks_second_factor(user)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        user = request.user
        if not isinstance(user, User):
            return redirect_to_login(request.GET.get("next") or reverse("admin:index"))
        if not (user.is_active and user.is_staff):
            messages.error(request, _("This account is not an operator's."))
            return redirect("account_pages:overview")
        return to_second_factor(request) if lacks_second_factor(user) else redirect("admin:index")

    def logout(  # type: ignore[override]  # Django says that it is a page of its own
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("account_logout")
