"""The second step: the key that we call the API with."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from catalog.live import origin_of
from catalog.models import Api, Provider, Role
from catalog.refusals import Refused
from marketplace.portal.adding import actions, keys, steps
from marketplace.portal.adding.address_views import examples
from marketplace.portal.adding.forms import KeyForm
from marketplace.portal.adding.whose import api_of
from marketplace.portal.doors import member, person


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@member(Role.VIEWER, to_change=Role.EDITOR)
def api_key(request: HttpRequest, provider: Provider, api: int) -> HttpResponse:
    row = api_of(provider, api)
    form = KeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            said = actions.enter_key(row, by=person(request), key=form.cleaned_data["key"])
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, str(said))
            return redirect(steps.following("key", provider, row))
    return _show(request, provider, row, form)


@require_POST
@member(Role.EDITOR)
def try_key(request: HttpRequest, provider: Provider, api: int) -> HttpResponse:
    """Try the key that is there once more."""
    row = api_of(provider, api)
    try:
        messages.info(request, str(actions.try_key(row, by=person(request))))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("portal:api_key", provider.slug, api)


@require_POST
@member(Role.EDITOR)
def remove_key(request: HttpRequest, provider: Provider, api: int) -> HttpResponse:
    actions.remove_key(api_of(provider, api), by=person(request))
    told = _("The key is deleted. The channels at this address are neither called nor listed until there is another.")
    messages.success(request, told)
    return redirect("portal:api_key", provider.slug, api)


def _show(request: HttpRequest, provider: Provider, api: Api, form: KeyForm) -> HttpResponse:
    held = keys.held(api)
    context = {
        "provider": provider,
        "room": "apis",
        "api": api,
        "form": form,
        "held": held,
        "origin": origin_of(api.base_url),
        "steps": steps.of(provider, api, "key"),
        "following": steps.following("key", provider, api) if held else "",
        "is_example": any(api.base_url == example.base_url for example in examples()),
        "may_edit": request.membership.may(Role.EDITOR),  # type: ignore[attr-defined]
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "portal/adding/key.html", context, status=status)
