"""A provider's rows as plain values, in the shapes of ``shapes``."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import timezone

from catalog import members
from catalog.models import Agreement, Api, AuditEntry, Channel, Invitation, Membership, Price, Provider, Submission
from marketplace.accounts.models import User
from marketplace.portal.adding.keys import Held, held
from marketplace.portal.adding.words import Said
from marketplace.portal.listing import submitting

Row = dict[str, Any]
MONEY = ("input", "output", "cache_read", "cache_write")


def provider(membership: Membership) -> Row:
    row: Provider = membership.provider
    plain = ("slug", "name_en", "name_zh", "homepage", "docs_url", "country", "listing", "version")
    return {
        **{name: getattr(row, name) for name in plain},
        "local": row.is_local,
        "simulated": row.is_simulated,
        "role": membership.role,
    }


def terms(row: Provider) -> Row:
    """Under the names by which they are sent back, so that what was read and is sent whole changes nothing."""
    stated = ("processing_region", "retention_days", "trains_on_inputs", "terms_source")
    more = ("available_in_mainland", "filing_number", "allows_trials", "version")
    return {name: getattr(row, name) for name in (*stated, *more)}


def agreements(row: Provider) -> Row:
    history = [_agreement(one) for one in row.agreements.all()]
    current = settings.AGREEMENT_VERSION
    return {
        "current": current,
        "agreed": any(one["version"] == current for one in history),
        "history": history,
    }


def _agreement(row: Agreement) -> Row:
    return {"version": row.version, "agreed_by": row.agreed_name, "agreed_at": row.agreed_at}


def member(row: Membership, *, reader: Membership) -> Row:
    """Addresses are for owners, who invite and remove by them."""
    you = row.pk == reader.pk
    return {
        "id": row.pk,
        "name": row.user.shown_name if you or reader.role == "owner" else _without_address(row.user),
        "email": row.user.email if you or reader.role == "owner" else None,
        "role": row.role,
        "since": row.since,
        "you": you,
    }


def _without_address(user: User) -> str:
    return user.get_full_name() or user.shown_name.partition("@")[0]


def invitation(row: Invitation) -> Row:
    return {"id": row.pk, **{name: getattr(row, name) for name in ("email", "role", "sent_at", "expires_at")}}


def log_entry(row: AuditEntry) -> Row:
    plain = ("at", "action", "subject", "facts")
    return {
        **{name: getattr(row, name) for name in plain},
        "who": row.actor_name,
        "sentence": members.sentence(row),
    }


def api(row: Api) -> Row:
    plain = ("base_url", "protocol", "models_seen", "models_seen_at", "max_parallel", "calls_per_minute", "version")
    return {
        "id": row.pk,
        **{name: getattr(row, name) for name in plain},
        "detected": row.is_detected,
        "key": key(held(row)),
        "channels": sorted(one.slug for one in row.channels.all()),
    }


def key(found: Held | None) -> Row | None:
    if found is None:
        return None
    row = found.credential
    return {"origin": row.origin, "works": row.works, "ending": found.ending, "tried_at": row.probed_at}


def said(told: Said) -> Row:
    return {"message": told.message, "mend": told.mend}


def price(row: Price | None) -> Row | None:
    if row is None:
        return None
    plain = ("currency", "tiers", "source", "starts_on", "ends_on")
    return {
        "id": row.pk,
        **{name: getattr(row, name) for name in plain},
        **{name: plain_amount(getattr(row, name)) for name in MONEY},
    }


def plain_amount(amount: Decimal | None) -> str | None:
    """``"0.28"``: exact, without trailing zeros or exponents."""
    return None if amount is None else f"{amount.normalize():f}"


def channels(found: Iterable[Channel]) -> list[Row]:
    return [channel(row) for row in found]


def for_rows(found: Any) -> Any:
    """A queryset of channels with all that ``channel`` needs, in a fixed number of queries."""
    return found.select_related("model", "successor").prefetch_related("scenarios", "prices").order_by("slug")


def channel(row: Channel) -> Row:
    today = timezone.localdate()
    plain = ("slug", "wire_name", "protocol", "base_url", "listing", "suspended_for", "suspended_at", "sunset_on")
    in_force = [one for one in row.prices.all() if one.starts_on <= today and (not one.ends_on or one.ends_on > today)]
    return {
        **{name: getattr(row, name) for name in plain},
        "api": row.api_id,
        "model": row.model.slug,
        "model_name": row.model.name,
        "proposed": row.model.proposed_by_id is not None,
        "scenarios": [one.slug for one in row.scenarios.all()],
        "successor": row.successor.slug if row.successor else None,
        "price": price(max(in_force, key=lambda one: one.starts_on, default=None)),
        "profile": row.profile,
        "version": row.version,
    }


def state(row: Channel) -> Row:
    """Where it stands, and what it still lacks; nothing where it is listed or waits."""
    lacks = submitting.readiness(row).obstacles
    return {
        "listing": row.listing,
        "missing": [{"field": one.field, "message": one.message, "mend": one.mend} for one in lacks],
        "submissions": [submission(one) for one in row.submissions.order_by("-submitted_at", "-pk")],
    }


def submission(row: Submission) -> Row:
    plain = ("state", "conformance", "submitted_at", "reason", "decided_at")
    return {name: getattr(row, name) for name in plain}
