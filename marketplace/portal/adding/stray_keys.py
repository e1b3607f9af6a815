"""A key in a field that is not for keys: noticed, not saved, not shown again.

Known by its shape, or by being one that we hold already. ``RoomForm`` looks for it in every form of the portal.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from catalog.models import Provider
from marketplace.accounts.models import ApiKey
from marketplace.crypto import Unreadable
from sandbox.wire.redact import SHORTEST_SECRET, spellings

SHAPES = re.compile(
    r"""
      (?<![a-z0-9])(?:sk|pk|rk|gsk|csk|xai|tgp|nvapi|pplx)[-_][a-z0-9_-]{0,80}?(?=[a-z]{0,20}[0-9])[a-z0-9]{10}
    | (?<![a-z0-9])(?:hf|r8|ghp|gho|github_pat|glpat|xox[abp])[-_](?=[a-z]{0,40}[0-9])[a-z0-9_-]{16}
    | AIza[a-z0-9_-]{16}
    | (?<![a-z0-9])(?:AKIA|ASIA|LTAI)[a-z0-9]{12}
    | \bbearer\s+[a-z0-9._~+/=-]{8}
    | \b(?:x-)?(?:goog-)?api[-_ ]?key["']?\s*[:=]\s*["']?[^\s"']{8}
    | \b(?:authorization|x-api-key)["']?\s*:\s*\S+
    | (?<![a-z0-9_-])eyJ[a-z0-9_-]{8,}\.eyJ[a-z0-9_-]{8}  # not within a word, which would cost its square
    | (?<![a-z0-9])(?!(?<=/)[0-9a-f]{40}(?![a-z0-9]))  # a commit's number in an address is none
      (?=[a-z]{0,80}[0-9])(?=[0-9]{0,80}[a-z])[a-z0-9]{32,}
    """,
    re.IGNORECASE | re.VERBOSE,
)


def looks_like_key(text: str) -> bool:
    """By its shape alone. Names of models and addresses do not look so; a word of 32 letters and digits does."""
    return bool(SHAPES.search(text))


def is_stray(text: str, *, provider: Provider | None = None) -> bool:
    """Whether ``text`` has something in it that looks like a key, or is one: of ``provider``'s, or a person's own."""
    text = text.strip()
    if len(text) < SHORTEST_SECRET:
        return False
    if looks_like_key(text):
        return True
    if provider and any(spelling in text for secret in _held(provider) for spelling in spellings(secret)):
        return True
    return text.isascii() and " " not in text and ApiKey.objects.matching(text) is not None


def _held(provider: Provider) -> Iterable[str]:
    for credential in provider.credentials.defer("secret"):
        try:
            yield credential.secret or ""
        except Unreadable:
            continue


def warning() -> str:
    return _(
        "This looks like an API key. It was neither saved nor written down anywhere. "
        "A key belongs in the key step alone; if it was sent to anybody by mistake, replace it at its source."
    )


def clean_without_keys(
    form: forms.Form, full_clean: Callable[[], None], *, but: frozenset[str], provider: Provider | None
) -> None:
    """Validate ``form`` as if stray keys had not been typed, and say at their fields that they were."""
    strays = _strays(form, but=but, provider=provider) if form.is_bound else []
    if strays:
        given: Any = form.data
        kept = given.copy()
        for name in strays:
            kept[form.add_prefix(name)] = ""
        form.data = kept
    full_clean()
    for name in strays:
        form.errors.pop(name, None)  # such as "this field is required"
        form.add_error(name, warning())


def _strays(form: forms.Form, *, but: frozenset[str], provider: Provider | None) -> list[str]:
    texts = [
        (name, str(form.data.get(form.add_prefix(name)) or ""))
        for name, field in form.fields.items()
        if isinstance(field, forms.CharField) and name not in but
    ]
    return [name for name, text in texts if text and is_stray(text, provider=provider)]
