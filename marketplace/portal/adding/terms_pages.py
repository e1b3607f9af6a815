"""The steps after prices: limits, scenarios, terms and the agreement to trials."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from catalog.language import is_chinese
from catalog.models import Api, Provider, Role
from catalog.refusals import Refused
from catalog.versions import Outdated
from marketplace.portal.adding import offers, steps, terms
from marketplace.portal.adding.terms_forms import LimitsForm, TermsForm
from marketplace.portal.adding.whose import api_of
from marketplace.portal.doors import member, person
from marketplace.portal.forms import Difference, differences, latest_editor, seen_version


@require_http_methods(["GET", "HEAD", "POST"])
@member(Role.EDITOR)
def api_limits(request: HttpRequest, provider: Provider, api: int) -> HttpResponse:
    row = api_of(provider, api)
    now = {"max_parallel": row.max_parallel, "calls_per_minute": row.calls_per_minute}
    form = LimitsForm(request.POST or None, initial=now)
    more: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        try:
            terms.set_limits(row, by=person(request), seen=seen_version(request), **form.cleaned_data)
        except Refused as refused:
            form.refuse(refused)
        except Outdated:
            row.refresh_from_db()
            more = _clash(request, provider, differences(form, row))
        else:
            messages.success(request, _("Saved."))
            return redirect(steps.following("limits", provider, row))
    return _show(request, row, "limits", {"form": form, **more})


@require_http_methods(["GET", "HEAD", "POST"])
@member(Role.EDITOR)
def api_scenarios(request: HttpRequest, provider: Provider, api: int) -> HttpResponse:
    row = api_of(provider, api)
    offered = offers.offered(row)
    if request.method != "POST":
        return _show(request, row, "scenarios", {"offer": offered})
    asked = offers.asked(request.POST, offered)
    try:
        terms.choose_scenarios(row, by=person(request), choices=asked.choices, seen=asked.seen)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("portal:api_scenarios", provider.slug, row.pk)
    except Outdated:
        fresh = offers.offered(row)
        more = _clash(request, provider, offers.differences(fresh, asked))
        return _show(request, row, "scenarios", {"offer": offers.with_ticks(fresh, asked), **more})
    messages.success(request, _("Saved."))
    return redirect(steps.following("scenarios", provider, row))


@require_http_methods(["GET", "HEAD", "POST"])
@member(Role.VIEWER, to_change=Role.EDITOR)
def show_terms(request: HttpRequest, provider: Provider) -> HttpResponse:
    """What becomes of prompts, and the agreement; ``?api=`` is the API that is being added."""
    form = TermsForm(request.POST or None, initial={name: getattr(provider, name) for name in TermsForm.base_fields})
    form.wary_provider = provider
    more: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        try:
            terms.set_terms(provider, by=person(request), seen=seen_version(request), **form.cleaned_data)
        except Refused as refused:
            form.refuse(refused)
        except Outdated:
            provider.refresh_from_db()
            more = _clash(request, provider, differences(form, provider))
        else:
            messages.success(request, _("Saved."))
            return redirect(_terms_address(request, provider) + "#agreement")
    return _show_terms(request, provider, form, more)


@require_POST
@member(Role.EDITOR)
def agree(request: HttpRequest, provider: Provider) -> HttpResponse:
    api = _api_asked(request, provider)
    try:
        if not request.POST.get("agreed"):
            message = _("The box is not ticked.")
            raise Refused("", message, _("Tick it to agree, or leave the page if you do not."))
        terms.agree(provider, by=person(request), version=request.POST.get("agreement", ""))
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect(_terms_address(request, provider) + "#agreement")
    except Outdated:
        messages.error(request, _("Somebody saved the terms at this moment. Look at them, then agree again."))
        return redirect(_terms_address(request, provider))
    messages.success(request, _("Agreed. Thank you."))
    return redirect(steps.following("terms", provider, api) if api else _terms_address(request, provider))


def _show(request: HttpRequest, api: Api, step: str, more: dict[str, Any]) -> HttpResponse:
    form = more.get("form")
    status = 409 if more.get("clash") is not None else 422 if form is not None and form.errors else 200
    context = {
        "provider": api.provider,
        "room": "apis",
        "api": api,
        "steps": steps.of(api.provider, api, step),
        "following": steps.following(step, api.provider, api),
        **more,
    }
    return render(request, f"portal/adding/{step}.html", context, status=status)


def _show_terms(request: HttpRequest, provider: Provider, form: TermsForm, more: dict[str, Any]) -> HttpResponse:
    may_edit = request.membership.may(Role.EDITOR)  # type: ignore[attr-defined]
    if not may_edit:
        for field in form.fields.values():
            field.widget.attrs["disabled"] = True
    api = _api_asked(request, provider)
    context = {
        "provider": provider,
        "room": "terms",
        "form": form,
        "may_edit": may_edit,
        "api": api,
        "steps": steps.of(provider, api, "terms") if api else None,
        "following": steps.following("terms", provider, api) if api else "",
        "agreement": terms.agreement_of(provider),
        "earlier": provider.agreements.exclude(version=settings.AGREEMENT_VERSION),
        "version": settings.AGREEMENT_VERSION,
        "in_chinese": is_chinese(),
        **more,
    }
    status = 409 if "clash" in more else 422 if form.errors else 200
    return render(request, "portal/adding/terms.html", context, status=status)


def _clash(request: HttpRequest, provider: Provider, found: list[Difference]) -> dict[str, Any]:
    return {"clash": found, "by": latest_editor(provider, but=person(request))}


def _api_asked(request: HttpRequest, provider: Provider) -> Api | None:
    """The API of ``?api=``, if it is one of the provider's."""
    asked = request.GET.get("api", "")
    return api_of(provider, int(asked)) if asked.isdecimal() and len(asked) < 10 else None


def _terms_address(request: HttpRequest, provider: Provider) -> str:
    api = _api_asked(request, provider)
    return reverse("portal:terms", args=[provider.slug]) + (f"?api={api.pk}" if api else "")
