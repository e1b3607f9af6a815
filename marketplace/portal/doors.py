"""Who may enter: every page of a provider is behind one of these doors, and to all others it does not exist (404)."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse

from catalog.models import Membership, Provider, Role
from marketplace.accounts.models import User

View = Callable[..., HttpResponse]


def membership_of(user: User, slug: str, least: str = Role.VIEWER) -> Membership:
    """The user's membership of the provider with this slug. Raises Http404 where it is not ``least`` at least."""
    found = Membership.objects.select_related("provider").filter(user=user, provider__slug=slug).first()
    if found is None or not found.may(least):
        raise Http404
    return found


def member(least: str, *, to_change: str = "") -> Callable[[View], View]:
    """Only for members who are ``least`` at least: ``view(request, provider, …)``, with ``request.membership``.

    The address has ``<slug:provider>``. ``to_change`` is the least role that may POST, where it is another. A guest is
    asked to sign in; a stranger, and a member with too small a role, finds nothing here.
    """

    def guard(view: View) -> View:
        @functools.wraps(view)
        @login_required
        def guarded(request: HttpRequest, provider: str, *args: Any, **kwargs: Any) -> HttpResponse:
            assert isinstance(request.user, User)  # noqa: S101  # login_required saw to that
            reads = request.method in {"GET", "HEAD"}
            found = membership_of(request.user, provider, least if reads else to_change or least)
            request.membership = found  # type: ignore[attr-defined]
            return _private(view(request, found.provider, *args, **kwargs))

        guarded.least_role = least  # type: ignore[attr-defined]
        guarded.role_to_change = to_change or least  # type: ignore[attr-defined]
        return guarded

    return guard


def signed_in(view: View) -> View:
    """For whoever is signed in; a guest is asked to."""

    @functools.wraps(view)
    @login_required
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return _private(view(request, *args, **kwargs))

    guarded.least_role = "signed in"  # type: ignore[attr-defined]
    return guarded


def anybody(view: View) -> View:
    """For guests, too: the page itself says what it shows to whom."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return _private(view(request, *args, **kwargs))

    guarded.least_role = "anybody"  # type: ignore[attr-defined]
    return guarded


def operator(view: View) -> View:
    """Only for operators (staff); to all others it does not exist."""

    @functools.wraps(view)
    @login_required
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not (request.user.is_active and request.user.is_staff):
            raise Http404
        return _private(view(request, *args, **kwargs))

    guarded.least_role = "operator"  # type: ignore[attr-defined]
    return guarded


def person(request: HttpRequest) -> User:
    """Who is signed in, behind any door but ``anybody``."""
    assert isinstance(request.user, User)  # noqa: S101  # the door saw to that
    return request.user


def provider_of(request: HttpRequest) -> Provider:
    """The provider whose page this is, behind ``member``."""
    found: Membership = request.membership  # type: ignore[attr-defined]
    return found.provider


def _private(response: HttpResponse) -> HttpResponse:
    response.headers.setdefault("Cache-Control", "private, no-store")
    response.headers.setdefault("X-Robots-Tag", "noindex, nofollow")
    return response
