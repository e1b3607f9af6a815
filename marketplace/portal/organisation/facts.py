"""A provider's facts: read by its members, changed by its editors, one after another."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from catalog import members
from catalog.models import Listing, Provider, Role
from catalog.refusals import Refused
from catalog.versions import Outdated
from marketplace.portal.doors import member, person
from marketplace.portal.forms import Difference, differences, latest_editor, seen_version
from marketplace.portal.organisation.forms import FactsForm


@require_http_methods(["GET", "HEAD", "POST"])
@member(Role.VIEWER, to_change=Role.EDITOR)
def facts(request: HttpRequest, provider: Provider) -> HttpResponse:
    form = FactsForm(request.POST or None, initial=_now(provider))
    if request.method == "POST" and form.is_valid():
        try:
            members.change_facts(provider, by=person(request), seen=seen_version(request), **form.cleaned_data)
        except Refused as refused:
            form.refuse(refused)
        except Outdated:
            provider.refresh_from_db()
            return _show(request, provider, form, clash=differences(form, provider), status=409)
        else:
            messages.success(request, _("Saved."))
            return redirect("portal:facts", provider.slug)
    return _show(request, provider, form, status=422 if form.errors else 200)


def _now(provider: Provider) -> dict[str, str]:
    return {name: getattr(provider, name) for name in FactsForm.base_fields}


def _show(
    request: HttpRequest, provider: Provider, form: FactsForm, *, status: int, clash: list[Difference] | None = None
) -> HttpResponse:
    may_edit = request.membership.may(Role.EDITOR)  # type: ignore[attr-defined]
    for name, field in form.fields.items():
        fixed = name in members.NAMES and provider.listing != Listing.DRAFT
        if fixed or not may_edit:
            field.widget.attrs["readonly" if fixed and may_edit else "disabled"] = True
    context = {
        "provider": provider,
        "room": "facts",
        "form": form,
        "may_edit": may_edit,
        "clash": clash,
        "by": latest_editor(provider, person(request)) if clash is not None else "",
    }
    return render(request, "portal/organisation/facts.html", context, status=status)
