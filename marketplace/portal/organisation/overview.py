"""One provider at a glance: what is to do, and its APIs with their channels."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from catalog.models import Provider, Role
from marketplace.portal.adding.todo import todo as what_is_to_do
from marketplace.portal.doors import member
from marketplace.portal.organisation import todo


@require_safe
@member(Role.VIEWER)
def show_provider(request: HttpRequest, provider: Provider) -> HttpResponse:
    counted = todo.with_counts(Provider.objects.filter(pk=provider.pk)).get()
    steps = todo.steps(counted)
    context = {
        "provider": provider,
        "room": "overview",
        "steps": steps,
        "is_done": all(step.state == "done" for step in steps),
        "told": what_is_to_do(provider),
        "may_edit": request.membership.may(Role.EDITOR),  # type: ignore[attr-defined]
    }
    return render(request, "portal/organisation/provider.html", context)
