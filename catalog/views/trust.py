"""What we do and do not do: money, privacy, terms, accessibility, and what answers just now."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from catalog import status
from catalog.language import is_chinese
from catalog.pagecache import shared_page

# When the texts last changed in what they say.
CHANGED_ON = date(2026, 11, 28)


@require_safe
@shared_page
def show_money(request: HttpRequest) -> HttpResponse:
    """No rank is for sale; who pays for free trials."""
    return _page(request, "money")


@require_safe
@shared_page
def show_privacy(request: HttpRequest) -> HttpResponse:
    """What happens to prompts, who sees them, and until when."""
    return _page(request, "privacy")


@require_safe
@shared_page
def show_terms(request: HttpRequest) -> HttpResponse:
    return _page(request, "terms")


@require_safe
@shared_page
def show_accessibility(request: HttpRequest) -> HttpResponse:
    return _page(request, "accessibility")


@require_safe
@never_cache  # probes come every few minutes, and change no edition
def show_status(request: HttpRequest) -> HttpResponse:
    """What answers just now, by probes alone."""
    context = {
        "status": status.now(),
        "every_minutes": max(1, round(settings.PROBE_EVERY_S / 60)),
        "keep_days": settings.PROBES_KEEP_DAYS,
    }
    return render(request, "trust/status.html", context)


def _page(request: HttpRequest, name: str) -> HttpResponse:
    """Long texts are written once in each language; the figures in them are the settings'."""
    context = {
        "in_chinese": is_chinese(),
        "changed_on": CHANGED_ON,
        "contact_email": settings.CONTACT_EMAIL,
        "currency": settings.CURRENCY,
        "purse": settings.PURSE_PER_DAY,
        "guest_trials": settings.GUEST_TRIALS_PER_DAY,
        "keep_days": settings.TRIAL_KEEP_DAYS,
        "live_hours": round(settings.LIVE_KEEP_S / 3600),
        "probes_keep_days": settings.PROBES_KEEP_DAYS,
    }
    return render(request, f"trust/{name}.html", context)
