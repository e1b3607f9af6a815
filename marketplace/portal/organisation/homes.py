"""The portal's door: one's own providers with what is to do, or what listing brings; and the founding of a provider."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from catalog import members
from catalog.refusals import Refused
from marketplace.accounts.models import User
from marketplace.portal.doors import anybody, person, signed_in
from marketplace.portal.organisation import todo
from marketplace.portal.organisation.forms import NewProviderForm


@require_safe
@anybody
def home(request: HttpRequest) -> HttpResponse:
    mine = todo.of_person(request.user) if isinstance(request.user, User) else []
    return render(request, "portal/organisation/home.html", {"mine": mine, "section": "portal"})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new_provider(request: HttpRequest) -> HttpResponse:
    form = NewProviderForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            provider = members.found_provider(by=person(request), **form.cleaned_data)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("%s is registered, and you own it. Next: add its first API.") % provider.name)
            return redirect(todo.after_founding(provider))
    return render(request, "portal/organisation/new.html", {"form": form}, status=422 if form.errors else 200)
