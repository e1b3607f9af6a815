"""The parts of a page that are the same on every page: written once per language, then only put in."""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()


@register.simple_tag
def unchanging(name: str, section: str = "") -> SafeString:
    """The partial ``name``, which depends on the language, the deployed code and ``section`` alone."""
    write = _write.__wrapped__ if settings.DEBUG else _write  # someone may be editing it
    return write(name, get_language() or "", str(section or ""))


@lru_cache(maxsize=256)
def _write(name: str, language: str, section: str) -> SafeString:
    return render_to_string(name, {"section": section})
