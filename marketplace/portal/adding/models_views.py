"""The third step: which models the API serves, and what each of them is."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from catalog.models import Api, Provider, Role
from catalog.refusals import Refused
from catalog.versions import Outdated
from marketplace.portal.adding import actions, keys, matching, models_page, steps
from marketplace.portal.adding.models_page import Row, Wish
from marketplace.portal.adding.stray_keys import is_stray, warning
from marketplace.portal.adding.whose import api_of
from marketplace.portal.doors import member, person
from marketplace.portal.forms import latest_editor, seen_version

BY_ROW = ("other", "name", "maker", "context")


@require_http_methods(["GET", "HEAD", "POST"])
@member(Role.VIEWER, to_change=Role.EDITOR)
def api_models(request: HttpRequest, provider: Provider, api: int) -> HttpResponse:
    row = api_of(provider, api)
    if request.method != "POST":
        if row.models_seen_at is None and request.membership.may(Role.EDITOR):  # type: ignore[attr-defined]
            return _look_up(request, row, models_page.chosen_before(row), is_told=False)
        return _choose(request, row, models_page.chosen_before(row))
    wish = models_page.read(request.POST)
    if wish.strays:
        return _choose(request, row, wish, error=warning())
    act = request.POST.get("act", "find")
    if act == "look_up":
        return _look_up(request, row, wish)
    if act in {"match", "save"}:
        return _match(request, row, wish) if act == "match" else _save(request, row, wish)
    return _choose(request, row, wish)


def _look_up(request: HttpRequest, api: Api, wish: Wish, *, is_told: bool = True) -> HttpResponse:
    try:
        said = actions.look_up_models(api, by=person(request))
    except Refused as refused:
        return _choose(request, api, wish, error=str(refused))
    return _choose(request, api, wish, said=str(said) if is_told else "")


def _choose(request: HttpRequest, api: Api, wish: Wish, *, error: str = "", said: str = "") -> HttpResponse:
    rows, elsewhere = models_page.listed(api, wish, matching.index_for(api.provider))
    context = {"wish": wish, "rows": rows, "elsewhere": elsewhere, "error": error, "said": said}
    return _render(request, api, "portal/adding/models.html", context, status=422 if error else 200)


def _match(request: HttpRequest, api: Api, wish: Wish) -> HttpResponse:
    if not wish.all_names and not api.channels.exists():
        return _choose(request, api, wish, error=_("No model is chosen yet. Tick one, or type its name."))
    index = matching.index_for(api.provider)
    rows = models_page.rows(api, wish.all_names, index)
    return _show_match(request, api, rows, index)


def _save(request: HttpRequest, api: Api, wish: Wish) -> HttpResponse:
    index = matching.index_for(api.provider)
    data, strays = _without_keys(request.POST)
    rows = models_page.rows(api, wish.all_names, index, data)
    for row in rows:
        row.error = warning() if row.place in strays else ""
    choices = _choices(rows, index)
    if any(row.error for row in rows):
        return _show_match(request, api, rows, index, status=422)
    try:
        done = actions.choose_models(api, by=person(request), seen=seen_version(request), choices=choices)
    except Refused as refused:
        return _show_match(request, api, rows, index, refused=refused, status=422)
    except Outdated:
        api.refresh_from_db()
        return _show_match(request, api, rows, index, is_outdated=True, status=409)
    _tell(request, done)
    _try_key(request, api)
    return redirect(steps.following("models", api.provider, api))


def _without_keys(data: QueryDict) -> tuple[QueryDict, set[int]]:
    """What was typed about each name, without the keys in it, and the places where there were some."""
    kept, strays = data.copy(), set()
    for name in list(kept):
        word, _dash, place = name.partition("-")
        if word in BY_ROW and place.isdecimal() and is_stray(str(kept[name])):
            kept[name] = ""
            strays.add(int(place))
    return kept, strays


def _choices(rows: list[Row], index: matching.Index) -> list[actions.Choice]:
    found = []
    for row in rows:
        try:
            found.append(models_page.choice_of(row, index))
        except ValueError as error:
            row.error = row.error or str(error)
    return found


def _tell(request: HttpRequest, done: actions.Chosen) -> None:
    said = _("Saved: %(added)d added, %(changed)d changed, %(removed)d removed.")
    counts = {"added": len(done.added), "changed": len(done.changed), "removed": len(done.removed)}
    messages.success(request, said % counts)
    if done.kept:
        names = _(", ").join(channel.slug for channel in done.kept[:10])
        told = _("These were left out of the list and are still shown to visitors: %s. Retire them on their own pages.")
        messages.warning(request, told % names)


def _try_key(request: HttpRequest, api: Api) -> None:
    """A key that could not be tried for want of a model's name is tried now."""
    held = keys.held(api)
    if held and held.is_readable and not held.credential.works and api.channels.exists():
        try:
            messages.info(request, str(actions.try_key(api, by=person(request))))
        except Refused as refused:
            messages.error(request, str(refused))


def _show_match(
    request: HttpRequest,
    api: Api,
    rows: list[Row],
    index: matching.Index,
    *,
    refused: Refused | None = None,
    is_outdated: bool = False,
    status: int = 200,
) -> HttpResponse:
    at_row = next((row for row in rows if refused and row.name == refused.field), None)
    if at_row and refused:
        at_row.error = str(refused)
    leaving = api.channels.exclude(wire_name__in=[row.name for row in rows]).exclude(listing="retired")
    context = {
        "rows": rows,
        "models": sorted(index.models.values(), key=lambda model: model.slug),
        "error": str(refused) if refused and not at_row else "",
        "has_errors": status == 422,
        "is_outdated": is_outdated,
        "by": latest_editor(api.provider, person(request)) if is_outdated else "",
        "leaving": leaving,
    }
    return _render(request, api, "portal/adding/matching.html", context, status=status)


def _render(request: HttpRequest, api: Api, template: str, context: dict[str, Any], *, status: int) -> HttpResponse:
    shared = {
        "provider": api.provider,
        "room": "apis",
        "api": api,
        "steps": steps.of(api.provider, api, "models"),
        "may_edit": request.membership.may(Role.EDITOR),  # type: ignore[attr-defined]
    }
    return render(request, template, shared | context, status=status)
