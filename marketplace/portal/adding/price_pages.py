"""The price step: every model's price at a glance, one by form, all by a file with a look at what would change."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog import history, pricelist, tabular
from catalog.models import Api, Channel, Listing, Price, Provider, Role
from catalog.pricelist import Unreadable
from catalog.refusals import Refused
from catalog.tabular import Fault
from catalog.versions import Outdated
from marketplace.portal.adding import prices, steps
from marketplace.portal.adding.price_forms import PriceForm, PricelistForm
from marketplace.portal.adding.whose import api_of, channel_of
from marketplace.portal.doors import member, person
from marketplace.portal.forms import latest_editor, seen_version


@require_http_methods(["GET", "HEAD", "POST"])
@member(Role.EDITOR)
def api_prices(request: HttpRequest, provider: Provider, api: int) -> HttpResponse:
    """All prices of an API; a POST reads a file and shows what it would change, saving nothing."""
    row = api_of(provider, api)
    if request.method != "POST":
        return _show_prices(request, row, PricelistForm(initial={"source": _page_of(provider)}), {})
    form = PricelistForm(request.POST, request.FILES, provider=provider)
    if not form.is_valid():
        return _show_prices(request, row, form, {}, status=422)
    try:
        _entries, plan = prices.read_csv(row, _whole(request, form), source=form.page)
    except Unreadable as unreadable:
        return _show_prices(request, row, form, _told(unreadable, form.read), status=422)
    return _preview(request, row, plan, form)


@require_POST
@member(Role.EDITOR)
def apply_prices(request: HttpRequest, provider: Provider, api: int) -> HttpResponse:
    """What the preview showed, unless somebody else changed one of its channels in between."""
    row = api_of(provider, api)
    form = PricelistForm(request.POST, provider=provider)
    if not form.is_valid():
        return _show_prices(request, row, form, {}, status=422)
    try:
        entries, plan = prices.read_csv(row, form.read, source=form.page)
        saved = prices.set_prices(row, by=person(request), entries=entries, seen=_seen(request))
    except Unreadable as unreadable:
        return _show_prices(request, row, form, _told(unreadable, form.read), status=422)
    except Outdated:
        by = latest_editor(provider, but=person(request))
        return _preview(request, row, plan, form, clash=True, editor=by, status=409)
    said = ngettext("%(count)d price is saved.", "%(count)d prices are saved.", len(saved)) % {"count": len(saved)}
    messages.success(request, said)
    return redirect("portal:api_prices", provider.slug, row.pk)


@require_safe
@member(Role.EDITOR)
def prices_template(request: HttpRequest, provider: Provider, api: int) -> HttpResponse:
    """The file to fill in, with the API's models and the prices that are known."""
    response = HttpResponse(prices.template(api_of(provider, api)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="prices-{provider.slug}-{api}.csv"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@member(Role.EDITOR)
def channel_prices(request: HttpRequest, provider: Provider, channel: str) -> HttpResponse:
    """One channel's price: today's, announced ones, and the form for the next."""
    row = channel_of(provider, channel)
    form = PriceForm(request.POST or None, price=Price.objects.in_force(row), source=_page_of(provider))
    form.wary_provider = provider
    if request.method == "POST" and form.is_valid() and form.entry:
        try:
            saved = prices.set_price(row, by=person(request), entry=form.entry, seen=seen_version(request))
        except Refused as refused:
            form.refuse(refused)
        except Outdated:
            row.refresh_from_db()
            clash = form.against(Price.objects.in_force(row))
            return _show_price(request, row, form, {"clash": clash}, status=409)
        else:
            messages.success(request, _("The price is saved.") if saved else _("This price holds already."))
            return redirect(_after(row))
    return _show_price(request, row, form, {}, status=422 if form.errors else 200)


@require_POST
@member(Role.EDITOR)
def take_back_price(request: HttpRequest, provider: Provider, channel: str, price: int) -> HttpResponse:
    row = channel_of(provider, channel)
    try:
        prices.take_back(row, by=person(request), price=price)
        messages.success(request, _("The announced price is taken back."))
    except Refused as refused:
        messages.error(request, str(refused))
    except Outdated:
        messages.error(request, _("Somebody saved a price at this moment. Look at it, then try again."))
    return redirect("portal:channel_prices", provider.slug, row.slug)


def _show_prices(
    request: HttpRequest, api: Api, form: PricelistForm, more: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    rows = api.channels.exclude(listing=Listing.RETIRED).select_related("model").prefetch_related("prices")
    today = timezone.localdate()
    lines = [
        {"channel": row, "now": history.in_force(list(row.prices.all()), today), "next": _announced(row)}
        for row in rows.order_by("model__name", "wire_name")
    ]
    context = {
        **_frame(api),
        "lines": lines,
        "form": form,
        "columns": pricelist.COLUMNS,
        "caps": {"kb": tabular.MOST_BYTES // 1024, "rows": tabular.MOST_ROWS, "tiers": pricelist.MOST_TIERS},
        **more,
    }
    return render(request, "portal/adding/prices.html", context, status=status)


def _preview(
    request: HttpRequest, api: Api, plan: prices.Plan, form: PricelistForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    versions = {row.pk: row.version for row in api.channels.all()}
    context = {**_frame(api), "plan": plan, "text": form.read.decode("utf-8-sig"), "page": form.page}
    return render(
        request, "portal/adding/prices_preview.html", {**context, "versions": versions, **more}, status=status
    )


def _show_price(
    request: HttpRequest, channel: Channel, form: PriceForm, more: dict[str, Any], *, status: int
) -> HttpResponse:
    told = history.tell(list(channel.prices.all()), timezone.localdate())
    context = {"provider": channel.provider, "room": "apis", "channel": channel, "form": form, "history": told}
    if "clash" in more:
        more["by"] = latest_editor(channel.provider, but=person(request))
    return render(request, "portal/adding/price.html", {**context, **more}, status=status)


def _frame(api: Api) -> dict[str, Any]:
    return {
        "provider": api.provider,
        "room": "apis",
        "api": api,
        "steps": steps.of(api.provider, api, "prices"),
        "following": steps.following("prices", api.provider, api),
    }


def _announced(channel: Channel) -> Price | None:
    today = timezone.localdate()
    return min(
        (row for row in channel.prices.all() if row.starts_on > today), key=lambda row: row.starts_on, default=None
    )


def _after(channel: Channel) -> str:
    if channel.api_id:
        return reverse("portal:api_prices", args=[channel.provider.slug, channel.api_id])
    return reverse("portal:channel", args=[channel.provider.slug, channel.slug])


def _page_of(provider: Provider) -> str:
    """The page that the provider named last, to begin with."""
    rows = Price.objects.filter(channel__provider=provider, basis="stated").exclude(source="").order_by("-pk")
    return rows.values_list("source", flat=True).first() or ""


def _seen(request: HttpRequest) -> dict[int, int]:
    """``version-<channel>`` of the preview."""
    found = {}
    for name, value in request.POST.items():
        place = name.removeprefix("version-")
        if name != place and place.isdecimal() and str(value).isdecimal() and len(place) < 10 and len(str(value)) < 10:
            found[int(place)] = int(str(value))
    return found


def _whole(request: HttpRequest, form: PricelistForm) -> bytes:
    if getattr(request, "carries_too_much", False):
        return b"x" * (tabular.MOST_BYTES + 1)
    return form.read


def _told(unreadable: Unreadable, read: bytes) -> dict[str, Any]:
    """The faults, and the file's text to mend on the spot, where it is text."""
    faults: list[Fault] = list(unreadable.faults)
    is_text = b"\0" not in read and len(read) <= tabular.MOST_BYTES
    text = read.decode("utf-8-sig", "replace") if is_text else ""
    return {"faults": faults, "more_faults": unreadable.more, "read_text": text}
