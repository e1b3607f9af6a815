"""What operators judge: a channel's facts at one time, and in words what has changed between two times."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Channel, Submission
from catalog.models.onboarding import SubmissionState

Facts = dict[str, Any]
OF_PROVIDER = (
    *("name_en", "name_zh", "homepage", "docs_url", "country", "processing_region"),
    *("retention_days", "trains_on_inputs", "allows_trials", "terms_source"),
)
OF_CHANNEL = ("base_url", "protocol", "wire_name", "max_parallel", "calls_per_minute")
NAMES: dict[str, str | Promise] = {
    "base_url": gettext_lazy("Address"),
    "protocol": gettext_lazy("Protocol"),
    "wire_name": gettext_lazy("Name on the wire"),
    "model": gettext_lazy("Model"),
    "prices": gettext_lazy("Price per million tokens"),
    "max_parallel": gettext_lazy("Calls at once"),
    "calls_per_minute": gettext_lazy("Calls a minute"),
    "scenarios": gettext_lazy("Scenarios"),
    "agreement": gettext_lazy("Agreed to version"),
    "name_en": gettext_lazy("Provider's name (English)"),
    "name_zh": gettext_lazy("Provider's name (Chinese)"),
    "homepage": gettext_lazy("Homepage"),
    "docs_url": gettext_lazy("Documentation"),
    "country": gettext_lazy("Country"),
    "processing_region": gettext_lazy("Where prompts are processed"),
    "retention_days": gettext_lazy("Days a prompt is kept"),
    "trains_on_inputs": gettext_lazy("Trains on inputs"),
    "allows_trials": gettext_lazy("Terms allow trials"),
    "terms_source": gettext_lazy("Source of the terms"),
}


class Change(NamedTuple):
    """One fact that differs, as a reader reads it; ``before`` and ``after`` are empty where nothing was known."""

    name: str
    before: str
    after: str


def snapshot(channel: Channel) -> Facts:
    """The facts that a listing rests on: ``{name of NAMES: value}``, JSON-ready; None is unknown."""
    provider = channel.provider
    agreed = provider.agreements.first()
    return {
        **{name: getattr(channel, name) for name in OF_CHANNEL},
        "model": channel.model.name,
        "prices": _prices(channel),
        "scenarios": sorted(channel.scenarios.values_list("slug", flat=True)),
        "agreement": agreed.version if agreed else "",
        **{name: getattr(provider, name) for name in OF_PROVIDER},
    }


def digest(facts: Mapping[str, Any]) -> str:
    """Stands for the facts in a form, so that nobody approves what they have not seen."""
    plain = {name: facts.get(name) for name in NAMES}
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()[:32]


def last_approved(channel: Channel) -> Submission | None:
    """The submission that last brought it onto the list."""
    return channel.submissions.filter(state=SubmissionState.APPROVED).order_by("-decided_at", "-pk").first()


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """What differs, in the reader's language, in the order of NAMES."""
    differing = (name for name in NAMES if before.get(name) != after.get(name))
    return [Change(str(NAMES[name]), told(before.get(name)), told(after.get(name))) for name in differing]


def stated(facts: Mapping[str, Any]) -> list[Change]:
    """All of a snapshot, as ``after``; what is unknown is there, too, and empty."""
    return [Change(str(name), "", told(facts.get(key))) for key, name in NAMES.items()]


def told(value: Any) -> str:
    """A fact of a snapshot as text; empty where nothing is known."""
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return (_("; ") if isinstance(value[0], dict) else _(", ")).join(told(each) for each in value)
    return _told_price(value) if isinstance(value, dict) else str(value)


def _prices(channel: Channel) -> list[Facts]:
    """The price in force and those to come, the earliest first."""
    today = timezone.localdate()
    rows = channel.prices.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=today)).order_by("starts_on")
    parts = ("input", "output", "cache_read", "cache_write")
    return [
        {"currency": row.currency, "from": row.starts_on.isoformat(), "tiers": row.tiers}
        | {part: _plain(getattr(row, part)) for part in parts}
        for row in rows
    ]


def _plain(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount.normalize():f}"


def _told_price(price: Mapping[str, Any]) -> str:
    """``USD 0.5 in, 1.5 out, from 2026-11-28``"""
    unknown = _("unknown")
    parts = [
        _("%(amount)s in") % {"amount": price.get("input") or unknown},
        _("%(amount)s out") % {"amount": price.get("output") or unknown},
    ]
    if price.get("cache_read"):
        parts.append(_("%(amount)s cached") % {"amount": price["cache_read"]})
    if price.get("cache_write"):
        parts.append(_("%(amount)s to cache") % {"amount": price["cache_write"]})
    for tier in price.get("tiers") or ():
        words = _("%(input)s in, %(output)s out above %(size)s tokens")
        known = {name: tier.get(name) or unknown for name in ("input", "output")}
        parts.append(words % {**known, "size": tier.get("above")})
    parts.append(_("from %(day)s") % {"day": price.get("from")})
    return f"{price.get('currency', '')} " + _(", ").join(parts)
