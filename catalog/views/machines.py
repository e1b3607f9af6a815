"""Addresses for machines that come by: robots, search engines, language models, browsers that install the site."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from catalog import addresses, editions, sitemaps
from catalog.models import Provider, Scenario
from catalog.views import shown

for_an_hour = cache_control(public=True, max_age=3600)
PLAIN = "text/plain; charset=utf-8"
XML = "application/xml; charset=utf-8"
SECURITY_DAYS = 180
MOST_FILES = 10_000


@require_safe
@for_an_hour
def robots(request: HttpRequest) -> HttpResponse:
    return render(request, "robots.txt", {"base": addresses.origin(request)}, content_type=PLAIN)


@require_safe
@for_an_hour
def sitemap_index(request: HttpRequest) -> HttpResponse:
    context = {"base": addresses.origin(request), "parts": sitemaps.index()}
    return render(request, "sitemap_index.xml", context, content_type=XML)


@require_safe
@for_an_hour
def sitemap(request: HttpRequest, section: str, page: int) -> HttpResponse:
    """A thousand rows of a section."""
    base, known = addresses.origin(request), sitemaps.sections()
    if section == "static" and page == 1:
        entries = list(sitemaps.static_entries(base=base))
    elif section in known and 1 <= page <= MOST_FILES:
        entries = list(known[section].entries(page, base=base))
    else:
        entries = []
    if not entries:
        raise Http404
    return render(request, "sitemap.xml", {"entries": entries}, content_type=XML)


@require_safe
@for_an_hour
def llms(request: HttpRequest) -> HttpResponse:
    """What the site is, where things are, and how to quote a measurement."""
    context = {"base": addresses.origin(request), "tally": shown.tally(editions.current())}
    return render(request, "llms.txt", context, content_type=PLAIN)


@require_safe
@for_an_hour
def llms_full(request: HttpRequest) -> HttpResponse:
    """The same, with every scenario and provider."""
    context = {
        "base": addresses.origin(request),
        "tally": shown.tally(editions.current()),
        "scenarios": Scenario.objects.open().with_dimensions(),
        "providers": Provider.objects.listed().real(),
        "is_full": True,
    }
    return render(request, "llms.txt", context, content_type=PLAIN)


@require_safe
@for_an_hour
def security(request: HttpRequest) -> HttpResponse:
    """Whom to tell of a hole (RFC 9116); nothing where the operator has named nobody."""
    if not settings.CONTACT_EMAIL:
        raise Http404
    day = timezone.localdate() + timedelta(days=SECURITY_DAYS)
    expires = timezone.make_aware(datetime.combine(day, time.min)).isoformat()
    context = {"base": addresses.origin(request), "email": settings.CONTACT_EMAIL, "expires": expires}
    return render(request, "security.txt", context, content_type=PLAIN)


@require_safe
@for_an_hour
def manifest(request: HttpRequest) -> JsonResponse:
    """The site as an app, in the page's language."""
    language = get_language() or "en"
    name = "试金石 Touchstone" if language.startswith("zh") else "Touchstone 试金石"
    content: dict[str, Any] = {
        "name": name,
        "short_name": "试金石" if language.startswith("zh") else "Touchstone",
        "description": _("Put one prompt to many AI APIs at once and choose by evidence."),
        "lang": addresses.hreflang(language),
        "id": "/",
        "start_url": reverse("catalog:home"),
        "scope": "/",
        "display": "minimal-ui",
        "background_color": "#faf8f4",
        "theme_color": "#22262c",
        "icons": [
            {"src": static("img/favicon.svg"), "sizes": "any", "type": "image/svg+xml"},
            {"src": static("img/icon-192.png"), "sizes": "192x192", "type": "image/png"},
            {"src": static("img/icon-512.png"), "sizes": "512x512", "type": "image/png"},
            {
                "src": static("img/icon-maskable-512.png"),
                "sizes": "512x512",
                "type": "image/png",
                "purpose": "maskable",
            },
        ],
    }
    return JsonResponse(content, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False})


@require_safe
@cache_control(public=True, max_age=7 * 24 * 3600)
def favicon(request: HttpRequest) -> HttpResponse:
    """For those who look at the root, whatever the page says."""
    return HttpResponse(_favicon(), content_type="image/x-icon")


@cache
def _favicon() -> bytes:
    return (settings.BASE_DIR / "marketplace/static/img/favicon.ico").read_bytes()
