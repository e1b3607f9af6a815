"""The first step: where the API stands, and what it speaks."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from catalog.models import Api, Protocol, Provider, Role
from catalog.refusals import Refused
from catalog.versions import Outdated
from marketplace.portal.adding import actions, steps
from marketplace.portal.adding.forms import AddressForm
from marketplace.portal.adding.whose import api_of
from marketplace.portal.doors import member, person
from marketplace.portal.forms import differences, latest_editor, seen_version
from sandbox.simulators.personas import BASE_URLS


class Example(NamedTuple):
    """A simulated API of this computer, to try the steps with."""

    protocol: str
    base_url: str

    @property
    def name(self) -> str:
        return str(Protocol(self.protocol).label)


@require_http_methods(["GET", "HEAD", "POST"])
@member(Role.EDITOR)
def new_api(request: HttpRequest, provider: Provider) -> HttpResponse:
    form = AddressForm(request.POST or None, provider=provider, initial={"base_url": _example(request)})
    if request.method == "POST" and form.is_valid():
        wish = {name: form.cleaned_data[name] for name in ("base_url", "protocol", "anyway")}
        try:
            placed = actions.add_api(provider, by=person(request), **wish)
        except Refused as refused:
            return _show(request, provider, None, form, refused=refused)
        messages.success(request, str(placed.said))
        return redirect(steps.following("address", provider, placed.api))
    return _show(request, provider, None, form)


@require_http_methods(["GET", "HEAD", "POST"])
@member(Role.VIEWER, to_change=Role.EDITOR)
def api_address(request: HttpRequest, provider: Provider, api: int) -> HttpResponse:
    row = api_of(provider, api)
    now = {"base_url": row.base_url, "protocol": row.protocol}
    form = AddressForm(request.POST or None, provider=provider, initial=now)
    if request.method == "POST" and form.is_valid():
        try:
            placed = actions.change_address(row, seen=seen_version(request), by=person(request), **form.cleaned_data)
        except Refused as refused:
            return _show(request, provider, row, form, refused=refused)
        except Outdated:
            row.refresh_from_db()
            return _show(request, provider, row, form, is_outdated=True)
        messages.success(request, str(placed.said))
        return redirect(steps.following("address", provider, placed.api))
    return _show(request, provider, row, form)


@require_POST
@member(Role.EDITOR)
def remove_api(request: HttpRequest, provider: Provider, api: int) -> HttpResponse:
    row = api_of(provider, api)
    try:
        actions.remove_api(row, by=person(request))
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("portal:api_address", provider.slug, api)
    messages.success(request, _("The API is removed, with its drafts."))
    return redirect("portal:provider", provider.slug)


def _show(
    request: HttpRequest,
    provider: Provider,
    api: Api | None,
    form: AddressForm,
    *,
    refused: Refused | None = None,
    is_outdated: bool = False,
) -> HttpResponse:
    if refused:
        form.refuse(refused)
    context: dict[str, Any] = {
        "provider": provider,
        "room": "apis",
        "api": api,
        "form": form,
        "steps": steps.of(provider, api, "address"),
        "asks_anyway": isinstance(refused, actions.Hesitant) or bool(form.data.get("anyway")),
        "asks_confirmed": isinstance(refused, actions.Moves) or bool(form.data.get("confirmed")),
        "examples": examples() if api is None else [],
        "may_edit": request.membership.may(Role.EDITOR),  # type: ignore[attr-defined]
    }
    if is_outdated and api:
        context |= {"clash": _differences(form, api), "by": latest_editor(provider, person(request))}
    status = 409 if is_outdated else 422 if form.is_bound and form.errors else 200
    return render(request, "portal/adding/address.html", context, status=status)


def _differences(form: AddressForm, api: Api) -> list[Any]:
    form.cleaned_data = {name: form.cleaned_data[name] for name in ("base_url", "protocol")}
    return differences(form, api)


def examples() -> list[Example]:
    """The simulated fleet's own addresses, where it runs; never in production."""
    if settings.PRODUCTION or not settings.SIMULATORS_URL:
        return []
    return [Example(protocol, f"{settings.SIMULATORS_URL}{path}") for protocol, path in BASE_URLS.items()]


def _example(request: HttpRequest) -> str:
    """The address of the example that was asked for; anything else in the query is let fall."""
    wish = request.GET.get("example", "")
    return next((example.base_url for example in examples() if example.protocol == wish), "")
