"""What pages and letters about accounts show: where letters go, other sites to sign in by, a browser in words."""

from __future__ import annotations

from typing import NamedTuple

from django import template
from django.apps import apps
from django.conf import settings
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from marketplace.accounts import letter_files

register = template.Library()

# The first that is found counts: every browser also names those that it descends from.
BROWSERS = {
    "MicroMessenger": "WeChat",
    "Edg": "Edge",
    "OPR/": "Opera",
    "Firefox": "Firefox",
    "Chrome": "Chrome",
    "CriOS": "Chrome",
    "Safari": "Safari",
    "curl": "curl",
}
SYSTEMS = {
    "HarmonyOS": "HarmonyOS",
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "Linux": "Linux",
}


class OtherSite(NamedTuple):
    """A site to sign in by; ``address`` takes a POST."""

    name: str
    address: str


@register.simple_tag
def letters_folder() -> str:
    return letter_files.folder_to_show()


@register.simple_tag
def other_sites(process: str = "login") -> list[OtherSite]:
    """Sites that are set up; ``process`` is ``login``, or ``connect`` to tie one to the account."""
    if not apps.is_installed("allauth.socialaccount"):
        return []
    names = {"github": "GitHub", "gitlab": "GitLab"}
    query = urlencode({"process": process})
    return [
        OtherSite(names.get(slug, slug), f"{reverse(f'{slug}_login')}?{query}")
        for slug in settings.SOCIALACCOUNT_PROVIDERS
    ]


@register.filter
def device(user_agent: str) -> str:
    """A browser's own long name for itself in two words, such as “Firefox · Windows”."""
    found = [next((name for sign, name in known.items() if sign in user_agent), "") for known in (BROWSERS, SYSTEMS)]
    return " · ".join(filter(None, found)) or _("an unknown program")
